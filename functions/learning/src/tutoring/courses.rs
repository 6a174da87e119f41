//! Courses (`tutoring.md` §3.1).

use ::tutoring::files::{file_or_upload, of_field};
use ::tutoring::money::amount;
use ::tutoring::{Listing, Paged, Pages, Refused};
use app::App;
use app::courses::{self, CourseDraft, CourseList, CourseSeen, Order};
use axum::extract::State;
use domain::ids::{CourseId, UserId};
use domain::learning::{LONGEST_DESCRIPTION, LONGEST_TITLE, Question};
use domain::words::words;
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean, id, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::reply::{Created, Done, Json};

use super::at::{Author, EditedCourse, Onlooker};
use super::shape::{CATEGORIES, Course, CourseWithLessons};

fn title() -> impl Kind<Out = String> {
    text(1..=LONGEST_TITLE).trimmed().not_blank()
}

/// What both a new course and a change of one say.
fn draft(fields: &mut Fields<'_>, title: Option<Option<String>>) -> Option<CourseDraft> {
    let description = fields.optional("description", text(..=LONGEST_DESCRIPTION).trimmed());
    let category = fields.optional("category", one_of(CATEGORIES));
    let image = fields.nullable("image", file_or_upload("A jpg, png or webp, or the id of an upload."));
    let price = "In the tutor's currency; 0 for a free one, at most 99999999.99.";
    let minor = fields.optional("price", amount().about(price));
    let is_published = fields.optional("is_published", boolean().about("Or a draft."));
    Some(CourseDraft {
        title: title?,
        description: description?,
        category: category?,
        image: image?.change().map(Option::flatten),
        minor: minor?,
        is_published: is_published?,
    })
}

pub struct NewCourse(CourseDraft);

impl Parse for NewCourse {
    const NAME: &str = "TutoringCourseRequest";
    const ABOUT: &str = "A course.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.required("title", title()).map(Some);
        draft(fields, title).map(Self)
    }
}

pub struct CourseChanges(CourseDraft);

impl Parse for CourseChanges {
    const NAME: &str = "TutoringCourseChanges";
    const ABOUT: &str = "What is to be different; what is missing stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.optional("title", title());
        draft(fields, title).map(Self)
    }
}

const ORDERS: &[(&str, (Order, bool))] = &[
    ("-created_at", (Order::Created, true)),
    ("created_at", (Order::Created, false)),
    ("price", (Order::Price, false)),
    ("-price", (Order::Price, true)),
    ("title", (Order::Title, false)),
    ("-title", (Order::Title, true)),
];

const LONGEST_SEARCH: usize = 200;

pub struct CourseListing(Question, bool, Listing<Order>);

impl Parse for CourseListing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let category = fields.optional("category", one_of(CATEGORIES).about("Only those."));
        let owner = fields.optional("tutor", id::<UserId>().about("Whose courses."));
        let about = "Each word begins a word of title or description.";
        let search = fields.optional("search", text(..=LONGEST_SEARCH).about(about));
        let least = fields.optional("min_price", amount().about("In whatever currency."));
        let most = fields.optional("max_price", amount().about("In whatever currency."));
        let mine = fields.or("mine", boolean().about("Only the caller's own, with drafts."), false);
        let listing = Listing::parse(fields, ORDERS);
        let question = Question {
            owner: owner?,
            category: category?,
            least: least?,
            most: most?,
            words: search?.map(|search| words(&search)).unwrap_or_default(),
        };
        Some(Self(question, mine?, listing?))
    }
}

/// List courses
///
/// Those that are published; drafts only to their tutor and administrators, with `tutor` or `mine`. Filters, searches and
/// other orders look at the newest thousand.
#[utoipa::path(
    get, path = "/api/v1/courses/",
    tag = "Tutoring: Courses", operation_id = "tutoring_courses_list",
    responses(
        (status = 200, description = "One page", body = Paged<Course>),
        (status = 401, description = "`not_authenticated`: one's own, without a session"),
    )
)]
pub async fn list(
    State(app): State<App>,
    Onlooker(caller, is_admin): Onlooker,
    pages: Pages,
    QueryOf(CourseListing(question, is_own, listing)): QueryOf<CourseListing>,
) -> Result<Json<Paged<Course>>, Refused> {
    let wanted = listing.wanted()?;
    let list = CourseList { question, is_own, order: listing.ordering, descending: listing.descending };
    let slice = courses::list(&app, (caller, is_admin), list, &wanted).await?;
    Ok(pages.show(slice.map(|seen| Course::from(&seen))))
}

