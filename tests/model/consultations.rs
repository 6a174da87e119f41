//! The model's consultations (`consultations.md` §7, §9 and §13): what can be done with them, and who is told.

use super::command::{Answer, Expected, Minute, Span, Status, Word, no};
use super::money::{Funds, Price};
use super::oracle::{Booking, Model};
use super::rules::{Event, Rules, Side, Wanted};

const HOUR: Minute = 60;

/// How long before the start a client may last cancel, and last ask for another time.
const CANCELS_BEFORE: Minute = 24 * HOUR;
const MOVES_BEFORE: Minute = 12 * HOUR;

pub(crate) static RULES: Rules = Rules {
    name: "consultation",
    longest: 2 * HOUR,
    lapses_by_itself: true,
    ends_unanswered: true,
    lapses_to: Status::Expired,
    decided_after: 24 * 60,
    reminds_paid: false,
    is_lazy: false,
    tells_refunds: false,
    own_conflict: "own_conflict",
    fee_percent: 15,
    promises: true,
    offered_until: |_, wanted| wanted + 7 * 24 * HOUR,
    title: None,
    told,
};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Book { by: usize, to: Option<usize>, span: Span, how: How },
    Confirm { by: usize, at: usize },
    Cancel { by: usize, at: usize },
    Begin { by: usize, at: usize },
    End { by: usize, at: usize },
    Reschedule { by: usize, at: usize, start: Minute, minutes: Option<u32> },
    Rate { by: usize, at: usize, rating: u8 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Video,
    Chat,
    Phone,
}

fn told(event: Event) -> Vec<(Side, Word)> {
    let both = |title| vec![(Side::Requester, title), (Side::Expert, title)];
    match event {
        Event::Requested => vec![(Side::Requester, "Consultation booked"), (Side::Expert, "New consultation request")],
        Event::Confirmed => vec![(Side::Requester, "Consultation confirmed")],
        Event::Replaced => both("Consultation rescheduled"),
        Event::CancelledBy(_) | Event::CancelledByStaff | Event::Expired => both("Consultation cancelled"),
        Event::Completed => vec![(Side::Requester, "Consultation completed")],
        Event::DayBefore => both("Reminder: consultation in 24 hours"),
        Event::HourBefore => both("Reminder: consultation in 1 hour"),
        Event::Moved | Event::NoShow(_) | Event::PaidOut | Event::Returned => Vec::new(),
        Event::MovedBy(_) | Event::Disputed | Event::PaidAnyway | Event::Paid | Event::Refunded => Vec::new(),
    }
}

impl Model {
    pub(crate) fn consultation(&mut self, act: &Act, fresh: i64) -> Expected {
        match *act {
            Act::Book { by, to, span, how } => self.book_with(by, to, span, how, fresh),
            Act::Confirm { by, at } => self.confirm(by, at),
            Act::Cancel { by, at } => self.cancel(by, at),
            Act::Begin { by, at } => self.begin(by, at),
            Act::End { by, at } => self.end(by, at),
            Act::Reschedule { by, at, start, minutes } => self.reschedule(by, at, (start, minutes), fresh),
            Act::Rate { by, at, rating } => self.rate(by, at, rating.into(), fresh),
        }
    }

    /// Who asks whom for which time, and in place of which booking.
    pub(crate) fn wanted_consultation(&self, act: &Act) -> Option<Wanted> {
        match *act {
            Act::Book { by, to, span, .. } => Some(((by, to?), span, None, &RULES)),
            Act::Reschedule { by, at, start, minutes } => {
                let old = self.bookings.get(at)?;
                let length = minutes.map_or(old.span.1 - old.span.0, i64::from);
                Some(((by, old.expert), (start, start + length), Some(at), &RULES))
            }
            _ => None,
        }
    }

    fn book_with(&mut self, by: usize, to: Option<usize>, span: Span, how: How, fresh: i64) -> Expected {
        self.touched.purses.insert(by);
        let Some(to) = to.filter(|to| *to != by) else {
            return no("expert_id");
        };
        if !self.takes_bookings(to) {
            return Err(if self.is_blocked(by, to) { vec!["expert_id", "blocked"] } else { vec!["expert_id"] });
        }
        let price = self.people[to].expert.and_then(|expert| expert.price).unwrap_or(Price::NOTHING);
        let mut reasons = self.times((by, to), span, &RULES, None);
        reasons.add(price.unit as usize == 0 && self.credits_to_book(by) < price.minor, "insufficient_credits");
        reasons.decide()?;
        if how == How::Chat {
            self.chat(by, to);
        }
        Ok(self.book((by, to), span, &RULES, price, fresh))
    }

