//! Messages and notifications (`expertconnect.md` §6).

pub mod messages;
pub mod notifications;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] =
    &[("Meetings: Messages", "Messages between two people."), ("Meetings: Notifications", "What a person was told.")];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(messages::list, messages::send))
        .routes(routes!(messages::mark_all_read))
        .routes(routes!(messages::mark_read))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::mark_all_read))
        .routes(routes!(notifications::show, notifications::mark))
        .routes(routes!(notifications::mark_read))
}

/// The answer to a call that marks many.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Updated {
    success: bool,
    /// How many were unread before.
    updated: usize,
}

/// What a thing that can be read looks like after it was marked.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct ReadMark {
    id: i64,
    is_read: bool,
    updated_at: edge::time::Stamp,
}
