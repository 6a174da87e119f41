//! Lessons: an item each beside its course, what leads to it from its id, and its text where that is long.

use std::collections::BTreeMap;

use domain::ids::{CourseId, LessonId, UserId};
use domain::learning::{Content, Course, Lesson, LessonDetails, MOST_LESSONS};
use table::{Item, Range, Update, absent, contains, exists};

use crate::courses::{self, file_from, with_file};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::requests::Store;
use crate::row::{Reader, Row, number, numbers};
use crate::transaction::{Transaction, has_room};
use crate::{enrolments, keys};

fn to_item(lesson: &Lesson) -> Item {
    let details = &lesson.details;
    let content = &details.content;
    let row = with_file(Row::at(&keys::lesson(lesson.course, lesson.id)), details.file.as_ref());
    let row = match &content.text {
        Some(text) if !content.is_long() => row.text("content", text),
        _ => row.number("apart", content.bytes()),
    };
    row.number("id", lesson.id)
        .number("course", lesson.course)
        .text("title", &details.title)
        .text("video_url", &details.video_url)
        .number("minutes", details.minutes)
        .number("place", details.place)
        .time("created_at", lesson.created_at)
        .time("updated_at", lesson.updated_at)
        .number("version", lesson.version)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Lesson, Fault> {
    let row = Reader(item);
    Ok(Lesson {
        id: row.id("id", LessonId::new)?,
        course: row.id("course", CourseId::new)?,
        details: LessonDetails {
            title: row.owned("title")?,
            content: match row.maybe_number("apart")? {
                Some(bytes) => Content::apart(bytes),
                None => Content::new(row.owned("content")?),
            },
            video_url: row.owned("video_url")?,
            file: file_from(row)?,
            minutes: row.number("minutes")?,
            place: row.number("place")?,
        },
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

fn text_item(lesson: &Lesson) -> Option<Item> {
    let content = Some(&lesson.details.content).filter(|content| content.is_long())?;
    Some(Row::at(&keys::lesson_text(lesson.id)).text("content", content.text.as_deref()?).into_item())
}

/// Adds a lesson to those of its course, or takes it off, in both places where they are counted.
fn count(transaction: &mut Transaction<Denied>, lesson: &Lesson, is_more: bool) {
    let (this, by) = (numbers([lesson.id]), if is_more { 1 } else { -1 });
    let lessons = Update::of(keys::course_counts(lesson.course));
    let lessons = match is_more {
        true => lessons
            .add("lessons", this)
            .when(exists("pk").and(absent("gone")).and(has_room("lessons", MOST_LESSONS as u32))),
        false => lessons.delete("lessons", this).when(contains("lessons", number(lesson.id))),
    };
    transaction.update(lessons, Some(Denied::Stale));
    let course =
        Update::of(keys::course(lesson.course)).add("lessons", number(by)).add("version", number(1)).when(exists("pk"));
    transaction.update(course, Some(Denied::Stale));
}

impl Store {
    /// Writes a new lesson: of however many at once no more than there is room for.
    pub async fn lesson_create(
        &self,
        mut transaction: Transaction<Denied>,
        lesson: &Lesson,
    ) -> Result<(), Failed<Denied>> {
        let lead = Row::at(&keys::course_of_lesson(lesson.id)).number("course", lesson.course).into_item();
        transaction.create(lead, Denied::IdTaken);
        transaction.replace(to_item(lesson));
        text_item(lesson).map(|text| transaction.replace(text));
        count(&mut transaction, lesson, true);
        self.commit(transaction).await
    }

    /// Writes a lesson over the version it was decided on.
    pub async fn lesson_change(
        &self,
        mut transaction: Transaction<Denied>,
        before: &Lesson,
        after: &Lesson,
    ) -> Result<(), Failed<Denied>> {
        transaction.replace_version(to_item(after), before.version, Denied::Stale);
        match text_item(after) {
            Some(text) => transaction.replace(text),
            None if before.details.content.is_long() && !after.details.content.is_long() => {
                transaction.delete(&keys::lesson_text(after.id))
            }
            None => &mut transaction,
        };
        self.commit(transaction).await
    }

    pub async fn lesson_delete(&self, lesson: &Lesson) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        count(&mut transaction, lesson, false);
        transaction.delete(&keys::lesson(lesson.course, lesson.id));
        transaction.delete(&keys::course_of_lesson(lesson.id));
        if lesson.details.content.is_long() {
            transaction.delete(&keys::lesson_text(lesson.id));
        }
        self.commit(transaction).await
    }

    /// Whose lesson this is. That never changes, so whoever knows it needs not ask.
    pub async fn course_of_lesson(&self, id: LessonId) -> Result<Option<CourseId>, Fault> {
        if let Some(known) = self.immutable.course(id) {
            return Ok(Some(known));
        }
        let Some(item) = self.get(&keys::course_of_lesson(id)).await? else { return Ok(None) };
        let course = Reader(&item).id("course", CourseId::new)?;
        self.immutable.learn_course(id, course);
        Ok(Some(course))
    }

    /// A lesson with its course: one round trip, and one more for whoever does not know yet whose it is.
    pub async fn lesson(&self, id: LessonId) -> Result<Option<(Course, Lesson)>, Fault> {
        Ok(self.lesson_before(id, None).await?.map(|(course, lesson, _)| (course, lesson)))
    }

    /// The same, and whether somebody takes the course.
    pub async fn lesson_before(
        &self,
        id: LessonId,
        reader: Option<UserId>,
    ) -> Result<Option<(Course, Lesson, bool)>, Fault> {
        let Some(course) = self.course_of_lesson(id).await? else { return Ok(None) };
        let enrolment = reader.map(|reader| keys::enrolment(reader, course));
        let keys: Vec<_> =
            [keys::course(course), keys::lesson(course, id)].into_iter().chain(enrolment.clone()).collect();
        let items = self.get_many(&keys, true).await?;
        let enrolment = enrolment.and_then(|enrolment| items.get(&enrolment));
        let takes = enrolment.map(enrolments::from_item).transpose()?.is_some_and(|enrolment| enrolment.is_active());
        match (items.get(&keys[0]), items.get(&keys[1])) {
            (Some(course), Some(lesson)) => Ok(Some((courses::from_item(course)?, from_item(lesson)?, takes))),
            _ => Ok(None),
        }
    }

    /// A course with all of its lessons, in one query: a round trip a megabyte.
    pub async fn course_with_lessons(
        &self,
        id: CourseId,
        consistent: bool,
    ) -> Result<Option<(Course, Vec<Lesson>)>, Fault> {
        let range = Range { partition: keys::course_partition(id), consistent, ..Range::default() };
        let (mut course, mut lessons) = (None, Vec::new());
        for item in &self.query_all(&range).await? {
            match Reader(item).text("sk")? {
                keys::COURSE => course = Some(courses::from_item(item)?),
                sk if sk.starts_with(keys::LESSON) => lessons.push(from_item(item)?),
                _ => {}
            }
        }
        Ok(course.map(|course| (course, lessons)))
    }

    /// The texts of lessons that lie apart, a hundred in one round trip.
    pub async fn lesson_texts(&self, ids: &[LessonId]) -> Result<BTreeMap<LessonId, String>, Fault> {
        let keys: Vec<_> = ids.iter().map(|id| keys::lesson_text(*id)).collect();
        let items = self.get_many(&keys, false).await?;
        let mut texts = BTreeMap::new();
        for (id, key) in ids.iter().zip(&keys) {
            if let Some(item) = items.get(key) {
                texts.insert(*id, Reader(item).owned("content")?);
            }
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    #[test]
    fn a_lesson_reads_back_as_written_with_a_short_text_and_without_a_long_one() {
        let lesson = |content| Lesson {
            id: LessonId::new(9).unwrap(),
            course: CourseId::new(7).unwrap(),
            details: LessonDetails {
                title: "Warps".to_owned(),
                content,
                video_url: "https://example.org/v".to_owned(),
                file: None,
                minutes: 30,
                place: 2,
            },
            created_at: Instant::default(),
            updated_at: Instant::default(),
            version: 1,
        };
        for content in [Content::new(String::new()), Content::new("Thread it.".to_owned())] {
            let lesson = lesson(content);
            assert_eq!(from_item(&to_item(&lesson)).unwrap(), lesson);
            assert!(text_item(&lesson).is_none());
        }
        let long = lesson(Content::new("x".repeat(5000)));
        assert_eq!(from_item(&to_item(&long)).unwrap(), lesson(Content::apart(5000)));
        assert!(text_item(&long).is_some() && text_item(&lesson(Content::apart(5000))).is_none());
    }
}
