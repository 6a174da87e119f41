//! Gatherings: by their start in one list of the index, by their organiser in another, and what lasts longer than a day
//! also by its end, so that what goes on now is found without reading what is over.

use chrono::TimeDelta;
use domain::Instant;
use domain::facade::Facade;
use domain::gathering::{Details, Gathering, GatheringSeen};
use domain::ids::{GatheringId, NoticeId, UserId};
use table::{Index, Item, Range, Update, Value, absent, exists};

use crate::Page;
use crate::community::{author_from, with_author};
use crate::counting::{Counting, Subject, What, is_rush};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, text, time};
use crate::transaction::Transaction;

mod telling;

pub use telling::GatheringNews;

/// Where one stands among others by a time: as text, times of all centuries sort.
fn place(at: Instant, id: Option<GatheringId>) -> String {
    let id = id.map(|id| keys::id_text(id.get())).unwrap_or_default();
    format!("{}#{id}", keys::due_place(at))
}

fn to_item(gathering: &Gathering) -> Item {
    let details = &gathering.details;
    let row = Row::at(&keys::gathering(gathering.id))
        .value("lb", text(keys::gatherings_of(gathering.organiser.user)))
        .value("rank", text(place(details.start, Some(gathering.id))));
    let row = if details.is_published { row.value("la", text(keys::GATHERINGS)) } else { row };
    with_author(row, &gathering.organiser)
        .number("id", gathering.id)
        .text("title", &details.title)
        .text("description", &details.description)
        .time("start", details.start)
        .maybe("end", details.end, time)
        .text("location", &details.location)
        .text("cover_image", &details.cover_image)
        .flag("published", details.is_published)
        .time("created_at", gathering.created_at)
        .time("updated_at", gathering.updated_at)
        .number("version", gathering.version)
        .into_item()
}

fn from_item(item: &Item) -> Result<Gathering, Fault> {
    let row = Reader(item);
    Ok(Gathering {
        id: row.id("id", GatheringId::new)?,
        organiser: author_from(row)?,
        details: Details {
            title: row.owned("title")?,
            description: row.owned("description")?,
            start: row.time("start")?,
            end: row.maybe_time("end")?,
            location: row.owned("location")?,
            cover_image: row.owned("cover_image")?,
            is_published: row.flag("published"),
        },
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

fn is_listed_as_long(details: &Details) -> bool {
    details.is_published && details.is_long()
}

fn long_item(gathering: &Gathering) -> Item {
    Row::at(&keys::long_gathering(gathering.id))
        .value("la", text(keys::LONG_GATHERINGS))
        .value("rank", text(place(gathering.details.over_at(), Some(gathering.id))))
        .value("from", text(place(gathering.details.start, Some(gathering.id))))
        .number("id", gathering.id)
        .into_item()
}

/// Which ones are listed, by when they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Latest start first.
    Any,
    /// Not over; soonest first.
    Upcoming,
    /// Over; latest first.
    Past,
}

/// Which ones are listed: those that are published, or all of one organiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatheringList {
    pub when: When,
    pub organiser: Option<UserId>,
}

/// A gathering as it stands to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatheringStand {
    pub seen: GatheringSeen,
    rush: bool,
}

/// Of what lasts longer than a day and goes on, so many are found, those that end first.
const MOST_LONG: usize = 200;

/// An organiser's own gatherings that began longer ago than this are no longer looked for among the upcoming ones.
const OWN_LOOK_BACK: TimeDelta = TimeDelta::days(366);

/// However few of what it reads a list keeps, one request reads no more rounds than this; the next page goes on from there.
const MOST_ROUNDS: usize = 8;

/// A stretch of a list and what of it is kept.
struct Walk<'a> {
    list: GatheringList,
    from: Option<String>,
    to: Option<String>,
    after: Option<&'a str>,
    descending: bool,
    limit: usize,
}

