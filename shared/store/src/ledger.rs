//! The ledger: immutable entries keyed by their cause, and the balances they add up to.

use std::collections::HashMap;

use domain::Instant;
use domain::ids::{BookingId, EnrolmentId, EntryId, PaymentId, UserId, WithdrawalId};
use domain::ledger::{Account, Balance, Cause, Currency, Entry, Kind, Leg, Refusal, Unit};
use domain::payment::{Method, Payment};
use table::{Index, Item, Range, Update, Value, at_least};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text};
use crate::transaction::Transaction;
use crate::{Page, booking_codec};

/// Whether balances keep what somebody's bookings hold of this unit. What they hold in money lies with its provider: it is
/// what entries and bookings say, there is nothing its payer could do with it, and nothing that has to be compared.
pub(crate) fn keeps_held(unit: Unit) -> bool {
    unit == Unit::Credit
}

/// Adds an entry and what it does to the balances of the people in it.
pub(crate) fn add_entry(transaction: &mut Transaction<Denied>, entry: &Entry) {
    add_moves(transaction, entry);
    transaction.create(to_item(entry), Denied::by(Refusal::AlreadyApplied));
}

/// Adds what an entry does to the balances of the people in it, where another item is the entry.
pub(crate) fn add_moves(transaction: &mut Transaction<Denied>, entry: &Entry) {
    let mut people: Vec<UserId> = entry
        .legs()
        .iter()
        .filter_map(|leg| match leg.account {
            Account::Spendable(user) | Account::Held(user) | Account::Coming(user) => Some(user),
            Account::Issue | Account::Provider | Account::Fee | Account::Payout | Account::Expected => None,
        })
        .collect();
    people.sort();
    people.dedup();
    for user in people {
        let delta = |account| entry.legs().iter().filter(|leg| leg.account == account).map(|leg| leg.delta).sum();
        let moved = Moved {
            spendable: delta(Account::Spendable(user)),
            held: if keeps_held(entry.unit) { delta(Account::Held(user)) } else { 0 },
            coming: delta(Account::Coming(user)),
        };
        if !moved.is_nothing() {
            transaction.update(move_balance(user, entry, moved), Some(Denied::by(Refusal::InsufficientCredits)));
        }
    }
}

/// What an entry does to one person's balance.
struct Moved {
    spendable: i128,
    held: i128,
    coming: i128,
}

impl Moved {
    fn is_nothing(&self) -> bool {
        (self.spendable, self.held, self.coming) == (0, 0, 0)
    }
}

/// Adds to the buckets of a balance, under the condition that none falls below zero.
fn move_balance(user: UserId, entry: &Entry, moved: Moved) -> Update {
    let Moved { spendable, held, coming } = moved;
    let earned = entry.seen_by(user).filter(|(kind, _)| *kind == Kind::Earned).map(|(_, earned)| earned);
    let mut update = Update::of(keys::balance(user, entry.unit))
        .set("updated_at", number(entry.at.timestamp_millis()))
        .add("spendable", number(spendable))
        .add("held", number(held));
    if let Some(earned) = earned {
        update = update.add("earned", number(earned));
    }
    if coming != 0 {
        update = update.add("coming", number(coming));
    }
    for (bucket, moved) in [("spendable", spendable), ("held", held), ("coming", coming)] {
        if moved < 0 {
            update = update.when(at_least(bucket, number(-moved)));
        }
    }
    update
}

