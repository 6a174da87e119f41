//! The ledger: double entry, immutable, in integer minor units.
//!
//! Every movement is an [`Entry`] whose legs add up to zero, named by its [`Cause`]; the store keys it by that name, so
//! nothing happens twice. A user's money lies in two buckets: what can be spent, and what bookings hold.

use crate::Instant;
use crate::ids::{BookingId, EnrolmentId, EntryId, PaymentId, UserId, WithdrawalId};

/// What is counted: credits, or the minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Credit,
    Currency(Currency),
}

/// An ISO-4217 code with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const USD: Currency = Currency(*b"USD");

    /// Three capital letters.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters, checked when made")
    }
}

/// A quantity of something, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub unit: Unit,
    /// Credits, or cents.
    pub minor: u64,
}

impl Amount {
    pub const NOTHING: Amount = Amount { unit: Unit::Credit, minor: 0 };

    pub const fn credits(minor: u64) -> Self {
        Self { unit: Unit::Credit, minor }
    }
}

/// Who an entry moves value between. The system's accounts have no stored balance: a busy platform must not have a hot key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What this user can spend.
    Spendable(UserId),
    /// What this user's open bookings reserve.
    Held(UserId),
    /// What this user will get of what others hold for bookings with them. It is nobody's yet: [`Account::Expected`] has
    /// the same less.
    Coming(UserId),
    Expected,
    /// Where credits come from.
    Issue,
    /// Where money comes from: the payment provider.
    Provider,
    /// The platform's share of a captured price.
    Fee,
    /// What people have taken out, or asked to be paid.
    Payout,
}

/// What is added to an account, or taken from it: wider than an amount, so that every amount fits with either sign, and so
/// does the sum of as many as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub account: Account,
    pub delta: i128,
}

/// Why value moved. At most one entry exists per cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The credit every new account gets.
    Grant(UserId),
    Purchase(PaymentId),
    Hold(BookingId),
    Capture(BookingId),
    Release(BookingId),
    /// A gift on top of the price; the number is what the expert has in total after it.
    Tip(BookingId, u64),
    Withdrawal(WithdrawalId),
    /// What was to be paid out was not.
    WithdrawalBack(WithdrawalId),
    /// A course was paid for.
    Sale(EnrolmentId),
}

impl Cause {
    pub fn booking(self) -> Option<BookingId> {
        match self {
            Cause::Grant(_) | Cause::Purchase(_) | Cause::Withdrawal(_) | Cause::WithdrawalBack(_) | Cause::Sale(_) => {
                None
            }
            Cause::Hold(id) | Cause::Capture(id) | Cause::Release(id) | Cause::Tip(id, _) => Some(id),
        }
    }
}

/// One immutable movement. Its legs add up to zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub cause: Cause,
    pub unit: Unit,
    legs: Vec<Leg>,
    pub description: String,
    pub at: Instant,
}

/// How an entry reads in one person's list of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Initial,
    Purchased,
    Spent,
    Earned,
}

impl Entry {
    /// # Panics
    /// If the legs do not add up to zero: no caller may mint or lose value.
    pub fn new(id: EntryId, cause: Cause, unit: Unit, legs: Vec<Leg>, description: String, at: Instant) -> Self {
        assert_eq!(legs.iter().map(|leg| leg.delta).sum::<i128>(), 0, "{cause:?} is out of balance");
        Self { id, cause, unit, legs, description, at }
    }

    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// The amount and kind of this entry as `user` sees it; `None` where it is no transaction of theirs (holds, releases).
    pub fn seen_by(&self, user: UserId) -> Option<(Kind, u64)> {
        let of = |account| self.legs.iter().filter(|leg| leg.account == account).map(|leg| leg.delta).sum::<i128>();
        let (kind, delta) = match self.cause {
            Cause::Grant(_) => (Kind::Initial, of(Account::Spendable(user))),
            Cause::Purchase(_) => (Kind::Purchased, of(Account::Spendable(user))),
            Cause::Hold(_) | Cause::Release(_) | Cause::Withdrawal(_) | Cause::WithdrawalBack(_) => return None,
            Cause::Capture(_) | Cause::Tip(..) | Cause::Sale(_) => match of(Account::Spendable(user)) {
                earned @ 1.. => (Kind::Earned, earned),
                spendable => (Kind::Spent, -spendable - of(Account::Held(user))),
            },
        };
        u64::try_from(delta).ok().filter(|amount| *amount > 0).map(|amount| (kind, amount))
    }