/// Publish a course, or begin a draft
///
/// For approved tutors and administrators.
#[utoipa::path(
    post, path = "/api/v1/courses/",
    tag = "Tutoring: Courses", operation_id = "tutoring_courses_create",
    responses(
        (status = 201, description = "The course", body = CourseWithLessons),
        (status = 413, description = "`too_large`: more than a form can carry; `file_too_large`: more than 10 MB"),
    )
)]
pub async fn create(
    State(app): State<App>,
    Author(caller, author): Author,
    key: IdempotencyKey,
    AnyForm(NewCourse(draft)): AnyForm<NewCourse>,
) -> Result<Created<CourseWithLessons>, Refused> {
    let answer = |seen: &CourseSeen| idempotency::created(&CourseWithLessons::of(seen, &[]));
    let made = courses::create(&app, (caller, &author), &draft, key.save(&answer)).await;
    Ok(Created(CourseWithLessons::of(&made.map_err(of_field("image"))?, &[])))
}

/// Show a course with its lessons
///
/// A draft to its tutor, administrators and those who are enrolled. What a locked lesson holds is null.
#[utoipa::path(
    get, path = "/api/v1/courses/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_courses_find",
    responses(
        (status = 200, description = "The course", body = CourseWithLessons),
    )
)]
pub async fn find(
    State(app): State<App>,
    Onlooker(caller, is_admin): Onlooker,
    PathId(id): PathId<CourseId>,
) -> Result<Json<CourseWithLessons>, Refused> {
    let (course, lessons) = courses::find(&app, caller, is_admin, id).await?;
    Ok(Json(CourseWithLessons::of(&course, &lessons)))
}

/// Change a course
///
/// What is missing stays.
#[utoipa::path(
    patch, path = "/api/v1/courses/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_courses_change",
    responses(
        (status = 200, description = "The course", body = CourseWithLessons),
        (status = 413, description = "`too_large`: more than a form can carry; `file_too_large`: more than 10 MB"),
    )
)]
pub async fn change(
    State(app): State<App>,
    edited: EditedCourse,
    AnyForm(CourseChanges(draft)): AnyForm<CourseChanges>,
) -> Result<Json<CourseWithLessons>, Refused> {
    changed(&app, edited, &draft).await
}

/// Change a course, as PATCH does, with its title
#[utoipa::path(
    put, path = "/api/v1/courses/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_courses_replace",
    responses(
        (status = 200, description = "The course", body = CourseWithLessons),
        (status = 413, description = "`too_large`: more than a form can carry; `file_too_large`: more than 10 MB"),
    )
)]
pub async fn replace(
    State(app): State<App>,
    edited: EditedCourse,
    AnyForm(NewCourse(draft)): AnyForm<NewCourse>,
) -> Result<Json<CourseWithLessons>, Refused> {
    changed(&app, edited, &draft).await
}

async fn changed(
    app: &App,
    EditedCourse(own): EditedCourse,
    draft: &CourseDraft,
) -> Result<Json<CourseWithLessons>, Refused> {
    let (course, lessons) = courses::change(app, own, draft).await.map_err(of_field("image"))?;
    Ok(Json(CourseWithLessons::of(&course, &lessons)))
}

/// Delete a course with its lessons
#[utoipa::path(
    delete, path = "/api/v1/courses/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_courses_delete",
    responses(
        (status = 204, description = "It is gone"),
        (status = 409, description = "`has_enrollments`: somebody is enrolled"),
    )
)]
pub async fn delete(State(app): State<App>, EditedCourse(own): EditedCourse) -> Result<Done, Refused> {
    courses::delete(&app, own).await?;
    Ok(Done)
}
