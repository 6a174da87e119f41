//! How much there is of what the whole platform is told by: counters, fed by the stream.
//!
//! Of each person, booking, payment, movement of money and withdrawal a mark says what it has been counted as, and by which
//! version. Mark and counter are written together, so a record counts once, however often and in whatever order records
//! come; and what is counted from the table itself, as `backfill` does, is not counted again. With the completion of a
//! booking that says so it is counted, in the same transaction, how many its expert has given.

use domain::booking::{Funds, Status};
use domain::ids::UserId;
use domain::ledger::Currency;
use domain::stats::{Counter, Totals};
use table::{Item, Key, Range, Update, Value, absent, equals, exists};

use crate::booking_codec::{self, funds_text, status_text};
use crate::bookings::given_one_more;
use crate::fault::{Failed, Fault};
use crate::keys::{self, Kind};
use crate::requests::Store;
use crate::row::{Reader, number};
use crate::transaction::Transaction;
use crate::{ledger, payments, person_codec, withdrawals};

/// What a record of the stream says is to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    pub(crate) subject: Key,
    pub(crate) version: u64,
    pub(crate) as_what: Totals,
    /// Who has given one more with its completion, and the minutes it took.
    pub(crate) given: Option<(UserId, i64)>,
}

/// What something has been counted as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    version: u64,
    pub(crate) as_what: Totals,
    /// It is from before most counters: that version is to be counted again.
    is_old: bool,
}

/// How often it is tried while others count the same.
const ROUNDS: usize = 8;

/// What is written as somebody's mark; older ones have three numbers beside their version in its place.
const COUNTS: &str = "counts";

/// The attribute that holds it.
pub fn name(counter: Counter) -> String {
    let of = |what: &str, currency: Currency| format!("{what}_{}", currency.code());
    match counter {
        Counter::People => "people".to_owned(),
        Counter::Admins => "admins".to_owned(),
        Counter::Approved => "approved".to_owned(),
        Counter::Applicants => "applicants".to_owned(),
        Counter::Learners => "learners".to_owned(),
        Counter::Experts => "experts".to_owned(),
        Counter::Completed => "completed".to_owned(),
        Counter::Bookings(status, funds) => format!("bookings_{}_{}", status_text(status), funds_text(funds)),
        Counter::Gross(currency) => of("gross", currency),
        Counter::Refunded(currency) => of("refunded", currency),
        Counter::Fees(currency) => of("fees", currency),
        Counter::Earned(currency) => of("earned", currency),
        Counter::Withdrawals => "withdrawals".to_owned(),
        Counter::ToPayOut(currency) => of("to_pay_out", currency),
        Counter::Courses => "courses".to_owned(),
        Counter::Published => "published".to_owned(),
    }
}

/// The counter of this name; `None` for one of a later program.
fn named(text: &str) -> Option<Counter> {
    use Counter::*;
    if let Some(place) = text.strip_prefix("bookings_") {
        let places = Status::ALL.into_iter().flat_map(|status| Funds::ALL.map(|funds| (status, funds)));
        let is_it = |(status, funds): &(Status, Funds)| {
            place.strip_prefix(status_text(*status)).and_then(|rest| rest.strip_prefix('_')) == Some(funds_text(*funds))
        };
        return places.into_iter().find(is_it).map(|(status, funds)| Bookings(status, funds));
    }
    let currency = text.rsplit_once('_').and_then(|(_, currency)| Currency::parse(currency));
    let amounts = |of| [Gross(of), Refunded(of), Fees(of), Earned(of), ToPayOut(of)];
    let plain = [People, Admins, Approved, Applicants, Learners, Experts, Completed, Withdrawals, Courses, Published];
    let all = plain.into_iter().chain(currency.into_iter().flat_map(amounts));
    all.into_iter().find(|counter| name(*counter) == text)
}

/// What an item counts as; `None`: items of its kind are not counted.
pub(crate) fn counts(item: &Item) -> Result<Option<Counting>, Fault> {
    let row = Reader(item);
    let (pk, sk) = (row.owned("pk")?, row.owned("sk")?);
    let version = || row.number("version");
    let mut given = None;
    let (version, as_what) = match keys::read(&pk, &sk).map(|named| named.kind) {
        Some(Kind::Profile) => (version()?, Totals::from(&person_codec::from_item(item)?)),
        Some(Kind::Booking) => {
            let booking = booking_codec::from_item(item)?;
            let as_what = Totals::from(&booking);
            given = booking.counts_later.then(|| (booking.expert.id, booking.interval.minutes()));
            (version()?, as_what)
        }
        Some(Kind::Intent) => (version()?, Totals::from(&payments::from_item(item)?)),
        Some(Kind::Withdrawal) => (version()?, Totals::from(&withdrawals::from_item(item)?)),
        // It never changes.
        Some(Kind::Entry) => (1, Totals::from(&ledger::from_item(item)?)),
        _ => return Ok(None),
    };
    Ok(Some(Counting { subject: Key { pk, sk }, version, as_what, given }))
}

/// Whether a record changes what its subject counts as.
pub fn read(new: serde_dynamo::Item, old: serde_dynamo::Item) -> Result<Option<Counting>, Fault> {
    let (new, old): (Item, Item) = (table::item_from(new), table::item_from(old));
    let Some(now) = counts(&new)? else { return Ok(None) };
    let before = if old.is_empty() { None } else { counts(&old)? };
    let before = before.map_or_else(Totals::default, |before| before.as_what);
    Ok((now.as_what != before).then_some(now))
}

