//! Booking a consultation, and asking for another time.

use app::bookings::{self, BookingView, Request, Terms};
use app::{App, Error};
use axum::extract::State;
use chrono::{DurationRound, TimeDelta};
use consultations::Refused;
use domain::booking::{Mode, Refusal, Seat, Times};
use domain::ids::{BookingId, UserId};
use domain::{Instant, Sentence};
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, id, integer, one_of, text, time};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Created;
use edge::time::Stamp;
use utoipa::ToSchema;

use super::shape::{Consultation, MODES};
use super::steps::{judged, or_state};

/// Nobody plans further ahead (`consultations.md` §7).
const FURTHEST: TimeDelta = TimeDelta::days(730);

/// A wish for a consultation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body; `NewConsultation` is what is read from it")]
pub(crate) struct ConsultationRequest {
    expert_id: i64,
    /// `video`, `chat` or `phone`.
    consultation_type: String,
    /// In the future, at most 730 days ahead, on a five-minute mark.
    scheduled_at: Stamp,
    /// A multiple of 5.
    #[schema(nullable = false, minimum = 15, maximum = 120, default = 30)]
    duration_minutes: Option<u32>,
    #[schema(nullable = false, max_length = 2000)]
    notes: Option<String>,
}

/// Another time for a consultation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body; `NewTime` is what is read from it")]
pub(crate) struct RescheduleRequest {
    scheduled_at: Stamp,
    /// As long as before, if it is left out.
    #[schema(nullable = false, minimum = 15, maximum = 120)]
    duration_minutes: Option<u32>,
}

pub(crate) struct NewConsultation {
    expert: UserId,
    mode: Mode,
    start: Instant,
    minutes: u32,
    notes: String,
}

impl Parse for NewConsultation {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let expert = fields.required(["expert_id", "expert"], id::<UserId>());
        let mode = fields.required("consultation_type", one_of(MODES));
        let start = fields.required("scheduled_at", time().then(on_a_mark));
        let minutes = fields.optional("duration_minutes", integer(15..=120).then(in_fives));
        let notes = fields.or("notes", text(..=2000), "");
        Some(Self { expert: expert?, mode: mode?, start: start?, minutes: minutes?.unwrap_or(30), notes: notes? })
    }
}

pub(crate) struct NewTime {
    start: Instant,
    minutes: Option<u32>,
}

impl Parse for NewTime {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let start = fields.required("scheduled_at", time().then(on_a_mark));
        let minutes = fields.optional("duration_minutes", integer(15..=120).then(in_fives));
        Some(Self { start: start?, minutes: minutes? })
    }
}

fn on_a_mark(time: Instant) -> Result<Instant, Sentence> {
    const BAD: Sentence = "This must be on a five-minute mark.";
    match time.duration_trunc(TimeDelta::minutes(5)) {
        Ok(mark) if mark == time => Ok(time),
        _ => Err(BAD),
    }
}

fn in_fives(minutes: i64) -> Result<u32, Sentence> {
    u32::try_from(minutes).ok().filter(|minutes| minutes % 5 == 0).ok_or("This must be a multiple of 5.")
}

/// In the future, but not too far; asked before anything is read.
fn soon_enough(app: &App, start: Instant) -> Result<(), Problem> {
    match start - app.clock.now() {
        ahead if ahead <= TimeDelta::zero() => Err(Problem::field("scheduled_at", Refusal::StartNotAhead.to_string())),
        ahead if ahead > FURTHEST => {
            Err(Problem::field("scheduled_at", "A consultation can be booked at most 730 days ahead."))
        }
        _ => Ok(()),
    }
}

/// Book a consultation
///
/// The time is taken for both at once; a price in credits is held, one in money is due within 15 minutes. A taken time,
/// and one outside the expert's hours, is answered with up to five `alternatives`.
#[utoipa::path(post, path = "/api/v1/consultations/consultations/book/", tag = "Consultations: Bookings",
    request_body = ConsultationRequest,
    responses((status = 201, body = Consultation), (status = 409, description = "`slot_taken` or `own_conflict`")))]
pub(crate) async fn book(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(wanted): Body<NewConsultation>,
) -> Result<Created<Consultation>, Refused> {
    soon_enough(&app, wanted.start)?;
    let request = Request {
        expert: wanted.expert,
        description: wanted.notes,
        times: Times { start: wanted.start, end: wanted.start + TimeDelta::minutes(wanted.minutes.into()) },
        terms: Terms::Consultation(wanted.mode),
    };
    let answer = |shown: &BookingView| idempotency::created(&Consultation::of(&app, shown));
    let shown = bookings::request(&app, caller, request, key.save(&answer)).await?;
    Ok(Created(Consultation::of(&app, &shown)))
}

/// Ask for another time
///
/// For the client, until 12 hours before the start. A new consultation, pending, takes the place of the old one in one
/// step: time, price, reminders.
#[utoipa::path(post, path = "/api/v1/consultations/consultations/{id}/reschedule/", tag = "Consultations: Bookings",
    params(("id" = i64, Path)), request_body = RescheduleRequest,
    responses((status = 201, body = Consultation), (status = 409, description = "`slot_taken` or `own_conflict`")))]
pub(crate) async fn reschedule(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<BookingId>,
    key: IdempotencyKey,
    body: Result<Body<NewTime>, Problem>,
) -> Result<Created<Consultation>, Refused> {
    let wanted = body.and_then(|Body(wanted)| soon_enough(&app, wanted.start).map(|()| wanted));
    let wanted = judged(&app, caller, id, Some(Seat::Learner), wanted).await?;
    let answer = |shown: &BookingView| idempotency::created(&Consultation::of(&app, shown));
    let shown = bookings::reschedule(&app, caller, id, wanted.start, wanted.minutes, key.save(&answer)).await;
    let shown = shown.map_err(|error| match error {
        Error::UnknownPerson => Refused(Problem::refused("cannot_reschedule", "The expert takes no bookings now.")),
        other => or_state("cannot_reschedule", other),
    })?;
    Ok(Created(Consultation::of(&app, &shown)))
}
