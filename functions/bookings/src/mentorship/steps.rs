//! One session: looking at it, cancelling, moving, disputing, its calendar file.

use app::bookings::{self, Changes, Command, Seated, View};
use app::caller::Caller;
use app::{App, Error};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Instant;
use domain::booking::{Refusal, Step};
use domain::ids::BookingId;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, one_of, text, time};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::reply::Json;
use mentorship::{AsAdmin, Refused, Session, SessionDetail, SessionView};

use super::FACADE;
use super::at::{AtMentor, AtStudent};
use super::book::{MARK, on_a_mark, soon_enough};

/// Too late to cancel is a state like any other here.
fn or_state(error: Error) -> Refused {
    match error {
        Error::Refused(domain::Refusal::Booking(Refusal::TooLate)) => Error::from(Refusal::InvalidTransition).into(),
        other => other.into(),
    }
}

async fn detail(app: &App, at: Seated) -> Result<Json<SessionDetail>, Refused> {
    let view = SessionView::of(app, at.booking, at.seat, None).await?;
    Ok(Json(SessionDetail::of(app, &view)))
}

async fn command(
    app: &App,
    at: Seated,
    key: &IdempotencyKey,
    command: Command,
) -> Result<Json<SessionDetail>, Refused> {
    let answer = |view: &SessionView| idempotency::okay(&SessionDetail::of(app, view));
    let view = bookings::take(app, FACADE, at, command, key.save(&answer)).await.map_err(or_state)?;
    Ok(Json(SessionDetail::of(app, &view)))
}

/// Show a session I have booked
#[utoipa::path(
    get, path = "/api/student/sessions/{id}/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_show_as_student",
    responses((status = 200, description = "The session", body = SessionDetail))
)]
pub(crate) async fn show_to_student(
    State(app): State<App>,
    AtStudent(_, at): AtStudent,
) -> Result<Json<SessionDetail>, Refused> {
    detail(&app, at).await
}

/// Show a session I give
#[utoipa::path(
    get, path = "/api/mentor/sessions/{id}/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_show_as_mentor",
    responses((status = 200, description = "The session", body = SessionDetail))
)]
pub(crate) async fn show_to_mentor(
    State(app): State<App>,
    AtMentor(_, at): AtMentor,
) -> Result<Json<SessionDetail>, Refused> {
    detail(&app, at).await
}

pub(crate) struct Reason(String);

impl Parse for Reason {
    const NAME: &str = "SessionCancelRequest";
    const ABOUT: &str = "Why somebody cancels.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.nullable("reason", text(..=500)).map(|reason| Self(reason.value().unwrap_or_default()))
    }
}

/// Cancel a session I have booked
///
/// Until 24 hours before the start, or when the mentor has moved it, what was paid goes back in full. Later the mentor is paid
/// as if it had taken place.
#[utoipa::path(
    post, path = "/api/student/sessions/{id}/cancel/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_cancel_as_student",
    responses(
        (status = 200, description = "The session as it is now", body = SessionDetail),
        (status = 409, description = "`bad_state`: over, begun or disputed"),
    )
)]
pub(crate) async fn cancel_as_student(
    State(app): State<App>,
    AtStudent(_, at): AtStudent,
    key: IdempotencyKey,
    Body(Reason(reason)): Body<Reason>,
) -> Result<Json<SessionDetail>, Refused> {
    command(&app, at, &key, Command::Cancel(reason)).await
}

/// Cancel a session I give
///
/// What was paid goes back in full.
#[utoipa::path(
    post, path = "/api/mentor/sessions/{id}/cancel/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_cancel_as_mentor",
    responses(
        (status = 200, description = "The session as it is now", body = SessionDetail),
        (status = 409, description = "`bad_state`: over"),
    )
)]
pub(crate) async fn cancel_as_mentor(
    State(app): State<App>,
    AtMentor(_, at): AtMentor,
    key: IdempotencyKey,
    Body(Reason(reason)): Body<Reason>,
) -> Result<Json<SessionDetail>, Refused> {
    command(&app, at, &key, Command::Cancel(reason)).await
}

pub(crate) struct NewStart(Instant);

impl Parse for NewStart {
    const NAME: &str = "SessionMoveRequest";
    const ABOUT: &str = "Another time for a session.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required(["start_time", "new_time"], time().then(on_a_mark).about(MARK)).map(Self)
    }
}

async fn give_another_time(
    app: &App,
    at: Seated,
    key: &IdempotencyKey,
    start: Instant,
) -> Result<Json<SessionDetail>, Refused> {
    soon_enough(app, start)?;
    let end = start + at.booking.interval.duration();
    let changes = Changes { start: Some(start), end: Some(end), ..Changes::default() };
    let answer = |view: &SessionView| idempotency::okay(&SessionDetail::of(app, view));
    let view = bookings::change(app, FACADE, at, changes, key.save(&answer)).await?;
    Ok(Json(SessionDetail::of(app, &view)))
}

