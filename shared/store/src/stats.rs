//! How many there are of what the whole platform is told by: counters, fed by the stream.
//!
//! Of each person and booking a mark says what it has been counted as, and by which version. Mark and counter are written
//! together, so a record counts once, however often and in whatever order records come; and who is counted from the table
//! itself, as `backfill` does, is not counted again.

use std::ops::{Add, Sub};

use domain::booking::Status;
use domain::expert::Standing;

use crate::booking_codec::status_text;
use crate::fault::{Failed, Fault};
use crate::keys::{self, Key, Kind};
use crate::row::{Item, Reader, number};
use crate::table::{Range, Store};
use crate::transaction::{Transaction, Update};

/// What somebody or something counts as, or all of it together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Accounts with a number as a learner.
    pub learners: i64,
    /// Experts an administrator has approved.
    pub experts: i64,
    /// Bookings that have been completed.
    pub completed: i64,
}

impl Add for Totals {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            learners: self.learners + other.learners,
            experts: self.experts + other.experts,
            completed: self.completed + other.completed,
        }
    }
}

impl Sub for Totals {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let Totals { learners, experts, completed } = other;
        self + Totals { learners: -learners, experts: -experts, completed: -completed }
    }
}

/// What a record of the stream says is to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    subject: Key,
    version: u64,
    as_what: Totals,
}

/// How often it is tried while others count the same.
const ROUNDS: usize = 8;

/// What an item counts as; `None`: items of its kind are not counted.
fn counts(item: &Item) -> Result<Option<Counting>, Fault> {
    let row = Reader(item);
    let (pk, sk) = (row.owned("pk")?, row.owned("sk")?);
    let as_what = match keys::read(&pk, &sk).map(|named| named.kind) {
        Some(Kind::Profile) => {
            let standing = item.get("expert").and_then(|expert| expert.as_m().ok()).map(Reader);
            let standing = standing.map(|expert| expert.text("standing")).transpose()?;
            let is_approved = standing == Some(keys::standing_text(Standing::Approved)) && !row.flag("suspended");
            Totals {
                learners: i64::from(item.contains_key("learner_serial")),
                experts: i64::from(is_approved),
                completed: 0,
            }
        }
        Some(Kind::Booking) => {
            let is_completed = row.text("status")? == status_text(Status::Completed);
            Totals { completed: i64::from(is_completed), ..Totals::default() }
        }
        _ => return Ok(None),
    };
    Ok(Some(Counting { subject: Key { pk, sk }, version: row.number("version")?, as_what }))
}

/// Whether a record changes what its subject counts as.
pub fn read(new: serde_dynamo::Item, old: serde_dynamo::Item) -> Result<Option<Counting>, Fault> {
    let (new, old): (Item, Item) = (new.into(), old.into());
    let Some(now) = counts(&new)? else { return Ok(None) };
    let before = if old.is_empty() { None } else { counts(&old)? };
    let before = before.map_or_else(Totals::default, |before| before.as_what);
    Ok((now.as_what != before).then_some(now))
}

fn marked(mark: Option<&Item>) -> Result<Totals, Fault> {
    let Some(row) = mark.map(Reader) else { return Ok(Totals::default()) };
    let one = |name| row.maybe_number(name).map(Option::unwrap_or_default);
    Ok(Totals { learners: one("learners")?, experts: one("experts")?, completed: one("completed")? })
}

impl Store {
    /// Counts it, unless a later version has been counted, or this one.
    pub async fn stats_count(&self, counting: &Counting) -> Result<(), Fault> {
        let key = keys::counted(&counting.subject);
        for _ in 0..ROUNDS {
            let mark = self.get(&key).await?;
            let seen = mark.as_ref().map(|mark| Reader(mark).number::<u64>("version")).transpose()?;
            if seen.is_some_and(|seen| seen >= counting.version) {
                return Ok(());
            }
            let delta = counting.as_what - marked(mark.as_ref())?;
            match self.commit(count(counting, &key, seen, delta)).await {
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
        match counts(item)?.filter(|counting| counting.as_what != Totals::default()) {
            Some(counting) => self.stats_count(&counting).await,
            None => Ok(()),
        }
    }

    /// All of it: one round trip, whatever the size of the table.
    pub async fn stats(&self) -> Result<Totals, Fault> {
        let shards = Range { partition: keys::STATS.to_owned(), consistent: true, ..Range::default() };
        let (items, _) = self.query(&shards).await?;
        items.iter().try_fold(Totals::default(), |sum, shard| Ok(sum + marked(Some(shard))?))
    }
}

fn count(counting: &Counting, key: &Key, seen: Option<u64>, delta: Totals) -> Transaction<()> {
    let Totals { learners, experts, completed } = counting.as_what;
    let mark = "SET #learners = :learners, #experts = :experts, #completed = :completed, #version = :version";
    let mark = Update::new(key.clone(), mark)
        .value(":learners", number(learners))
        .value(":experts", number(experts))
        .value(":completed", number(completed))
        .value(":version", number(counting.version));
    let mark = match seen {
        Some(seen) => mark.when("#version = :seen").value(":seen", number(seen)),
        None => mark.when("attribute_not_exists(#pk)"),
    };
    let mut transaction = Transaction::new();
    transaction.update(mark, Some(()));
    if delta != Totals::default() {
        let add = Update::new(keys::stats(&counting.subject), "ADD #learners :l, #experts :e, #completed :c");
        let add = add
            .value(":l", number(delta.learners))
            .value(":e", number(delta.experts))
            .value(":c", number(delta.completed));
        transaction.update(add, None);
    }
    transaction
}
