//! What the whole platform is told by: as what a person, a booking, a course, a payment, a movement of money and a
//! withdrawal count.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

use crate::booking::{Booking, Funds, Status};
use crate::expert::Standing;
use crate::learning::Course;
use crate::ledger::{Account, Amount, Currency, Entry, Kind, Unit};
use crate::payment::{Intent, IntentStatus};
use crate::person::User;
use crate::withdrawal::{State, Withdrawal};

/// Something of which it is known how much there is. Amounts are minor units of their currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Accounts, suspended ones too.
    People,
    Admins,
    /// Approved experts who are no administrators.
    Approved,
    /// Those who wait for an administrator's word.
    Applicants,
    /// Accounts with a number as a learner.
    Learners,
    /// Approved experts in good standing.
    Experts,
    /// Bookings that have been completed.
    Completed,
    Bookings(Status, Funds),
    /// What came in with every payment that ever succeeded, whatever became of it.
    Gross(Currency),
    /// What of it goes back, or has gone.
    Refunded(Currency),
    /// The platform's share of what was earned.
    Fees(Currency),
    /// What experts have earned.
    Earned(Currency),
    /// Withdrawals that wait for an administrator's word, and how much they are.
    Withdrawals,
    ToPayOut(Currency),
    /// Courses, drafts too; those everybody may see.
    Courses,
    Published,
}

/// How much there is of everything, or what one thing counts as. What is absent is zero. Sums of amounts, and what is taken
/// off them, are wider than an amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<Counter, i128>);

impl Totals {
    pub fn of(&self, counter: Counter) -> i128 {
        self.0.get(&counter).copied().unwrap_or_default()
    }

    /// The same of something that is counted one by one.
    pub fn number(&self, counter: Counter) -> i64 {
        number(self.of(counter))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that is not zero.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, i128)> {
        self.0.iter().map(|(counter, count)| (*counter, *count))
    }

    /// All bookings, by where they and their price stand.
    pub fn bookings(&self) -> impl Iterator<Item = (Status, Funds, i64)> {
        self.iter().filter_map(|(counter, count)| match counter {
            Counter::Bookings(status, funds) => Some((status, funds, number(count))),
            _ => None,
        })
    }

    /// The currencies in which money has come in, gone back or been earned, in the order of their codes.
    pub fn currencies(&self) -> Vec<Currency> {
        let of = |(counter, _)| match counter {
            Counter::Gross(one) | Counter::Refunded(one) | Counter::Fees(one) | Counter::Earned(one) => Some(one),
            _ => None,
        };
        let mut all: Vec<_> = self.iter().filter_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn add(&mut self, counter: Counter, more: i128) {
        let count = self.0.entry(counter).or_default();
        *count += more;
        if *count == 0 {
            self.0.remove(&counter);
        }
    }

    fn one_if(mut self, counter: Counter, is_so: bool) -> Self {
        self.add(counter, i128::from(is_so));
        self
    }

    /// Adds an amount, if it is money.
    fn money(mut self, counter: fn(Currency) -> Counter, amount: Amount) -> Self {
        if let Unit::Currency(currency) = amount.unit {
            self.add(counter(currency), amount.minor.into());
        }
        self
    }
}

/// There are never so many of anything that they do not fit.
fn number(count: i128) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl FromIterator<(Counter, i128)> for Totals {
    fn from_iter<I: IntoIterator<Item = (Counter, i128)>>(counts: I) -> Self {
        let mut totals = Self::default();
        for (counter, count) in counts {
            totals.add(counter, count);
        }
        totals
    }
}

impl AddAssign<&Totals> for Totals {
    fn add_assign(&mut self, more: &Totals) {
        for (counter, count) in more.iter() {
            self.add(counter, count);
        }
    }
}

impl Sub for &Totals {
    type Output = Totals;

