//! Who comes to an event (`mentorship.md` §5.5).

use app::App;
use app::gatherings::{self, Coming};
use axum::extract::State;
use domain::ids::GatheringId;
use edge::auth::Authenticated;
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::reply::Json;
use mentorship::Refused;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the caller comes, and how many do.
#[derive(Serialize, ToSchema)]
#[schema(as = CommunityRsvp)]
pub struct Rsvp {
    rsvped: bool,
    rsvp_count: u32,
}

impl From<&Coming> for Rsvp {
    fn from(coming: &Coming) -> Self {
        Self { rsvped: coming.comes, rsvp_count: coming.coming }
    }
}

/// Say that I come
#[utoipa::path(
    post, path = "/api/events/{id}/rsvp/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_rsvp",
    responses(
        (status = 200, description = "How many come", body = Rsvp),
        (status = 409, description = "`event_over`"),
    )
)]
pub async fn come(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    PathId(id): PathId<GatheringId>,
) -> Result<Json<Rsvp>, Refused> {
    let answer = |coming: &Coming| idempotency::okay(&Rsvp::from(coming));
    let coming = gatherings::come(&app, caller, id, true, key.save(&answer)).await?;
    Ok(Json(Rsvp::from(&coming)))
}

/// Say that I do not come any more
#[utoipa::path(
    delete, path = "/api/events/{id}/rsvp/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_rsvp_cancel",
    responses(
        (status = 200, description = "How many come", body = Rsvp),
        (status = 409, description = "`event_over`"),
    )
)]
pub async fn stay_away(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<GatheringId>,
) -> Result<Json<Rsvp>, Refused> {
    let coming = gatherings::come(&app, caller, id, false, app::SaveResponse::nothing()).await?;
    Ok(Json(Rsvp::from(&coming)))
}
