//! Reconciliation: reads the whole table and checks what must always hold. For the local gateway and for tests; no request
//! ever does this.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::booking::{Booking, Funds};
use domain::ids::{BookingId, EnrolmentId, UserId};
use domain::learning::Enrolment;
use domain::ledger::{Account, Cause, Entry, Kind, Unit};
use domain::quanta;
use domain::withdrawal::Withdrawal;
use table::Item;

use crate::fault::Fault;
use crate::requests::Store;
use crate::row::Reader;
use crate::{booking_codec, enrolments, keys, ledger, withdrawals};

/// What was found wrong. All empty and zero in a sound table.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// Per unit, the sum of all legs of all entries.
    pub entries_sum: BTreeMap<String, i128>,
    /// Balances that are not what the entries add up to.
    pub mismatched_balances: Vec<String>,
    /// Steps claimed without a booking, or by two, or a booking's steps that nobody claims.
    pub orphan_quanta: Vec<String>,
    /// Holds that do not belong to an open booking, or ended and yet held; courses that were paid for and not sold, or
    /// otherwise.
    pub orphan_holds: Vec<String>,
    /// Sums of spendable and held per unit over all people: what there is.
    pub owned: BTreeMap<String, i128>,
}

impl Stock {
    pub fn is_sound(&self) -> bool {
        self.entries_sum.values().all(|sum| *sum == 0)
            && self.mismatched_balances.is_empty()
            && self.orphan_quanta.is_empty()
            && self.orphan_holds.is_empty()
    }
}

#[derive(Default)]
struct Counted {
    entries: Vec<Entry>,
    bookings: Vec<Booking>,
    enrolments: Vec<Enrolment>,
    withdrawals: Vec<Withdrawal>,
    /// (user, unit) → (spendable, held, coming)
    balances: BTreeMap<(UserId, String), (i128, i128, i128)>,
    /// What the balances say was earned in all.
    earned: BTreeMap<(UserId, String), i128>,
    /// (user, date) → steps
    days: BTreeMap<(UserId, String), BTreeSet<u16>>,
}

/// The check, fed one item at a time by whoever reads the table as of one moment: items that are read while others are
/// written do not agree with each other.
#[derive(Default)]
pub struct Audit(Counted);

impl Audit {
    pub fn add(&mut self, item: &Item) -> Result<(), Fault> {
        self.0.add(item)
    }

    pub fn finish(self) -> Stock {
        self.0.check()
    }
}

impl Store {
    pub async fn stock(&self) -> Result<Stock, Fault> {
        let mut counted = Counted::default();
        self.each_item(|item| counted.add(item)).await?;
        Ok(counted.check())
    }
}

impl Counted {
    fn add(&mut self, item: &Item) -> Result<(), Fault> {
        let row = Reader(item);
        let (pk, sk) = (row.text("pk")?, row.text("sk")?);
        let owner = || keys::person_of(pk).ok_or(row.corrupt("pk"));
        if let Some(unit) = sk.strip_prefix(keys::BALANCE) {
            let who = (owner()?, unit.to_owned());
            let coming = row.maybe_number("coming")?.unwrap_or_default();
            // Of money, balances from before have what nobody keeps any more.
            let held = if unit == credit_unit() { row.number("held")? } else { 0 };
            let pair = (row.number("spendable")?, held, coming);
            self.earned.insert(who.clone(), row.maybe_number("earned")?.unwrap_or_default());
            self.balances.insert(who, pair);
        } else if let Some(date) = sk.strip_prefix(keys::DAY) {
            self.days.insert((owner()?, date.to_owned()), row.numbers("busy")?);
        } else if sk.starts_with(keys::ENROLLED) {
            self.enrolments.push(enrolments::from_item(item)?);
        } else if sk == keys::BOOKING {
            self.bookings.push(booking_codec::from_item(item)?);
        } else if sk == keys::WITHDRAWAL {
            self.withdrawals.push(withdrawals::from_item(item)?);
        } else if keys::is_ledger(pk) {
            self.entries.push(ledger::from_item(item)?);
        }
        Ok(())
    }

    /// A withdrawal is the movement by which it left, unless that has an entry of its own.
    fn add_what_left(&mut self) {
        let causes: HashSet<_> = self.entries.iter().map(|entry| entry.cause).collect();
        let left = self.withdrawals.iter().map(Withdrawal::left).filter(|entry| !causes.contains(&entry.cause));
        self.entries.extend(left);
    }

    fn check(mut self) -> Stock {
        let mut stock = Stock::default();
        self.add_what_left();
        self.check_balances(&mut stock);
        self.check_holds(&mut stock);
        self.check_causes(&mut stock);
        self.check_sales(&mut stock);
        self.check_days(&mut stock);
        stock
    }