    fn sub(self, less: &Totals) -> Totals {
        self.iter().chain(less.iter().map(|(counter, count)| (counter, -count))).collect()
    }
}

impl From<&User> for Totals {
    fn from(user: &User) -> Self {
        let waits = matches!(user.standing(), Some(Standing::Pending | Standing::UnderReview));
        Self::default()
            .one_if(Counter::People, true)
            .one_if(Counter::Admins, user.roles.admin)
            .one_if(Counter::Approved, user.is_verified() && !user.roles.admin)
            .one_if(Counter::Applicants, waits)
            .one_if(Counter::Learners, user.serials.learner.is_some())
            .one_if(Counter::Experts, user.is_shown_as_expert())
    }
}

impl From<&Booking> for Totals {
    fn from(booking: &Booking) -> Self {
        Self::default()
            .one_if(Counter::Bookings(booking.status, booking.funds), true)
            .one_if(Counter::Completed, booking.status == Status::Completed)
    }
}

impl From<&Intent> for Totals {
    fn from(intent: &Intent) -> Self {
        let came = Self::default().money(Counter::Gross, intent.amount);
        match intent.status {
            IntentStatus::Pending | IntentStatus::Processing | IntentStatus::Failed => Self::default(),
            IntentStatus::Succeeded => {
                came.money(Counter::Refunded, Amount { minor: intent.returned, ..intent.amount })
            }
            IntentStatus::Refunded => came.money(Counter::Refunded, intent.amount),
        }
    }
}

impl From<&Entry> for Totals {
    fn from(entry: &Entry) -> Self {
        let Unit::Currency(currency) = entry.unit else { return Self::default() };
        let fees = entry.legs().iter().filter(|leg| leg.account == Account::Fee).map(|leg| leg.delta).sum();
        let earned = entry.listed_for()[1].and_then(|payee| entry.seen_by(payee));
        let earned = earned.filter(|(kind, _)| *kind == Kind::Earned).map_or(0, |(_, earned)| earned.into());
        [(Counter::Fees(currency), fees), (Counter::Earned(currency), earned)].into_iter().collect()
    }
}

impl From<&Course> for Totals {
    fn from(course: &Course) -> Self {
        Self::default().one_if(Counter::Courses, true).one_if(Counter::Published, course.details.is_published)
    }
}

impl From<&Withdrawal> for Totals {
    fn from(withdrawal: &Withdrawal) -> Self {
        match withdrawal.state {
            State::Pending => {
                Self::default().one_if(Counter::Withdrawals, true).money(Counter::ToPayOut, withdrawal.wish.amount)
            }
            State::Approved | State::Rejected | State::Processed => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;
    use crate::ids::{BookingId, EntryId, UserId};
    use crate::ledger::{Cause, Shares, capture, transfer};

    fn totals(counts: &[(Counter, i128)]) -> Totals {
        counts.iter().copied().collect()
    }

    #[test]
    fn what_adds_up_to_nothing_is_not_there() {
        let mut sum = totals(&[(Counter::People, 2), (Counter::Courses, 0)]);
        assert_eq!(sum.iter().collect::<Vec<_>>(), [(Counter::People, 2)]);
        sum += &totals(&[(Counter::People, -2)]);
        assert!(sum.is_empty());
        assert_eq!((&totals(&[(Counter::People, 3)]) - &totals(&[(Counter::Admins, 1)])).of(Counter::Admins), -1);
    }

    #[test]
    fn money_that_is_earned_counts_with_the_platforms_share_and_credits_do_not() {
        let (ada, bob) = (UserId::new(1).unwrap(), UserId::new(2).unwrap());
        let booking = BookingId::new(7).unwrap();
        let entry = |cause, unit, legs| {
            Entry::new(EntryId::new(1).unwrap(), cause, unit, legs, String::new(), Instant::default())
        };
        let dollars = Unit::Currency(Currency::USD);
        let paid = entry(Cause::Capture(booking), dollars, capture(ada, bob, Shares { fee: 750, net: 4250 }));
        let expected = totals(&[(Counter::Fees(Currency::USD), 750), (Counter::Earned(Currency::USD), 4250)]);
        assert_eq!(Totals::from(&paid), expected);
        let held = transfer(Account::Provider, Account::Held(ada), 5000);
        assert!(Totals::from(&entry(Cause::Hold(booking), dollars, held)).is_empty());
        let credits = entry(Cause::Capture(booking), Unit::Credit, capture(ada, bob, Shares { fee: 0, net: 3 }));
        assert!(Totals::from(&credits).is_empty());
    }
}
