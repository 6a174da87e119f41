//! The calendar as claimed time: one item per person and UTC day with the set of busy 5-minute steps.
//!
//! Claiming adds steps under the condition that none of them is there, so overlapping claims are impossible without a
//! read or a lock, and disjoint ones do not get in each other's way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use domain::Instant;
use domain::booking::Booking;
use domain::ids::{BookingId, SlotId, UserId};
use domain::interval::Interval;
use domain::quanta::{self, Busy};
use domain::slot::Slot;
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Condition, Item, Key, Update, Value, absent, any, contains, equals, exists, not};

use crate::fault::Fault;
use crate::keys;
use crate::requests::{READ_AT_ONCE, Store};
use crate::row::{Reader, number, numbers, text};
use crate::transaction::Transaction;

/// A day nobody asks for any more is deleted this long after it is over.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How many batches of days are read beside one another.
const AT_ONCE: usize = 10;

/// What a booking claims of two calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    interval: Interval,
    /// A claim that is over at this moment by itself is written beside its steps, so that whoever reads the day knows.
    expiry: Option<(BookingId, Instant)>,
    /// The expert's opening it is of: nothing is claimed where its mark says that it is shut.
    mark: Option<SlotId>,
}

impl Claim {
    pub(crate) fn of(booking: &Booking) -> Option<Self> {
        let expiry = booking.expires_at().map(|at| (booking.id, at));
        let mark = booking.slot.map(|taken| taken.mark);
        booking.claimed().map(|interval| Self { interval, expiry, mark })
    }

    /// The same in the calendar of whoever has no openings to shut.
    pub(crate) fn of_learner(self) -> Self {
        Self { mark: None, ..self }
    }
}

/// The marks of openings of a day that are no more what they were.
const SHUT: &str = "shut";

fn is_not_shut(mark: SlotId) -> Condition {
    not(contains(SHUT, number(mark)))
}

/// Adds the legs by which an opening of an expert is shut, if nothing is booked in it.
pub(crate) fn add_shut_legs<R: Clone>(transaction: &mut Transaction<R>, expert: UserId, slot: &Slot, booked: &R) {
    for (date, steps) in quanta::by_day(slot.interval) {
        let update = Update::of(keys::day(expert, date))
            .add(SHUT, numbers([slot.mark]))
            .set("expires_at", number(kept_until(date)))
            .when(none_taken(&steps));
        transaction.update(update, Some(booked.clone()));
    }
}

fn kept_until(date: NaiveDate) -> i64 {
    (date.and_time(NaiveTime::MIN) + KEPT).and_utc().timestamp()
}

/// A claim of one day that expires, as it stands in the item: `epoch seconds, first step, last step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expiry {
    at: i64,
    first: u16,
    last: u16,
}

/// The attribute of a booking's expiry. Steps and expiries share an item, so both are read and written for one unit.
pub(crate) const EXPIRY: &str = "expiry_";

fn expiry_name(booking: BookingId) -> String {
    format!("{EXPIRY}{}", keys::id_text(booking.get()))
}

impl Expiry {
    fn of(steps: &BTreeSet<u16>, at: Instant) -> Option<Self> {
        Some(Self { at: at.timestamp(), first: *steps.first()?, last: *steps.last()? })
    }

    fn to_value(self) -> Value {
        text(format!("{},{},{}", self.at, self.first, self.last))
    }

    fn parse(value: &Value) -> Option<Self> {
        let mut parts = value.as_s()?.split(',');
        let expiry = Self {
            at: parts.next()?.parse().ok()?,
            first: parts.next()?.parse().ok()?,
            last: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(expiry)
    }
}

/// The bookings of a day whose claims expire, and when.
fn expiries(item: &Item) -> impl Iterator<Item = (BookingId, Expiry)> {
    item.iter().filter_map(|(name, value)| {
        let id = keys::text_id(name.strip_prefix(EXPIRY)?).and_then(BookingId::new)?;
        Some((id, Expiry::parse(value)?))
    })
}

/// What is busy on a day at `now`: all claimed steps but those of expired claims.
pub(crate) fn busy_at(item: &Item, now: Instant) -> Result<BTreeSet<u16>, Fault> {
    let mut busy: BTreeSet<u16> = Reader(item).numbers("busy")?;
    for (_, expiry) in expiries(item).filter(|(_, expiry)| expiry.at <= now.timestamp()) {
        busy.retain(|step| !(expiry.first..=expiry.last).contains(step));
    }
    Ok(busy)
}

/// What one change does to one person's day.
struct DayChange {
    key: Key,
    claim: BTreeSet<u16>,
    release: BTreeSet<u16>,
    /// The expiry attributes to set and to remove.
    expiries: Vec<(String, Expiry)>,
    forgotten: Vec<String>,
    expires_at: i64,
}

impl DayChange {
    /// Steps are given up and taken on the same day: DynamoDB cannot add to and delete from one set in one update.
    fn is_mixed(&self) -> bool {
        !self.claim.is_empty() && !self.release.is_empty()
    }

