//! This room in the words of the consultations façade.

pub mod conversation;
pub mod message;
pub mod messages;
pub mod notifications;
pub mod rooms;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rooms::find, rooms::open))
        .routes(routes!(rooms::list))
        .routes(routes!(rooms::unread_count))
        .routes(routes!(rooms::read))
        .routes(routes!(rooms::archive))
        .routes(routes!(rooms::unarchive))
        .routes(routes!(rooms::block))
        .routes(routes!(rooms::unblock))
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
