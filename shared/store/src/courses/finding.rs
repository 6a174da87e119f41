//! Lists of courses. The newest are read where they lie with all they say; what is asked for otherwise is looked for among
//! entries in short, and then the courses of the page are read.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CourseId, UserId};
use domain::learning::{Course, CourseEntry};
use domain::stats::Counter;

use super::{entry_from, from_item};
use crate::fault::Fault;
use crate::keys;
use crate::lists::List;
use crate::row::Reader;
use crate::table::{Range, Store};

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
            index: Some("by_a"),
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

    /// How many courses are published.
    pub async fn courses_published(&self) -> Result<usize, Fault> {
        Ok(usize::try_from(self.stats_of_courses().await?.of(Counter::Published)).unwrap_or_default())
    }

    /// Entries of a list, newest first: one round trip a megabyte.
    pub async fn course_entries(&self, which: CourseEntries) -> Result<Vec<CourseEntry>, Fault> {
        let list = match which {
            CourseEntries::Published => List { index: "by_a", partition: keys::COURSES_IN_SHORT.to_owned() },
            CourseEntries::Drafts => List { index: "by_a", partition: keys::DRAFTS.to_owned() },
            CourseEntries::Of(owner) => List { index: "by_b", partition: keys::courses_of(owner) },
        };
        self.newest_of(&list, DEEPEST).await?.iter().map(entry_from).collect()
    }

    /// Several courses by their ids, a hundred in one round trip; as of a moment ago.
    pub async fn courses(&self, ids: &[CourseId]) -> Result<BTreeMap<CourseId, Course>, Fault> {
        let keys: Vec<_> = ids.iter().map(|id| keys::course(*id)).collect();
        let items = self.get_many(&keys, false).await?;
        items.values().map(|item| from_item(item).map(|course| (course.id, course))).collect()
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
