//! Lists of all there is of something, in the order it was made. Each row is an item of its own, written by whoever reads
//! the table's stream: no request pays for it, and a list may lag for a moment. Ids begin with the time they were minted
//! at, so a range of days is a range of ids.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::Instant;
use domain::booking::Booking;
use domain::ids::{BookingId, CourseId, EnrolmentId, EntryId, LARGEST, LessonId, PaymentId, UserId, WithdrawalId};
use domain::learning::{Enrolment, Progress};
use domain::ledger::{Earning, Sold, Unit};
use domain::payment::Intent;
use domain::person::User;
use domain::withdrawal::Withdrawal;
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Item, Key, Range, Returning, Update, absent};

use crate::fault::{Failed, Fault};
use crate::keys::{self, AllOf, Kind};
use crate::requests::{READ_AT_ONCE, Store};
use crate::row::{Reader, number, text};
use crate::{Page, audits, booking_codec, enrolments, ledger, payments, person_codec, progress, reviews, withdrawals};

/// When what is wanted was made, and whether the newest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    pub from: Option<Instant>,
    /// Before this.
    pub until: Option<Instant>,
    pub descending: bool,
}

impl Made {
    /// Everything, from the newest on.
    pub const NEWEST_FIRST: Made = Made { from: None, until: None, descending: true };

    /// The lowest and the highest id that is wanted behind `after`; `None` if there can be none.
    fn ids(self, after: Option<&str>) -> Option<(i64, i64)> {
        let first = |at: Instant| EntryId::mint(at, 0).get();
        let (mut lowest, mut highest) = (self.from.map_or(0, first), self.until.map_or(LARGEST, |at| first(at) - 1));
        if let Some(after) = after.and_then(keys::text_id) {
            if self.descending {
                highest = highest.min(after - 1);
            } else {
                lowest = lowest.max(after + 1);
            }
        }
        (0 <= lowest && lowest <= highest).then_some((lowest, highest))
    }
}

/// What somebody got for a booking or a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earned {
    pub id: EntryId,
    pub by: UserId,
    pub unit: Unit,
    pub earning: Earning,
}

/// A row of a list, to be written.
#[derive(Clone, Debug)]
pub struct Listing(Update);

impl Listing {
    fn of(what: AllOf, id: i64) -> Self {
        Self(Update::of(keys::listed(what, id)).set("id", number(id)))
    }

    fn of_earned(earned: &Earned) -> Self {
        let Earned { id, by, unit, earning } = earned;
        let (what, sold) = match earning.sold {
            Sold::Booking(booking) => ("booking", booking.get()),
            Sold::Enrolment(enrolment) => ("enrolment", enrolment.get()),
        };
        let update = Update::of(keys::listed(AllOf::Earnings, id.get()))
            .set("id", number(id))
            .set("user", number(by))
            .set("unit", text(keys::unit_text(*unit)))
            .set(what, number(sold))
            .set("fee", number(earning.fee))
            .set("net", number(earning.net));
        Self(update)
    }

    /// Of something that lies among a learner's items: what its key is made of.
    fn of_learner((what, id): (AllOf, i64), learner: UserId, course: CourseId, lesson: Option<LessonId>) -> Self {
        let update = Update::of(keys::listed(what, id))
            .set("id", number(id))
            .set("user", number(learner))
            .set("course", number(course));
        Self(match lesson {
            Some(lesson) => update.set("lesson", number(lesson)),
            None => update,
        })
    }
}

fn earned_from(item: &Item) -> Result<Earned, Fault> {
    let row = Reader(item);
    let (fee, net): (u64, u64) = (row.number("fee")?, row.number("net")?);
    let sold = match row.maybe_number("enrolment")?.and_then(EnrolmentId::new) {
        Some(enrolment) => Sold::Enrolment(enrolment),
        None => Sold::Booking(row.id("booking", BookingId::new)?),
    };
    Ok(Earned {
        id: row.id("id", EntryId::new)?,
        by: row.id("user", UserId::new)?,
        unit: booking_codec::unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?,
        earning: Earning { sold, price: net.saturating_add(fee), fee, net },
    })
}

/// The rows that belong to an item: of most kinds one or none, for a notification those of the audit log that it carries.
fn listings(item: &Item) -> Result<Vec<Listing>, Fault> {
    let row = Reader(item);
    match keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind) {
        Some(Kind::Notice) => Ok(audits::carried(item)?.into_iter().map(Listing).collect()),
        _ => Ok(listing(item)?.into_iter().collect()),
    }
}

