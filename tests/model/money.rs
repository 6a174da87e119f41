//! The model's money: where a price is, who pays, what has to go back, and what providers say.

use super::command::{Answer, Expected, Word, no};
use super::oracle::{Booking, Model};
use super::rules::Event;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Credit,
    Usd,
    Inr,
}

impl Unit {
    pub(crate) const ALL: [Unit; 3] = [Unit::Credit, Unit::Usd, Unit::Inr];
}

/// Credits, or cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) unit: Unit,
    pub(crate) minor: i64,
}

impl Price {
    pub(crate) const NOTHING: Price = Price { unit: Unit::Credit, minor: 0 };
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Purse {
    pub(crate) spendable: i64,
    pub(crate) held: i64,
    /// All that was ever earned.
    pub(crate) earned: i64,
}

/// Where a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Funds {
    Free,
    Due,
    Held,
    Captured,
    Released,
    /// With the booking that took this one's place.
    Moved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// Pays at once.
    Simulated,
    /// Says later whether it has paid.
    PayPal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Pending,
    Succeeded,
    Failed,
    Refunded,
}

/// What an intent was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Booking { at: usize, root: usize },
    Enrolment(usize),
}

impl Target {
    /// Whether what is paid for the one is paid for the other.
    fn is_like(self, other: Target) -> bool {
        match (self, other) {
            (Target::Booking { root, .. }, Target::Booking { root: other, .. }) => root == other,
            (one, other) => one == other,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: i64,
    pub(crate) target: Target,
    pub(crate) provider: Provider,
    pub(crate) said: Said,
    /// It is what was paid with.
    pub(crate) has_paid: bool,
    pub(crate) is_returned: bool,
}

/// What has to be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refund {
    /// What was paid for the chain that begins with this booking.
    Booking(usize),
    /// An intent that came too late.
    Intent(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Pay {
        by: usize,
        at: usize,
        provider: Provider,
    },
    /// A provider speaks of an intent, in an event of this number.
    Event {
        intent: usize,
        number: usize,
        has_succeeded: bool,
        /// It names another amount.
        is_wrong: bool,
    },
    /// What is owed goes back; the job comes twice.
    Refund {
        owed: usize,
    },
}

impl Intent {
    pub(crate) fn has_paid_for(&self, root: usize) -> bool {
        self.has_paid && self.target.is_like(Target::Booking { at: root, root })
    }
}

impl Booking {
    /// The platform's share of its price.
    pub(crate) fn fee(&self) -> i64 {
        match self.price.unit {
            Unit::Credit => 0,
            Unit::Usd | Unit::Inr => (2 * self.price.minor * self.rules.fee_percent + 100) / 200,
        }
    }
}

impl Model {
    pub(crate) fn credits(&self, person: usize) -> i64 {
        self.people[person].purses[Unit::Credit as usize].spendable
    }

    /// What a person could book for: what they can spend, and what is held for bookings that are over.
    pub(crate) fn credits_to_book(&self, person: usize) -> i64 {
        let is_free = |booking: &&Booking| {
            booking.requester == person
                && booking.funds == Funds::Held
                && booking.price.unit == Unit::Credit
                && booking.has_lapsed(self.now)
        };
        self.credits(person) + self.bookings.iter().filter(is_free).map(|booking| booking.price.minor).sum::<i64>()
    }

    pub(crate) fn purse(&mut self, person: usize, unit: Unit) -> &mut Purse {
        self.touched.purses.insert(person);
        &mut self.people[person].purses[unit as usize]
    }

    /// What somebody may expect of what others hold.
    pub(crate) fn coming(&self, person: usize, unit: Unit) -> i64 {
        let is_promised = |booking: &&Booking| {
            let is_money = unit != Unit::Credit && booking.price.unit == unit;
            booking.expert == person && booking.funds == Funds::Held && booking.rules.promises && is_money
        };
        self.bookings.iter().filter(is_promised).map(|booking| booking.price.minor - booking.fee()).sum()
    }

    /// A price in credits is held at once, one in money is due.
    pub(crate) fn reserve(&mut self, at: usize) {
        let (by, Price { unit, minor }) = (self.bookings[at].requester, self.bookings[at].price);
        self.bookings[at].funds = match (unit, minor) {
            (_, 0) => Funds::Free,
            (Unit::Usd | Unit::Inr, _) => Funds::Due,
            (Unit::Credit, _) => {
                let purse = self.purse(by, unit);
                purse.spendable -= minor;
                purse.held += minor;
                Funds::Held
            }
        };
    }

    fn end_hold(&mut self, at: usize, how: Funds) -> bool {
        if self.bookings[at].funds != Funds::Held {
            return false;
        }
        let (by, Price { unit, minor }) = (self.bookings[at].requester, self.bookings[at].price);
        self.purse(by, unit).held -= minor;
        self.touched.purses.insert(self.bookings[at].expert);
        self.bookings[at].funds = how;
        true
    }

    /// The price goes to the expert, less the platform's share.
    pub(crate) fn capture(&mut self, at: usize) {
        let Price { unit, minor } = self.bookings[at].price;
        if !self.end_hold(at, Funds::Captured) {
            return;
        }
        let fee = self.bookings[at].fee();
        self.fees[unit as usize] += fee;
        self.pay_out(at, minor - fee);
    }

    /// What was held or given reaches the expert.
    pub(crate) fn pay_out(&mut self, at: usize, minor: i64) {
        let (requester, expert) = (self.bookings[at].requester, self.bookings[at].expert);
        let (unit, root) = (self.bookings[at].price.unit, self.bookings[at].root);
        self.touched.purses.insert(requester);
        let purse = self.purse(expert, unit);
        purse.spendable += minor;
        purse.earned += minor;
        if unit == Unit::Credit {
            self.people[requester].entries.push(("spent", minor, Some(root)));
            self.people[expert].entries.push(("earned", minor, Some(root)));
        }
        self.bookings[at].paid += minor;
        let was_called_off = self.bookings[at].status == super::command::Status::Cancelled;
        self.announce(at, if was_called_off { Event::PaidAnyway } else { Event::PaidOut });
    }

    /// The price goes back to where it came from; whether there was one.
    pub(crate) fn release(&mut self, at: usize) -> bool {
        let (by, Price { unit, minor }) = (self.bookings[at].requester, self.bookings[at].price);
        if !self.end_hold(at, Funds::Released) {
            return false;
        }
        match unit {
            Unit::Credit => self.purse(by, unit).spendable += minor,
            Unit::Inr if self.bookings[at].is_made_by(&super::mentorship::RULES) => {
                self.issued[unit as usize] -= minor;
                self.sessions.owed.push(at);
            }
            Unit::Usd | Unit::Inr => {
                self.issued[unit as usize] -= minor;
                self.owe(Refund::Booking(self.bookings[at].root));
            }
        }
        true
    }

    fn owe(&mut self, refund: Refund) {
        assert!(!self.owed.contains(&refund), "the model itself gives {refund:?} back twice");
        self.owed.push(refund);
    }

    pub(crate) fn purchase(&mut self, by: usize, credits: i64) -> Expected {
        self.touched.purses.insert(by);
        self.issued[Unit::Credit as usize] += credits;
        self.people[by].purses[Unit::Credit as usize].spendable += credits;
        self.people[by].entries.push(("purchased", credits, None));
        Ok(Answer::Balance(self.credits(by)))
    }

    pub(crate) fn money(&mut self, act: &Act, fresh: i64) -> Expected {
        match *act {
            Act::Pay { by, at, provider } => self.pay(by, at, provider, fresh),
            Act::Event { intent, number, has_succeeded, is_wrong } => {
                if is_wrong {
                    return no("amount_mismatch");
                }
                let is_news = self.events.insert(number);
                if is_news {
                    self.hear_of(intent, has_succeeded);
                }
                self.touched.intents.insert(intent);
                Ok(Answer::Count(if is_news { 0 } else { 1 }))
            }
            Act::Refund { owed } => {
                let intents = &mut self.intents;
                let at = match self.owed[owed] {
                    Refund::Intent(at) => Some(at),
                    Refund::Booking(root) => intents.iter().position(|intent| intent.has_paid_for(root)),
                };
                let at = at.expect("what is given back was paid");
                (intents[at].said, intents[at].is_returned) = (Said::Refunded, true);
                self.touched.intents.insert(at);
                Ok(Answer::Nothing)
            }
        }
    }

    fn is_payable(&self, at: usize) -> bool {
        let booking = &self.bookings[at];
        booking.funds == Funds::Due && booking.is_open(self.now)
    }

    fn pay(&mut self, by: usize, at: usize, provider: Provider, fresh: i64) -> Expected {
        let booking = self.party(by, at).map_err(|_| vec!["unknown_booking"] as Vec<Word>)?;
        if by == booking.expert {
            return no("not_the_payer");
        }
        if !self.is_payable(at) {
            return no("not_payable");
        }
        let (root, said) = (booking.root, Said::Pending);
        let target = Target::Booking { at, root };
        if let Some(id) = self.open_intent(target, provider) {
            return Ok(Answer::Intent { id, is_new: false });
        }
        let intent = self.intents.len();
        self.intents.push(Intent { id: fresh, target, provider, said, has_paid: false, is_returned: false });
        self.touched.intents.insert(intent);
        if provider == Provider::Simulated {
            self.paid_with(at, intent);
        }
        Ok(Answer::Intent { id: fresh, is_new: true })
    }

    /// The newest of this provider, while it waits to be paid: it is found again.
    pub(crate) fn open_intent(&mut self, target: Target, provider: Provider) -> Option<i64> {
        let is_same = |intent: &&Intent| intent.target.is_like(target) && intent.provider == provider;
        let newest = self.intents.iter().rev().find(is_same).filter(|intent| intent.said == Said::Pending);
        let id = newest.map(|intent| intent.id);
        self.was_idle = id.is_some();
        id
    }

    /// What it is worth.
    pub(crate) fn price_of(&self, target: Target) -> Price {
        match target {
            Target::Booking { at, .. } => self.bookings[at].price,
            Target::Enrolment(enrolment) => self.courses.enrolments[enrolment].price,
        }
    }

    fn paid_with(&mut self, at: usize, intent: usize) {
        let (by, Price { unit, minor }) = (self.bookings[at].requester, self.bookings[at].price);
        self.issued[unit as usize] += minor;
        self.purse(by, unit).held += minor;
        self.bookings[at].funds = Funds::Held;
        self.touched.purses.insert(self.bookings[at].expert);
        self.touched.bookings.insert(at);
        self.paid_for(at);
        (self.intents[intent].said, self.intents[intent].has_paid) = (Said::Succeeded, true);
    }

    /// News of a provider about an intent, for an enrolment, or for the booking itself or whatever took its place.
    fn hear_of(&mut self, intent: usize, has_succeeded: bool) {
        let said = self.intents[intent].said;
        if !has_succeeded {
            if said == Said::Pending {
                self.intents[intent].said = Said::Failed;
            }
            return;
        }
        if !matches!(said, Said::Pending | Said::Failed) {
            return;
        }
        let is_wanted = match self.intents[intent].target {
            Target::Enrolment(enrolment) => self.course_paid_with(enrolment, intent),
            Target::Booking { mut at, .. } => {
                while let Some(next) = self.bookings[at].replaced_by {
                    at = next;
                }
                let is_payable = self.is_payable(at);
                if is_payable {
                    self.paid_with(at, intent);
                }
                is_payable
            }
        };
        if is_wanted {
            return;
        }
        self.intents[intent].said = Said::Refunded;
        self.owe(Refund::Intent(intent));
    }
}
