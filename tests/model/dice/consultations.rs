//! What somebody does about a consultation.

use super::{DAY, Dice, HOUR};
use crate::command::{Minute, Status};
use crate::consultations::{Act, How, RULES};
use crate::money::Funds;
use crate::oracle::{Booking, Model};

const LENGTHS: [u32; 6] = [15, 30, 30, 45, 60, 120];

fn is_one(booking: &Booking) -> bool {
    booking.is_made_by(&RULES)
}

impl Dice {
    pub(super) fn consultation(&mut self, model: &Model) -> Act {
        let now = model.now;
        // For some minutes only can it end before its time.
        let is_early = |it: &Booking| is_one(it) && it.has_begun && it.status == Status::Confirmed && now < it.span.0;
        if let Some(at) = model.bookings.iter().position(is_early).filter(|_| self.one_in(3)) {
            return Act::End { by: self.party(model, at), at };
        }
        // For a quarter of an hour before its start it can begin, and to be paid.
        let can_begin = |it: &Booking| it.status == Status::Confirmed && (it.span.0 - 15..it.span.0).contains(&now);
        let begins = |it: &Booking| is_one(it) && !it.has_begun && can_begin(it);
        if let Some(at) = model.bookings.iter().position(begins).filter(|_| self.one_in(3)) {
            return Act::Begin { by: self.party(model, at), at };
        }
        let is_unpaid = |it: &Booking| is_one(it) && it.funds == Funds::Due && it.is_open(now);
        if let Some(at) = model.bookings.iter().position(is_unpaid).filter(|_| self.one_in(6)) {
            return Act::Confirm { by: self.mostly_expert(model, at), at };
        }
        match self.below(70) {
            0..24 => self.book(model),
            24..36 => {
                let can = |it: &Booking| is_one(it) && it.is_open(now) && it.status == Status::Pending;
                let at = self.some(model, |it| can(it) && (it.funds != Funds::Due || it.id % 5 == 0));
                Act::Confirm { by: self.mostly_expert(model, at), at }
            }
            36..41 => {
                let at = self.some(model, |it| is_one(it) && it.is_open(now));
                Act::Cancel { by: self.party(model, at), at }
            }
            41..47 => {
                let is_near = |it: &Booking| (it.span.0 - 15..it.span.1 + 2 * HOUR).contains(&now);
                let at = self.some(model, |it| is_one(it) && it.status == Status::Confirmed && is_near(it));
                Act::Begin { by: self.party(model, at), at }
            }
            47..54 => {
                let has_begun = |it: &Booking| it.has_begun && it.status == Status::Confirmed;
                let at = self.some(model, |it| is_one(it) && has_begun(it));
                Act::End { by: self.party(model, at), at }
            }
            54..64 => self.reschedule(model),
            _ => {
                let at = self.some(model, |it| is_one(it) && it.status == Status::Completed);
                let by = model.bookings.get(at).map_or(0, |booking| booking.requester);
                let by = if self.one_in(6) { self.party(model, at) } else { by };
                Act::Rate { by, at, rating: self.pick(&[1, 2, 3, 4, 5]) }
            }
        }
    }

    /// Hardly ever another.
    pub(super) fn some(&mut self, model: &Model, wanted: impl Fn(&Booking) -> bool) -> usize {
        if self.one_in(5) { self.booking(model) } else { self.booking_where(model, wanted) }
    }

    fn mostly_expert(&mut self, model: &Model, at: usize) -> usize {
        match model.bookings.get(at) {
            Some(booking) if !self.one_in(5) => booking.expert,
            _ => self.party(model, at),
        }
    }

    fn book(&mut self, model: &Model) -> Act {
        let (by, people) = (self.person(model), model.people.len());
        let to = match self.below(40) {
            0 => None,
            1 => Some(by),
            2..5 => Some((by + 1 + self.below(people - 1)) % people),
            _ => {
                let experts: Vec<usize> = (0..people).filter(|person| model.takes_bookings(*person)).collect();
                experts.iter().copied().filter(|expert| *expert != by).nth(self.below(experts.len().max(1)))
            }
        };
        let minutes = self.pick(&LENGTHS);
        let start = self.start(model, to, minutes.into());
        let how = self.pick(&[How::Video, How::Video, How::Chat, How::Phone]);
        Act::Book { by, to, span: (start, start + i64::from(minutes)), how }
    }

    fn reschedule(&mut self, model: &Model) -> Act {
        let is_early = |it: &Booking| it.span.0 - 12 * HOUR > model.now;
        let at = self.some(model, |it| is_one(it) && it.is_open(model.now) && is_early(it));
        let old = model.bookings.get(at);
        let by = match old {
            Some(booking) if !self.one_in(6) => booking.requester,
            _ => self.party(model, at),
        };
        let minutes = self.one_in(2).then(|| self.pick(&LENGTHS));
        let start = match old {
            // So that it overlaps itself.
            Some(booking) if self.one_in(3) => booking.span.0.div_euclid(5) * 5 + self.pick(&[-30, -15, 0, 5, 30]),
            _ => self.start(model, old.map(|booking| booking.expert), i64::from(minutes.unwrap_or(30))),
        };
        Act::Reschedule { by, at, start, minutes }
    }

    /// On a mark, mostly ahead and inside the expert's hours.
    pub(super) fn start(&mut self, model: &Model, expert: Option<usize>, minutes: Minute) -> Minute {
        let mut start = self.loose_start(model);
        for _ in 0..if self.one_in(10) { 0 } else { 8 } {
            let is_open = expert.is_none_or(|expert| model.published(expert).covers((start, start + minutes)));
            if is_open && start > model.now {
                break;
            }
            start = self.loose_start(model);
        }
        start
    }

    fn loose_start(&mut self, model: &Model) -> Minute {
        let near = self.booking_where(model, |booking| booking.is_open(model.now) || booking.has_lapsed(model.now));
        let start = match (self.below(10), model.bookings.get(near)) {
            (0, _) => model.now + self.pick(&[-30, 0, 5, 10]),
            (1, Some(booking)) => booking.span.1 + 4,
            (2 | 3, Some(booking)) => booking.span.0 + self.pick(&[-5, 0, 0, 5]),
            (4, _) => model.now + self.below(120) as Minute,
            _ => model.now + 30 + self.below(3 * DAY as usize) as Minute,
        };
        start.div_euclid(5) * 5
    }
}