    fn is_empty(&self) -> bool {
        self.claim.is_empty() && self.release.is_empty() && self.expiries.is_empty() && self.forgotten.is_empty()
    }

    /// An update of the day with what must be said about expiries.
    fn update(&self) -> Update {
        let update =
            Update::of(self.key.clone()).set("expires_at", number(self.expires_at)).remove_all(&self.forgotten);
        self.expiries.iter().fold(update, |update, (name, expiry)| update.set(name, expiry.to_value()))
    }
}

fn changes(user: UserId, before: Option<Claim>, after: Option<Claim>) -> Vec<DayChange> {
    let days = |claim: Option<Claim>| claim.map(|claim| quanta::by_day(claim.interval)).unwrap_or_default();
    let (old, new) = (days(before), days(after));
    let dates: BTreeSet<NaiveDate> = old.keys().chain(new.keys()).copied().collect();
    let none = BTreeSet::new();
    let expiry = |claim: Option<Claim>, steps: &BTreeSet<u16>| {
        let (booking, at) = claim?.expiry?;
        Some((expiry_name(booking), Expiry::of(steps, at)?))
    };
    dates
        .into_iter()
        .map(|date| {
            let (old, new) = (old.get(&date).unwrap_or(&none), new.get(&date).unwrap_or(&none));
            let (was, is) = (expiry(before, old), expiry(after, new));
            let stays = was.as_ref().zip(is.as_ref()).is_some_and(|(was, is)| was.0 == is.0);
            DayChange {
                key: keys::day(user, date),
                claim: new - old,
                release: old - new,
                forgotten: was.clone().filter(|_| !stays).map(|(name, _)| name).into_iter().collect(),
                expiries: is.filter(|is| was.as_ref() != Some(is)).into_iter().collect(),
                expires_at: kept_until(date),
            }
        })
        .filter(|change| !change.is_empty())
        .collect()
}

/// The days of which the present state must be known before [`add_legs`] can write them.
pub(crate) fn mixed_days(user: UserId, before: Option<Claim>, after: Option<Claim>) -> Vec<Key> {
    changes(user, before, after).into_iter().filter(DayChange::is_mixed).map(|change| change.key).collect()
}

/// Adds what moves `user`'s claimed time from `before` to `after`. `taken` is what it means that a step is claimed
/// already; `raced` that a day in `known` was changed meanwhile.
pub(crate) fn add_legs<R: Clone>(
    transaction: &mut Transaction<R>,
    user: UserId,
    before: Option<Claim>,
    after: Option<Claim>,
    known: &HashMap<Key, Item>,
    taken: &R,
    raced: &R,
) -> Result<(), Fault> {
    let mark = after.and_then(|claim| claim.mark);
    let marked = |update: Update| match mark {
        Some(mark) => update.when(is_not_shut(mark)),
        None => update,
    };
    for change in changes(user, before, after) {
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
            let update =
                change.update().set("busy", numbers(rest.union(&change.claim))).when(equals("busy", numbers(&busy)));
            transaction.update(marked(update), Some(raced.clone()));
        } else if !change.claim.is_empty() {
            let update = change.update().add("busy", numbers(&change.claim)).when(none_taken(&change.claim));
            transaction.update(marked(update), Some(taken.clone()));
        } else if !change.release.is_empty() {
            // The expiry too, or a day that was deleted long ago would come back for good.
            transaction.update(change.update().delete("busy", numbers(&change.release)), None);
        } else {
            transaction.update(change.update(), None);
        }
    }
    Ok(())
}

/// That none of these steps is there, in two operators a step: DynamoDB allows 300 in an expression, and 4 KB, which is
/// room for twelve hours.
fn none_taken(steps: &BTreeSet<u16>) -> Condition {
    not(any(steps.iter().map(|step| contains("busy", number(step)))))
}

