//! How far students are (`tutoring.md` §3.3, §4.5).

use ::tutoring::{Listing, Paged, Pages, Refused};
use app::App;
use app::courses::progress::{self, Noted, ProgressList, ProgressOrder};
use axum::extract::State;
use domain::ids::{CourseId, LessonId, UserId};
use domain::learning::{MOST_TIME, Said};
use edge::auth::{Authenticated, SignedFirst};
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean, id, integer};
use edge::idempotency::IdempotencyKey;
use edge::reply::{Json, MadeOrFound};

use super::at::{Studied, named};
use super::shape::{CourseProgress, LessonProgress};

pub struct NewProgress {
    lesson: LessonId,
    course: Option<CourseId>,
    said: Said,
}

impl Parse for NewProgress {
    const NAME: &str = "TutoringProgressRequest";
    const ABOUT: &str = "How far the caller is with a lesson; what is missing stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let lesson = fields.required("lesson", id::<LessonId>().about("Of a course the caller takes."));
        let course = fields.optional("course", id::<CourseId>().about("The lesson's own."));
        let minutes = integer(0..=i64::from(MOST_TIME)).about("Minutes spent in all; replaces what was said before.");
        let minutes = fields.optional("time_spent", minutes);
        let about = "What was done once stays done.";
        let is_completed = fields.optional("is_completed", boolean().about(about));
        let minutes = minutes?.and_then(|minutes| u32::try_from(minutes).ok());
        Some(Self { lesson: lesson?, course: course?, said: Said { minutes, is_completed: is_completed? } })
    }
}

/// Say how far I am with a lesson
///
/// There is one row per student and lesson: the first call makes it, those after it change it.
#[utoipa::path(
    post, path = "/api/v1/progress/",
    tag = "Tutoring: Learning", operation_id = "tutoring_progress_note",
    responses(
        (status = 201, description = "Noted for the first time", body = LessonProgress),
        (status = 200, description = "Noted", body = LessonProgress),
        (status = 403, description = "`enrollment_required`: the caller does not take the course"),
    )
)]
pub async fn note(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    AnyForm(NewProgress { lesson, course, said }): AnyForm<NewProgress>,
) -> Result<MadeOrFound<LessonProgress>, Refused> {
    let shown = |it: &Noted| MadeOrFound { is_new: it.is_new, body: LessonProgress::from(&it.progress) };
    let answer = |noted: &Noted| shown(noted).saved();
    let noted = progress::note(&app, caller, (lesson, course), said, key.save(&answer)).await;
    Ok(shown(&noted.map_err(named("lesson", "There is no such lesson."))?))
}

const ORDERS: &[(&str, (ProgressOrder, bool))] = &[
    ("-updated_at", (ProgressOrder::Updated, true)),
    ("updated_at", (ProgressOrder::Updated, false)),
    ("created_at", (ProgressOrder::Created, false)),
    ("-created_at", (ProgressOrder::Created, true)),
];

pub struct ProgressListing(Option<CourseId>, Option<UserId>, Listing<ProgressOrder>);

impl Parse for ProgressListing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let course = fields.optional("course", id::<CourseId>().about("In which course."));
        let learner = fields.optional("student", id::<UserId>().about("Whose."));
        let listing = Listing::parse(fields, ORDERS);
        Some(Self(course?, learner?, listing?))
    }
}

/// List progress with lessons
///
/// The caller's own, and that of those in courses of theirs; administrators see everybody's. Of the newest thousand of a
/// side.
#[utoipa::path(
    get, path = "/api/v1/progress/",
    tag = "Tutoring: Learning", operation_id = "tutoring_progress_list",
    responses((status = 200, description = "One page", body = Paged<LessonProgress>))
)]
pub async fn list(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    pages: Pages,
    QueryOf(ProgressListing(course, learner, listing)): QueryOf<ProgressListing>,
) -> Result<Json<Paged<LessonProgress>>, Refused> {
    let wanted = listing.wanted()?;
    let (order, descending) = (listing.ordering, listing.descending);
    let list = ProgressList { course, learner, order, descending };
    let slice = progress::list(&app, caller, list, &wanted).await?;
    Ok(pages.show(slice.map(|row| LessonProgress::from(&row))))
}

pub struct Whose(Option<UserId>);

impl Parse for Whose {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let about = "Whose, for the tutor of the course and administrators; else the caller's own.";
        Some(Self(fields.optional("student", id::<UserId>().about(about))?))
    }
}

/// Show how far somebody is with a course
///
/// Students see their own; the tutor of the course and administrators that of the `student` they name.
#[utoipa::path(
    get, path = "/api/v1/courses/{id}/progress/",
    tag = "Tutoring: Learning", operation_id = "tutoring_courses_progress",
    responses(
        (status = 200, description = "How far they are", body = CourseProgress),
        (status = 403, description = "`enrollment_required`: the caller does not take the course; `forbidden`: somebody else's"),
    )
)]
pub async fn of_course(
    State(app): State<App>,
    Studied(at): Studied,
    QueryOf(Whose(learner)): QueryOf<Whose>,
) -> Result<Json<CourseProgress>, Refused> {
    Ok(Json(CourseProgress::from(progress::of_course(&app, at, learner).await?)))
}
