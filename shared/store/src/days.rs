//! The calendar as claimed time: one item per person and UTC day with the set of busy 5-minute steps.
//!
//! Claiming adds steps under the condition that none of them is there, so overlapping claims are impossible without a
//! read or a lock, and disjoint ones do not get in each other's way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::quanta::{self, Busy};

use crate::fault::Fault;
use crate::keys::{self, Key};
use crate::row::{Item, Reader, number, numbers};
use crate::table::Store;
use crate::transaction::{Transaction, Update};

/// A day nobody asks for any more is deleted this long after it is over.
const KEPT: TimeDelta = TimeDelta::days(30);

/// What one change does to one person's day.
struct DayChange {
    key: Key,
    claim: BTreeSet<u16>,
    release: BTreeSet<u16>,
    expires_at: i64,
}

impl DayChange {
    /// Steps are given up and taken on the same day: DynamoDB cannot add to and delete from one set in one update.
    fn is_mixed(&self) -> bool {
        !self.claim.is_empty() && !self.release.is_empty()
    }
}

fn changes(user: UserId, before: Option<Interval>, after: Option<Interval>) -> Vec<DayChange> {
    let days = |interval: Option<Interval>| interval.map(quanta::by_day).unwrap_or_default();
    let (old, new) = (days(before), days(after));
    let dates: BTreeSet<NaiveDate> = old.keys().chain(new.keys()).copied().collect();
    let none = BTreeSet::new();
    dates
        .into_iter()
        .map(|date| {
            let (old, new) = (old.get(&date).unwrap_or(&none), new.get(&date).unwrap_or(&none));
            DayChange {
                key: keys::day(user, date),
                claim: new - old,
                release: old - new,
                expires_at: (date.and_time(NaiveTime::MIN) + KEPT).and_utc().timestamp(),
            }
        })
        .filter(|change| !(change.claim.is_empty() && change.release.is_empty()))
        .collect()
}

/// The days of which the present state must be known before [`add_legs`] can write them.
pub(crate) fn mixed_days(user: UserId, before: Option<Interval>, after: Option<Interval>) -> Vec<Key> {
    changes(user, before, after).into_iter().filter(DayChange::is_mixed).map(|change| change.key).collect()
}

/// Adds what moves `user`'s claimed time from `before` to `after`. `taken` is what it means that a step is claimed
/// already; `raced` that a day in `known` was changed meanwhile.
pub(crate) fn add_legs<R: Clone>(
    transaction: &mut Transaction<R>,
    user: UserId,
    before: Option<Interval>,
    after: Option<Interval>,
    known: &HashMap<Key, Item>,
    taken: &R,
    raced: &R,
) -> Result<(), Fault> {
    for change in changes(user, before, after) {
        let expires = number(change.expires_at);
        if change.is_mixed() {
            let item = known.get(&change.key);
            let busy: BTreeSet<u16> = item.map(|item| Reader(item).numbers("busy")).transpose()?.unwrap_or_default();
            if !change.release.is_subset(&busy) {
                // The booking has given its time up since it was read.
                transaction.update(impossible(change.key), Some(raced.clone()));
                continue;
            }
            let rest = &busy - &change.release;
            if !rest.is_disjoint(&change.claim) {
                // Somebody else's: this leg can only be refused, so let it be.
                transaction.update(impossible(change.key), Some(taken.clone()));
                continue;
            }
            let update = Update::new(change.key, "SET #busy = :new, #expires_at = :expires")
                .when("#busy = :old")
                .value(":old", numbers(&busy))
                .value(":new", numbers(rest.union(&change.claim)))
                .value(":expires", expires);
            transaction.update(update, Some(raced.clone()));
        } else if change.release.is_empty() {
            let condition: Vec<_> = change.claim.iter().map(|step| format!("NOT contains(#busy,:q{step})")).collect();
            let mut update = Update::new(change.key, "ADD #busy :claim SET #expires_at = :expires")
                .when(condition.join(" AND "))
                .value(":claim", numbers(&change.claim))
                .value(":expires", expires);
            for step in &change.claim {
                update = update.value(&format!(":q{step}"), number(step));
            }
            transaction.update(update, Some(taken.clone()));
        } else {
            // The expiry too, or a day that was deleted long ago would come back for good.
            let update = Update::new(change.key, "DELETE #busy :release SET #expires_at = :expires")
                .value(":release", numbers(&change.release))
                .value(":expires", expires);
            transaction.update(update, None);
        }
    }
    Ok(())
}

fn impossible(key: Key) -> Update {
    Update::new(key, "SET #busy = #busy").when("attribute_exists(#pk) AND attribute_not_exists(#pk)")
}

impl Store {
    /// The busy steps of several people over the days that `window` touches: one round trip.
    pub async fn busy(&self, users: &[UserId], window: Interval) -> Result<BTreeMap<UserId, Busy>, Fault> {
        let (first, last) = (window.start().date_naive(), window.end().date_naive());
        self.busy_on(users, first.iter_days().take_while(|date| *date <= last), true).await
    }

    /// A person's busy steps on some days, as of a moment ago: one round trip, none without days.
    pub async fn busy_lately(&self, user: UserId, days: &BTreeSet<NaiveDate>) -> Result<Busy, Fault> {
        let mut busy = self.busy_on(&[user], days.iter().copied(), false).await?;
        Ok(busy.remove(&user).unwrap_or_default())
    }

    async fn busy_on(
        &self,
        users: &[UserId],
        dates: impl Iterator<Item = NaiveDate>,
        consistent: bool,
    ) -> Result<BTreeMap<UserId, Busy>, Fault> {
        let of_all = |date| users.iter().map(move |user| (*user, date, keys::day(*user, date)));
        let days: Vec<_> = dates.flat_map(of_all).collect();
        let wanted: Vec<_> = days.iter().map(|(.., key)| key.clone()).collect();
        let items = self.get_many(&wanted, consistent).await?;
        let mut busy: BTreeMap<UserId, Busy> = users.iter().map(|user| (*user, Busy::new())).collect();
        for (user, date, key) in days {
            if let Some(item) = items.get(&key) {
                busy.entry(user).or_default().insert(date, Reader(item).numbers("busy")?);
            }
        }
        Ok(busy)
    }
}