pub(crate) fn to_item(entry: &Entry) -> Item {
    let [payer, payee] = entry.listed_for();
    // Who pays in money finds it among their payments.
    let payer = payer.filter(|_| entry.unit == Unit::Credit);
    let rank = (payer.is_some() || payee.is_some()).then(|| keys::id_text(entry.id.get()));
    let (kind, subject, total) = match entry.cause {
        Cause::Grant(user) => ("grant", user.get(), None),
        Cause::Purchase(payment) => ("purchase", payment.get(), None),
        Cause::Hold(booking) => ("hold", booking.get(), None),
        Cause::Capture(booking) => ("capture", booking.get(), None),
        Cause::Release(booking) => ("release", booking.get(), None),
        Cause::Tip(booking, total) => ("tip", booking.get(), Some(total)),
        Cause::Withdrawal(withdrawal) => ("withdrawal", withdrawal.get(), None),
        Cause::WithdrawalBack(withdrawal) => ("withdrawal_back", withdrawal.get(), None),
        Cause::Sale(enrolment) => ("sale", enrolment.get(), None),
    };
    Row::at(&keys::entry(entry.cause))
        .maybe("la", payer, |user| text(list::paid(user)))
        .maybe("lb", payee, |user| text(list::earned(user)))
        .maybe("rank", rank, text)
        .number("id", entry.id)
        .text("cause", kind)
        .number("subject", subject)
        .maybe("total", total, number)
        .text("unit", &keys::unit_text(entry.unit))
        .rows("legs", entry.legs().iter().map(leg_row))
        .text("description", &entry.description)
        .time("at", entry.at)
        .into_item()
}

fn leg_row(leg: &Leg) -> Row {
    let (account, user) = match leg.account {
        Account::Spendable(user) => ("spendable", Some(user)),
        Account::Held(user) => ("held", Some(user)),
        Account::Coming(user) => ("coming", Some(user)),
        Account::Expected => ("expected", None),
        Account::Issue => ("issue", None),
        Account::Provider => ("provider", None),
        Account::Fee => ("fee", None),
        Account::Payout => ("payout", None),
    };
    Row::nested().text("account", account).maybe("user", user, number).number("delta", leg.delta)
}

fn leg(row: Reader<'_>) -> Result<Leg, Fault> {
    let user = || row.id("user", UserId::new);
    let account = match row.text("account")? {
        "spendable" => Account::Spendable(user()?),
        "held" => Account::Held(user()?),
        "coming" => Account::Coming(user()?),
        "expected" => Account::Expected,
        "issue" => Account::Issue,
        "provider" => Account::Provider,
        "fee" => Account::Fee,
        "payout" => Account::Payout,
        _ => return Err(row.corrupt("account")),
    };
    Ok(Leg { account, delta: row.number("delta")? })
}

pub(crate) fn from_item(item: &Item) -> Result<Entry, Fault> {
    let row = Reader(item);
    let booking = || row.id("subject", BookingId::new);
    let cause = match row.text("cause")? {
        "grant" => Cause::Grant(row.id("subject", UserId::new)?),
        "purchase" => Cause::Purchase(row.id("subject", PaymentId::new)?),
        "hold" => Cause::Hold(booking()?),
        "capture" => Cause::Capture(booking()?),
        "release" => Cause::Release(booking()?),
        "tip" => Cause::Tip(booking()?, row.number("total")?),
        "withdrawal" => Cause::Withdrawal(row.id("subject", WithdrawalId::new)?),
        "withdrawal_back" => Cause::WithdrawalBack(row.id("subject", WithdrawalId::new)?),
        "sale" => Cause::Sale(row.id("subject", EnrolmentId::new)?),
        _ => return Err(row.corrupt("cause")),
    };
    let legs: Vec<Leg> = row.rows("legs")?.into_iter().map(leg).collect::<Result<_, _>>()?;
    if legs.iter().map(|leg| leg.delta).sum::<i128>() != 0 {
        return Err(row.corrupt("legs"));
    }
    let unit = booking_codec::unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?;
    Ok(Entry::new(row.id("id", EntryId::new)?, cause, unit, legs, row.owned("description")?, row.time("at")?))
}

pub(crate) fn balance_from(item: &Item, user: UserId) -> Result<Balance, Fault> {
    let row = Reader(item);
    Ok(Balance {
        user,
        spendable: row.amount("spendable")?,
        held: row.amount("held")?,
        coming: row.amount("coming")?,
        earned: row.amount("earned")?,
        updated_at: row.maybe_time("updated_at")?.unwrap_or_default(),
    })
}

