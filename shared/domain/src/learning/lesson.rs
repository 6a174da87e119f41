//! Lessons: the parts of a course.

use crate::Instant;
use crate::file::Attachment;
use crate::ids::{CourseId, LessonId};

/// Characters.
pub const LONGEST_CONTENT: usize = 100_000;
pub const LONGEST_ADDRESS: usize = 200;

pub const MOST_MINUTES: u16 = 1440;
pub const LAST_PLACE: u16 = 9999;

/// Of one course.
pub const MOST_LESSONS: usize = 500;

/// A text of more bytes lies apart from its lesson, so that a course can be shown with all of its lessons.
const LONG_BYTES: usize = 1000;

/// What a lesson says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// `None`: it lies apart and was not read.
    pub text: Option<String>,
    bytes: usize,
}

impl Content {
    pub fn new(text: String) -> Self {
        Self { bytes: text.len(), text: Some(text) }
    }

    /// One of so many bytes that lies apart.
    pub fn apart(bytes: usize) -> Self {
        Self { text: None, bytes }
    }

    /// Bytes, whether or not it was read.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it lies apart.
    pub fn is_long(&self) -> bool {
        self.bytes > LONG_BYTES
    }
}

/// What its editor says of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonDetails {
    pub title: String,
    pub content: Content,
    /// An http(s) address, or empty.
    pub video_url: String,
    pub file: Option<Attachment>,
    pub minutes: u16,
    /// Where it stands among the others; of those at one place the older comes first.
    pub place: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub id: LessonId,
    pub course: CourseId,
    pub details: LessonDetails,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change.
    pub version: u64,
}

impl Lesson {
    /// The lesson with other details.
    #[must_use]
    pub fn changed(&self, details: LessonDetails, now: Instant) -> Self {
        Self { details, updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_lies_apart_and_keeps_its_length() {
        assert!(!Content::new("x".repeat(LONG_BYTES)).is_long());
        let long = Content::new("é".repeat(LONG_BYTES));
        assert!(long.is_long() && Content::apart(long.bytes()).is_long());
        assert_eq!(long.bytes(), 2 * LONG_BYTES);
    }
}
