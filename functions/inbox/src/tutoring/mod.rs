//! This service in the words of the tutoring façade.

mod notifications;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Notifications", "What a person was told.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::unread_count))
        .routes(routes!(notifications::read_all))
        .routes(routes!(notifications::read))
}

/// How many were marked.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = TutoringUpdated)]
struct Updated {
    /// How many were unread before.
    updated: usize,
}