    /// What `user` got by this entry for a booking or a course, if it is that.
    pub fn earned_by(&self, user: UserId) -> Option<Earning> {
        let sold = match self.cause {
            Cause::Capture(booking) => Sold::Booking(booking),
            Cause::Sale(enrolment) => Sold::Enrolment(enrolment),
            _ => return None,
        };
        let of = |account| self.legs.iter().filter(|leg| leg.account == account).map(|leg| leg.delta).sum::<i128>();
        let (net, fee) = (of(Account::Spendable(user)), of(Account::Fee));
        let [price, fee, net] = [net + fee, fee, net].map(|delta| u64::try_from(delta).ok());
        let earning = Earning { sold, price: price?, fee: fee?, net: net? };
        (earning.net > 0).then_some(earning)
    }

    /// The people in whose list of transactions this entry stands: who pays first, then who is paid.
    pub fn listed_for(&self) -> [Option<UserId>; 2] {
        let mut payer = None;
        let mut payee = None;
        for leg in &self.legs {
            if let Account::Spendable(user) | Account::Held(user) = leg.account {
                match self.seen_by(user) {
                    Some((Kind::Spent, _)) => payer = Some(user),
                    Some(_) => payee = Some(user),
                    None => {}
                }
            }
        }
        [payer, payee]
    }
}

/// What something was paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sold {
    Booking(BookingId),
    /// In a course.
    Enrolment(EnrolmentId),
}

/// What an expert got for a booking or a course, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earning {
    pub sold: Sold,
    pub price: u64,
    /// The platform's share of it.
    pub fee: u64,
    /// What the expert can spend of it.
    pub net: u64,
}

/// The legs that move `amount` from one account to another.
pub fn transfer(from: Account, to: Account, amount: u64) -> Vec<Leg> {
    let delta = i128::from(amount);
    vec![Leg { account: from, delta: -delta }, Leg { account: to, delta }]
}

/// What becomes of a price: the platform keeps `fee`, and `net` is the expert's. Together they are the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    pub fee: u64,
    pub net: u64,
}

impl Shares {
    /// The platform keeps `percent` of money, half up; credits are never shared.
    pub fn of(price: Amount, percent: u8) -> Self {
        let (minor, percent) = (price.minor, u64::from(percent.min(100)));
        let fee = match price.unit {
            Unit::Credit => 0,
            // Hundreds and what is left of them apart: neither product is more than the price.
            Unit::Currency(_) => minor / 100 * percent + (minor % 100 * percent + 50) / 100,
        };
        Self { fee, net: minor - fee }
    }

    /// The legs that pay the price out of `from`: to the expert, less the platform's share.
    fn paid(self, from: Account, expert: UserId) -> Vec<Leg> {
        let [fee, net] = [self.fee, self.net].map(i128::from);
        let mut legs =
            vec![Leg { account: from, delta: -(net + fee) }, Leg { account: Account::Spendable(expert), delta: net }];
        if fee > 0 {
            legs.push(Leg { account: Account::Fee, delta: fee });
        }
        legs
    }
}

/// The legs by which an expert may expect so much, or by which that is over (below zero).
pub fn expected(expert: UserId, delta: i128) -> [Leg; 2] {
    [Leg { account: Account::Expected, delta: -delta }, Leg { account: Account::Coming(expert), delta }]
}

/// The legs that pay a held price out to the expert, less the platform's share.
pub fn capture(learner: UserId, expert: UserId, shares: Shares) -> Vec<Leg> {
    shares.paid(Account::Held(learner), expert)
}

impl Earning {
    /// The booking it was got for, if it is one.
    pub fn booking(&self) -> Option<BookingId> {
        match self.sold {
            Sold::Booking(booking) => Some(booking),
            Sold::Enrolment(_) => None,
        }
    }
}

/// The legs by which a course is paid for: straight from the provider to its owner, less the platform's share.
pub fn sale(owner: UserId, shares: Shares) -> Vec<Leg> {
    shares.paid(Account::Provider, owner)
}

/// What a user owns in one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub user: UserId,
    pub spendable: u64,
    pub held: u64,
    /// What will be earned of what others hold.
    pub coming: u64,
    /// All that was ever earned: whatever was spent or taken out of it is in here too.
    pub earned: u64,
    pub updated_at: Instant,
}

