//! What is left of a course that was deleted: its lessons go in time.

use domain::ids::{CourseId, LessonId};
use table::Range;

use super::*;
use crate::transaction::LARGEST_TRANSACTION;

/// Lesson, what leads to it, and its text.
const ITEMS_OF_A_LESSON: usize = 3;

impl Store {
    /// Deletes some lessons of a course that is gone; false when there is nothing left of it. Nothing is added to it any
    /// more by then.
    pub async fn course_clear(&self, course: CourseId) -> Result<bool, Fault> {
        let counts = keys::course_counts(course);
        if !self.get(&counts).await?.is_some_and(|counts| Reader(&counts).flag("gone")) {
            return Ok(false);
        }
        let range = Range {
            partition: keys::course_partition(course),
            from: Some(keys::LESSON.to_owned()),
            to: Some(format!("{}{}", keys::LESSON, keys::LAST)),
            limit: Some(LARGEST_TRANSACTION / ITEMS_OF_A_LESSON),
            consistent: true,
            ..Range::default()
        };
        let (lessons, _) = self.query(&range).await?;
        let mut transaction = Transaction::<()>::new();
        for lesson in &lessons {
            let id = Reader(lesson).id("id", LessonId::new)?;
            for key in [keys::lesson(course, id), keys::course_of_lesson(id), keys::lesson_text(id)] {
                transaction.delete(&key);
            }
        }
        if lessons.is_empty() {
            transaction.delete(&counts);
        }
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(!lessons.is_empty()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
