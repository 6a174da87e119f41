//! Being there.

use app::{App, presence};
use axum::extract::State;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, boolean};
use edge::reply::Json;
use edge::time::Stamp;
use mentorship::{AsMentor, Refused};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) struct Said {
    set_offline: bool,
}

impl Parse for Said {
    const NAME: &str = "OnlineStatusRequest";
    const ABOUT: &str = "That one is there, or leaves.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { set_offline: fields.or("set_offline", boolean().about("True: one leaves."), false)? })
    }
}

/// Whether one is seen as being there.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnlineStatus {
    is_online: bool,
    #[schema(required = true)]
    last_seen: Option<Stamp>,
}

/// Say that one is there
///
/// It counts for five minutes.
#[utoipa::path(
    post, path = "/api/mentor/online-status/",
    tag = "Mentorship: Mentors", operation_id = "mentorship_online_status",
    responses(
        (status = 200, description = "How one is seen now", body = OnlineStatus),
    )
)]
pub(crate) async fn say(
    State(app): State<App>,
    me: AsMentor,
    Body(said): Body<Said>,
) -> Result<Json<OnlineStatus>, Refused> {
    let now = presence::say(&app, me.caller, said.set_offline).await?;
    Ok(Json(OnlineStatus { is_online: now.is_online(app.clock.now()), last_seen: now.seen_at.map(Stamp) }))
}
