//! This service in the words of the consultations façade.

mod at;
pub mod conversation;
pub mod conversations;
pub mod message;
pub mod messages;
pub mod notifications;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Consultations: Chat", "Conversations between clients and experts."),
    ("Consultations: Notifications", "What a person was told."),
];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(conversations::find, conversations::open))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::unread_count))
        .routes(routes!(conversations::read))
        .routes(routes!(conversations::archive))
        .routes(routes!(conversations::unarchive))
        .routes(routes!(conversations::block))
        .routes(routes!(conversations::unblock))
        .routes(routes!(messages::list))
        .routes(routes!(messages::send))
        .routes(routes!(messages::edit, messages::delete))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::unread_count))
        .routes(routes!(notifications::read_all))
        .routes(routes!(notifications::read))
}

/// A number of unread things.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct UnreadCount {
    unread_count: usize,
}

/// The answer to a call that marks many.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ConsultationUpdated)]
pub struct Marked {
    message: &'static str,
    /// How many were unread before.
    updated: usize,
}