    /// A consultation of `by`'s that is not over.
    fn standing(&mut self, by: usize, at: usize) -> Result<Booking, Vec<Word>> {
        let booking = self.party(by, at)?;
        let stands = booking.is_made_by(&RULES) && !booking.has_lapsed(self.now);
        if stands { Ok(booking) } else { Err(vec!["invalid_transition"]) }
    }

    fn confirm(&mut self, by: usize, at: usize) -> Expected {
        if by != self.party(by, at)?.expert {
            return no("forbidden");
        }
        let booking = self.standing(by, at)?;
        if booking.status != Status::Pending {
            return no("invalid_transition");
        }
        if booking.funds == Funds::Due {
            return no("payment_required");
        }
        self.confirmed(at);
        Ok(self.booking_as_told(at))
    }

    fn cancel(&mut self, by: usize, at: usize) -> Expected {
        let booking = self.standing(by, at)?;
        if !booking.status.is_open() {
            return no("invalid_transition");
        }
        let before = if by == booking.requester { CANCELS_BEFORE } else { 0 };
        if self.now >= booking.span.0 - before {
            return no("too_late");
        }
        self.cancelled(at, Event::CancelledBy(booking.side(by)));
        Ok(self.booking_as_told(at))
    }

    fn begin(&mut self, by: usize, at: usize) -> Expected {
        let Booking { span: (start, end), status, has_begun, .. } = self.standing(by, at)?;
        if status != Status::Confirmed {
            return no("invalid_transition");
        }
        if !has_begun && self.now < start - 15 {
            return no("too_early");
        }
        if !has_begun && self.now >= end + 2 * HOUR {
            return no("too_late");
        }
        self.was_idle = has_begun;
        self.bookings[at].has_begun = true;
        Ok(self.booking_as_told(at))
    }

    fn end(&mut self, by: usize, at: usize) -> Expected {
        let booking = self.standing(by, at)?;
        match booking.status {
            Status::Completed => self.was_idle = true,
            Status::Confirmed if !booking.has_begun => return no("not_started"),
            Status::Confirmed if self.now < booking.span.0 => return no("too_early"),
            Status::Confirmed => self.completed(at),
            _ => return no("invalid_transition"),
        }
        Ok(self.booking_as_told(at))
    }

    /// Another consultation takes the place of one: same two, same price, and whatever was paid of it.
    fn reschedule(&mut self, by: usize, at: usize, (start, minutes): (Minute, Option<u32>), fresh: i64) -> Expected {
        if by != self.party(by, at)?.requester {
            return no("forbidden");
        }
        let old = self.standing(by, at)?;
        if !old.status.is_open() || self.now >= old.span.0 - MOVES_BEFORE {
            return no("invalid_transition");
        }
        let length = minutes.map_or(old.span.1 - old.span.0, i64::from);
        let span = (start, start + length);
        let mut reasons = self.times((by, old.expert), span, &RULES, Some(at));
        reasons.add(self.is_suspended(old.expert), "unknown_person");
        reasons.decide()?;
        let fresh_at = self.bookings.len();
        self.set_free(at);
        self.bookings[at].status = Status::Rescheduled;
        self.bookings[at].replaced_by = Some(fresh_at);
        if old.funds != Funds::Free {
            self.bookings[at].funds = Funds::Moved;
        }
        self.bookings.push(Booking {
            id: fresh,
            span,
            status: Status::Pending,
            moves: old.moves + 1,
            has_begun: false,
            reminders: Vec::new(),
            ..old
        });
        self.claim(fresh_at);
        self.look_at(Some(by), fresh_at);
        self.announce(fresh_at, Event::Replaced);
        Ok(self.booking_as_told(fresh_at))
    }

    fn rate(&mut self, by: usize, at: usize, rating: u32, fresh: i64) -> Expected {
        let booking = self.party(by, at)?;
        self.touched.rated.extend([by, booking.expert]);
        if by != booking.requester {
            return no("forbidden");
        }
        if booking.status != Status::Completed || !booking.is_made_by(&RULES) {
            return no("not_completed");
        }
        if booking.reviewed_by.contains(&by) {
            return no("already_reviewed");
        }
        self.reviewed(by, at, rating);
        self.tell(booking.expert, "New review", Some(booking.id));
        Ok(Answer::Made(fresh))
    }
}