/// The counters among attributes: of an item that is added up, all of it.
pub(crate) fn counters(attributes: &Item) -> Totals {
    let number = |value: &Value| value.as_n().and_then(|number| number.parse().ok());
    attributes.iter().filter_map(|(name, value)| Some((named(name)?, number(value)?))).collect()
}

pub(crate) fn mark(item: &Item) -> Result<Mark, Fault> {
    let row = Reader(item);
    let (counts, is_old) = match item.get(COUNTS) {
        None => (item, true),
        Some(Value::M(counts)) => (counts, false),
        Some(_) => return Err(row.corrupt(COUNTS)),
    };
    Ok(Mark { version: row.number("version")?, as_what: counters(counts), is_old })
}

impl Store {
    /// Counts it, unless a later version has been counted, or this one.
    pub async fn stats_count(&self, counting: &Counting) -> Result<(), Fault> {
        let key = keys::counted(&counting.subject);
        for _ in 0..ROUNDS {
            let mark = self.get(&key).await?.as_ref().map(mark).transpose()?;
            let is_counted =
                |mark: &Mark| mark.version > counting.version || (mark.version == counting.version && !mark.is_old);
            if mark.as_ref().is_some_and(is_counted) {
                return Ok(());
            }
            match self.commit(count(counting, &key, mark.as_ref())).await {
                Ok(()) => return Ok(()),
                // Somebody else counted it, as this version or another.
                Err(Failed::Refused(())) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::Contended)
    }

    /// Counts an item that the stream may have told of before anybody counted.
    pub(crate) async fn stats_backfill(&self, item: &Item) -> Result<(), Fault> {
        let Some(counting) = counts(item)? else { return Ok(()) };
        // What counts as nothing matters only if it once was something.
        if counting.as_what.is_empty() && self.get(&keys::counted(&counting.subject)).await?.is_none() {
            return Ok(());
        }
        self.stats_count(&counting).await
    }

    /// All that the stream feeds: one round trip, whatever the size of the table.
    pub async fn stats(&self) -> Result<Totals, Fault> {
        let shards = Range { partition: keys::STATS.to_owned(), consistent: true, ..Range::default() };
        let (items, _) = self.query(&shards).await?;
        let mut sum = Totals::default();
        items.iter().for_each(|item| sum += &counters(item));
        Ok(sum)
    }

    /// How many courses there are, which is counted in the transactions that make, show, hide and delete them.
    pub async fn stats_of_courses(&self) -> Result<Totals, Fault> {
        let totals = self.get(&keys::course_totals()).await?;
        Ok(totals.as_ref().map(counters).unwrap_or_default())
    }
}

fn count(counting: &Counting, key: &Key, seen: Option<&Mark>) -> Transaction<()> {
    let counts = counting.as_what.iter().map(|(counter, count)| (name(counter), number(count))).collect();
    let change = Update::of(key.clone()).set(COUNTS, Value::M(counts)).set("version", number(counting.version)).when(
        match seen {
            None => absent("pk"),
            Some(seen) => equals("version", number(seen.version)).and(match seen.is_old {
                true => absent(COUNTS),
                false => exists(COUNTS),
            }),
        },
    );
    let mut transaction = Transaction::new();
    transaction.update(change, Some(()));
    let nothing = Totals::default();
    let delta = &counting.as_what - seen.map_or(&nothing, |seen| &seen.as_what);
    let add = delta.iter().fold(Update::of(keys::stats(&counting.subject)), |add, (counter, count)| {
        add.add(name(counter), number(count))
    });
    if !add.actions.is_empty() {
        transaction.update(add, None);
    }
    if let Some(given) = counting.given.filter(|_| delta.of(Counter::Completed) > 0) {
        given_one_more(&mut transaction, given, ());
    }
    transaction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{SHAPE, text};

    #[test]
    fn every_counter_has_a_name_of_its_own_by_which_it_is_found() {
        let (dollars, euros) = (Currency::USD, Currency::parse("EUR").unwrap());
        let places = Status::ALL.into_iter().flat_map(|status| Funds::ALL.map(|funds| (status, funds)));
        let mut all: Vec<_> = places.map(|(status, funds)| Counter::Bookings(status, funds)).collect();
        for currency in [dollars, euros] {
            use Counter::*;
            all.extend([Gross(currency), Refunded(currency), Fees(currency), Earned(currency), ToPayOut(currency)]);
        }
        use Counter::*;
        all.extend([People, Admins, Approved, Applicants, Learners, Experts, Completed, Withdrawals, Courses]);
        all.push(Published);
        for counter in all {
            assert_eq!(named(&name(counter)), Some(counter), "{counter:?}");
        }
        for unknown in ["pk", SHAPE, "version", "gross", "gross_", "gross_usd", "bookings_", "bookings_lost_free"] {
            assert_eq!(named(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_mark_from_before_most_counters_is_counted_again_from_what_it_says() {
        let three = [("learners", 1), ("experts", 0), ("completed", 0), ("version", 4)];
        let mut old: Item = three.into_iter().map(|(name, count)| (name.to_owned(), number(count))).collect();
        old.insert("pk".to_owned(), text("COUNTED#U#1"));
        let learner = [(Counter::Learners, 1)].into_iter().collect::<Totals>();
        assert_eq!(mark(&old).unwrap(), Mark { version: 4, as_what: learner.clone(), is_old: true });
        let as_what = [(Counter::Learners, 1), (Counter::People, 1)].into_iter().collect();
        let subject = Key { pk: "U#1".to_owned(), sk: keys::PROFILE.to_owned() };
        let counting = Counting { subject: subject.clone(), version: 4, as_what, given: None };
        let both = count(&counting, &keys::counted(&subject), Some(&mark(&old).unwrap()));
        assert_eq!(both.len(), 2, "what is missing is added");
    }
}