/// Give a session I have booked another time
///
/// Until 12 hours before the start. It stays the same session, with its link and its price.
#[utoipa::path(
    post, path = "/api/student/sessions/{id}/reschedule/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_move_as_student",
    responses(
        (status = 200, description = "The session as it is now", body = SessionDetail),
        (status = 409, description = "`slot_taken`, `own_overlap`: with up to five `alternatives`; `bad_state`: not confirmed; `too_late`"),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
    )
)]
pub(crate) async fn move_as_student(
    State(app): State<App>,
    AtStudent(_, at): AtStudent,
    key: IdempotencyKey,
    Body(NewStart(start)): Body<NewStart>,
) -> Result<Json<SessionDetail>, Refused> {
    give_another_time(&app, at, &key, start).await
}

/// Give a session I give another time
///
/// Until 12 hours before the start. The student may then cancel with a full refund until the start.
#[utoipa::path(
    post, path = "/api/mentor/sessions/{id}/reschedule/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_move_as_mentor",
    responses(
        (status = 200, description = "The session as it is now", body = SessionDetail),
        (status = 409, description = "`slot_taken`, `own_overlap`: with up to five `alternatives`; `bad_state`: not confirmed; `too_late`"),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
    )
)]
pub(crate) async fn move_as_mentor(
    State(app): State<App>,
    AtMentor(_, at): AtMentor,
    key: IdempotencyKey,
    Body(NewStart(start)): Body<NewStart>,
) -> Result<Json<SessionDetail>, Refused> {
    give_another_time(&app, at, &key, start).await
}

pub(crate) struct Complaint(String);

impl Parse for Complaint {
    const NAME: &str = "SessionDisputeRequest";
    const ABOUT: &str = "What was not as agreed.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("reason", text(1..=2000).not_blank()).map(Self)
    }
}

/// Say that a session did not take place as agreed
///
/// From the start to 24 hours after the end. The money stays where it is until an administrator has decided.
#[utoipa::path(
    post, path = "/api/student/sessions/{id}/dispute/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_dispute",
    responses(
        (status = 200, description = "The session as it is now", body = SessionDetail),
        (status = 409, description = "`bad_state`: not confirmed, not begun, too late, or disputed already"),
    )
)]
pub(crate) async fn dispute(
    State(app): State<App>,
    AtStudent(_, at): AtStudent,
    key: IdempotencyKey,
    Body(Complaint(reason)): Body<Complaint>,
) -> Result<Json<SessionDetail>, Refused> {
    command(&app, at, &key, Command::Dispute(reason)).await
}

async fn calendar(app: &App, caller: Caller, at: &Seated) -> Result<Response, Refused> {
    let file = bookings::calendar_file(app, caller, at).await?;
    let headers = [
        ("content-type", "text/calendar; charset=utf-8"),
        ("content-disposition", "attachment; filename=\"session.ics\""),
    ];
    Ok((headers, file).into_response())
}

/// Get the calendar file of a session I have booked
#[utoipa::path(
    get, path = "/api/student/sessions/{id}/ics/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_file_as_student",
    responses((status = 200, description = "The session for a calendar (RFC 5545)", body = String, content_type = "text/calendar"))
)]
pub(crate) async fn file_for_student(
    State(app): State<App>,
    AtStudent(caller, at): AtStudent,
) -> Result<Response, Refused> {
    calendar(&app, caller, &at).await
}

/// Get the calendar file of a session I give
#[utoipa::path(
    get, path = "/api/mentor/sessions/{id}/ics/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_file_as_mentor",
    responses((status = 200, description = "The session for a calendar (RFC 5545)", body = String, content_type = "text/calendar"))
)]
pub(crate) async fn file_for_mentor(
    State(app): State<App>,
    AtMentor(caller, at): AtMentor,
) -> Result<Response, Refused> {
    calendar(&app, caller, &at).await
}

pub(crate) struct Resolution(Step);

impl Parse for Resolution {
    const NAME: &str = "DisputeResolution";
    const ABOUT: &str = "What becomes of a disputed session.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const OUTCOMES: &[(&str, Step)] = &[("complete", Step::Complete), ("refund", Step::Refund)];
        fields.required("outcome", one_of(OUTCOMES)).map(Self)
    }
}

/// Decide about a disputed session
///
/// `complete`: the mentor is paid; `refund`: the student gets all of it back.
#[utoipa::path(
    post, path = "/api/admin/sessions/{id}/resolve/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_resolve",
    responses(
        (status = 200, description = "The session as it is now", body = Session),
        (status = 409, description = "`bad_state`: not disputed"),
    )
)]
pub(crate) async fn resolve(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    PathId(id): PathId<BookingId>,
    key: IdempotencyKey,
    Body(Resolution(step)): Body<Resolution>,
) -> Result<Json<Session>, Refused> {
    let shown = |view: &SessionView| Session::of(&app, &view.clone().for_staff());
    let answer = |view: &SessionView| idempotency::okay(&shown(view));
    let view = bookings::resolve(&app, staff, FACADE, id, step, key.save(&answer)).await?;
    Ok(Json(shown(&view)))
}