fn impossible(key: Key) -> Update {
    Update::of(key).set_to("busy", "busy").when(exists("pk").and(absent("pk")))
}

/// Days of several people, as they were read.
#[derive(Debug)]
pub struct Calendars {
    days: Vec<(UserId, NaiveDate, Item)>,
    now: Instant,
}

impl Calendars {
    /// What is busy of the days that were read: all claimed time but that of claims that are over.
    pub fn busy(&self, user: UserId) -> Result<Busy, Fault> {
        let theirs = self.days.iter().filter(|(owner, ..)| *owner == user);
        theirs.map(|(_, date, item)| Ok((*date, busy_at(item, self.now)?))).collect()
    }

    pub fn now(&self) -> Instant {
        self.now
    }

    /// The bookings of the days `wanted` touches whose claim is over, although they still hold it.
    pub fn expired(&self, wanted: Interval) -> BTreeSet<BookingId> {
        let dates = dates(wanted);
        let items = self.days.iter().filter(|(_, date, _)| dates.contains(date)).map(|(.., item)| item);
        items.flat_map(expiries).filter(|(_, expiry)| expiry.at <= self.now.timestamp()).map(|(id, _)| id).collect()
    }
}

/// The UTC days an interval touches, its end included.
fn dates(interval: Interval) -> BTreeSet<NaiveDate> {
    let last = interval.end().date_naive();
    interval.start().date_naive().iter_days().take_while(|date| *date <= last).collect()
}

impl Store {
    /// Several people's days that the windows touch: one round trip.
    pub async fn calendars(&self, users: &[UserId], windows: &[Interval], now: Instant) -> Result<Calendars, Fault> {
        let dates: BTreeSet<_> = windows.iter().flat_map(|window| dates(*window)).collect();
        self.calendars_on(users, &dates, now, true).await
    }

    async fn calendars_on(
        &self,
        users: &[UserId],
        dates: &BTreeSet<NaiveDate>,
        now: Instant,
        consistent: bool,
    ) -> Result<Calendars, Fault> {
        let places = users.iter().flat_map(|user| dates.iter().map(|date| (*user, *date, keys::day(*user, *date))));
        let places: Vec<_> = places.collect();
        let wanted: Vec<_> = places.iter().map(|(.., key)| key.clone()).collect();
        let mut items = self.get_many(&wanted, consistent).await?;
        let found = |(user, date, key): (UserId, NaiveDate, Key)| Some((user, date, items.remove(&key)?));
        Ok(Calendars { days: places.into_iter().filter_map(found).collect(), now })
    }

    /// What is busy at `now` of a person's days, as of a moment ago: one round trip, none without days.
    pub async fn busy_lately(&self, user: UserId, days: &BTreeSet<NaiveDate>, now: Instant) -> Result<Busy, Fault> {
        self.calendars_on(&[user], days, now, false).await?.busy(user)
    }

    /// What is busy at `now` of days of whomever, as of a moment ago: a hundred days a round trip, all at the same time. A
    /// day that is absent is free.
    pub async fn busy_of_many(
        &self,
        days: &BTreeSet<(UserId, NaiveDate)>,
        now: Instant,
    ) -> Result<HashMap<UserId, Busy>, Fault> {
        let days: Vec<_> = days.iter().copied().collect();
        let batches = stream::iter(days.chunks(READ_AT_ONCE).map(<[_]>::to_vec).collect::<Vec<_>>());
        let read = batches.map(|days| async move {
            let keys: Vec<_> = days.iter().map(|(user, date)| keys::day(*user, *date)).collect();
            self.get_many(&keys, false).await
        });
        let found: Vec<_> = read.buffer_unordered(AT_ONCE).try_collect().await?;
        let mut busy: HashMap<UserId, Busy> = HashMap::new();
        for (user, date) in days {
            let key = keys::day(user, date);
            if let Some(item) = found.iter().find_map(|batch| batch.get(&key)) {
                busy.entry(user).or_default().insert(date, busy_at(item, now)?);
            }
        }
        Ok(busy)
    }

    /// What is busy at `now` of several people's days that `window` touches: one round trip.
    pub async fn busy(
        &self,
        users: &[UserId],
        window: Interval,
        now: Instant,
    ) -> Result<BTreeMap<UserId, Busy>, Fault> {
        let calendars = self.calendars(users, &[window], now).await?;
        users.iter().map(|user| Ok((*user, calendars.busy(*user)?))).collect()
    }
}
