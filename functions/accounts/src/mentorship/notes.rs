//! What students and mentors write down for themselves (`mentorship.md` §5.6).

use app::App;
use app::caller::Caller;
use app::notes::{self, NoteText};
use axum::extract::State;
use domain::ids::NoteId;
use domain::lifecycle::Seat;
use domain::note::{self, LONGEST_CONTENT, LONGEST_TITLE};
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Parse, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Done, Json};
use edge::time::Stamp;
use mentorship::{AsMentor, AsStudent, Listing, Refused};
use serde::Serialize;
use utoipa::ToSchema;

/// A note, which only its owner sees.
#[derive(Serialize, ToSchema)]
pub(crate) struct Note {
    id: i64,
    title: String,
    content: String,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<&note::Note> for Note {
    fn from(note: &note::Note) -> Self {
        Self {
            id: note.id.get(),
            title: note.title.clone(),
            content: note.content.clone(),
            created_at: note.created_at.into(),
            updated_at: note.updated_at.into(),
        }
    }
}

pub(crate) struct Written(NoteText);

impl Parse for Written {
    const NAME: &str = "NoteRequest";
    const ABOUT: &str = "What is to be remembered.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.required("title", text(1..=LONGEST_TITLE).not_blank());
        let content = fields.or("content", text(..=LONGEST_CONTENT), "");
        Some(Self(NoteText { title: title?, content: content? }))
    }
}

async fn list(app: &App, caller: Caller, role: Seat, page: &Page) -> Result<Listed<Note>, Refused> {
    let found = notes::list(app, caller, role, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Note::from).collect(), next: found.next })
}

/// 404 comes before what is wrong with the body.
async fn rewrite(
    app: &App,
    caller: Caller,
    role: Seat,
    id: NoteId,
    body: Result<Body<Written>, Problem>,
) -> Result<Json<Note>, Refused> {
    let Body(Written(text)) = match body {
        Ok(body) => body,
        Err(problem) => {
            notes::find(app, caller, role, id).await?;
            return Err(problem.into());
        }
    };
    Ok(Json(Note::from(&notes::rewrite(app, caller, role, id, &text).await?)))
}

/// List my notes as a student
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/student/notes/",
    tag = "Mentorship: Notes", operation_id = "mentorship_student_notes_list",
    responses(
        (status = 200, description = "One page, newest first", body = [Note]),
    )
)]
pub(crate) async fn list_student(
    State(app): State<App>,
    me: AsStudent,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<Note>, Refused> {
    list(&app, me.caller, Seat::Learner, &page).await
}

/// Write a note as a student
#[utoipa::path(
    post, path = "/api/student/notes/",
    tag = "Mentorship: Notes", operation_id = "mentorship_student_notes_create",
    responses(
        (status = 201, description = "The note", body = Note),
    )
)]
pub(crate) async fn create_student(
    State(app): State<App>,
    me: AsStudent,
    key: IdempotencyKey,
    Body(Written(text)): Body<Written>,
) -> Result<Created<Note>, Refused> {
    let answer = |note: &note::Note| idempotency::created(&Note::from(note));
    let made = notes::make(&app, me.caller, Seat::Learner, text, key.save(&answer)).await?;
    Ok(Created(Note::from(&made)))
}

/// Look at one of my notes as a student
#[utoipa::path(
    get, path = "/api/student/notes/{id}/",
    tag = "Mentorship: Notes", operation_id = "mentorship_student_notes_show",
    responses(
        (status = 200, description = "The note", body = Note),
    )
)]
pub(crate) async fn show_student(
    State(app): State<App>,
    me: AsStudent,
    PathId(id): PathId<NoteId>,
) -> Result<Json<Note>, Refused> {
    Ok(Json(Note::from(&notes::find(&app, me.caller, Seat::Learner, id).await?)))
}

