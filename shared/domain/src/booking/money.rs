//! Where a booking's price goes: held, captured once or released once, and given on top.

use chrono::{SubsecRound, TimeDelta};

use super::{Booking, Change, Facade, Fact, Funds, Refusal, Seat, Status};
use crate::Instant;
use crate::ids::EntryId;
use crate::ledger::{self, Account, Cause, Entry, Unit, capture, fee, transfer};

/// Whoever has not paid by then has let the time go (`consultations.md` §7, `tutoring.md` §5.2).
const PAYS_WITHIN: TimeDelta = TimeDelta::minutes(15);

impl Booking {
    fn entry(&self, id: EntryId, cause: Cause, legs: Vec<ledger::Leg>, now: Instant) -> Entry {
        Entry::new(id, cause, self.price.unit, legs, self.title.clone(), now)
    }

    /// Reserves a price in credits when the booking is made; a price in money waits for its payment.
    pub(super) fn reserve(&mut self, id: EntryId, now: Instant) -> Option<Entry> {
        (self.funds, self.price.minor) = match (self.price.unit, self.price.minor) {
            (_, 0) => (Funds::Free, 0),
            (Unit::Credit, minor) => (Funds::Held, minor),
            (Unit::Currency(_), minor) => (Funds::Due, minor),
        };
        self.pay_by = (self.funds == Funds::Due).then(|| {
            // It is shown in whole seconds and is over when it says so.
            self.interval.start().min(now.trunc_subsecs(0) + PAYS_WITHIN)
        });
        (self.funds == Funds::Held).then(|| {
            let legs = transfer(Account::Spendable(self.learner.id), Account::Held(self.learner.id), self.price.minor);
            self.entry(id, Cause::Hold(self.root), legs, now)
        })
    }

    /// Money has come in from the provider and is held.
    pub(super) fn pay(&mut self, id: EntryId, now: Instant) -> Result<Option<Entry>, Refusal> {
        if self.funds != Funds::Due {
            return Err(Refusal::InvalidTransition);
        }
        self.funds = Funds::Held;
        self.pay_by = None;
        let legs = transfer(Account::Provider, Account::Held(self.learner.id), self.price.minor);
        Ok(Some(self.entry(id, Cause::Hold(self.root), legs, now)))
    }

    /// The hold goes to the expert, less the platform's share.
    pub(super) fn capture(&mut self, id: EntryId, now: Instant, facts: &mut Vec<Fact>) -> Option<Entry> {
        if self.funds != Funds::Held {
            return None;
        }
        let share = fee(self.price, self.policy.fee_percent);
        self.funds = Funds::Captured;
        self.paid_out = self.price.minor - share;
        facts.push(Fact::PaidOut(self.paid_out));
        let legs = capture(self.learner.id, self.expert.id, self.price.minor, share);
        Some(self.entry(id, Cause::Capture(self.root), legs, now))
    }

    /// The hold goes back to the learner: credits to spend again, money to the provider.
    pub(super) fn release(&mut self, id: EntryId, now: Instant) -> Option<Entry> {
        if self.funds != Funds::Held {
            return None;
        }
        self.funds = Funds::Released;
        let back_to = match self.price.unit {
            Unit::Credit => Account::Spendable(self.learner.id),
            Unit::Currency(_) => Account::Provider,
        };
        let legs = transfer(Account::Held(self.learner.id), back_to, self.price.minor);
        Some(self.entry(id, Cause::Release(self.root), legs, now))
    }

    /// Sees to it that the expert has got at least `total` credits for this booking: `None` if that is so already.
    pub fn tip_up_to(
        &self,
        seat: Seat,
        total: u32,
        now: Instant,
        id: EntryId,
    ) -> Result<Option<Change>, ledger::Refusal> {
        if seat != Seat::Learner {
            return Err(ledger::Refusal::NotThePayer);
        }
        // What is given on top is an affair of meetings.
        if self.status != Status::Completed || self.facade != Facade::Meetings {
            return Err(ledger::Refusal::NotCompleted);
        }
        let Some(missing @ 1..) = total.checked_sub(self.paid_out) else {
            return Ok(None);
        };
        let mut after = self.clone();
        after.paid_out = total;
        after.updated_at = now;
        after.version += 1;
        let legs = transfer(Account::Spendable(self.learner.id), Account::Spendable(self.expert.id), missing);
        let cause = Cause::Tip(self.id, total);
        let entry = Entry::new(id, cause, Unit::Credit, legs, self.title.clone(), now);
        let facts = vec![Fact::PaidOut(missing)];
        Ok(Some(Change { before: Some(self.clone()), after, entry: Some(entry), facts }))
    }
}
