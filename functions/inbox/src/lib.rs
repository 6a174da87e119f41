//! The service for what reaches a person: messages and notifications.

pub mod consultations;
pub mod meetings;
mod mentorship;
mod tutoring;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(consultations::routes())
        .merge(meetings::routes())
        .merge(mentorship::routes())
        .merge(tutoring::routes())
}