/// What the ledger says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You do not have enough credits.")]
    InsufficientCredits,
    #[error("Credits can be transferred only after the booking is completed.")]
    NotCompleted,
    #[error("Only the requester can transfer credits for this booking.")]
    NotThePayer,
    /// A withdrawal is decided already, or not yet.
    #[error("The withdrawal's status does not allow this.")]
    BadStep,
    /// The ledger already has this entry.
    #[error("This was already done.")]
    AlreadyApplied,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user(id: i64) -> UserId {
        UserId::new(id).unwrap()
    }

    fn entry(cause: Cause, legs: Vec<Leg>) -> Entry {
        Entry::new(EntryId::new(1).unwrap(), cause, Unit::Credit, legs, String::new(), Instant::default())
    }

    #[test]
    fn a_capture_is_spent_by_one_and_earned_by_the_other() {
        let cause = Cause::Capture(BookingId::new(7).unwrap());
        let capture = entry(cause, capture(user(1), user(2), Shares { fee: 0, net: 3 }));
        assert_eq!(capture.seen_by(user(1)), Some((Kind::Spent, 3)));
        assert_eq!(capture.seen_by(user(2)), Some((Kind::Earned, 3)));
        assert_eq!(capture.seen_by(user(3)), None);
        assert_eq!(capture.listed_for(), [Some(user(1)), Some(user(2))]);
    }

    #[test]
    fn a_tip_is_spent_and_earned_but_holds_and_releases_are_nobodys_transaction() {
        let booking = BookingId::new(7).unwrap();
        let tip = entry(Cause::Tip(booking, 5), transfer(Account::Spendable(user(1)), Account::Spendable(user(2)), 4));
        assert_eq!(tip.listed_for(), [Some(user(1)), Some(user(2))]);
        let hold = entry(Cause::Hold(booking), transfer(Account::Spendable(user(1)), Account::Held(user(1)), 1));
        assert_eq!(hold.listed_for(), [None, None]);
    }

    #[test]
    fn who_is_paid_sees_the_price_the_fee_and_what_is_left() {
        let booking = BookingId::new(7).unwrap();
        let paid = entry(Cause::Capture(booking), capture(user(1), user(2), Shares { fee: 7_500, net: 42_500 }));
        let earning = Earning { sold: Sold::Booking(booking), price: 50_000, fee: 7_500, net: 42_500 };
        assert_eq!((paid.earned_by(user(2)), paid.earned_by(user(1))), (Some(earning), None));
        let tip = transfer(Account::Spendable(user(1)), Account::Spendable(user(2)), 4);
        assert_eq!(entry(Cause::Tip(booking, 4), tip).earned_by(user(2)), None);
    }

    #[test]
    #[should_panic(expected = "out of balance")]
    fn an_entry_that_mints_value_cannot_be_made() {
        entry(Cause::Grant(user(1)), vec![Leg { account: Account::Spendable(user(1)), delta: 1 }]);
    }

    #[test]
    fn the_fee_is_fifteen_percent_half_up_and_credits_have_none() {
        let of = |minor| Shares::of(Amount { unit: Unit::Currency(Currency::USD), minor }, 15).fee;
        assert_eq!([1000, 10, 3].map(of), [150, 2, 0]); // of 1.5 and 0.45
        assert_eq!(of(9_999_999_999), 1_500_000_000); // 1499999999.85
        assert_eq!(Shares::of(Amount::credits(1000), 15), Shares { fee: 0, net: 1000 });
    }

    proptest! {
        #[test]
        fn every_capture_balances_whatever_the_price_and_the_fee(minor in 0u64.., percent in 0u8..) {
            let shares = Shares::of(Amount { unit: Unit::Currency(Currency::USD), minor }, percent);
            let exactly = (u128::from(minor) * u128::from(percent.min(100)) + 50) / 100;
            prop_assert_eq!((u128::from(shares.fee), shares.net), (exactly, minor - shares.fee));
            let legs = capture(user(1), user(2), shares);
            prop_assert_eq!(legs[0].delta, -i128::from(minor));
            prop_assert_eq!(legs.iter().map(|leg| leg.delta).sum::<i128>(), 0);
        }
    }
}
