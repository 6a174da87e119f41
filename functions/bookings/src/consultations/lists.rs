//! Lists of consultations, of both sides.

use std::cmp::Reverse;

use app::App;
use app::bookings::{all_at, show_all};
use app::caller::Caller;
use axum::extract::State;
use consultations::number::Hundredths;
use consultations::{AsExpert, Asked, ExpertCard, Paged, Refused, Viewer};
use domain::booking::{Booking, Seat, Status};
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, one_of};
use edge::reply::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::{Consultation, status_word};

const PAGE: i64 = 10;

/// So many are ahead on the dashboard.
const AHEAD: usize = 10;

pub(crate) struct Listing(Asked);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Asked::parse(fields, PAGE).map(Self)
    }
}

pub(crate) struct Filtered(Option<&'static str>, Asked);

impl Parse for Filtered {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const WORDS: &[(&str, &str)] = &[
            ("pending", "pending"),
            ("confirmed", "confirmed"),
            ("completed", "completed"),
            ("cancelled", "cancelled"),
            ("rescheduled", "rescheduled"),
        ];
        let status = fields.optional("status", one_of(WORDS).about("Only in this one."));
        let asked = Asked::parse(fields, PAGE);
        Some(Self(status?, asked?))
    }
}

fn soonest_first(bookings: &mut [Booking]) {
    bookings.sort_by_key(|booking| (booking.interval.start(), booking.id));
}

fn latest_first(bookings: &mut [Booking]) {
    bookings.sort_by_key(|booking| Reverse((booking.interval.start(), booking.id)));
}

async fn shown(app: &App, caller: Caller, bookings: Vec<Booking>) -> app::Result<Vec<Consultation>> {
    Ok(show_all(app, caller, bookings).await?.iter().map(|shown| Consultation::of(app, shown)).collect())
}

async fn page(
    app: &App,
    caller: Caller,
    asked: Asked,
    bookings: Vec<Booking>,
) -> Result<Json<Paged<Consultation>>, Refused> {
    let Paged { count, page, page_size, results } = asked.of(bookings)?;
    Ok(Json(Paged { count, page, page_size, results: shown(app, caller, results).await? }))
}

/// List what I have booked and is ahead
///
/// Pending or confirmed and not yet over, soonest first.
#[utoipa::path(
    get, path = "/api/v1/consultations/consultations/upcoming/",
    tag = "Consultations: Bookings", operation_id = "consultations_list_upcoming",
    responses(
        (status = 200, description = "One page", body = Paged<Consultation>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
pub(crate) async fn upcoming(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(asked)): QueryOf<Listing>,
) -> Result<Json<Paged<Consultation>>, Refused> {
    asked.skipped()?;
    let (mut bookings, now) = (all_at(&app, caller, Seat::Learner).await?, app.clock.now());
    bookings.retain(|booking| booking.is_upcoming(now));
    soonest_first(&mut bookings);
    page(&app, caller, asked, bookings).await
}

/// List what I have booked and is over
///
/// All that is not upcoming, latest first.
#[utoipa::path(
    get, path = "/api/v1/consultations/consultations/past/",
    tag = "Consultations: Bookings", operation_id = "consultations_list_past",
    responses(
        (status = 200, description = "One page", body = Paged<Consultation>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
pub(crate) async fn past(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(asked)): QueryOf<Listing>,
) -> Result<Json<Paged<Consultation>>, Refused> {
    asked.skipped()?;
    let (mut bookings, now) = (all_at(&app, caller, Seat::Learner).await?, app.clock.now());
    bookings.retain(|booking| !booking.is_upcoming(now));
    latest_first(&mut bookings);
    page(&app, caller, asked, bookings).await
}

/// List the consultations I give
///
/// For experts, latest first.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/consultations/",
    tag = "Consultations: Bookings", operation_id = "consultations_list_as_expert",
    responses(
        (status = 200, description = "One page", body = Paged<Consultation>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
pub(crate) async fn of_expert(
    State(app): State<App>,
    AsExpert(caller, _): AsExpert,
    QueryOf(Filtered(status, asked)): QueryOf<Filtered>,
) -> Result<Json<Paged<Consultation>>, Refused> {
    asked.skipped()?;
    let mut bookings = all_at(&app, caller, Seat::Expert).await?;
    bookings.retain(|booking| status.is_none_or(|status| status_word(booking.status) == status));
    latest_first(&mut bookings);
    page(&app, caller, asked, bookings).await
}

/// An expert's day at a glance.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExpertDashboard {
    expert: ExpertCard,
    /// At most ten, soonest first.
    upcoming_consultations: Vec<Consultation>,
    pending_confirmations: usize,
    stats: ExpertStats,
}

/// What an expert has done so far.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExpertStats {
    total_consultations: usize,
    completed: usize,
    /// 0 without reviews.
    rating: Hundredths,
}

/// Show what is ahead of me as an expert
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/dashboard/",
    tag = "Consultations: Bookings", operation_id = "consultations_dashboard_show",
    responses(
        (status = 200, description = "Numbers and the next consultations", body = ExpertDashboard),
    )
)]
pub(crate) async fn dashboard(
    State(app): State<App>,
    AsExpert(caller, user): AsExpert,
) -> Result<Json<ExpertDashboard>, Refused> {
    let (bookings, now) = (all_at(&app, caller, Seat::Expert).await?, app.clock.now());
    let is = |status: Status| move |booking: &&Booking| booking.status == status;
    let stats = ExpertStats {
        total_consultations: bookings.len(),
        completed: bookings.iter().filter(|booking| status_word(booking.status) == "completed").count(),
        rating: Hundredths(user.tally_as_expert.mean_hundredths().unwrap_or(0).into()),
    };
    let pending_confirmations = bookings.iter().filter(is(Status::Pending)).count();
    let mut ahead: Vec<_> = bookings.into_iter().filter(|booking| booking.is_upcoming(now)).collect();
    soonest_first(&mut ahead);
    ahead.truncate(AHEAD);
    Ok(Json(ExpertDashboard {
        expert: ExpertCard::of(&app, &user, Viewer::Person(user.id)).await?,
        upcoming_consultations: shown(&app, caller, ahead).await?,
        pending_confirmations,
        stats,
    }))
}
