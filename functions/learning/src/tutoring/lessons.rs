//! Lessons (`tutoring.md` §3.1).

use ::tutoring::files::{file_or_upload, of_field};
use ::tutoring::{Listing, Paged, Pages, Refused};
use app::courses::lessons::{self, LessonDraft, LessonOrder, LessonSeen};
use app::{App, Error, picture};
use axum::extract::State;
use domain::ids::{CourseId, LessonId};
use domain::learning::{LAST_PLACE, LONGEST_ADDRESS, LONGEST_CONTENT, LONGEST_TITLE, MOST_MINUTES};
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, id, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Done, Json};

use super::at::{Author, EditedLesson, Onlooker, named};
use super::shape::Lesson;

fn title() -> impl Kind<Out = String> {
    text(1..=LONGEST_TITLE).trimmed().not_blank()
}

fn video_url() -> impl Kind<Out = String> {
    let address = |text: &str| match text.is_empty() || picture::is_web_address(text) {
        true => Ok(text.to_owned()),
        false => Err("Enter an http or https URL."),
    };
    text(..=LONGEST_ADDRESS).trimmed().parse(address).about("An http or https URL.")
}

/// What both a new lesson and a change of one say.
fn draft(fields: &mut Fields<'_>, title: Option<Option<String>>) -> Option<LessonDraft> {
    let content = fields.nullable("content", text(..=LONGEST_CONTENT).trimmed());
    let video_url = fields.nullable("video_url", video_url());
    let about = "A pdf, doc, docx, jpg, png, webp, mp4, mp3 or zip, or the id of an upload.";
    let file = fields.nullable("file", file_or_upload(about));
    let minutes = fields.optional("duration", integer(0..=MOST_MINUTES.into()).about("Minutes."));
    let place = fields.optional("order", integer(0..=LAST_PLACE.into()).about("The lowest comes first."));
    let number = |number: i64| u16::try_from(number).ok();
    Some(LessonDraft {
        title: title?,
        content: content?.change().map(Option::unwrap_or_default),
        video_url: video_url?.change().map(Option::unwrap_or_default),
        file: file?.change().map(Option::flatten),
        minutes: minutes?.and_then(number),
        place: place?.and_then(number),
    })
}

pub struct NewLesson(CourseId, LessonDraft);

impl Parse for NewLesson {
    const NAME: &str = "TutoringLessonRequest";
    const ABOUT: &str = "A lesson.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let course = fields.required("course", id::<CourseId>().about("One of the caller's own."));
        let title = fields.required("title", title()).map(Some);
        let draft = draft(fields, title);
        Some(Self(course?, draft?))
    }
}

const OTHER_COURSE: &str = "A lesson stays in its course.";

pub struct LessonChanges(Option<CourseId>, LessonDraft);

impl Parse for LessonChanges {
    const NAME: &str = "TutoringLessonChanges";
    const ABOUT: &str = "What is to be different; what is missing stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let course = fields.optional("course", id::<CourseId>().about("Its own, or left out: it cannot change."));
        let title = fields.optional("title", title());
        let draft = draft(fields, title);
        Some(Self(course?, draft?))
    }
}

pub struct WholeLesson(Option<CourseId>, LessonDraft);

impl Parse for WholeLesson {
    const NAME: &str = "TutoringLessonReplacement";
    const ABOUT: &str = "What is to be different; what is missing stays, but for the title.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let course = fields.optional("course", id::<CourseId>().about("Its own, or left out: it cannot change."));
        let title = fields.required("title", title()).map(Some);
        let draft = draft(fields, title);
        Some(Self(course?, draft?))
    }
}

const ORDERS: &[(&str, (LessonOrder, bool))] = &[
    ("order", (LessonOrder::Place, false)),
    ("-order", (LessonOrder::Place, true)),
    ("created_at", (LessonOrder::Created, false)),
    ("-created_at", (LessonOrder::Created, true)),
];

pub struct LessonListing(Option<CourseId>, Listing<LessonOrder>);

impl Parse for LessonListing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let course = fields.optional("course", id::<CourseId>().about("Of which course."));
        let listing = Listing::parse(fields, ORDERS);
        Some(Self(course?, listing?))
    }
}

