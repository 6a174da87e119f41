//! This service in the words of the tutoring façade.

mod at;
mod conversations;
mod messages;
mod notifications;
mod shapes;

use app::App;
use domain::facade::Facade;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Tutoring: Messages", "Conversations of people who share a booking or a course."),
    ("Tutoring: Notifications", "What a person was told."),
];

/// By whose rules this folder writes.
const FACADE: Facade = Facade::Tutoring;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(conversations::list, conversations::open))
        .routes(routes!(conversations::show))
        .routes(routes!(conversations::read))
        .routes(routes!(messages::list, messages::send))
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