    fn check_balances(&self, stock: &mut Stock) {
        let mut expected: BTreeMap<(UserId, String), (i128, i128, i128)> = BTreeMap::new();
        let mut earned: BTreeMap<(UserId, String), i128> = BTreeMap::new();
        for entry in &self.entries {
            let unit = keys::unit_text(entry.unit);
            let payee = entry.listed_for()[1].and_then(|payee| Some((payee, entry.seen_by(payee)?)));
            if let Some((payee, (Kind::Earned, amount))) = payee {
                *earned.entry((payee, unit.clone())).or_default() += i128::from(amount);
            }
            for leg in entry.legs() {
                *stock.entries_sum.entry(unit.clone()).or_default() += leg.delta;
                match leg.account {
                    Account::Spendable(user) => expected.entry((user, unit.clone())).or_default().0 += leg.delta,
                    Account::Held(_) if !ledger::keeps_held(entry.unit) => {
                        *stock.owned.entry(unit.clone()).or_default() += leg.delta;
                    }
                    Account::Held(user) => expected.entry((user, unit.clone())).or_default().1 += leg.delta,
                    Account::Coming(user) => expected.entry((user, unit.clone())).or_default().2 += leg.delta,
                    Account::Issue | Account::Provider | Account::Fee | Account::Payout | Account::Expected => {}
                }
            }
        }
        let everybody: BTreeSet<_> = expected.keys().chain(self.balances.keys()).collect();
        for who in everybody {
            // Who held money once has a balance of nothing, or none.
            let [ours, theirs] = [&expected, &self.balances].map(|sums| sums.get(who).copied().unwrap_or_default());
            let (spendable, held, coming) = theirs;
            if ours != theirs || [spendable, held, coming].into_iter().any(|part| part < 0) {
                stock
                    .mismatched_balances
                    .push(format!("user {} {}: entries {ours:?}, balance {theirs:?}", who.0, who.1));
            }
        }
        for (who, says) in &self.earned {
            let expected = earned.get(who).copied().unwrap_or_default();
            if *says != expected {
                stock
                    .mismatched_balances
                    .push(format!("user {} {}: earned {expected}, balance says {says}", who.0, who.1));
            }
        }
        for ((_, unit), (spendable, held, _)) in &self.balances {
            *stock.owned.entry(unit.clone()).or_default() += spendable + held;
        }
    }

