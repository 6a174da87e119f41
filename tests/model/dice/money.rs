//! Who pays for what, and what providers say.

use super::Dice;
use crate::command::{Command, Minute};
use crate::money::{Act, Funds, Provider, Refund};
use crate::oracle::{Booking, Model};

fn is_due(booking: &Booking, now: Minute) -> bool {
    booking.funds == Funds::Due && booking.is_open(now) && !booking.is_made_by(&crate::mentorship::RULES)
}

impl Dice {
    /// What can be paid can be paid for a quarter of an hour only, so somebody hurries.
    pub(super) fn hurries_to_pay(&mut self, model: &Model) -> bool {
        model.bookings.iter().any(|booking| is_due(booking, model.now)) && self.one_in(5)
    }

    pub(super) fn payment(&mut self, model: &Model) -> Command {
        if !model.intents.is_empty() && self.one_in(3) {
            return self.event(model);
        }
        let now = model.now;
        let at = if self.one_in(6) { self.booking(model) } else { self.booking_where(model, |it| is_due(it, now)) };
        // Sessions are paid elsewhere; and what does not exist never will, though the command may come once more.
        let is_payable_here = |booking: &Booking| !booking.is_made_by(&crate::mentorship::RULES);
        let at = if model.bookings.get(at).is_some_and(is_payable_here) { at } else { usize::MAX };
        let by = match model.bookings.get(at) {
            Some(booking) if !self.one_in(6) => booking.requester,
            _ => self.party(model, at),
        };
        let provider = if self.one_in(2) { Provider::Simulated } else { Provider::PayPal };
        Command::Money(Act::Pay { by, at, provider })
    }

    /// Mostly news about something of late.
    fn event(&mut self, model: &Model) -> Command {
        let known: Vec<usize> = (0..model.intents.len())
            .filter(|intent| model.intents[*intent].provider == Provider::PayPal)
            .rev()
            .take(6)
            .collect();
        if known.is_empty() {
            return Command::Purchase { by: self.person(model), credits: 1 };
        }
        let intent = self.pick(&known);
        let next = model.events.last().map_or(0, |last| last + 1);
        let number = if self.one_in(5) { next.saturating_sub(1) } else { next };
        let (has_succeeded, is_wrong) = (!self.one_in(4), self.one_in(6));
        Command::Money(Act::Event { intent, number, has_succeeded, is_wrong })
    }

    /// What is owed goes back sooner or later, and perhaps again.
    pub(super) fn refund(&mut self, model: &Model) -> Command {
        if model.owed.is_empty() {
            return Command::Tick;
        }
        let is_back = |refund: &Refund| match *refund {
            Refund::Intent(at) => model.intents[at].is_returned,
            Refund::Booking(root) => model.intents.iter().any(|intent| intent.has_paid_for(root) && intent.is_returned),
        };
        let waiting = (0..model.owed.len()).find(|owed| !is_back(&model.owed[*owed]));
        let owed = waiting.filter(|_| !self.one_in(5)).unwrap_or_else(|| self.below(model.owed.len()));
        Command::Money(Act::Refund { owed })
    }
}
