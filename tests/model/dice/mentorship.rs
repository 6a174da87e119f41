//! What somebody does about a session.

use domain::withdrawal::State;

use super::{DAY, Dice, HOUR};
use crate::command::{Command, Status};
use crate::mentorship::{Act, RULES};
use crate::money::{Funds, Unit};
use crate::oracle::{Booking, Model};

const LENGTHS: [u32; 6] = [15, 30, 30, 45, 60, 90];

fn is_one(booking: &Booking) -> bool {
    booking.is_made_by(&RULES)
}

fn stands(booking: &Booking) -> bool {
    is_one(booking) && booking.status == Status::Confirmed
}

impl Dice {
    pub(super) fn numbering(&mut self, by: usize) -> Act {
        Act::Number { by, as_mentor: self.one_in(2) }
    }

    /// What may also happen at the same moment as something else.
    pub(super) fn session(&mut self, model: &Model) -> Act {
        let now = model.now;
        match self.below(20) {
            0..8 => {
                let by = self.person(model);
                let to = if self.one_in(12) { self.somebody(model) } else { Some((by + 1 + self.below(2)) % 3) };
                let minutes = i64::from(self.pick(&LENGTHS));
                let start = self.start(model, to, minutes);
                Act::Book { by, to, span: (start, start + minutes) }
            }
            8..13 => {
                let is_near = |it: &Booking| (it.span.0 - 10..it.span.1 + DAY).contains(&now);
                let at = self.some(model, |it| stands(it) && is_near(it));
                Act::Attend { by: self.party(model, at), at }
            }
            13..15 => {
                let at = self.some(model, |it| is_one(it) && it.is_open(now));
                Act::Cancel { by: self.party(model, at), at }
            }
            15..18 => {
                let at = self.some(model, |it| stands(it) && it.span.0 - 12 * HOUR > now);
                let expert = model.bookings.get(at).map(|booking| booking.expert);
                Act::Move { by: self.party(model, at), at, start: self.start(model, expert, 60) }
            }
            _ => {
                let rich =
                    (0..model.people.len()).find(|by| model.people[*by].purses[Unit::Inr as usize].spendable > 0);
                let by = rich.filter(|_| !self.one_in(4)).unwrap_or_else(|| self.person(model));
                Act::Withdraw { by, minor: self.pick(&[5_000, 7_500, 20_000, 100_000]) }
            }
        }
    }

    /// What takes more than one step, or needs somebody to have gone before.
    pub(super) fn session_alone(&mut self, model: &Model) -> Act {
        let now = model.now;
        match self.below(14) {
            0..6 => self.payment_of_a_session(model),
            6..9 => {
                let has_begun = |it: &Booking| (it.span.0..it.span.1 + DAY).contains(&now) && !it.is_disputed;
                let at = self.some(model, |it| stands(it) && has_begun(it));
                let by = model.bookings.get(at).map_or(0, |booking| booking.requester);
                Act::Dispute { by: if self.one_in(6) { self.party(model, at) } else { by }, at }
            }
            9..11 => {
                let at = self.some(model, |it| is_one(it) && it.is_disputed);
                Act::Resolve { at, completes: self.one_in(2) }
            }
            _ => {
                let known = model.sessions.withdrawals.len();
                let next = self.pick(&[State::Approved, State::Approved, State::Rejected, State::Processed]);
                Act::Decide { withdrawal: self.below(known + 1), next }
            }
        }
    }

    /// What can be paid can be paid for a quarter of an hour only.
    pub(super) fn hurries_to_pay_a_session(&mut self, model: &Model) -> Option<Command> {
        let waits = |it: &Booking| is_one(it) && it.funds == Funds::Due && it.is_open(model.now);
        let hurries = model.bookings.iter().any(waits) && self.one_in(3);
        hurries.then(|| Command::Mentorship(self.payment_of_a_session(model)))
    }

    /// Mostly the first of one that waits; sometimes another, or of one that waits no longer.
    fn payment_of_a_session(&mut self, model: &Model) -> Act {
        let is_due = |it: &Booking| is_one(it) && it.funds == Funds::Due;
        let at = match self.below(8) {
            0 => self.booking_where(model, is_one),
            1 | 2 => self.booking_where(model, is_due),
            _ => self.booking_where(model, |it| is_due(it) && it.is_open(model.now)),
        };
        let known = model.sessions.newest_payment();
        let payment = if self.one_in(5) { known } else { known + 1 };
        let by = if self.one_in(12) { self.person(model) } else { self.party(model, at) };
        Act::Pay { by, at, payment, is_told: self.one_in(3) }
    }
}
