//! What somebody does about a course.

use super::Dice;
use crate::courses::{Act, Course, Lesson};
use crate::mentorship::HOURLY;
use crate::money::Provider;
use crate::oracle::Model;

/// Also such as are rounded, or cost nothing.
const PRICES: [i64; 8] = [0, 1, 3, 10, 1_000, 1_999, 4_990, 33_333];

const MOST_COURSES: usize = 8;
const MOST_LESSONS: usize = 24;

impl Dice {
    /// What may also happen at the same moment as something else.
    pub(super) fn studying(&mut self, model: &Model) -> Act {
        let known = &model.courses;
        match self.below(15) {
            0..4 => {
                let course = self.course_where(model, |course| course.is_published);
                Act::Enrol { by: self.person(model), course }
            }
            4..8 => {
                let waiting: Vec<_> =
                    (0..known.enrolments.len()).filter(|at| !known.enrolments[*at].is_active).collect();
                let any = waiting.is_empty() || self.one_in(5);
                let enrolment = if any { self.below(known.enrolments.len() + 1) } else { self.pick(&waiting) };
                let payer = known.enrolments.get(enrolment).map(|enrolment| enrolment.by);
                let by = payer.filter(|_| !self.one_in(5)).unwrap_or_else(|| self.person(model));
                let provider = if self.one_in(3) { Provider::Simulated } else { Provider::PayPal };
                Act::Pay { by, enrolment, provider }
            }
            8..13 => {
                let lesson = self.lesson_where(model, |lesson| {
                    known.enrolments.iter().any(|it| it.is_active && it.course == lesson.course)
                });
                let course = known.lessons.get(lesson).map(|lesson| lesson.course);
                let takes = |by: &usize| known.enrolments.iter().any(|it| it.by == *by && Some(it.course) == course);
                let learner = (0..model.people.len()).find(takes).filter(|_| !self.one_in(3));
                let by = learner.unwrap_or_else(|| self.person(model));
                Act::Study { by, lesson, is_completed: self.pick(&[None, Some(false), Some(true), Some(true)]) }
            }
            13 => {
                let is_taken = self.one_in(2);
                let course = self.course_at(model, |at| known.is_taken(at) == is_taken);
                Act::Delete { by: self.owner(model, course), course }
            }
            _ => {
                let lesson = self.lesson_where(model, |_| true);
                let course = known.lessons.get(lesson).map_or(usize::MAX, |lesson| lesson.course);
                Act::Drop { by: self.owner(model, course), lesson }
            }
        }
    }

    /// What changes what others ask for: of an answer one could not tell which course was meant.
    pub(super) fn course_alone(&mut self, model: &Model) -> Act {
        let known = &model.courses;
        let course = self.course_where(model, |_| true);
        let by = self.owner(model, course);
        let (minor, is_published) = (self.pick(&PRICES), !self.one_in(4));
        let courses = (0..known.courses.len()).filter(|course| known.course(*course).is_some()).count();
        let lessons = (0..known.lessons.len()).filter(|lesson| known.lesson(*lesson).is_some()).count();
        match self.below(6) {
            0..2 if courses < MOST_COURSES => {
                let by = if self.one_in(6) { self.person(model) } else { self.below(HOURLY.len()) };
                Act::Publish { by, minor, is_published }
            }
            2..4 if lessons < MOST_LESSONS => Act::Teach { by, course },
            _ => Act::Change { by, course, minor, is_published },
        }
    }

    /// Mostly whose course it is.
    fn owner(&mut self, model: &Model, course: usize) -> usize {
        let owner = model.courses.courses.get(course).map(|course| course.by);
        owner.filter(|_| !self.one_in(5)).unwrap_or_else(|| self.person(model))
    }

    fn course_where(&mut self, model: &Model, fits: impl Fn(&Course) -> bool) -> usize {
        self.course_at(model, |at| fits(&model.courses.courses[at]))
    }

    /// Mostly one that is there and fits.
    fn course_at(&mut self, model: &Model, fits: impl Fn(usize) -> bool) -> usize {
        let known = model.courses.courses.len();
        let is_fit = |at: &usize| model.courses.course(*at).is_some() && fits(*at);
        let fitting: Vec<_> = (0..known).filter(is_fit).collect();
        if fitting.is_empty() || self.one_in(6) { self.below(known + 1) } else { self.pick(&fitting) }
    }

    fn lesson_where(&mut self, model: &Model, fits: impl Fn(&Lesson) -> bool) -> usize {
        let known = model.courses.lessons.len();
        let fitting: Vec<_> = (0..known).filter(|at: &usize| model.courses.lesson(*at).is_some_and(&fits)).collect();
        if fitting.is_empty() || self.one_in(6) { self.below(known + 1) } else { self.pick(&fitting) }
    }
}
