//! The model's experts: what they charge, when they are there, and what becomes of those an administrator suspends.

use super::calendar::{self, Away, Hours, Zone};
use super::command::{Answer, Expected, Heard, Minute, Word, no};
use super::money::Price;
use super::oracle::{Expert, Model};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Charge {
        by: usize,
        price: Option<Price>,
    },
    /// Takes new bookings, or none.
    Accept {
        by: usize,
        is_active: bool,
    },
    /// Publishes a whole week in place of the one there is.
    Week {
        by: usize,
        rows: Vec<Hours>,
    },
    /// From a day to a day.
    Leave {
        by: usize,
        first: Minute,
        last: Minute,
        zone: Zone,
    },
    Return {
        by: usize,
        row: usize,
    },
    Suspend {
        whom: usize,
    },
    Reinstate {
        whom: usize,
    },
    /// The times offered on a date.
    Day {
        of: usize,
        day: Minute,
        minutes: u32,
    },
}

impl Model {
    pub(crate) fn as_expert(&mut self, act: &Act, heard: &Heard) -> Expected {
        match *act {
            Act::Charge { by, price } => {
                self.practice(by)?.price = price;
                Ok(Answer::Nothing)
            }
            Act::Accept { by, is_active } => {
                self.practice(by)?.is_active = is_active;
                Ok(Answer::Nothing)
            }
            Act::Week { by, ref rows } => {
                self.practice(by)?;
                let Ok(Answer::Rows(ids)) = heard else { return Ok(Answer::Rows(Vec::new())) };
                let with_id = |(row, id): (&Hours, &i64)| Hours { id: *id, ..*row };
                self.people[by].hours = rows.iter().zip(ids).map(with_id).collect();
                Ok(Answer::Rows(self.people[by].hours.iter().map(|row| row.id).collect()))
            }
            Act::Leave { by, first, last, zone } => {
                let id = super::command::fresh_id(heard);
                self.leave(by, Away { id, first, last, zone })
            }
            Act::Return { by, row } => self.come_back(by, row),
            Act::Suspend { whom } => self.suspend(whom),
            Act::Reinstate { whom } => {
                let Some(expert) = &mut self.people[whom].expert else { return no("not_found") };
                let was_suspended = std::mem::take(&mut expert.is_suspended);
                if was_suspended { Ok(Answer::Nothing) } else { no("not_suspended") }
            }
            Act::Day { of, day, minutes } => match self.people[of].expert {
                Some(expert) if !expert.is_suspended => Ok(Answer::Slots(self.day(of, day, minutes.into()))),
                _ => no("not_found"),
            },
        }
    }

    /// What an expert is who may act as one.
    fn practice(&mut self, by: usize) -> Result<&mut Expert, Vec<Word>> {
        let expert = self.people[by].expert.as_mut().ok_or(vec!["not_expert"])?;
        if expert.is_suspended { Err(vec!["suspended"]) } else { Ok(expert) }
    }

    pub(crate) fn takes_bookings(&self, person: usize) -> bool {
        self.people[person].expert.is_some_and(|expert| !expert.is_suspended && expert.is_active)
    }

    fn leave(&mut self, by: usize, away: Away) -> Expected {
        self.practice(by)?;
        let now = self.now;
        let rows = &mut self.people[by].away;
        rows.retain(|row| !row.is_over(now));
        rows.push(away);
        let is_hit = |booking: &&super::oracle::Booking| {
            booking.expert == by
                && booking.is_open(now)
                && booking.span.1 > now
                && calendar::moments(booking.span).any(|at| away.holds(at))
        };
        let mut hit: Vec<_> = self.bookings.iter().filter(is_hit).map(|booking| (booking.span, booking.id)).collect();
        hit.sort_unstable();
        Ok(Answer::Away { id: away.id, conflicts: hit.into_iter().map(|(_, id)| id).collect() })
    }

    fn come_back(&mut self, by: usize, row: usize) -> Expected {
        self.practice(by)?;
        let now = self.now;
        let rows = &mut self.people[by].away;
        if row >= rows.len() {
            return no("not_found");
        }
        rows.remove(row);
        rows.retain(|row| !row.is_over(now));
        Ok(Answer::Nothing)
    }

    /// What has not begun is cancelled, whoever made it by which rules; and nobody hears of it twice.
    fn suspend(&mut self, whom: usize) -> Expected {
        let Some(expert) = &mut self.people[whom].expert else { return no("not_found") };
        if std::mem::replace(&mut expert.is_suspended, true) {
            return no("not_approved");
        }
        self.tell(whom, "Expert profile suspended", None);
        for at in 0..self.bookings.len() {
            let booking = &self.bookings[at];
            if booking.expert == whom && booking.is_open(self.now) && booking.span.0 > self.now {
                self.called_off_by_staff(at);
            }
        }
        Ok(Answer::Nothing)
    }

    /// The times an expert offers on a date, by the letter of `consultations.md` §5.
    pub(crate) fn day(&self, expert: usize, day: Minute, minutes: Minute) -> Vec<(Minute, Minute)> {
        if !self.takes_bookings(expert) {
            return Vec::new();
        }
        let mut offers = self.published(expert).offers(day, minutes);
        offers.retain(|offer| offer.0 > self.now && self.is_free(&[expert], *offer, None));
        offers
    }
}
