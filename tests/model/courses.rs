//! The model's courses (`tutoring.md` §3.1, §3.3, §4.5): published, taken, paid for and studied.

use std::collections::{BTreeMap, BTreeSet};

use super::command::{Answer, Expected, Word, no};
use super::mentorship::HOURLY;
use super::money::{Intent, Price, Provider, Said, Target, Unit};
use super::oracle::Model;

const FEE_PERCENT: i64 = 15;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Publish {
        by: usize,
        minor: i64,
        is_published: bool,
    },
    Change {
        by: usize,
        course: usize,
        minor: i64,
        is_published: bool,
    },
    Delete {
        by: usize,
        course: usize,
    },
    /// Adds a lesson.
    Teach {
        by: usize,
        course: usize,
    },
    /// Deletes one.
    Drop {
        by: usize,
        lesson: usize,
    },
    Enrol {
        by: usize,
        course: usize,
    },
    Pay {
        by: usize,
        enrolment: usize,
        provider: Provider,
    },
    /// Says of a lesson whether it is done.
    Study {
        by: usize,
        lesson: usize,
        is_completed: Option<bool>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) id: i64,
    pub(crate) by: usize,
    pub(crate) price: Price,
    pub(crate) is_published: bool,
    pub(crate) is_gone: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Lesson {
    pub(crate) id: i64,
    pub(crate) course: usize,
    pub(crate) is_gone: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    pub(crate) id: i64,
    pub(crate) by: usize,
    pub(crate) course: usize,
    /// That of the course when it was taken.
    pub(crate) price: Price,
    pub(crate) is_active: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Courses {
    pub(crate) courses: Vec<Course>,
    pub(crate) lessons: Vec<Lesson>,
    pub(crate) enrolments: Vec<Enrolment>,
    /// Who has said something of which lesson, and whether it is done.
    said: BTreeMap<(usize, usize), bool>,
    /// Enrolments to be looked at.
    pub(crate) touched: BTreeSet<usize>,
}

impl Courses {
    /// Whole percent, rounded down; nothing of a course without lessons.
    pub(crate) fn percent(&self, enrolment: usize) -> u32 {
        let Enrolment { by, course, .. } = self.enrolments[enrolment];
        let is_there = |at: &usize| self.lessons[*at].course == course && !self.lessons[*at].is_gone;
        let lessons: Vec<usize> = (0..self.lessons.len()).filter(is_there).collect();
        let done = lessons.iter().filter(|lesson| self.said.get(&(by, **lesson)) == Some(&true)).count();
        u32::try_from((100 * done).checked_div(lessons.len()).unwrap_or(0)).expect("at most a hundred")
    }

    /// One that was not deleted.
    pub(crate) fn course(&self, course: usize) -> Option<&Course> {
        self.courses.get(course).filter(|course| !course.is_gone)
    }

    /// One that was not deleted, nor with its course.
    pub(crate) fn lesson(&self, lesson: usize) -> Option<&Lesson> {
        let lesson = self.lessons.get(lesson).filter(|lesson| !lesson.is_gone)?;
        self.course(lesson.course).map(|_| lesson)
    }

    pub(crate) fn is_taken(&self, course: usize) -> bool {
        self.enrolments.iter().any(|one| one.course == course)
    }

    /// Those who take a course are looked at.
    fn look_at(&mut self, course: usize) {
        let enrolments = self.enrolments.iter().enumerate();
        let theirs = enrolments.filter(|(_, one)| one.course == course).map(|(at, _)| at);
        self.touched.extend(theirs);
    }

    fn enrolment(&self, by: usize, course: usize) -> Option<usize> {
        self.enrolments.iter().position(|one| one.by == by && one.course == course)
    }

    fn is_active(&self, by: usize, course: usize) -> bool {
        self.enrolment(by, course).is_some_and(|enrolment| self.enrolments[enrolment].is_active)
    }
}

impl Model {
    pub(crate) fn course(&mut self, act: &Act, fresh: i64) -> Expected {
        match *act {
            Act::Publish { by, minor, is_published } => {
                self.may_author(by)?;
                let price = Price { unit: self.is_paid_in(by), minor };
                self.courses.courses.push(Course { id: fresh, by, price, is_published, is_gone: false });
                Ok(Answer::Made(fresh))
            }
            Act::Change { by, course, minor, is_published } => {
                self.own_course(by, course)?;
                self.may_author(by)?;
                let price = Price { unit: self.is_paid_in(by), minor };
                let changed = &mut self.courses.courses[course];
                (changed.price, changed.is_published) = (price, is_published);
                Ok(Answer::Nothing)
            }
            Act::Teach { by, course } => {
                self.may_author(by)?;
                self.own_course(by, course)?;
                self.courses.lessons.push(Lesson { id: fresh, course, is_gone: false });
                self.courses.look_at(course);
                Ok(Answer::Made(fresh))
            }
            Act::Delete { by, course } => {
                self.own_course(by, course)?;
                self.may_author(by)?;
                if self.courses.is_taken(course) {
                    return no("has_enrolments");
                }
                self.courses.courses[course].is_gone = true;
                Ok(Answer::Nothing)
            }
            Act::Drop { by, lesson } => {
                let Some(course) = self.courses.lesson(lesson).map(|lesson| lesson.course) else {
                    return no("not_found");
                };
                self.own_course(by, course)?;
                self.may_author(by)?;
                self.courses.lessons[lesson].is_gone = true;
                self.courses.look_at(course);
                Ok(Answer::Nothing)
            }
            Act::Enrol { by, course } => self.enrol(by, course, fresh),
            Act::Pay { by, enrolment, provider } => self.pay_course(by, enrolment, provider, fresh),
            Act::Study { by, lesson, is_completed } => self.study(by, lesson, is_completed),
        }
    }

    fn may_author(&self, by: usize) -> Result<(), Vec<Word>> {
        match self.people[by].expert {
            None => no("forbidden"),
            Some(expert) if expert.is_suspended => no("not_approved"),
            Some(_) => Ok(()),
        }
    }

    /// By the hour, else by the session, else what is usual.
    fn is_paid_in(&self, by: usize) -> Unit {
        let of_a_session = self.people[by].expert.and_then(|expert| expert.price).map(|price| price.unit);
        match HOURLY.get(by).copied().flatten() {
            Some(_) => Unit::Inr,
            None => of_a_session.filter(|unit| *unit != Unit::Credit).unwrap_or(Unit::Usd),
        }
    }

    fn own_course(&self, by: usize, course: usize) -> Result<(), Vec<Word>> {
        let Some(known) = self.courses.course(course) else { return no("not_found") };
        match known.by == by {
            true => Ok(()),
            false if known.is_published || self.courses.is_active(by, course) => no("forbidden"),
            false => no("not_found"),
        }
    }

    fn enrol(&mut self, by: usize, course: usize, fresh: i64) -> Expected {
        if let Some(known) = self.courses.enrolment(by, course) {
            self.was_idle = true;
            return Ok(self.enrolment_as_told(known, false));
        }
        let Some(Course { by: owner, price, is_published, .. }) = self.courses.course(course).cloned() else {
            return no("not_found");
        };
        if by == owner {
            return no("own_course");
        }
        if !is_published {
            return no("not_found");
        }
        let is_active = price.minor == 0;
        self.courses.enrolments.push(Enrolment { id: fresh, by, course, price, is_active });
        Ok(self.enrolment_as_told(self.courses.enrolments.len() - 1, true))
    }

    fn enrolment_as_told(&mut self, at: usize, is_new: bool) -> Answer {
        self.courses.touched.insert(at);
        let percent = self.courses.percent(at);
        let Enrolment { id, price, is_active, .. } = self.courses.enrolments[at];
        Answer::Enrolment { id, is_new, is_active, price, percent }
    }

    fn pay_course(&mut self, by: usize, enrolment: usize, provider: Provider, fresh: i64) -> Expected {
        let Some(known) = self.courses.enrolments.get(enrolment).cloned() else { return no("not_found") };
        let owner = self.courses.courses[known.course].by;
        self.touched.purses.extend([by, owner]);
        self.courses.touched.insert(enrolment);
        if by != known.by {
            return no(if by == owner { "not_the_payer" } else { "not_found" });
        }
        if known.is_active {
            return no("not_payable");
        }
        let target = Target::Enrolment(enrolment);
        if let Some(id) = self.open_intent(target, provider) {
            return Ok(Answer::Intent { id, is_new: false });
        }
        let intent = self.intents.len();
        let said = Said::Pending;
        self.intents.push(Intent { id: fresh, target, provider, said, has_paid: false, is_returned: false });
        self.touched.intents.insert(intent);
        if provider == Provider::Simulated {
            self.course_paid_with(enrolment, intent);
        }
        Ok(Answer::Intent { id: fresh, is_new: true })
    }

    /// What is earned by a course is there at once, and final; whether it wanted the money.
    pub(crate) fn course_paid_with(&mut self, enrolment: usize, intent: usize) -> bool {
        self.courses.touched.insert(enrolment);
        let Enrolment { by, course, price: Price { unit, minor }, is_active, .. } = self.courses.enrolments[enrolment];
        let owner = self.courses.courses[course].by;
        self.touched.purses.extend([by, owner]);
        if is_active {
            return false;
        }
        self.courses.enrolments[enrolment].is_active = true;
        let fee = (2 * minor * FEE_PERCENT + 100) / 200;
        self.issued[unit as usize] += minor;
        self.fees[unit as usize] += fee;
        let purse = self.purse(owner, unit);
        purse.spendable += minor - fee;
        purse.earned += minor - fee;
        self.tell(by, "Payment received", None);
        (self.intents[intent].said, self.intents[intent].has_paid) = (Said::Succeeded, true);
        true
    }

    fn study(&mut self, by: usize, lesson: usize, is_completed: Option<bool>) -> Expected {
        let Some(course) = self.courses.lesson(lesson).map(|lesson| lesson.course) else {
            return no("not_found");
        };
        let enrolment = self.courses.enrolment(by, course);
        self.courses.touched.extend(enrolment);
        if !self.courses.is_active(by, course) {
            let known = &self.courses.courses[course];
            return no(if known.is_published || known.by == by { "enrolment_required" } else { "not_found" });
        }
        let before = self.courses.said.get(&(by, lesson)).copied();
        // Once done it stays so.
        let is_done = before == Some(true) || is_completed == Some(true);
        self.courses.said.insert((by, lesson), is_done);
        Ok(Answer::Studied { is_new: before.is_none(), is_done })
    }
}
