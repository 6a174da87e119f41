//! Keys of courses and their lessons.

use domain::ids::{CourseId, LessonId, UserId};

use super::super::super::*;
use super::super::Kind;
use super::Example;

pub(super) fn of_learning(user: UserId, number: i64, text: &str) -> Vec<Example> {
    let (course_id, lesson_id) = (CourseId::new(number).unwrap(), LessonId::new(number).unwrap());
    let id = number.to_string();
    let (of_course, of_lesson) = (|| vec![("course", id.clone())], || vec![("lesson", id.clone())]);
    vec![
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
