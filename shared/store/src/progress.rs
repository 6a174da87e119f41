//! How far learners are: a row per lesson among the learner's items, and which lessons of a course are done, by which an
//! enrolment says how much that is without reading the rows.

use std::collections::BTreeSet;

use domain::ids::{CourseId, LessonId, ProgressId, UserId};
use domain::learning::{Course, Enrolment, Lesson, Progress};
use table::{Index, Item, Range, Update};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, Row, numbers, text, time};
use crate::transaction::Transaction;
use crate::{courses, enrolments, keys, lessons};

fn to_item(progress: &Progress) -> Item {
    Row::at(&keys::progress(progress.learner, progress.course, progress.lesson))
        .value("lb", text(keys::progress_with(progress.owner)))
        .value("rank", text(keys::id_text(progress.id.get())))
        .number("id", progress.id)
        .number("learner", progress.learner)
        .text("email", &progress.learner_email)
        .number("owner", progress.owner)
        .number("lesson", progress.lesson)
        .number("course", progress.course)
        .text("title", &progress.lesson_title)
        .text("course_title", &progress.course_title)
        .number("minutes", progress.minutes)
        .maybe("completed_at", progress.completed_at, time)
        .time("created_at", progress.created_at)
        .time("updated_at", progress.updated_at)
        .number("version", progress.version)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Progress, Fault> {
    let row = Reader(item);
    Ok(Progress {
        id: row.id("id", ProgressId::new)?,
        learner: row.id("learner", UserId::new)?,
        learner_email: row.owned("email")?,
        owner: row.id("owner", UserId::new)?,
        lesson: row.id("lesson", LessonId::new)?,
        course: row.id("course", CourseId::new)?,
        lesson_title: row.owned("title")?,
        course_title: row.owned("course_title")?,
        minutes: row.number("minutes")?,
        completed_at: row.maybe_time("completed_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

/// A lesson before somebody who says how far they are with it.
#[derive(Clone, Debug)]
pub struct Studied {
    pub course: Course,
    pub lesson: Lesson,
    pub enrolment: Option<Enrolment>,
    pub progress: Option<Progress>,
}

/// How many rows of one side are listed.
const MOST: usize = 1000;

impl Store {
    /// One round trip, and one more for whoever does not know yet whose lesson it is.
    pub async fn lesson_studied(&self, learner: UserId, id: LessonId) -> Result<Option<Studied>, Fault> {
        let Some(course) = self.course_of_lesson(id).await? else { return Ok(None) };
        let keys = [
            keys::course(course),
            keys::lesson(course, id),
            keys::enrolment(learner, course),
            keys::progress(learner, course, id),
        ];
        let found = self.get_many(&keys, true).await?;
        let [course, lesson, enrolment, progress] = keys.map(|key| found.get(&key));
        let (Some(course), Some(lesson)) = (course, lesson) else { return Ok(None) };
        Ok(Some(Studied {
            course: courses::from_item(course)?,
            lesson: lessons::from_item(lesson)?,
            enrolment: enrolment.map(enrolments::from_item).transpose()?,
            progress: progress.map(from_item).transpose()?,
        }))
    }

    /// Writes a row over the version it was decided on, or the first of its lesson; one that says that the lesson is done is
    /// counted with it, once, since what is counted is a set.
    pub async fn progress_save(
        &self,
        mut transaction: Transaction<Denied>,
        before: Option<&Progress>,
        after: &Progress,
    ) -> Result<(), Failed<Denied>> {
        match before {
            None => transaction.create(to_item(after), Denied::Stale),
            Some(before) => transaction.replace_version(to_item(after), before.version, Denied::Stale),
        };
        if after.is_completed() && !before.is_some_and(Progress::is_completed) {
            let done =
                Update::of(keys::lessons_done(after.learner, after.course)).add("lessons", numbers([after.lesson]));
            transaction.update(done, None);
        }
        self.commit(transaction).await
    }

    /// What somebody has said of lessons, or of those of one course; of their newest courses: one round trip.
    pub async fn progress_of(&self, learner: UserId, course: Option<CourseId>) -> Result<Vec<Progress>, Fault> {
        let from = course.map_or_else(|| keys::PROGRESS.to_owned(), keys::progress_in);
        let range = Range {
            partition: keys::user(learner).pk,
            to: Some(format!("{from}~")),
            from: Some(from),
            descending: true,
            limit: Some(MOST),
            ..Range::default()
        };
        self.query_all(&range).await?.iter().map(from_item).collect()
    }

    /// The newest rows in somebody's courses: one round trip a megabyte.
    pub async fn progress_with(&self, owner: UserId) -> Result<Vec<Progress>, Fault> {
        let list = List { index: Index::ByB, partition: keys::progress_with(owner) };
        self.newest_of(&list, MOST).await?.iter().map(from_item).collect()
    }

    /// A course, which lessons it has, and whether somebody takes it: one round trip.
    pub async fn course_studied(
        &self,
        course: CourseId,
        learner: UserId,
    ) -> Result<Option<(Course, BTreeSet<i64>, Option<Enrolment>)>, Fault> {
        let keys = [keys::course(course), keys::course_counts(course), keys::enrolment(learner, course)];
        let found = self.get_many(&keys, true).await?;
        let [course, counts, enrolment] = keys.map(|key| found.get(&key));
        let Some(course) = course else { return Ok(None) };
        let lessons = counts.map(|counts| Reader(counts).numbers("lessons")).transpose()?.unwrap_or_default();
        let enrolment = enrolment.map(enrolments::from_item).transpose()?;
        Ok(Some((courses::from_item(course)?, lessons, enrolment)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    #[test]
    fn a_row_reads_back_as_written() {
        for completed_at in [None, Some(Instant::default())] {
            let progress = Progress {
                id: ProgressId::new(1).unwrap(),
                learner: UserId::new(4).unwrap(),
                learner_email: "bob@example.org".to_owned(),
                owner: UserId::new(2).unwrap(),
                lesson: LessonId::new(9).unwrap(),
                course: CourseId::new(7).unwrap(),
                lesson_title: "Warps".to_owned(),
                course_title: "Looms".to_owned(),
                minutes: 30,
                completed_at,
                created_at: Instant::default(),
                updated_at: Instant::default() + chrono::TimeDelta::seconds(1),
                version: 3,
            };
            assert_eq!(from_item(&to_item(&progress)).unwrap(), progress);
        }
    }
}
