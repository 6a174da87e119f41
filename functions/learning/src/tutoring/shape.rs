//! Courses and lessons as they are shown (`tutoring.md` §6).

use ::tutoring::decimal;
use ::tutoring::money::currency;
use app::courses::CourseSeen;
use app::courses::lessons::LessonSeen;
use domain::learning::Category;
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