impl Store {
    /// What a person has in one unit, as of the last write; nothing at all reads as zero since `otherwise`.
    pub async fn balance(&self, user: UserId, unit: Unit, otherwise: Instant) -> Result<Balance, Fault> {
        match self.get(&keys::balance(user, unit)).await? {
            Some(item) => balance_from(&item, user),
            None => Ok(Balance { user, spendable: 0, held: 0, coming: 0, earned: 0, updated_at: otherwise }),
        }
    }

    /// What a person has in each currency in which they earned something, or may, as last written.
    pub async fn earning_balances(&self, user: UserId) -> Result<Vec<(Currency, Balance)>, Fault> {
        let range = Range {
            partition: keys::balance(user, Unit::Credit).pk,
            from: Some(keys::BALANCE.to_owned()),
            to: Some(format!("{}~", keys::BALANCE)),
            consistent: true,
            ..Range::default()
        };
        let mut found = Vec::new();
        for item in self.query(&range).await?.0 {
            let unit = Reader(&item).text("sk")?.strip_prefix(keys::BALANCE).and_then(booking_codec::unit);
            let balance = balance_from(&item, user)?;
            let was_for_earning = item.contains_key("coming") || item.contains_key("earned") || balance.spendable > 0;
            if let Some(Unit::Currency(currency)) = unit.filter(|_| was_for_earning) {
                found.push((currency, balance));
            }
        }
        Ok(found)
    }

    /// What several people can spend of one unit each, as of a moment ago: one round trip for a hundred.
    pub async fn balances(&self, of: &[(UserId, Unit)]) -> Result<HashMap<UserId, u64>, Fault> {
        let keys: Vec<_> = of.iter().map(|(user, unit)| keys::balance(*user, *unit)).collect();
        let items = self.get_many(&keys, false).await?;
        let one = |(user, unit): &(UserId, Unit)| match items.get(&keys::balance(*user, *unit)) {
            Some(item) => Ok((*user, balance_from(item, *user)?.spendable)),
            None => Ok((*user, 0)),
        };
        of.iter().map(one).collect()
    }

    /// A person's transactions in one unit, newest first.
    pub async fn entries(
        &self,
        user: UserId,
        unit: Unit,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Entry>, Fault> {
        let lists = [
            List { index: Index::ByA, partition: list::paid(user) },
            List { index: Index::ByB, partition: list::earned(user) },
        ];
        self.newest(&lists, after, limit, |item| from_item(item).map(|entry| Some(entry).filter(|e| e.unit == unit)))
            .await
    }

    /// By what a person has earned with bookings in one unit since some moment, newest first.
    pub async fn earnings(
        &self,
        user: UserId,
        unit: Unit,
        (since, after): (Option<Instant>, Option<&str>),
        limit: usize,
    ) -> Result<Page<Entry>, Fault> {
        let lists = [List { index: Index::ByB, partition: list::earned(user) }];
        let since = since.map(|since| keys::id_text(EntryId::mint(since, 0).get()));
        let is_one = |entry: &Entry| {
            entry.unit == unit && entry.earned_by(user).is_some_and(|earning| earning.booking().is_some())
        };
        self.newest_since(&lists, (since.as_deref(), after), limit, |item| {
            from_item(item).map(|entry| Some(entry).filter(is_one))
        })
        .await
    }

    /// Writes a completed purchase with its entry.
    pub async fn payment_complete(
        &self,
        mut transaction: Transaction<Denied>,
        payment: &Payment,
        entry: &Entry,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(payment_item(payment), Denied::IdTaken);
        add_entry(&mut transaction, entry);
        self.commit(transaction).await
    }
}

fn payment_item(payment: &Payment) -> Item {
    let method = match payment.method {
        Method::CreditCard => "credit_card",
        Method::DebitCard => "debit_card",
        Method::PayPal => "paypal",
    };
    Row::at(&keys::payment(payment.id))
        .number("id", payment.id)
        .number("user", payment.user)
        .text("method", method)
        .number("cents", payment.cents)
        .number("credits", payment.credits)
        .text("provider_id", &payment.provider_id)
        .value("status", Value::S("completed".to_owned()))
        .time("created_at", payment.created_at)
        .into_item()
}
