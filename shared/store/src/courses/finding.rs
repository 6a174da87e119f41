//! Lists of courses. The newest are read where they lie with all they say; what is asked for otherwise is looked for among
//! entries in short, and then the courses of the page are read.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CourseId, UserId};
use domain::learning::{Course, CourseEntry};
use table::{Index, Item, Range};

use super::{entry_from, from_item};
use crate::fault::Fault;
use crate::keys;
use crate::lists::List;
use crate::requests::Store;
use crate::row::Reader;

/// Which entries are read; the newest thousand of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourseEntries {
    Published,
    Drafts,
    /// Drafts too.
    Of(UserId),
}

/// A stretch of the published courses.
#[derive(Clone, Copy, Debug)]
pub struct CoursesAlong {
    /// Not this one, but those behind it.
    pub after: Option<CourseId>,
    /// Newest first.
    pub descending: bool,
    pub limit: usize,
}

/// No list is read beyond this.
const DEEPEST: usize = 1000;

/// Words of one search that are looked up.
const MOST_LOOKUPS: usize = 5;

/// Which courses somebody takes, as the item says that has all of them.
pub(crate) fn taken_from(item: Option<&Item>) -> Result<BTreeSet<CourseId>, Fault> {
    let Some(item) = item else { return Ok(BTreeSet::new()) };
    let row = Reader(item);
    let ids = row.numbers::<i64>("courses")?;
    ids.into_iter().map(|id| CourseId::new(id).ok_or_else(|| row.corrupt("courses"))).collect()
}

impl Store {
    /// Published courses by their age: one round trip.
    pub async fn courses_along(&self, along: CoursesAlong) -> Result<Vec<Course>, Fault> {
        let rank = |id: i64| Some(keys::id_text(id));
        let after = along.after.map(CourseId::get);
        let (from, to) = match along.descending {
            true => (None, after.and_then(|after| rank(after - 1))),
            false => (after.and_then(|after| rank(after + 1)), None),
        };
        let mut courses: Vec<Course> = Vec::new();
        let range = Range {
            index: Some(Index::ByA),
            partition: keys::COURSES.to_owned(),
            from,
            to,
            descending: along.descending,
            limit: Some(along.limit),
            ..Range::default()
        };
        for item in &self.query_all(&range).await? {
            courses.push(from_item(item)?);
        }
        Ok(courses)
    }

    /// How many courses are published, and which of them somebody takes: one round trip, as of a moment ago.
    pub async fn courses_published(&self, reader: Option<UserId>) -> Result<(usize, BTreeSet<CourseId>), Fault> {
        let (totals, taken) = (keys::course_totals(), reader.map(keys::courses_taken));
        let wanted: Vec<_> = [totals.clone()].into_iter().chain(taken.clone()).collect();
        let found = self.get_many(&wanted, false).await?;
        let published = found.get(&totals).map(|totals| Reader(totals).count("published")).transpose()?;
        let published = usize::try_from(published.unwrap_or_default()).unwrap_or(usize::MAX);
        Ok((published, taken_from(taken.and_then(|taken| found.get(&taken)))?))
    }

    /// Entries of a list, newest first: one round trip a megabyte.
    pub async fn course_entries(&self, which: CourseEntries) -> Result<Vec<CourseEntry>, Fault> {
        let list = match which {
            CourseEntries::Published => List { index: Index::ByA, partition: keys::COURSES_IN_SHORT.to_owned() },
            CourseEntries::Drafts => List { index: Index::ByA, partition: keys::DRAFTS.to_owned() },
            CourseEntries::Of(owner) => List { index: Index::ByB, partition: keys::courses_of(owner) },
        };
        self.newest_of(&list, DEEPEST).await?.iter().map(entry_from).collect()
    }

    /// Several courses by their ids, and which courses somebody takes: a hundred items in one round trip; as of a moment ago.
    pub async fn courses(
        &self,
        ids: &[CourseId],
        reader: Option<UserId>,
    ) -> Result<(BTreeMap<CourseId, Course>, BTreeSet<CourseId>), Fault> {
        let taken = reader.map(keys::courses_taken);
        let keys: Vec<_> = taken.iter().cloned().chain(ids.iter().map(|id| keys::course(*id))).collect();
        let mut items = self.get_many(&keys, false).await?;
        let taken = taken_from(taken.and_then(|taken| items.remove(&taken)).as_ref())?;
        let courses = items.values().map(|item| from_item(item).map(|course| (course.id, course)));
        Ok((courses.collect::<Result<_, Fault>>()?, taken))
    }

    /// Which courses the words to look up propose: of a word that begins more than a thousand others, the first thousand.
    pub async fn courses_proposed(&self, lookups: &[String]) -> Result<BTreeSet<CourseId>, Fault> {
        let mut proposed: Option<BTreeSet<CourseId>> = None;
        for word in lookups.iter().take(MOST_LOOKUPS) {
            let (partition, from, to) = keys::course_words(word);
            let range = Range { partition, from: Some(from), to: Some(to), limit: Some(DEEPEST), ..Range::default() };
            let mut ids = BTreeSet::new();
            for item in &self.query(&range).await?.0 {
                let row = Reader(item);
                let id = row.text("sk")?.rsplit('#').next().unwrap_or_default();
                ids.insert(keys::text_id(id).and_then(CourseId::new).ok_or_else(|| row.corrupt("sk"))?);
            }
            let known = proposed.map_or_else(|| ids.clone(), |known| &known & &ids);
            let is_empty = known.is_empty();
            proposed = Some(known);
            if is_empty {
                break;
            }
        }
        Ok(proposed.unwrap_or_default())
    }
}
