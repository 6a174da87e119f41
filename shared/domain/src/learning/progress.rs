//! How far somebody is with the lessons of a course they take.

use std::collections::BTreeSet;

use super::{Course, Enrolment, Lesson};
use crate::Instant;
use crate::ids::{CourseId, LessonId, ProgressId, UserId};

/// Minutes spent on one lesson, at most.
pub const MOST_TIME: u32 = 100_000;

/// One person's with one lesson: there is never another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub id: ProgressId,
    pub learner: UserId,
    pub learner_email: String,
    /// Whose course it is.
    pub owner: UserId,
    pub lesson: LessonId,
    pub course: CourseId,
    /// As they were called when this was last written.
    pub lesson_title: String,
    pub course_title: String,
    /// Minutes, in all.
    pub minutes: u32,
    /// When the lesson was done; once done it stays so.
    pub completed_at: Option<Instant>,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change.
    pub version: u64,
}

/// What a learner says of a lesson; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// In all so far: it replaces what was said before.
    pub minutes: Option<u32>,
    /// A later `false` undoes nothing.
    pub is_completed: Option<bool>,
}

impl Progress {
    /// The first that is said of a lesson.
    pub fn begun(
        enrolment: &Enrolment,
        (course, lesson): (&Course, &Lesson),
        said: Said,
        id: ProgressId,
        now: Instant,
    ) -> Self {
        let nothing = Self {
            id,
            learner: enrolment.learner,
            learner_email: enrolment.learner_email.clone(),
            owner: enrolment.owner,
            lesson: lesson.id,
            course: enrolment.course,
            lesson_title: String::new(),
            course_title: String::new(),
            minutes: 0,
            completed_at: None,
            created_at: now,
            updated_at: now,
            version: 0,
        };
        nothing.with((course, lesson), said, now)
    }

    /// The same with what is said now, and the titles of today.
    #[must_use]
    pub fn with(&self, (course, lesson): (&Course, &Lesson), said: Said, now: Instant) -> Self {
        let is_done = said.is_completed == Some(true);
        Self {
            lesson_title: lesson.details.title.clone(),
            course_title: course.details.title.clone(),
            minutes: said.minutes.unwrap_or(self.minutes),
            completed_at: self.completed_at.or(is_done.then_some(now)),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    pub fn is_completed(&self) -> bool {
        self.completed_at.is_some()
    }
}

/// How much of a course is done, in whole percent; nothing of one without lessons. Lessons that are gone count on neither
/// side.
pub fn percent(lessons: &BTreeSet<i64>, done: &BTreeSet<i64>) -> u32 {
    share(done.intersection(lessons).count(), lessons.len())
}

fn share(done: usize, of: usize) -> u32 {
    (100 * done).checked_div(of).and_then(|percent| u32::try_from(percent).ok()).unwrap_or_default()
}

/// How far somebody is with a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub lessons: usize,
    pub completed: usize,
    pub percent: u32,
    /// Minutes spent on all lessons, those that are gone by now too.
    pub minutes: u32,
    /// When the last of all lessons was done; `None` while one is left.
    pub completed_at: Option<Instant>,
}

impl Summary {
    pub fn of(lessons: &BTreeSet<i64>, rows: &[Progress]) -> Self {
        let there = rows.iter().filter(|row| lessons.contains(&row.lesson.get()));
        let done: Vec<Instant> = there.filter_map(|row| row.completed_at).collect();
        let is_whole = !lessons.is_empty() && done.len() == lessons.len();
        Self {
            lessons: lessons.len(),
            completed: done.len(),
            percent: share(done.len(), lessons.len()),
            minutes: rows.iter().map(|row| row.minutes).sum(),
            completed_at: done.into_iter().max().filter(|_| is_whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lesson: i64, minutes: u32, done: Option<i64>) -> Progress {
        Progress {
            id: ProgressId::new(1).unwrap(),
            learner: UserId::new(4).unwrap(),
            learner_email: "bob@example.org".to_owned(),
            owner: UserId::new(2).unwrap(),
            lesson: LessonId::new(lesson).unwrap(),
            course: CourseId::new(7).unwrap(),
            lesson_title: "Warps".to_owned(),
            course_title: "Looms".to_owned(),
            minutes,
            completed_at: done.map(at),
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        }
    }

    fn at(minutes: i64) -> Instant {
        Instant::default() + chrono::TimeDelta::minutes(minutes)
    }

    #[test]
    fn percent_is_of_the_lessons_there_are_and_rounded_down() {
        let set = |ids: &[i64]| ids.iter().copied().collect::<BTreeSet<_>>();
        for (lessons, done, expected) in [
            (&[][..], &[][..], 0),
            (&[], &[1], 0),
            (&[1, 2, 3], &[], 0),
            (&[1, 2, 3], &[1], 33),
            (&[1, 2, 3], &[1, 2], 66),
            (&[1, 2, 3], &[1, 2, 3], 100),
            (&[1, 2], &[2, 9], 50),
        ] {
            assert_eq!(percent(&set(lessons), &set(done)), expected, "{lessons:?} {done:?}");
        }
    }

    #[test]
    fn a_course_is_completed_when_the_last_of_its_lessons_is() {
        let rows = [row(1, 10, Some(5)), row(2, 5, Some(3)), row(9, 7, Some(8))];
        let lessons = |ids: &[i64]| ids.iter().copied().collect::<BTreeSet<_>>();
        let whole = Summary::of(&lessons(&[1, 2]), &rows);
        assert_eq!((whole.completed, whole.percent, whole.completed_at), (2, 100, Some(at(5))));
        assert_eq!(whole.minutes, 22, "time that was spent stays spent");
        let part = Summary::of(&lessons(&[1, 2, 3]), &rows);
        assert_eq!((part.lessons, part.completed, part.percent, part.completed_at), (3, 2, 66, None));
        let empty = Summary::of(&lessons(&[]), &rows);
        assert_eq!((empty.completed, empty.percent, empty.completed_at), (0, 0, None));
    }
}
