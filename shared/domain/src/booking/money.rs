//! Where a booking's price goes: held, captured once or released once, and given on top.

use chrono::{SubsecRound, TimeDelta};

use super::{Booking, Change, Fact, Funds, Refusal, Seat, Status};
use crate::Instant;
use crate::ids::EntryId;
use crate::ledger::{self, Account, Amount, Cause, Entry, Shares, Unit, capture, expected, transfer};

/// Where a price stands, seen by whoever pays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentState {
    Unpaid,
    Paid,
    /// It is owed back.
    RefundPending,
    Refunded,
    PartiallyRefunded,
}

impl PaymentState {
    pub const ALL: [PaymentState; 5] = [
        PaymentState::Unpaid,
        PaymentState::Paid,
        PaymentState::RefundPending,
        PaymentState::Refunded,
        PaymentState::PartiallyRefunded,
    ];
}

impl Booking {
    /// Where its price stands. What costs nothing is paid.
    pub fn payment_state(&self) -> PaymentState {
        let back = (self.returned > 0).then_some(match self.returned < self.price.minor {
            true => PaymentState::PartiallyRefunded,
            false => PaymentState::Refunded,
        });
        match (self.funds, self.price.unit) {
            (Funds::Due, _) => PaymentState::Unpaid,
            (Funds::Released, Unit::Credit) => PaymentState::Refunded,
            (Funds::Released, Unit::Currency(_)) if self.returned < self.price.minor => PaymentState::RefundPending,
            _ => back.unwrap_or(PaymentState::Paid),
        }
    }

    /// What becomes of its price, by the terms it was made under.
    pub fn shares(&self) -> Shares {
        Shares::of(self.price, self.policy.fee_percent)
    }

    /// It is to be paid by this order of the provider's; `None` if that is known.
    pub fn ordered(&self, order: &str, now: Instant) -> Option<Change> {
        (self.order.as_deref() != Some(order)).then(|| {
            let order = Some(order.to_owned());
            let after = Self { order, updated_at: now, version: self.version + 1, ..self.clone() };
            Change::of(self, after, Vec::new())
        })
    }

    /// The provider says that so much of the price has gone back in all.
    pub fn gives_back(&self, total: u64, now: Instant) -> Option<Change> {
        let returned = total.min(self.price.minor);
        (returned != self.returned).then(|| {
            let after = Self { returned, updated_at: now, version: self.version + 1, ..self.clone() };
            Change::of(self, after, Vec::new())
        })
    }

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
        // It is shown in whole seconds and is over when it says so.
        let pays_within = self.rules().pays_within.filter(|_| self.funds == Funds::Due).map(TimeDelta::minutes);
        self.pay_by = pays_within.map(|within| self.interval.start().min(now.trunc_subsecs(0) + within));
        (self.funds == Funds::Held).then(|| {
            let legs = transfer(Account::Spendable(self.learner.id), Account::Held(self.learner.id), self.price.minor);
            self.entry(id, Cause::Hold(self.root), legs, now)
        })
    }

    /// Money has come in from the provider and is held.
    pub(super) fn pay(&mut self, id: EntryId, now: Instant) -> Result<Entry, Refusal> {
        if self.funds != Funds::Due {
            return Err(Refusal::InvalidTransition);
        }
        self.funds = Funds::Held;
        self.pay_by = None;
        if self.rules().promises {
            self.promised = self.shares().net;
        }
        let mut legs = transfer(Account::Provider, Account::Held(self.learner.id), self.price.minor);
        if self.promised > 0 {
            legs.extend(expected(self.expert.id, self.promised.into()));
        }
        Ok(self.entry(id, Cause::Hold(self.root), legs, now))
    }

    /// What the expert could expect is theirs, or is not to be.
    fn promise_over(&mut self) -> Vec<ledger::Leg> {
        match std::mem::take(&mut self.promised) {
            0 => Vec::new(),
            promised => expected(self.expert.id, -i128::from(promised)).into(),
        }
    }

    /// The hold goes to the expert, less the platform's share.
    pub(super) fn capture(&mut self, fee_percent: u8, id: EntryId, now: Instant) -> Option<Entry> {
        if self.funds != Funds::Held {
            return None;
        }
        let shares = Shares::of(self.price, fee_percent);
        self.funds = Funds::Captured;
        self.paid_out = shares.net;
        let mut legs = capture(self.learner.id, self.expert.id, shares);
        legs.extend(self.promise_over());
        Some(self.entry(id, Cause::Capture(self.root), legs, now))
    }

    /// The hold goes back to the learner: credits to spend again; money to the provider, who then owes it.
    pub(super) fn release(&mut self, id: EntryId, now: Instant) -> Option<(Entry, Option<Amount>)> {
        if self.funds != Funds::Held {
            return None;
        }
        self.funds = Funds::Released;
        if self.paid_locally {
            self.returned = self.price.minor;
        }
        let (back_to, owed) = match self.price.unit {
            Unit::Credit => (Account::Spendable(self.learner.id), None),
            Unit::Currency(_) => (Account::Provider, Some(self.price)),
        };
        let mut legs = transfer(Account::Held(self.learner.id), back_to, self.price.minor);
        legs.extend(self.promise_over());
        Some((self.entry(id, Cause::Release(self.root), legs, now), owed))
    }

    /// Sees to it that the expert has got at least `total` credits for this booking: `None` if that is so already.
    pub fn tip_up_to(
        &self,
        seat: Seat,
        total: u64,
        now: Instant,
        id: EntryId,
    ) -> Result<Option<Change>, ledger::Refusal> {
        if seat != Seat::Learner {
            return Err(ledger::Refusal::NotThePayer);
        }
        if self.status != Status::Completed || !self.rules().tips {
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
        let change = Change::of(self, after, vec![Fact::PaidOut(missing)]);
        Ok(Some(Change { entry: Some(entry), ..change }))
    }
}
