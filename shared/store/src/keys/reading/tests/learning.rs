//! Keys of courses, and of those who take them.

use domain::ids::{CourseId, EnrolmentId, LessonId, UserId};
use domain::ledger::Cause;
use domain::payment::Target;

use super::super::super::*;
use super::super::Kind;
use super::Example;

/// Those of courses and their lessons.
pub(super) fn of_learning(user: UserId, number: i64, text: &str) -> Vec<Example> {
    let (course_id, lesson_id) = (CourseId::new(number).unwrap(), LessonId::new(number).unwrap());
    let id = number.to_string();
    let (of_course, of_lesson) = (|| vec![("course", id.clone())], || vec![("lesson", id.clone())]);
    let enrolment_id = EnrolmentId::new(number).unwrap();
    let of_enrolment = || vec![("enrolment", id.clone())];
    let person = || vec![("person", id.clone())];
    let target = Target::Enrolment { id: enrolment_id, course: course_id };
    vec![
        ("enrolment", enrolment(user, course_id), Kind::Enrolment, [person(), of_course()].concat()),
        ("enrolment_of", enrolment_of(enrolment_id), Kind::EnrolmentOf, of_enrolment()),
        ("courses_taken", courses_taken(user), Kind::CoursesTaken, person()),
        ("lessons_done", lessons_done(user, course_id), Kind::LessonsDone, [person(), of_course()].concat()),
        (
            "progress",
            progress(user, course_id, lesson_id),
            Kind::Progress,
            [person(), of_course(), of_lesson()].concat(),
        ),
        ("intents_of_enrolment", intents_of_enrolment(enrolment_id), Kind::Intents, of_enrolment()),
        ("intents_for", intents_for(target), Kind::Intents, of_enrolment()),
        (
            "entry",
            entry(Cause::Sale(enrolment_id)),
            Kind::Entry,
            [of_enrolment(), vec![("cause", "sale".to_owned())]].concat(),
        ),
        ("course", course(course_id), Kind::Course, of_course()),
        ("course_entry", course_entry(course_id), Kind::CourseEntry, of_course()),
        ("course_counts", course_counts(course_id), Kind::CourseCounts, of_course()),
        ("course_totals", course_totals(), Kind::CourseTotals, vec![]),
        ("lesson", lesson(course_id, lesson_id), Kind::Lesson, [of_course(), of_lesson()].concat()),
        ("course_of_lesson", course_of_lesson(lesson_id), Kind::CourseOfLesson, of_lesson()),
        ("lesson_text", lesson_text(lesson_id), Kind::LessonText, of_lesson()),
        (
            "course_gone",
            course_gone(user, course_id),
            Kind::CourseGone,
            vec![("person", id.clone()), ("course", id.clone())],
        ),
        (
            "course_word",
            course_word(text, course_id),
            Kind::CourseWord,
            vec![("word", text.to_owned()), ("course", id.clone())],
        ),
    ]
}