/// List lessons that are open to me
///
/// Of one course; or of all of one's own, for administrators of all, without a session of free ones: then of the newest
/// hundred courses.
#[utoipa::path(
    get, path = "/api/v1/lessons/",
    tag = "Tutoring: Courses", operation_id = "tutoring_lessons_list",
    responses((status = 200, description = "One page", body = Paged<Lesson>))
)]
pub async fn list(
    State(app): State<App>,
    Onlooker(caller, is_admin): Onlooker,
    pages: Pages,
    QueryOf(LessonListing(course, listing)): QueryOf<LessonListing>,
) -> Result<Json<Paged<Lesson>>, Refused> {
    let wanted = listing.wanted()?;
    let asked = (course, listing.ordering, listing.descending);
    let slice = lessons::list(&app, (caller, is_admin), asked, &wanted).await?;
    Ok(pages.show(slice.map(|seen| Lesson::from(&seen))))
}

/// Add a lesson to one of my courses
#[utoipa::path(
    post, path = "/api/v1/lessons/",
    tag = "Tutoring: Courses", operation_id = "tutoring_lessons_create",
    responses(
        (status = 201, description = "The lesson", body = Lesson),
        (status = 409, description = "`too_many_lessons`: the course has 500"),
        (status = 413, description = "`too_large`: more than a form can carry; `file_too_large`: more than 10 MB"),
    )
)]
pub async fn create(
    State(app): State<App>,
    Author(caller, author): Author,
    key: IdempotencyKey,
    AnyForm(NewLesson(course, draft)): AnyForm<NewLesson>,
) -> Result<Created<Lesson>, Refused> {
    let answer = |seen: &LessonSeen| idempotency::created(&Lesson::from(seen));
    let made = lessons::create(&app, (caller, author), course, &draft, key.save(&answer)).await;
    let refuse = |error| match error {
        Error::Refused(domain::Refusal::File(_)) => of_field("file")(error),
        error => named("course", "There is no such course.")(error),
    };
    Ok(Created(Lesson::from(&made.map_err(refuse)?)))
}

/// Show a lesson
///
/// If it is open to the caller.
#[utoipa::path(
    get, path = "/api/v1/lessons/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_lessons_find",
    responses(
        (status = 200, description = "The lesson", body = Lesson),
        (status = 401, description = "`not_authenticated`: it is locked"),
        (status = 403, description = "`enrollment_required`: it is locked"),
    )
)]
pub async fn find(
    State(app): State<App>,
    Onlooker(caller, is_admin): Onlooker,
    PathId(id): PathId<LessonId>,
) -> Result<Json<Lesson>, Refused> {
    Ok(Json(Lesson::from(&lessons::find(&app, caller, is_admin, id).await?)))
}

/// Change a lesson
///
/// What is missing stays.
#[utoipa::path(
    patch, path = "/api/v1/lessons/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_lessons_change",
    responses(
        (status = 200, description = "The lesson", body = Lesson),
        (status = 413, description = "`too_large`: more than a form can carry; `file_too_large`: more than 10 MB"),
    )
)]
pub async fn change(
    State(app): State<App>,
    edited: EditedLesson,
    AnyForm(LessonChanges(course, draft)): AnyForm<LessonChanges>,
) -> Result<Json<Lesson>, Refused> {
    changed(&app, edited, course, &draft).await
}

/// Change a lesson, as PATCH does, with its title
#[utoipa::path(
    put, path = "/api/v1/lessons/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_lessons_replace",
    responses(
        (status = 200, description = "The lesson", body = Lesson),
        (status = 413, description = "`too_large`: more than a form can carry; `file_too_large`: more than 10 MB"),
    )
)]
pub async fn replace(
    State(app): State<App>,
    edited: EditedLesson,
    AnyForm(WholeLesson(course, draft)): AnyForm<WholeLesson>,
) -> Result<Json<Lesson>, Refused> {
    changed(&app, edited, course, &draft).await
}

async fn changed(
    app: &App,
    EditedLesson(own): EditedLesson,
    course: Option<CourseId>,
    draft: &LessonDraft,
) -> Result<Json<Lesson>, Refused> {
    if course.is_some_and(|course| course != own.lesson.course) {
        return Err(Problem::field("course", OTHER_COURSE).into());
    }
    Ok(Json(Lesson::from(&lessons::change(app, own, draft).await.map_err(of_field("file"))?)))
}

/// Delete a lesson
#[utoipa::path(
    delete, path = "/api/v1/lessons/{id}/",
    tag = "Tutoring: Courses", operation_id = "tutoring_lessons_delete",
    responses(
        (status = 204, description = "It is gone"),
    )
)]
pub async fn delete(State(app): State<App>, EditedLesson(own): EditedLesson) -> Result<Done, Refused> {
    lessons::delete(&app, own).await?;
    Ok(Done)
}
