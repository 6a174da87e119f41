//! One consultation: looking at it, confirming, cancelling, meeting, ending, rating.

use app::bookings::{self, BookingView, Command, Seated};
use app::reviews::{self, ReviewDraft};
use app::{App, Error, video};
use axum::extract::State;
use consultations::{Refused, ReviewCard};
use domain::booking::{Refusal, Step};
use domain::ids::BookingId;
use domain::review::Review;
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Parse, boolean, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;
use super::at::{Client, Party};
use super::shape::{Consultation, ConsultationDetail};

/// A state that forbids a command, in the one word this façade has for it there.
pub(super) fn or_state(code: &'static str, error: Error) -> Refused {
    match error {
        Error::Refused(domain::Refusal::Booking(refusal @ (Refusal::InvalidTransition | Refusal::TooLate))) => {
            Refused::from(Problem::refused(code, refusal.to_string()))
        }
        other => other.into(),
    }
}

async fn command(
    app: &App,
    Party(at): Party,
    key: &IdempotencyKey,
    command: Command,
) -> app::Result<Json<Consultation>> {
    let answer = |shown: &BookingView| idempotency::okay(&Consultation::of(app, shown));
    let shown = bookings::take(app, FACADE, at, command, key.save(&answer)).await?;
    Ok(Json(Consultation::of(app, &shown)))
}

/// Show a consultation
///
/// For its client, its expert and administrators, who see no link.
#[utoipa::path(
    get, path = "/api/v1/consultations/consultations/{id}/",
    tag = "Consultations: Bookings", operation_id = "consultations_show",
    responses(
        (status = 200, description = "The consultation", body = ConsultationDetail),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<BookingId>,
) -> Result<Json<ConsultationDetail>, Refused> {
    let (shown, client) = bookings::look(&app, caller, id).await?;
    Ok(Json(ConsultationDetail::of(&app, &shown, &client)))
}

/// Where the call takes place.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeetingLink {
    #[schema(required = true)]
    meeting_link: Option<String>,
    #[schema(required = true)]
    meeting_room_id: Option<String>,
}

/// Show where the video call takes place
///
/// Both are null unless it is a video consultation that is pending or confirmed.
#[utoipa::path(
    get, path = "/api/v1/consultations/consultations/{id}/meeting-link/",
    tag = "Consultations: Bookings", operation_id = "consultations_meeting_link_show",
    responses(
        (status = 200, description = "The link and the room", body = MeetingLink),
        (status = 403, description = "`forbidden`: for its parties only"),
    )
)]
pub(crate) async fn meeting_link(
    State(app): State<App>,
    Party(Seated { booking, seat }): Party,
) -> Result<Json<MeetingLink>, Refused> {
    let booking = booking.as_of(app.clock.now());
    let meeting_link = video::link(&app, &booking, seat);
    Ok(Json(MeetingLink { meeting_link, meeting_room_id: video::room(&booking).map(str::to_owned) }))
}

/// Confirm a consultation
///
/// For its expert, before the start, once the price is paid.
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/{id}/confirm/",
    tag = "Consultations: Bookings", operation_id = "consultations_confirm",
    responses(
        (status = 200, description = "The consultation as it is now", body = Consultation),
        (status = 400, description = "`not_pending`; `payment_required`; `too_late`"),
        (status = 403, description = "`forbidden`: for the expert only"),
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    at: Party,
    key: IdempotencyKey,
) -> Result<Json<Consultation>, Refused> {
    command(&app, at, &key, Command::Take(Step::Confirm)).await.map_err(|error| or_state("not_pending", error))
}

pub(crate) struct Reason(String);

impl Parse for Reason {
    const NAME: &str = "CancelRequest";
    const ABOUT: &str = "Why somebody cancels.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.or("cancellation_reason", text(..=1000), "").map(Self)
    }
}

