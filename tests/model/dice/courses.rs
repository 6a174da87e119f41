//! What somebody does about a course.

use super::Dice;
use crate::courses::Act;
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
        match self.below(10) {
            0..3 => Act::Enrol { by: self.person(model), course: self.below(known.courses.len() + 1) },
            3..6 => {
                let waiting: Vec<_> =
                    (0..known.enrolments.len()).filter(|at| !known.enrolments[*at].is_active).collect();
                let any = waiting.is_empty() || self.one_in(5);
                let enrolment = if any { self.below(known.enrolments.len() + 1) } else { self.pick(&waiting) };
                let payer = known.enrolments.get(enrolment).map(|enrolment| enrolment.by);
                let by = payer.filter(|_| !self.one_in(5)).unwrap_or_else(|| self.person(model));
                let provider = if self.one_in(3) { Provider::Simulated } else { Provider::PayPal };
                Act::Pay { by, enrolment, provider }
            }
            _ => {
                let lesson = self.below(known.lessons.len() + 1);
                let course = known.lessons.get(lesson).map(|lesson| lesson.course);
                let takes = |by: &usize| known.enrolments.iter().any(|it| it.by == *by && Some(it.course) == course);
                let learner = (0..model.people.len()).find(takes).filter(|_| self.one_in(2));
                let by = learner.unwrap_or_else(|| self.person(model));
                Act::Study { by, lesson, is_completed: self.pick(&[None, Some(false), Some(true), Some(true)]) }
            }
        }
    }

    /// What changes what others ask for: of an answer one could not tell which course was meant.
    pub(super) fn course_alone(&mut self, model: &Model) -> Act {
        let known = &model.courses;
        let course = self.below(known.courses.len() + 1);
        let owner = known.courses.get(course).map(|course| course.by);
        let by = owner.filter(|_| !self.one_in(5)).unwrap_or_else(|| self.person(model));
        let (minor, is_published) = (self.pick(&PRICES), !self.one_in(4));
        match self.below(6) {
            0..2 if known.courses.len() < MOST_COURSES => {
                let by = if self.one_in(6) { self.person(model) } else { self.below(HOURLY.len()) };
                Act::Publish { by, minor, is_published }
            }
            2..4 if known.lessons.len() < MOST_LESSONS => Act::Teach { by, course },
            _ => Act::Change { by, course, minor, is_published },
        }
    }
}
