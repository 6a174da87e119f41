//! What somebody does about an opening or a lesson.

use super::{DAY, Dice, HOUR};
use crate::command::{Command, Minute, Status};
use crate::mentorship::HOURLY;
use crate::money::Funds;
use crate::oracle::{Booking, Model};
use crate::tutoring::{Act, RULES};

const LENGTHS: [Minute; 4] = [30, 30, 60, 90];

fn is_one(booking: &Booking) -> bool {
    booking.is_made_by(&RULES)
}

fn is_paid(booking: &Booking, now: Minute) -> bool {
    is_one(booking) && booking.funds != Funds::Due && booking.is_open(now)
}

impl Dice {
    /// What may also happen at the same moment as something else.
    pub(super) fn lesson(&mut self, model: &Model) -> Act {
        let now = model.now;
        let stands = |it: &Booking| is_one(it) && it.is_open(now);
        match self.below(20) {
            0..3 => self.offer(model),
            3..8 => {
                let slot = self.opening(model);
                Act::Book { by: self.person(model), slot }
            }
            8..11 => {
                let at = self.some(model, |it| is_paid(it, now) && it.status == Status::Pending);
                let expert = model.bookings.get(at).map_or(0, |booking| booking.expert);
                Act::Confirm { by: if self.one_in(6) { self.party(model, at) } else { expert }, at }
            }
            11..14 => {
                let at = self.some(model, |it| is_paid(it, now) && it.span.0 <= now);
                Act::Complete { by: self.party(model, at), at }
            }
            14..16 => {
                let at = self.some(model, stands);
                Act::Cancel { by: self.party(model, at), at }
            }
            16..17 => {
                let at = self.some(model, stands);
                Act::Refund { by: self.party(model, at), at }
            }
            17..19 => {
                let at = self.some(model, |it| stands(it) && it.span.0 - 12 * HOUR > now);
                let slot = self.opening_in_place_of(model, at);
                Act::Move { by: self.party(model, at), at, slot }
            }
            _ => {
                let slot = if self.one_in(3) { self.booked(model) } else { self.opening(model) };
                let by = model.slots.get(slot).map_or(0, |slot| slot.by);
                Act::Drop { by: if self.one_in(6) { self.person(model) } else { by }, slot }
            }
        }
    }

    /// What takes more than one step, or needs somebody to have gone before.
    pub(super) fn lesson_alone(&mut self, model: &Model) -> Act {
        let now = model.now;
        match self.below(8) {
            0..2 => self.offer(model),
            2..6 => {
                let at = self.some(model, |it| is_paid(it, now) && it.span.0 <= now && !it.is_disputed);
                let by = model.bookings.get(at).map_or(0, |booking| booking.requester);
                Act::Dispute { by: if self.one_in(6) { self.party(model, at) } else { by }, at }
            }
            _ => {
                let at = self.some(model, |it| is_one(it) && it.is_disputed);
                Act::Resolve { at, completes: self.one_in(2) }
            }
        }
    }

    /// Only those who ask for money by the hour, and publish hours anyway, offer dated openings.
    fn offer(&mut self, model: &Model) -> Act {
        let by = self.below(HOURLY.iter().flatten().count());
        let length = self.pick(&LENGTHS);
        let ahead = if self.one_in(4) { 4 * DAY } else { 2 * DAY };
        let start = (model.now + 10 + self.below(ahead as usize) as Minute) / 5 * 5;
        Act::Offer { by, span: (start, start + length) }
    }

    /// Mostly one that is ahead and free.
    fn opening(&mut self, model: &Model) -> usize {
        let fits = |slot: &crate::tutoring::Slot| {
            !slot.is_gone && slot.span.0 > model.now && model.is_free(&[slot.by], slot.span, None)
        };
        self.slot_where(model, fits)
    }

    /// Something is booked at its time.
    fn booked(&mut self, model: &Model) -> usize {
        let is_booked = |slot: &crate::tutoring::Slot| !slot.is_gone && !model.is_free(&[slot.by], slot.span, None);
        self.slot_where(model, is_booked)
    }

    fn opening_in_place_of(&mut self, model: &Model, at: usize) -> usize {
        let Some(booking) = model.bookings.get(at) else { return self.opening(model) };
        let length = booking.span.1 - booking.span.0;
        let differs = self.one_in(6);
        let fits = |slot: &crate::tutoring::Slot| {
            let is_like = slot.by == booking.expert && (slot.span.1 - slot.span.0 == length) != differs;
            is_like && !slot.is_gone && slot.span.0 > model.now && model.is_free(&[slot.by], slot.span, Some(at))
        };
        self.slot_where(model, fits)
    }

    fn slot_where(&mut self, model: &Model, fits: impl Fn(&crate::tutoring::Slot) -> bool) -> usize {
        let known = model.slots.len();
        let fitting: Vec<_> = (0..known).filter(|slot| fits(&model.slots[*slot])).collect();
        if fitting.is_empty() || self.one_in(10) { self.below(known + 1) } else { self.pick(&fitting) }
    }

    /// What can be paid can be paid for a quarter of an hour only.
    pub(super) fn hurries_to_teach(&mut self, model: &Model) -> Option<Command> {
        let is_open = |slot: &crate::tutoring::Slot| !slot.is_gone && slot.span.0 > model.now;
        let is_bare = model.slots.iter().filter(|slot| is_open(slot)).count() < 4;
        (is_bare && self.one_in(12)).then(|| Command::Tutoring(self.offer(model)))
    }
}