/// The row that belongs to an item; `None`: of its kind there is no list.
fn listing(item: &Item) -> Result<Option<Listing>, Fault> {
    let row = Reader(item);
    let what = match keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind) {
        Some(Kind::Booking) => AllOf::Bookings,
        Some(Kind::Intent) => return payments::row(item).map(|row| Some(Listing(row))),
        Some(Kind::Withdrawal) => AllOf::Withdrawals,
        Some(Kind::Review) => {
            let review = reviews::from_item(item)?;
            // Whoever has hidden it meanwhile has written its row.
            let row = review.as_expert.then(|| reviews::row(&review).when(absent("pk")));
            return Ok(row.map(Listing));
        }
        Some(Kind::Entry) => {
            let entry = ledger::from_item(item)?;
            let [_, payee] = entry.listed_for();
            let earned = payee.and_then(|by| Some((by, entry.earned_by(by)?)));
            let earned = earned.map(|(by, earning)| Earned { id: entry.id, by, unit: entry.unit, earning });
            return Ok(earned.as_ref().map(Listing::of_earned));
        }
        Some(Kind::Enrolment) => {
            let enrolment = enrolments::from_item(item)?;
            let id = (AllOf::Enrolments, enrolment.id.get());
            return Ok(Some(Listing::of_learner(id, enrolment.learner, enrolment.course, None)));
        }
        Some(Kind::Progress) => {
            let row = progress::from_item(item)?;
            let id = (AllOf::Progress, row.id.get());
            return Ok(Some(Listing::of_learner(id, row.learner, row.course, Some(row.lesson))));
        }
        _ => return Ok(None),
    };
    Ok(Some(Listing::of(what, row.number("id")?)))
}

/// The rows that a new item, as the stream shows it, has to have.
pub fn read(new: serde_dynamo::Item) -> Result<Vec<Listing>, Fault> {
    listings(&table::item_from(new))
}

/// How many batches of items are read beside one another.
const AT_ONCE: usize = 8;

