//! Booking a consultation, and asking for another time.

use app::bookings::{self, BookingView, Request};
use app::{App, Error};
use axum::extract::State;
use chrono::TimeDelta;
use consultations::Refused;
use domain::booking::{Mode, Times};
use domain::ids::UserId;
use domain::{Instant, Sentence};
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, id, integer, one_of, text, time};
use edge::idempotency::{self, IdempotencyKey};
use edge::problem::Problem;
use edge::reply::Created;
use edge::time::Stamp;
use utoipa::ToSchema;

use super::FACADE;
use super::at::ToReplace;
use super::shape::{Consultation, MODES};
use super::steps::or_state;

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
        let minutes = fields.optional("duration_minutes", minutes());
        let notes = fields.or("notes", text(..=2000), "");
        Some(Self {
            expert: expert?,
            mode: mode?,
            start: start?,
            minutes: minutes?.unwrap_or(FACADE.rules().length.usual),
            notes: notes?,
        })
    }
}

pub(crate) struct NewTime {
    start: Instant,
    minutes: Option<u32>,
}

impl Parse for NewTime {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let start = fields.required("scheduled_at", time().then(on_a_mark));
        let minutes = fields.optional("duration_minutes", minutes());
        Some(Self { start: start?, minutes: minutes? })
    }
}

fn on_a_mark(time: Instant) -> Result<Instant, Sentence> {
    FACADE.rules().length.is_on_a_mark(time)
}

/// How long a consultation may last.
fn minutes() -> impl Kind<Out = u32> {
    let length = FACADE.rules().length;
    integer(length.shortest.into()..=length.longest.into()).then(move |minutes| length.is_whole(minutes))
}

fn soon_enough(app: &App, start: Instant) -> Result<(), Problem> {
    match FACADE.rules().is_near_enough(start, app.clock.now()) {
        true => Ok(()),
        false => Err(Problem::field("scheduled_at", "This must be within 730 days.")),
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
        mode: wanted.mode,
        title: String::new(),
        description: wanted.notes,
        category: None,
        times: Times { start: wanted.start, end: wanted.start + TimeDelta::minutes(wanted.minutes.into()) },
    };
    let answer = |shown: &BookingView| idempotency::created(&Consultation::of(&app, shown));
    let shown = bookings::request(&app, caller, FACADE, request, key.save(&answer)).await?;
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
    ToReplace(old): ToReplace,
    key: IdempotencyKey,
    Body(wanted): Body<NewTime>,
) -> Result<Created<Consultation>, Refused> {
    soon_enough(&app, wanted.start)?;
    let answer = |shown: &BookingView| idempotency::created(&Consultation::of(&app, shown));
    let shown = bookings::replace(&app, FACADE, old, (wanted.start, wanted.minutes), key.save(&answer)).await;
    let shown = shown.map_err(|error| match error {
        Error::UnknownPerson => {
            Refused::from(Problem::refused("cannot_reschedule", "The expert takes no bookings now."))
        }
        other => or_state("cannot_reschedule", other),
    })?;
    Ok(Created(Consultation::of(&app, &shown)))
}
