//! Paying for sessions, and taking out what they brought (`mentorship.md` §4.2 and §5.3).

use std::collections::{BTreeMap, BTreeSet};

use domain::withdrawal::State;

use super::super::command::{Answer, Expected, Status, Word, no};
use super::super::money::{Funds, Unit};
use super::super::oracle::{Booking, Model};
use super::super::rules::Event;
use super::RULES;

/// What is known of sessions beside their bookings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    /// Who may have got a number without being asked for it.
    pub(super) numbered: BTreeSet<usize>,
    /// Of which there is an order; and those whose order has had a payment that went back.
    orders: BTreeSet<usize>,
    closed: BTreeSet<usize>,
    /// For which session each payment came, and whether it paid for it.
    payments: BTreeMap<usize, (usize, bool)>,
    /// Those whose price goes back, and how many payments do that were never wanted.
    pub(crate) owed: Vec<usize>,
    pub(crate) declined: usize,
    pub(crate) withdrawals: Vec<Withdrawal>,
}

impl Sessions {
    pub(crate) fn newest_payment(&self) -> usize {
        self.payments.last_key_value().map_or(0, |(newest, _)| *newest)
    }

    /// Whether it was tried to pay for it: only then can it be told of later.
    pub(crate) fn is_ordered(&self, at: usize) -> bool {
        self.orders.contains(&at)
    }

    /// For which sessions payments came, and whether they were taken: the others go back.
    pub(crate) fn came(&self) -> impl Iterator<Item = (usize, bool)> {
        self.payments.values().copied()
    }

    /// The amounts that wait for an administrator's word.
    pub(crate) fn to_pay_out(&self) -> impl Iterator<Item = i64> {
        self.withdrawals.iter().filter(|it| it.state == State::Pending).map(|it| it.minor)
    }

    /// Who may have a number without having been asked for it.
    pub(crate) fn may_be_numbered(&self) -> impl Iterator<Item = usize> {
        self.numbered.iter().copied()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Withdrawal {
    pub(crate) id: i64,
    by: usize,
    minor: i64,
    state: State,
}

impl Model {
    pub(super) fn pay_session(&mut self, by: usize, at: usize, payment: usize, is_told: bool) -> Expected {
        let is_ordered = self.sessions.orders.contains(&at);
        if !is_ordered || !is_told {
            let booking = self.party(by, at)?;
            if !is_ordered {
                if !booking.is_made_by(&RULES) {
                    return no("not_payable");
                }
                let is_paid = matches!(booking.funds, Funds::Held | Funds::Captured);
                if is_paid && booking.status != Status::Cancelled {
                    return no("already_paid");
                }
                if booking.funds != Funds::Due || !booking.is_open(self.now) {
                    return no("not_payable");
                }
                self.sessions.orders.insert(at);
            }
        }
        self.look_at(None, at);
        match (self.settle_payment(at, payment), is_told) {
            // What is told is always received.
            (_, true) => Ok(Answer::Nothing),
            (Ok(()), false) => Ok(self.booking_as_told(at)),
            (Err(word), false) => no(word),
        }
    }

    /// What a payment leads to.
    fn settle_payment(&mut self, at: usize, payment: usize) -> Result<(), Word> {
        match self.sessions.payments.get(&payment) {
            Some((other, _)) if *other != at => return Err("payment_reused"),
            Some((_, true)) => return Ok(()),
            Some((_, false)) => return Err(self.why_not(at)),
            None => {}
        }
        let Booking { requester, expert, span, status, funds, price, .. } = self.bookings[at].clone();
        let waits = funds == Funds::Due && matches!(status, Status::Pending | Status::Expired) && self.now < span.0;
        let has_place = status == Status::Pending || self.is_free(&[requester, expert], span, Some(at));
        if waits && has_place && !self.sessions.closed.contains(&at) {
            self.sessions.payments.insert(payment, (at, true));
            self.issued[Unit::Inr as usize] += price.minor;
            self.purse(requester, Unit::Inr).held += price.minor;
            self.bookings[at].funds = Funds::Held;
            if status == Status::Expired {
                self.claim(at);
            }
            self.confirmed(at);
            return Ok(());
        }
        self.sessions.payments.insert(payment, (at, false));
        if funds == Funds::Due {
            self.sessions.closed.insert(at);
        }
        self.sessions.declined += 1;
        self.announce(at, Event::Returned);
        Err(self.why_not(at))
    }

    fn why_not(&self, at: usize) -> Word {
        let booking = &self.bookings[at];
        match booking.funds {
            Funds::Held | Funds::Captured => "already_paid",
            Funds::Due if booking.status == Status::Expired || booking.has_lapsed(self.now) => "slot_taken",
            _ => "not_payable",
        }
    }

    pub(super) fn withdraw(&mut self, by: usize, minor: i64, fresh: i64) -> Expected {
        let purse = self.purse(by, Unit::Inr);
        if purse.spendable < minor {
            return no("insufficient_credits");
        }
        purse.spendable -= minor;
        self.issued[Unit::Inr as usize] -= minor;
        self.sessions.withdrawals.push(Withdrawal { id: fresh, by, minor, state: State::Pending });
        Ok(Answer::Made(fresh))
    }

    pub(super) fn decide(&mut self, withdrawal: usize, next: State) -> Expected {
        let Some(known) = self.sessions.withdrawals.get(withdrawal).copied() else { return no("not_found") };
        let title = match (known.state, next) {
            (State::Pending, State::Approved) => "Withdrawal approved",
            (State::Pending, State::Rejected) => "Withdrawal rejected",
            (State::Approved, State::Processed) => "Withdrawal processed",
            _ => return no("bad_step"),
        };
        self.sessions.withdrawals[withdrawal].state = next;
        if next == State::Rejected {
            self.issued[Unit::Inr as usize] += known.minor;
            self.purse(known.by, Unit::Inr).spendable += known.minor;
        }
        self.tell(known.by, title, Some(known.id));
        Ok(Answer::Nothing)
    }
}
