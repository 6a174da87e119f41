//! Times that could be requested.

use app::{App, slots};
use axum::extract::State;
use domain::Instant;
use domain::ids::UserId;
use domain::interval::Interval;
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, integer, time};
use edge::path::PathId;
use edge::reply::Json;
use edge::time::Stamp;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct Slot {
    scheduled_start: Stamp,
    scheduled_end: Stamp,
}

impl From<Interval> for Slot {
    fn from(interval: Interval) -> Self {
        Self { scheduled_start: interval.start().into(), scheduled_end: interval.end().into() }
    }
}

pub(crate) struct Wanted {
    from: Option<Instant>,
    days: u32,
    minutes: u32,
}

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let from = fields.optional("from", time().about("From when on; by default from now."));
        let days = fields.or("days", integer(1..=14).about("For how many days from there."), 7);
        let minutes = fields.or("minutes", integer(5..=480).about("How long."), 60);
        Some(Self { from: from?, days: u32::try_from(days?).ok()?, minutes: u32::try_from(minutes?).ok()? })
    }
}

/// Times somebody can be asked for
///
/// Times of one length that the caller could request now: ahead, free for both and inside the published availability.
/// They follow one another from the start of each window; without published availability they begin at each full hour.
/// Ascending, at most 200. Nobody can request themselves, so the own list is empty.
#[utoipa::path(
    get, path = "/api/users/{id}/available_slots/",
    tag = "Meetings: Experts", operation_id = "meetings_slots_list",
    responses(
        (status = 200, description = "Free times", body = [Slot]),
        (status = 404, description = "`not_found`: nobody active has this id"),
    )
)]
pub(crate) async fn available_slots(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(expert): PathId<UserId>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Json<Vec<Slot>>, Refused> {
    let Wanted { from, days, minutes } = wanted;
    let free = slots::free(&app, caller, expert, from, days, minutes).await?;
    Ok(Json(free.into_iter().map(Slot::from).collect()))
}