    /// What the entries say that each person holds of what no balance keeps.
    fn held_in_money(&self) -> BTreeMap<(UserId, String), i128> {
        let mut held = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| !ledger::keeps_held(entry.unit)) {
            for leg in entry.legs() {
                if let Account::Held(user) = leg.account {
                    *held.entry((user, keys::unit_text(entry.unit))).or_default() += leg.delta;
                }
            }
        }
        held
    }

    /// What each person holds must be exactly the prices of their bookings whose funds are held.
    fn check_holds(&self, stock: &mut Stock) {
        let mut held: BTreeMap<(UserId, String), i128> = BTreeMap::new();
        let mut coming: BTreeMap<(UserId, String), i128> = BTreeMap::new();
        for booking in self.bookings.iter().filter(|booking| booking.funds == Funds::Held) {
            if !booking.status.is_open() {
                stock.orphan_holds.push(format!("booking {} is {:?} and still holds", booking.id, booking.status));
            }
            let unit = keys::unit_text(booking.price.unit);
            *held.entry((booking.learner.id, unit.clone())).or_default() += i128::from(booking.price.minor);
            *coming.entry((booking.expert.id, unit)).or_default() += i128::from(booking.promised);
        }
        for (who, (_, balance, promised)) in &self.balances {
            let bookings = coming.get(who).copied().unwrap_or_default();
            if bookings != *promised {
                stock
                    .orphan_holds
                    .push(format!("user {} expects {promised} {}, bookings say {bookings}", who.0, who.1));
            }
            if who.1 == credit_unit() {
                check_hold(stock, who, *balance, held.remove(who));
            }
        }
        for (who, says) in self.held_in_money() {
            check_hold(stock, &who, says, held.remove(&who));
        }
        stock.orphan_holds.extend(held.keys().map(|(user, unit)| format!("user {user} holds no {unit}")));
    }

    /// What a booking says of its price and what the ledger says of the booking must be the same.
    fn check_causes(&self, stock: &mut Stock) {
        let mut caused: BTreeMap<BookingId, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            if let Some(booking) = entry.cause.booking() {
                caused.entry(booking).or_default().push(entry);
            }
        }
        let known: BTreeSet<_> = self.bookings.iter().flat_map(|booking| [booking.id, booking.root]).collect();
        for booking in caused.keys().filter(|booking| !known.contains(booking)) {
            stock.orphan_holds.push(format!("booking {booking} has entries and does not exist"));
        }
        for booking in &self.bookings {
            let of = |id: BookingId| caused.get(&id).into_iter().flatten().copied();
            let holds = of(booking.root).filter(|entry| matches!(entry.cause, Cause::Hold(_))).count();
            let captures = of(booking.root).filter(|entry| matches!(entry.cause, Cause::Capture(_))).count();
            let releases = of(booking.root).filter(|entry| matches!(entry.cause, Cause::Release(_))).count();
            let expected = match booking.funds {
                Funds::Free | Funds::Due => (0, 0, 0),
                Funds::Held => (1, 0, 0),
                Funds::Captured => (1, 1, 0),
                Funds::Released => (1, 0, 1),
                // The booking that replaced it answers for the hold.
                Funds::Moved => continue,
            };
            if (holds, captures, releases) != expected {
                let found = format!("{holds} holds, {captures} captures, {releases} releases");
                stock.orphan_holds.push(format!("booking {} is {:?} and has {found}", booking.id, booking.funds));
            }
            let expert = Account::Spendable(booking.expert.id);
            let tips = of(booking.id).filter(|entry| matches!(entry.cause, Cause::Tip(..)));
            let payments = of(booking.root).filter(|entry| matches!(entry.cause, Cause::Capture(_))).chain(tips);
            let legs = payments.flat_map(Entry::legs).filter(|leg| leg.account == expert);
            let paid: i128 = legs.map(|leg| leg.delta).sum();
            if paid != i128::from(booking.paid_out) {
                let says = format!("says {} were paid out, entries say {paid}", booking.paid_out);
                stock.mismatched_balances.push(format!("booking {} {says}", booking.id));
            }
        }
    }

    /// Every course that was paid for is one entry of its price, and every such entry is of an enrolment that says so.
    fn check_sales(&self, stock: &mut Stock) {
        let mut sold: BTreeMap<EnrolmentId, Vec<i128>> = BTreeMap::new();
        for entry in &self.entries {
            if let Cause::Sale(enrolment) = entry.cause {
                let came = entry.legs().iter().filter(|leg| leg.account == Account::Provider).map(|leg| -leg.delta);
                sold.entry(enrolment).or_default().push(came.sum());
            }
        }
        for enrolment in &self.enrolments {
            let is_paid = enrolment.is_active() && enrolment.paid_with.is_some();
            let expected: Vec<i128> = is_paid.then_some(enrolment.price.minor.into()).into_iter().collect();
            let found = sold.remove(&enrolment.id).unwrap_or_default();
            if found != expected {
                let says = format!("enrolment {} is {:?}", enrolment.id, enrolment.status);
                stock.orphan_holds.push(format!("{says}, expects sales of {expected:?} and has {found:?}"));
            }
        }
        stock.orphan_holds.extend(sold.keys().map(|id| format!("enrolment {id} was sold and does not exist")));
    }

    fn check_days(&self, stock: &mut Stock) {
        let mut claimed: BTreeMap<(UserId, String), BTreeSet<u16>> = BTreeMap::new();
        let mut open = BTreeSet::new();
        for booking in &self.bookings {
            let Some(interval) = booking.claimed() else { continue };
            for user in [booking.learner.id, booking.expert.id] {
                for (date, steps) in quanta::by_day(interval) {
                    if booking.status.is_open() {
                        open.insert((user, date.to_string()));
                    }
                    let day = claimed.entry((user, date.to_string())).or_default();
                    for step in steps {
                        if !day.insert(step) {
                            stock.orphan_quanta.push(format!("user {user} {date} step {step} is claimed twice"));
                        }
                    }
                }
            }
        }
        let none = BTreeSet::new();
        let days: BTreeSet<_> = claimed.keys().chain(self.days.keys()).collect();
        for day in days {
            let (booked, busy) = (claimed.get(day).unwrap_or(&none), self.days.get(day));
            // A day long over is deleted; its bookings are not, but they have ended.
            let is_gone = busy.is_none() && !open.contains(day);
            if !is_gone && busy.unwrap_or(&none) != booked {
                stock.orphan_quanta.push(format!("user {} {}: booked {booked:?}, busy {busy:?}", day.0, day.1));
            }
        }
    }
}

fn check_hold(stock: &mut Stock, (user, unit): &(UserId, String), says: i128, bookings: Option<i128>) {
    let bookings = bookings.unwrap_or_default();
    if bookings != says {
        stock.orphan_holds.push(format!("user {user} holds {says} {unit}, bookings say {bookings}"));
    }
}

/// The unit credits are counted in, as [`Stock`] names it.
pub fn credit_unit() -> String {
    keys::unit_text(Unit::Credit)
}
