//! Examples of keys that one room has.

use super::*;

/// Those of courses and their lessons.
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

/// Of what administrators read.
pub(super) fn of_the_platform(user: UserId, number: i64) -> Vec<Example> {
    let id = number.to_string();
    let named = |name: &'static str, value: &str| (name, value.to_owned());
    let booking_id = BookingId::new(number).unwrap();
    vec![
        ("site_status", site_status(), Kind::SiteStatus, vec![]),
        ("counted", counted(&crate::keys::user(user)), Kind::Counted, vec![("person", id.clone())]),
        ("counted", counted(&booking(booking_id)), Kind::Counted, vec![("booking", id.clone())]),
        (
            "commission",
            commission(report_of("meetings#bookings.csv#2026-11-01#2026-11-30").unwrap()),
            Kind::Report,
            vec![named("report", "meetings#bookings.csv#2026-11-01#2026-11-30")],
        ),
        ("listed", listed(AllOf::Payments, number), Kind::Listed, vec![named("of", "PAYMENTS"), ("made", id.clone())]),
        (
            "stats",
            stats(&crate::keys::user(user)),
            Kind::Stats,
            vec![named("shard", &stats(&crate::keys::user(user)).sk["SHARD#".len()..])],
        ),
    ]
}
