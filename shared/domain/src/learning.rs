//! Courses with lessons, who takes them and how far they are (`tutoring.md` §3.1, §4.5).

mod course;
mod lesson;
mod question;

pub use course::{Category, Course, CourseDetails, CourseEntry, LONGEST_DESCRIPTION, LONGEST_TITLE, Reader};
pub use lesson::{
    Content, LAST_PLACE, LONGEST_ADDRESS, LONGEST_CONTENT, Lesson, LessonDetails, MOST_LESSONS, MOST_MINUTES,
};
pub use question::{Question, indexed_words, title_key};

/// What courses and lessons say no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("Somebody is enrolled in this course. It can be unpublished instead.")]
    HasEnrolments,
    #[error("A course has at most 500 lessons.")]
    TooManyLessons,
    #[error("Enrol in the course first.")]
    EnrolmentRequired,
    #[error("This is your own course.")]
    OwnCourse,
}
