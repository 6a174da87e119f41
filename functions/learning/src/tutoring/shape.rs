//! Courses, lessons and those who take them as they are shown (`tutoring.md` §6).

use ::tutoring::decimal;
use ::tutoring::money::currency;
use app::courses::enrolments::EnrolmentSeen;
use app::courses::lessons::LessonSeen;
use app::courses::{CourseSeen, progress};
use domain::learning::{Category, EnrolmentStatus, Progress};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

edge::words! {
    /// What a course is about.
    pub CourseCategory = edge::words::of(CATEGORIES)
}

pub(super) const CATEGORIES: &[(&str, Category)] = &[
    ("mathematics", Category::Mathematics),
    ("science", Category::Science),
    ("language", Category::Language),
    ("programming", Category::Programming),
    ("business", Category::Business),
    ("arts", Category::Arts),
    ("music", Category::Music),
    ("other", Category::Other),
];

/// A course as lists show it.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringCourse)]
pub struct Course {
    id: i64,
    title: String,
    description: String,
    #[schema(value_type = CourseCategory)]
    category: &'static str,
    /// A signed link, good for an hour.
    #[schema(required = true)]
    image: Option<String>,
    /// With two decimals; `0.00` for a free one.
    price: String,
    /// ISO-4217: the tutor's.
    currency: String,
    is_published: bool,
    created_by: i64,
    /// As it was when they last saved it.
    created_by_name: String,
    /// Null but for those who are enrolled, the tutor and administrators.
    #[schema(required = true)]
    created_by_email: Option<String>,
    lesson_count: u32,
    /// Whether the caller is enrolled.
    is_enrolled: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<&CourseSeen> for Course {
    fn from(seen: &CourseSeen) -> Self {
        let CourseSeen { course, reader, image } = seen;
        let details = &course.details;
        Self {
            id: course.id.get(),
            title: details.title.clone(),
            description: details.description.clone(),
            category: details.category.as_str(),
            image: image.clone(),
            price: decimal(details.price.minor),
            currency: currency(details.price),
            is_published: details.is_published,
            created_by: course.owner.get(),
            created_by_name: course.owner_name.clone(),
            created_by_email: course.shows_address_to(*reader).then(|| course.owner_email.clone()),
            lesson_count: course.lessons,
            is_enrolled: reader.is_enrolled,
            created_at: Stamp(course.created_at),
            updated_at: Stamp(course.updated_at),
        }
    }
}

/// A course with its lessons, in their order. Of long texts of open lessons the first megabyte is here; what is null
/// beyond that is with the lesson itself.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringCourseWithLessons)]
pub struct CourseWithLessons {
    #[serde(flatten)]
    course: Course,
    lessons: Vec<Lesson>,
}

impl CourseWithLessons {
    pub(super) fn of(seen: &CourseSeen, lessons: &[LessonSeen]) -> Self {
        Self { course: seen.into(), lessons: lessons.iter().map(Lesson::from).collect() }
    }
}

/// A part of a course.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringLesson)]
pub struct Lesson {
    id: i64,
    course: i64,
    title: String,
    /// Null while it is locked.
    #[schema(required = true)]
    content: Option<String>,
    #[schema(required = true)]
    video_url: Option<String>,
    /// A signed link, good for a quarter of an hour.
    #[schema(required = true)]
    file: Option<String>,
    /// Minutes.
    duration: u16,
    order: u16,
    /// Whether it is for those only who are enrolled.
    is_locked: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<&LessonSeen> for Lesson {
    fn from(seen: &LessonSeen) -> Self {
        let LessonSeen { lesson, is_locked, file } = seen;
        let details = &lesson.details;
        let video = Some(details.video_url.clone()).filter(|url| !url.is_empty());
        Self {
            id: lesson.id.get(),
            course: lesson.course.get(),
            title: details.title.clone(),
            content: details.content.text.clone().filter(|_| !is_locked),
            video_url: video.filter(|_| !is_locked),
            file: file.clone(),
            duration: details.minutes,
            order: details.place,
            is_locked: *is_locked,
            created_at: Stamp(lesson.created_at),
            updated_at: Stamp(lesson.updated_at),
        }
    }
}

pub(super) const STATUSES: &[(&str, EnrolmentStatus)] =
    &[("pending", EnrolmentStatus::Pending), ("active", EnrolmentStatus::Active)];

edge::words! {
    /// Pending while its price is not paid.
    pub EnrollmentStatus = edge::words::of(STATUSES)
}

/// That a student takes a course.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringEnrollment)]
pub struct Enrollment {
    id: i64,
    course: i64,
    /// As the course was called, and the student too, when they enrolled.
    course_title: String,
    student: i64,
    student_name: String,
    #[schema(required = true)]
    student_email: Option<String>,
    #[schema(value_type = EnrollmentStatus)]
    status: &'static str,
    /// With two decimals: the price of the course when they enrolled.
    amount: String,
    /// ISO-4217.
    currency: String,
    /// Of the lessons there are, those that are done, rounded down.
    percent: u32,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<&EnrolmentSeen> for Enrollment {
    fn from(seen: &EnrolmentSeen) -> Self {
        let EnrolmentSeen { enrolment, percent } = seen;
        Self {
            id: enrolment.id.get(),
            course: enrolment.course.get(),
            course_title: enrolment.course_title.clone(),
            student: enrolment.learner.get(),
            student_name: enrolment.learner_name.clone(),
            // Nobody but the two and administrators is shown it.
            student_email: Some(enrolment.learner_email.clone()),
            status: enrolment.status.as_str(),
            amount: decimal(enrolment.price.minor),
            currency: currency(enrolment.price),
            percent: *percent,
            created_at: Stamp(enrolment.created_at),
            updated_at: Stamp(enrolment.updated_at),
        }
    }
}

/// How far a student is with a lesson.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringProgress)]
pub struct LessonProgress {
    id: i64,
    student: i64,
    student_email: String,
    lesson: i64,
    /// As they were called when this was last said.
    lesson_title: String,
    course: i64,
    course_title: String,
    is_completed: bool,
    #[schema(required = true)]
    completed_at: Option<Stamp>,
    /// Minutes, in all.
    time_spent: u32,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<&Progress> for LessonProgress {
    fn from(progress: &Progress) -> Self {
        Self {
            id: progress.id.get(),
            student: progress.learner.get(),
            student_email: progress.learner_email.clone(),
            lesson: progress.lesson.get(),
            lesson_title: progress.lesson_title.clone(),
            course: progress.course.get(),
            course_title: progress.course_title.clone(),
            is_completed: progress.is_completed(),
            completed_at: progress.completed_at.map(Stamp),
            time_spent: progress.minutes,
            created_at: Stamp(progress.created_at),
            updated_at: Stamp(progress.updated_at),
        }
    }
}

/// How far a student is with a course. Lessons that were deleted count for nothing but the time they took.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringCourseProgress)]
pub struct CourseProgress {
    course: i64,
    student: i64,
    lessons_total: usize,
    lessons_completed: usize,
    /// Rounded down; 0 without lessons.
    percent: u32,
    /// Minutes.
    time_spent: u32,
    /// When the last of all lessons was done.
    #[schema(required = true)]
    completed_at: Option<Stamp>,
}

impl From<progress::CourseProgress> for CourseProgress {
    fn from(found: progress::CourseProgress) -> Self {
        let summary = found.summary;
        Self {
            course: found.course.get(),
            student: found.learner.get(),
            lessons_total: summary.lessons,
            lessons_completed: summary.completed,
            percent: summary.percent,
            time_spent: summary.minutes,
            completed_at: summary.completed_at.map(Stamp),
        }
    }
}