/// Rewrite one of my notes as a student
#[utoipa::path(
    put, path = "/api/student/notes/{id}/",
    tag = "Mentorship: Notes", operation_id = "mentorship_student_notes_replace",
    responses(
        (status = 200, description = "The note as it is now", body = Note),
    )
)]
pub(crate) async fn replace_student(
    State(app): State<App>,
    me: AsStudent,
    PathId(id): PathId<NoteId>,
    body: Result<Body<Written>, Problem>,
) -> Result<Json<Note>, Refused> {
    rewrite(&app, me.caller, Seat::Learner, id, body).await
}

/// Throw one of my notes away as a student
#[utoipa::path(
    delete, path = "/api/student/notes/{id}/",
    tag = "Mentorship: Notes", operation_id = "mentorship_student_notes_delete",
    responses(
        (status = 204, description = "It is gone"),
    )
)]
pub(crate) async fn delete_student(
    State(app): State<App>,
    me: AsStudent,
    PathId(id): PathId<NoteId>,
) -> Result<Done, Refused> {
    notes::remove(&app, me.caller, Seat::Learner, id).await?;
    Ok(Done)
}

/// List my notes as a mentor
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/mentor/notes/",
    tag = "Mentorship: Notes", operation_id = "mentorship_mentor_notes_list",
    responses(
        (status = 200, description = "One page, newest first", body = [Note]),
    )
)]
pub(crate) async fn list_mentor(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<Note>, Refused> {
    list(&app, me.caller, Seat::Expert, &page).await
}

/// Write a note as a mentor
#[utoipa::path(
    post, path = "/api/mentor/notes/",
    tag = "Mentorship: Notes", operation_id = "mentorship_mentor_notes_create",
    responses(
        (status = 201, description = "The note", body = Note),
    )
)]
pub(crate) async fn create_mentor(
    State(app): State<App>,
    me: AsMentor,
    key: IdempotencyKey,
    Body(Written(text)): Body<Written>,
) -> Result<Created<Note>, Refused> {
    let answer = |note: &note::Note| idempotency::created(&Note::from(note));
    let made = notes::make(&app, me.caller, Seat::Expert, text, key.save(&answer)).await?;
    Ok(Created(Note::from(&made)))
}

/// Look at one of my notes as a mentor
#[utoipa::path(
    get, path = "/api/mentor/notes/{id}/",
    tag = "Mentorship: Notes", operation_id = "mentorship_mentor_notes_show",
    responses(
        (status = 200, description = "The note", body = Note),
    )
)]
pub(crate) async fn show_mentor(
    State(app): State<App>,
    me: AsMentor,
    PathId(id): PathId<NoteId>,
) -> Result<Json<Note>, Refused> {
    Ok(Json(Note::from(&notes::find(&app, me.caller, Seat::Expert, id).await?)))
}

/// Rewrite one of my notes as a mentor
#[utoipa::path(
    put, path = "/api/mentor/notes/{id}/",
    tag = "Mentorship: Notes", operation_id = "mentorship_mentor_notes_replace",
    responses(
        (status = 200, description = "The note as it is now", body = Note),
    )
)]
pub(crate) async fn replace_mentor(
    State(app): State<App>,
    me: AsMentor,
    PathId(id): PathId<NoteId>,
    body: Result<Body<Written>, Problem>,
) -> Result<Json<Note>, Refused> {
    rewrite(&app, me.caller, Seat::Expert, id, body).await
}

/// Throw one of my notes away as a mentor
#[utoipa::path(
    delete, path = "/api/mentor/notes/{id}/",
    tag = "Mentorship: Notes", operation_id = "mentorship_mentor_notes_delete",
    responses(
        (status = 204, description = "It is gone"),
    )
)]
pub(crate) async fn delete_mentor(
    State(app): State<App>,
    me: AsMentor,
    PathId(id): PathId<NoteId>,
) -> Result<Done, Refused> {
    notes::remove(&app, me.caller, Seat::Expert, id).await?;
    Ok(Done)
}
