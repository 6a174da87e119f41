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
use utoipa::openapi::ObjectBuilder;

use super::FACADE;
use super::at::ToReplace;
use super::shape::{Consultation, MODES};
use super::steps::or_state;

const MARK: &str = "In the future, at most 730 days ahead, on a five-minute mark.";

pub(crate) struct NewConsultation {
    expert: UserId,
    mode: Mode,
    start: Instant,
    minutes: u32,
    notes: String,
}

impl Parse for NewConsultation {
    const NAME: &str = "ConsultationRequest";
    const ABOUT: &str = "A wish for a consultation.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let expert = fields.required(["expert_id", "expert"], id::<UserId>());
        let mode = fields.required("consultation_type", one_of(MODES));
        let start = fields.required("scheduled_at", time().then(on_a_mark).about(MARK));
        let minutes = fields.or("duration_minutes", minutes().shaped(usual), FACADE.rules().length.usual);
        let notes = fields.or("notes", text(..=2000), "");
        Some(Self { expert: expert?, mode: mode?, start: start?, minutes: minutes?, notes: notes? })
    }
}

pub(crate) struct NewTime {
    start: Instant,
    minutes: Option<u32>,
}

impl Parse for NewTime {
    const NAME: &str = "RescheduleRequest";
    const ABOUT: &str = "Another time for a consultation.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let start = fields.required("scheduled_at", time().then(on_a_mark).about(MARK));
        let minutes = fields.optional("duration_minutes", minutes().about("As long as before, if it is left out."));
        Some(Self { start: start?, minutes: minutes? })
    }
}

fn usual(schema: ObjectBuilder) -> ObjectBuilder {
    schema.default(Some(FACADE.rules().length.usual.into()))
}

fn on_a_mark(time: Instant) -> Result<Instant, Sentence> {
    FACADE.rules().length.is_on_a_mark(time)
}

/// How long a consultation may last.
fn minutes() -> impl Kind<Out = u32> {
    let length = FACADE.rules().length;
    integer(length.shortest.into()..=length.longest.into())
        .then(move |minutes| length.is_whole(minutes))
        .shaped(|schema| schema.multiple_of(Some(5)))
        .about("Minutes, a multiple of 5.")
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
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/book/",
    tag = "Consultations: Bookings", operation_id = "consultations_book",
    responses(
        (status = 201, description = "The consultation", body = Consultation),
        (status = 409, description = "`slot_taken`, `own_conflict`: with up to five `alternatives`; `too_many_pending`: with this expert or in all"),
        (status = 400, description = "`own_profile`; `outside_hours`: with up to five `alternatives`; `insufficient_credits`"),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
    )
)]
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
        service: String::new(),
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
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/{id}/reschedule/",
    tag = "Consultations: Bookings", operation_id = "consultations_reschedule",
    responses(
        (status = 201, description = "The consultation", body = Consultation),
        (status = 409, description = "`slot_taken`, `own_conflict`: with up to five `alternatives`"),
        (status = 400, description = "`cannot_reschedule`: over, too late, or the expert takes no bookings; `outside_hours`: with up to five `alternatives`"),
        (status = 403, description = "`forbidden`: for the client only; `blocked`: one of the two has blocked the other"),
    )
)]
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