impl Store {
    /// Puts it into its list. Doing it again changes nothing.
    pub async fn list(&self, listing: &Listing) -> Result<(), Fault> {
        match self.update(listing.0.clone(), Returning::Nothing).await {
            Ok(_) | Err(Failed::Refused(_)) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// The same for an item that may be in its list already.
    pub(crate) async fn list_backfill(&self, item: &Item) -> Result<(), Fault> {
        for listing in listings(item)? {
            match self.get(&listing.0.key).await? {
                // A row may be from before it stood in an index.
                Some(row) if row.contains_key("rank") || !listing.0.names("rank") => {}
                _ => self.list(&listing).await?,
            }
        }
        Ok(())
    }

    /// How many there are, counted up to `most`: read units of their rows, sixty to the unit.
    pub async fn made_count(&self, what: AllOf, made: Made, most: usize) -> Result<usize, Fault> {
        match range(what, made, (None, most)) {
            Some(range) => self.query_count(&range).await,
            None => Ok(0),
        }
    }

    /// A page of all bookings, behind `after`: two round trips for a hundred.
    pub async fn bookings_made(&self, made: Made, after: Option<&str>, limit: usize) -> Result<Page<Booking>, Fault> {
        let key = |row: Reader<'_>| row.id("id", BookingId::new).map(keys::booking);
        self.made(AllOf::Bookings, made, (after, limit), key, booking_codec::from_item).await
    }

    /// The same of payments.
    pub async fn payments_made(&self, made: Made, after: Option<&str>, limit: usize) -> Result<Page<Intent>, Fault> {
        let key = |row: Reader<'_>| row.id("id", PaymentId::new).map(keys::intent);
        self.made(AllOf::Payments, made, (after, limit), key, payments::from_item).await
    }

    /// The same of withdrawals.
    pub async fn withdrawals_made(
        &self,
        made: Made,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Withdrawal>, Fault> {
        let key = |row: Reader<'_>| row.id("id", WithdrawalId::new).map(keys::withdrawal);
        self.made(AllOf::Withdrawals, made, (after, limit), key, withdrawals::from_item).await
    }

    /// The same of enrolments.
    pub async fn enrolments_made(
        &self,
        made: Made,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Enrolment>, Fault> {
        let key = |row: Reader<'_>| Ok(keys::enrolment(row.id("user", UserId::new)?, row.id("course", CourseId::new)?));
        self.made(AllOf::Enrolments, made, (after, limit), key, enrolments::from_item).await
    }

    /// The same of what learners have said of lessons, by when they first did.
    pub async fn progress_made(&self, made: Made, after: Option<&str>, limit: usize) -> Result<Page<Progress>, Fault> {
        let key = |row: Reader<'_>| {
            let (course, lesson) = (row.id("course", CourseId::new)?, row.id("lesson", LessonId::new)?);
            Ok(keys::progress(row.id("user", UserId::new)?, course, lesson))
        };
        self.made(AllOf::Progress, made, (after, limit), key, progress::from_item).await
    }

    /// A page of what all experts got: one round trip.
    pub async fn earnings_made(&self, made: Made, after: Option<&str>, limit: usize) -> Result<Page<Earned>, Fault> {
        let (rows, next) = self.rows(AllOf::Earnings, made, (after, limit)).await?;
        Ok(Page { items: rows.iter().map(earned_from).collect::<Result<_, _>>()?, next })
    }

    async fn made<T>(
        &self,
        what: AllOf,
        made: Made,
        page: (Option<&str>, usize),
        key: impl Fn(Reader<'_>) -> Result<Key, Fault>,
        read: impl Fn(&Item) -> Result<T, Fault>,
    ) -> Result<Page<T>, Fault> {
        let (rows, next) = self.rows(what, made, page).await?;
        let keys = rows.iter().map(|row| key(Reader(row))).collect::<Result<Vec<_>, _>>()?;
        let found = self.get_beside(&keys).await?;
        let items = keys.iter().filter_map(|key| found.get(key));
        Ok(Page { items: items.map(read).collect::<Result<_, _>>()?, next })
    }

    /// Several people, as they were a moment ago.
    pub async fn users_beside(&self, ids: &[UserId]) -> Result<BTreeMap<UserId, User>, Fault> {
        let distinct: BTreeSet<_> = ids.iter().collect();
        let keys: Vec<_> = distinct.into_iter().map(|id| keys::user(*id)).collect();
        let items = self.get_beside(&keys).await?;
        items.values().map(|item| person_codec::from_item(item).map(|user| (user.id, user))).collect()
    }

    /// Items by key, a moment old, in batches beside one another.
    async fn get_beside(&self, keys: &[Key]) -> Result<HashMap<Key, Item>, Fault> {
        let batches: Vec<_> = keys.chunks(READ_AT_ONCE).map(|batch| self.get_many(batch, false)).collect();
        let found: Vec<_> = stream::iter(batches).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The rows of a page, and the key behind which the next one begins.
    async fn rows(
        &self,
        what: AllOf,
        made: Made,
        (after, limit): (Option<&str>, usize),
    ) -> Result<(Vec<Item>, Option<String>), Fault> {
        let Some(range) = range(what, made, (after, limit + 1)) else { return Ok((Vec::new(), None)) };
        let mut rows = self.query_all(&range).await?;
        let goes_on = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| goes_on).map(|row| Reader(row).owned("sk")).transpose()?;
        Ok((rows, last))
    }
}

fn range(what: AllOf, made: Made, (after, limit): (Option<&str>, usize)) -> Option<Range> {
    let (lowest, highest) = made.ids(after)?;
    Some(Range {
        partition: keys::all_of(what),
        from: Some(keys::id_text(lowest)),
        to: Some(keys::id_text(highest)),
        descending: made.descending,
        limit: Some(limit),
        ..Range::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn what_was_made_in_a_time_has_the_ids_of_that_time() {
        let noon: Instant = "2026-11-30T12:00:00Z".parse().unwrap();
        let later = noon + TimeDelta::milliseconds(1);
        let id = |at, chance| EntryId::mint(at, chance).get();
        let made = Made { from: Some(noon), until: Some(later), descending: false };
        assert_eq!(made.ids(None), Some((id(noon, 0), id(noon, u16::MAX))));
        let after = keys::id_text(id(noon, 7));
        assert_eq!(made.ids(Some(&after)), Some((id(noon, 8), id(noon, u16::MAX))));
        assert_eq!(Made { descending: true, ..made }.ids(Some(&after)), Some((id(noon, 0), id(noon, 6))));
        assert_eq!(made.ids(Some(&keys::id_text(id(noon, u16::MAX)))), None, "behind the last one");
        assert_eq!(Made { until: Some(noon), ..made }.ids(None), None);
    }
}
