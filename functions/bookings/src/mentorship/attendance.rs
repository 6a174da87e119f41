//! Who was there (`mentorship.md` §4.3).

use app::bookings::all_at;
use app::{App, attendance};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::booking::{Booking, Seat, Status};
use domain::ids::BookingId;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Parse, id, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Json;
use edge::time::Stamp;
use mentorship::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;
use super::at::party;

/// Who of the two was at a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attendance {
    meeting_id: i64,
    student_attended: bool,
    mentor_attended: bool,
    #[schema(required = true)]
    student_attendance_time: Option<Stamp>,
    #[schema(required = true)]
    mentor_attendance_time: Option<Stamp>,
    /// `mentor`, `student`
    attended_roles: Vec<&'static str>,
}

/// The same after a mark.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttendanceMarked {
    #[serde(flatten)]
    attendance: Attendance,
    success: bool,
}

/// One, or those of all.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Attendances {
    One(Attendance),
    All(Vec<Attendance>),
}

impl From<&Booking> for Attendance {
    fn from(booking: &Booking) -> Self {
        let attended = |seat: Seat| booking.party(seat).completed;
        let time = |seat: Seat| booking.party(seat).completed_at.map(Stamp);
        let roles = [(Seat::Expert, "mentor"), (Seat::Learner, "student")];
        Self {
            meeting_id: booking.id.get(),
            student_attended: attended(Seat::Learner),
            mentor_attended: attended(Seat::Expert),
            student_attendance_time: time(Seat::Learner),
            mentor_attendance_time: time(Seat::Expert),
            attended_roles: roles.into_iter().filter(|(seat, _)| attended(*seat)).map(|(_, word)| word).collect(),
        }
    }
}

pub(crate) struct Which(Option<BookingId>);

impl Parse for Which {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.optional(["meeting_id", "booking_id"], id::<BookingId>()).map(Self)
    }
}

/// Show who was at a session
///
/// Without `meeting_id` of all my sessions that were confirmed, on both sides, newest first.
#[utoipa::path(
    get, path = "/api/mentor/meeting/attendance/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_attendance_show",
    responses(
        (status = 200, description = "Of one session, or of all", body = Attendances),
        (status = 404, description = "`not_found`: no session of the caller's"),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Which(id)): QueryOf<Which>,
) -> Result<Json<Attendances>, Refused> {
    if let Some(id) = id {
        return Ok(Json(Attendances::One(Attendance::from(&party(&app, caller, id).await?.booking))));
    }
    let mut bookings = all_at(&app, caller, Seat::Learner).await?;
    bookings.extend(all_at(&app, caller, Seat::Expert).await?);
    bookings.retain(|booking| matches!(booking.status, Status::Confirmed | Status::Completed | Status::NoShow));
    bookings.sort_by_key(|booking| std::cmp::Reverse(booking.id));
    Ok(Json(Attendances::All(bookings.iter().map(Attendance::from).collect())))
}

pub(crate) struct Mark {
    id: BookingId,
    key: String,
}

impl Parse for Mark {
    const NAME: &str = "AttendanceRequest";
    const ABOUT: &str = "What the other one showed.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required(["meeting_id", "booking_id"], id::<BookingId>());
        let key = fields.required("attendance_key", text(1..=100));
        Some(Self { id: id?, key: key? })
    }
}

/// Mark my attendance
///
/// With the key of the other side, from 10 minutes before the start to 24 hours after the end. With the second mark the
/// session is completed. Saying so again changes nothing.
#[utoipa::path(
    post, path = "/api/mentor/meeting/attendance/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_attendance_mark",
    responses(
        (status = 200, description = "It is marked", body = AttendanceMarked),
        (status = 403, description = "`wrong_key`: not that of the other side"),
        (status = 404, description = "`not_found`: no session of the caller's"),
        (status = 409, description = "`outside_window`; `bad_state`: not confirmed, or disputed"),
        (status = 429, description = "`too_many_tries`: five wrong keys in an hour"),
    )
)]
pub(crate) async fn mark(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(mark): Body<Mark>,
) -> Result<Response, Refused> {
    let shown = |booking: &Booking| AttendanceMarked { attendance: Attendance::from(booking), success: true };
    let answer = |booking: &Booking| idempotency::okay(&shown(booking));
    let booking = attendance::mark(&app, caller, FACADE, (mark.id, &mark.key), key.save(&answer)).await?;
    Ok(Json(shown(&booking)).into_response())
}