/// Cancel a consultation
///
/// For the client until 24 hours before the start, for the expert until the start. What was paid goes back in full.
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/{id}/cancel/",
    tag = "Consultations: Bookings", operation_id = "consultations_cancel",
    responses(
        (status = 200, description = "The consultation as it is now", body = Consultation),
        (status = 400, description = "`cannot_cancel`: over, or too late"),
        (status = 403, description = "`forbidden`: for its parties only"),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    at: Party,
    key: IdempotencyKey,
    Body(Reason(reason)): Body<Reason>,
) -> Result<Json<Consultation>, Refused> {
    let cancelled = command(&app, at, &key, Command::Cancel(reason)).await;
    cancelled.map_err(|error| or_state("cannot_cancel", error))
}

/// Say that the consultation begins
///
/// From 15 minutes before the start to 2 hours after the end. Saying so again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/{id}/start/",
    tag = "Consultations: Bookings", operation_id = "consultations_start",
    responses(
        (status = 200, description = "The consultation as it is now", body = Consultation),
        (status = 400, description = "`not_confirmed`; `too_early`; `too_late`"),
        (status = 403, description = "`forbidden`: for its parties only"),
    )
)]
pub(crate) async fn start(
    State(app): State<App>,
    at: Party,
    key: IdempotencyKey,
) -> Result<Json<Consultation>, Refused> {
    command(&app, at, &key, Command::Take(Step::Begin)).await.map_err(not_confirmed)
}

/// Say that the consultation is over
///
/// Once it has begun. What was held goes to the expert. Saying so again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/{id}/end/",
    tag = "Consultations: Bookings", operation_id = "consultations_end",
    responses(
        (status = 200, description = "The consultation as it is now", body = Consultation),
        (status = 400, description = "`not_confirmed`; `not_started`; `too_early`"),
        (status = 403, description = "`forbidden`: for its parties only"),
    )
)]
pub(crate) async fn end(State(app): State<App>, at: Party, key: IdempotencyKey) -> Result<Json<Consultation>, Refused> {
    command(&app, at, &key, Command::Take(Step::Complete)).await.map_err(not_confirmed)
}

fn not_confirmed(error: Error) -> Refused {
    match error {
        Error::Refused(domain::Refusal::Booking(refusal @ Refusal::InvalidTransition)) => {
            Refused::from(Problem::refused("not_confirmed", refusal.to_string()))
        }
        other => other.into(),
    }
}

pub(crate) struct NewRating {
    rating: u8,
    text: String,
    is_anonymous: bool,
}

impl Parse for NewRating {
    const NAME: &str = "RatingRequest";
    const ABOUT: &str = "What a client thinks of it.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let rating = fields.required("rating", integer(1..=5));
        let text = fields.or("review_text", text(..=2000), "");
        let is_anonymous = fields.or("is_anonymous", boolean(), false);
        let rating = u8::try_from(rating?).ok()?;
        Some(Self { rating, text: text?, is_anonymous: is_anonymous? })
    }
}

/// Rate a consultation
///
/// For its client, once, when it is completed. The expert's rating changes with it.
#[utoipa::path(
    post, path = "/api/v1/consultations/consultations/{id}/rate/",
    tag = "Consultations: Bookings", operation_id = "consultations_rate",
    responses(
        (status = 201, description = "The review", body = ReviewCard),
        (status = 400, description = "`not_completed`; `already_reviewed`"),
        (status = 403, description = "`forbidden`: for the client only"),
    )
)]
pub(crate) async fn rate(
    State(app): State<App>,
    Client(at): Client,
    key: IdempotencyKey,
    Body(NewRating { rating, text, is_anonymous }): Body<NewRating>,
) -> Result<Created<ReviewCard>, Refused> {
    let draft = ReviewDraft { reviewee: at.booking.expert.id, rating, text, is_anonymous };
    let card = |review: &Review| ReviewCard::of(review, Some(review.reviewer));
    let answer = |review: &Review| idempotency::created(&card(review));
    let review = reviews::give(&app, FACADE, at, draft, key.save(&answer)).await?;
    Ok(Created(card(&review)))
}
