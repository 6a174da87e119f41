//! Keys of courses, their lessons, and those who take them. A course and its lessons share a partition, so one query brings
//! all of them; what somebody takes and has done lies among their own items.

use domain::ids::{CourseId, EnrolmentId, LessonId, UserId};

use super::{Key, LAST, id_text, key, person, word_partition};

pub(crate) fn course_partition(course: CourseId) -> String {
    format!("COURSE#{}", id_text(course.get()))
}

pub(crate) fn course(course: CourseId) -> Key {
    key(course_partition(course), COURSE)
}

pub(crate) const COURSE: &str = "COURSE";

/// A course in short, for lists that are read as a whole.
pub(crate) fn course_entry(course: CourseId) -> Key {
    key(course_partition(course), "ENTRY")
}

/// Which lessons a course has, whether anybody is enrolled, and whether it is gone.
pub(crate) fn course_counts(course: CourseId) -> Key {
    key(course_partition(course), "N")
}

pub(crate) fn lesson(course: CourseId, lesson: LessonId) -> Key {
    key(course_partition(course), format!("{LESSON}{}", id_text(lesson.get())))
}

pub(crate) const LESSON: &str = "LESSON#";

/// Whose lesson it is.
pub(crate) fn course_of_lesson(lesson: LessonId) -> Key {
    key(format!("LESSON#{}", id_text(lesson.get())), COURSE)
}

/// A text that is too long to lie with the others.
pub(crate) fn lesson_text(lesson: LessonId) -> Key {
    key(format!("LESSON#{}", id_text(lesson.get())), "TEXT")
}

/// How many courses there are, and how many are published.
pub(crate) fn course_totals() -> Key {
    key("COURSES".to_owned(), "TOTALS")
}

/// That somebody's course was deleted, and what belongs to it has to go.
pub(crate) fn course_gone(owner: UserId, course: CourseId) -> Key {
    key(person(owner), format!("{COURSE_GONE}{}", id_text(course.get())))
}

pub(crate) const COURSE_GONE: &str = "CLOSED#";

/// A course among those found under a word.
pub(crate) fn course_word(word: &str, course: CourseId) -> Key {
    key(word_partition("COURSE#WORD", word), format!("{word}#{}", id_text(course.get())))
}

/// Where the words that begin so lie: partition, from, to.
pub(crate) fn course_words(prefix: &str) -> (String, String, String) {
    (word_partition("COURSE#WORD", prefix), prefix.to_owned(), format!("{prefix}{LAST}"))
}

/// Lists: published courses with all they say; the same in short; drafts in short; all of one owner in short.
pub(crate) const COURSES: &str = "COURSES";
pub(crate) const COURSES_IN_SHORT: &str = "COURSES#SHORT";
pub(crate) const DRAFTS: &str = "COURSES#DRAFT";

pub(crate) fn courses_of(owner: UserId) -> String {
    format!("COURSES#OF#{}", id_text(owner.get()))
}

/// That somebody takes a course.
pub(crate) fn enrolment(learner: UserId, course: CourseId) -> Key {
    key(person(learner), format!("{ENROLLED}{}", id_text(course.get())))
}

pub(crate) const ENROLLED: &str = "ENROLLED#";

/// Whose enrolment it is, and in which course.
pub(crate) fn enrolment_of(enrolment: EnrolmentId) -> Key {
    key(format!("EN#{}", id_text(enrolment.get())), ENROLMENT)
}

pub(crate) const ENROLMENT: &str = "ENROLMENT";

/// Which courses somebody takes by now, and whose they are.
pub(crate) fn courses_taken(learner: UserId) -> Key {
    key(person(learner), COURSES)
}

/// Which lessons of a course somebody has done.
pub(crate) fn lessons_done(learner: UserId, course: CourseId) -> Key {
    key(person(learner), format!("DONE#{}", id_text(course.get())))
}

/// How far somebody is with a lesson. All of a course, and all of a person, lie beside each other.
pub(crate) fn progress(learner: UserId, course: CourseId, lesson: LessonId) -> Key {
    key(person(learner), format!("{}{}", progress_in(course), id_text(lesson.get())))
}

/// How progress in a course begins.
pub(crate) fn progress_in(course: CourseId) -> String {
    format!("{PROGRESS}{}#", id_text(course.get()))
}

pub(crate) const PROGRESS: &str = "PROGRESS#";

/// Lists: those who take a course of somebody's; how far they are.
pub(crate) fn enrolled_with(owner: UserId) -> String {
    format!("ENROLLED#{}", id_text(owner.get()))
}

pub(crate) fn progress_with(owner: UserId) -> String {
    format!("PROGRESS#{}", id_text(owner.get()))
}
