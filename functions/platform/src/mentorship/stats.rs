//! How many people there are, and how much they have done.

use app::App;
use app::stats::{self, Counter};
use axum::extract::State;
use edge::auth::Passerby;
use edge::reply::Json;
use mentorship::Refused;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct PlatformStats {
    /// Accounts with a student id.
    total_students: i64,
    /// Those who are approved.
    total_mentors: i64,
    /// Sessions that were completed, whichever product they were booked in.
    total_sessions: i64,
}

/// How many people there are
///
/// Right within a minute.
#[utoipa::path(
    get, path = "/api/platform-stats/",
    tag = "Mentorship: Site", operation_id = "mentorship_platform_stats",
    responses(
        (status = 200, description = "As counted so far", body = PlatformStats),
    )
)]
pub(super) async fn show(State(app): State<App>, _: Passerby) -> Result<Json<PlatformStats>, Refused> {
    let totals = stats::totals(&app).await?;
    Ok(Json(PlatformStats {
        total_students: totals.number(Counter::Learners),
        total_mentors: totals.number(Counter::Experts),
        total_sessions: totals.number(Counter::Completed),
    }))
}
