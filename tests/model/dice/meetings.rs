//! What somebody does about a meeting.

use domain::booking::Step;
use rand::RngExt;

use super::Dice;
use crate::command::Status;
use crate::meetings::{Act, RULES};
use crate::oracle::{Booking, Model};

fn is_one(booking: &Booking) -> bool {
    booking.is_made_by(&RULES)
}

impl Dice {
    pub(super) fn meeting(&mut self, model: &Model) -> Act {
        match self.below(70) {
            0..25 => self.request(model),
            25..48 => self.step(model),
            48..58 => self.change(model),
            58..64 => self.transfer(model),
            _ => {
                let at = self.completed(model);
                let by = self.party(model, at);
                let other = model.bookings.get(at).filter(|meeting| meeting.has(by)).map(|meeting| meeting.other(by));
                let about = other.filter(|_| !self.one_in(8)).unwrap_or(by);
                Act::Review { by, at, about, rating: self.pick(&[1, 2, 3, 4, 5]) }
            }
        }
    }

    pub(super) fn transfer(&mut self, model: &Model) -> Act {
        let at = self.completed(model);
        Act::Transfer { by: self.party(model, at), at, total: self.pick(&[1, 2, 3, 6]) }
    }

    fn completed(&mut self, model: &Model) -> usize {
        match self.below(6) {
            0 => self.booking(model),
            _ => self.booking_where(model, |it| is_one(it) && it.status == Status::Completed),
        }
    }

    fn request(&mut self, model: &Model) -> Act {
        let (by, people) = (self.person(model), model.people.len());
        let to = match self.below(40) {
            0 => None,
            1 => Some(by),
            _ => Some((by + 1 + self.below(people - 1)) % people),
        };
        Act::Request { by, to, span: self.span(model, to) }
    }

    fn step(&mut self, model: &Model) -> Act {
        use Step::{Cancel, Complete, Confirm, Expire, Refund, ReportNoShow};
        let steps = [Confirm, Confirm, Confirm, Confirm, Cancel, Complete, Complete, ReportNoShow, Expire, Refund];
        let (step, now) = (self.pick(&steps), model.now);
        let at = match step {
            _ if self.one_in(3) => self.booking(model),
            Confirm => self.booking_where(model, |it| is_one(it) && it.status == Status::Pending && it.span.0 > now),
            Complete => {
                self.booking_where(model, |it| is_one(it) && it.status == Status::Confirmed && it.span.1 <= now)
            }
            ReportNoShow => {
                self.booking_where(model, |it| is_one(it) && it.status == Status::Confirmed && it.span.0 <= now)
            }
            _ => self.booking(model),
        };
        let by = match model.bookings.get(at) {
            Some(meeting) if step == Confirm && !self.one_in(3) => meeting.expert,
            _ => self.party(model, at),
        };
        Act::Step { by, at, step }
    }

    fn change(&mut self, model: &Model) -> Act {
        let at = match self.below(4) {
            0 => self.booking(model),
            _ => self.booking_where(model, |it| is_one(it) && it.is_open(model.now)),
        };
        let by = match model.bookings.get(at) {
            Some(meeting) if !self.one_in(4) => meeting.requester,
            _ => self.party(model, at),
        };
        let title = self.one_in(2).then(|| self.random.random_range(1..100));
        let span = model.bookings.get(at).map(|meeting| meeting.span);
        let (start, end) = match (self.below(16), span) {
            (0..4, _) => (None, None),
            // A little earlier, later, shorter, longer: so that it overlaps itself.
            (4..7, Some(span)) => {
                let nudges = [-15, -5, 0, 5, 10];
                (Some(span.0 + self.pick(&nudges)), Some(span.1 + self.pick(&nudges)))
            }
            (7, Some(span)) => (Some(model.now - self.pick(&[0, 1, 30])), Some(span.1.min(model.now + 60))),
            (8..12, Some(span)) => (None, Some(span.1 + self.pick(&[-10, 10, 30]))),
            _ => {
                let (start, end) = self.span(model, model.bookings.get(at).map(|meeting| meeting.expert));
                (Some(start), Some(end))
            }
        };
        Act::Change { by, at, title, start, end }
    }
}