impl Store {
    pub async fn gathering_create(
        &self,
        mut transaction: Transaction<Denied>,
        gathering: &Gathering,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(gathering), Denied::IdTaken);
        transaction.create(Row::at(&keys::gathering_counts(gathering.id)).into_item(), Denied::IdTaken);
        if is_listed_as_long(&gathering.details) {
            transaction.create(long_item(gathering), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    /// Writes a gathering over how it was, with what those who come have to hear.
    pub async fn gathering_change(
        &self,
        mut transaction: Transaction<Denied>,
        before: &Gathering,
        after: &Gathering,
        news: Option<&GatheringNews>,
    ) -> Result<(), Failed<Denied>> {
        transaction.replace_version(to_item(after), before.version, Denied::Stale);
        match (is_listed_as_long(&before.details), is_listed_as_long(&after.details)) {
            (_, true) => transaction.replace(long_item(after)),
            (true, false) => transaction.delete(&keys::long_gathering(after.id)),
            (false, false) => &mut transaction,
        };
        if let Some(news) = news {
            transaction.create(telling::to_item(news), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    /// Takes a gathering away as it was read: of what it is listed by nothing is left. What is to follow is in the news.
    pub async fn gathering_delete(&self, gathering: &Gathering, news: &GatheringNews) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        transaction.delete_version(&keys::gathering(gathering.id), gathering.version, Denied::Stale);
        let gone = Update::of(keys::gathering_counts(gathering.id))
            .set("gone", Value::Bool(true))
            .when(exists("pk").and(absent("gone")));
        transaction.update(gone, Some(Denied::Stale));
        if is_listed_as_long(&gathering.details) {
            transaction.delete(&keys::long_gathering(gathering.id));
        }
        transaction.create(telling::to_item(news), Denied::IdTaken);
        self.commit(transaction).await
    }

    /// A gathering as it stands to somebody.
    pub async fn gathering_stand(
        &self,
        id: GatheringId,
        reader: Option<UserId>,
        now: Instant,
    ) -> Result<Option<GatheringStand>, Fault> {
        let coming = reader.map(|reader| keys::coming(id, reader));
        let keys: Vec<_> =
            [Some(keys::gathering(id)), Some(keys::gathering_counts(id)), coming].into_iter().flatten().collect();
        let items = self.get_many(&keys, true).await?;
        let (Some(item), Some(main)) = (items.get(&keys[0]), items.get(&keys[1])) else { return Ok(None) };
        let subject = Subject::Gathering(id);
        let sums = self.sums(&[(subject, main)]).await?.first().copied().unwrap_or_default();
        self.spares_close(subject, main, now).await?;
        let comes = keys.get(2).is_some_and(|key| items.contains_key(key));
        let seen = GatheringSeen { gathering: from_item(item)?, coming: sums.of(What::Coming), comes };
        Ok(Some(GatheringStand { seen, rush: is_rush(main, now)? }))
    }

    /// Notes that somebody comes, or does not any more, over how it stood.
    pub async fn gathering_come(
        &self,
        mut transaction: Transaction<Denied>,
        stand: &GatheringStand,
        person: UserId,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let id = stand.seen.gathering.id;
        let key = keys::coming(id, person);
        let by = if stand.seen.comes {
            transaction.delete_existing(&key, Denied::Stale);
            -1
        } else {
            transaction.create(Row::at(&key).number("user", person).into_item(), Denied::Stale);
            1
        };
        let counting = Counting { subject: Subject::Gathering(id), what: What::Coming, by, person, rush: stand.rush };
        self.counted_commit(transaction, counting, now).await
    }

    /// Gatherings with how many come, and whether the reader is one of them: one round trip for a hundred keys.
    pub async fn gatherings_seen(
        &self,
        gatherings: Vec<Gathering>,
        reader: Option<UserId>,
    ) -> Result<Vec<GatheringSeen>, Fault> {
        let counts = gatherings.iter().map(|gathering| keys::gathering_counts(gathering.id));
        let coming = gatherings.iter().filter_map(|gathering| Some(keys::coming(gathering.id, reader?)));
        let keys: Vec<_> = counts.chain(coming).collect();
        let items = self.get_many(&keys, false).await?;
        let none = Item::new();
        let main = |gathering: &Gathering| items.get(&keys::gathering_counts(gathering.id)).unwrap_or(&none);
        let mains: Vec<_> =
            gatherings.iter().map(|gathering| (Subject::Gathering(gathering.id), main(gathering))).collect();
        let sums = self.sums(&mains).await?;
        let seen = |(gathering, sums): (Gathering, crate::counting::Sums)| {
            let comes = reader.is_some_and(|reader| items.contains_key(&keys::coming(gathering.id, reader)));
            GatheringSeen { gathering, coming: sums.of(What::Coming), comes }
        };
        Ok(gatherings.into_iter().zip(sums).map(seen).collect())
    }

    /// A page of gatherings. However many there are or were, it reads a stretch of one list.
    pub async fn gatherings(
        &self,
        list: GatheringList,
        after: Option<&str>,
        limit: usize,
        now: Instant,
    ) -> Result<Page<Gathering>, Fault> {
        let walk = Walk { list, from: None, to: None, after, descending: true, limit };
        match (list.when, list.organiser) {
            (When::Any, _) => self.walk(walk, |_| true).await,
            (When::Past, _) => {
                let to = Some(format!("{}~", place(now, None)));
                self.walk(Walk { to, ..walk }, |gathering| gathering.is_over(now)).await
            }
            (When::Upcoming, Some(_)) => {
                let from = Some(place(now - OWN_LOOK_BACK, None));
                self.walk(Walk { from, descending: false, ..walk }, |gathering| !gathering.is_over(now)).await
            }
            (When::Upcoming, None) => self.upcoming(walk, now).await,
        }
    }

    /// What began more than a day ago and goes on, then everything since.
    async fn upcoming(&self, walk: Walk<'_>, now: Instant) -> Result<Page<Gathering>, Fault> {
        let begin = place(now - domain::gathering::LONG, None);
        let mut running = Vec::new();
        if walk.after.is_none_or(|after| after < begin.as_str()) {
            running = self.running(walk.after, &begin, now).await?;
        }
        let is_full = running.len() >= walk.limit;
        let is_more = running.len() > walk.limit;
        running.truncate(walk.limit);
        let reached = running.last().map(|last| place(last.details.start, Some(last.id)));
        if is_more {
            return Ok(Page { items: running, next: reached });
        }
        let rest = Walk {
            from: Some(begin.clone()),
            descending: false,
            after: walk.after.filter(|after| *after >= begin.as_str()),
            // One, to know whether there are more.
            limit: (walk.limit - running.len()).max(1),
            ..walk
        };
        let mut page = self.walk(rest, |gathering| !gathering.is_over(now)).await?;
        if is_full {
            let next = reached.filter(|_| !page.items.is_empty() || page.next.is_some());
            return Ok(Page { items: running, next });
        }
        running.append(&mut page.items);
        Ok(Page { items: running, next: page.next })
    }

    /// What began before `begin` and is not over, by its start.
    async fn running(&self, after: Option<&str>, begin: &str, now: Instant) -> Result<Vec<Gathering>, Fault> {
        let range = Range {
            index: Some(Index::ByA),
            partition: keys::LONG_GATHERINGS.to_owned(),
            from: Some(format!("{}~", place(now, None))),
            limit: Some(MOST_LONG),
            ..Range::default()
        };
        let (items, _) = self.query(&range).await?;
        let mut found = Vec::new();
        for item in &items {
            let row = Reader(item);
            let from = row.text("from")?;
            if from < begin && after.is_none_or(|after| after < from) {
                found.push(row.id("id", GatheringId::new)?);
            }
        }
        let keys: Vec<_> = found.into_iter().map(keys::gathering).collect();
        let items = self.get_many(&keys, false).await?;
        let mut gatherings: Vec<_> = items.values().map(from_item).collect::<Result<_, _>>()?;
        gatherings.retain(|gathering| gathering.details.is_published && !gathering.is_over(now));
        gatherings.sort_by_key(|gathering| (gathering.details.start, gathering.id));
        Ok(gatherings)
    }

    async fn walk(&self, walk: Walk<'_>, keep: impl Fn(&Gathering) -> bool) -> Result<Page<Gathering>, Fault> {
        let (index, partition) = match walk.list.organiser {
            Some(organiser) => (Index::ByB, keys::gatherings_of(organiser)),
            None => (Index::ByA, keys::GATHERINGS.to_owned()),
        };
        let mut kept = Vec::new();
        let mut last = walk.after.map(str::to_owned);
        for _ in 0..MOST_ROUNDS {
            let (from, to) = match walk.descending {
                true => (walk.from.clone(), last.clone().or_else(|| walk.to.clone())),
                false => (last.clone().or_else(|| walk.from.clone()), walk.to.clone()),
            };
            // The last one is read again, and one more tells whether there are more.
            let limit = Some(walk.limit + 2);
            let range = Range {
                index: Some(index),
                partition: partition.clone(),
                from,
                to,
                descending: walk.descending,
                limit,
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            let before = last.clone();
            for item in &items {
                let gathering = from_item(item)?;
                let here = place(gathering.details.start, Some(gathering.id));
                if before.as_ref() == Some(&here) {
                    continue;
                }
                if keep(&gathering) {
                    if kept.len() == walk.limit {
                        return Ok(Page { items: kept, next: last });
                    }
                    kept.push(gathering);
                }
                last = Some(here);
            }
            if !more {
                return Ok(Page { items: kept, next: None });
            }
        }
        Ok(Page { items: kept, next: last })
    }
}

/// Whose news it is, and in which words.
pub(crate) fn news_of(row: Reader<'_>) -> Result<(NoticeId, Facade), Fault> {
    let facade = Facade::of_word(row.text("facade")?).ok_or_else(|| row.corrupt("facade"))?;
    Ok((row.id("id", NoticeId::new)?, facade))
}
