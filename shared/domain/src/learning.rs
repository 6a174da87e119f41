//! Courses with lessons, who takes them and how far they are (`tutoring.md` §3.1, §4.5).

mod course;
mod enrolment;
mod lesson;
mod progress;
mod question;

pub use course::{Category, Course, CourseDetails, CourseEntry, LONGEST_DESCRIPTION, LONGEST_TITLE, Reader};
pub use enrolment::{Enrolment, EnrolmentStatus};
pub use lesson::{
    Content, LAST_PLACE, LONGEST_ADDRESS, LONGEST_CONTENT, Lesson, LessonDetails, MOST_LESSONS, MOST_MINUTES,
};
pub use progress::{MOST_TIME, Progress, Said, Summary, percent};
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
    #[error("This lesson is not one of that course.")]
    OtherCourse,
    /// Whoever runs a course has to say whose progress they want to see.
    #[error("Say whose progress you want to see.")]
    LearnerUnnamed,
    #[error("This person is not enrolled in the course.")]
    NotEnrolled,
}
