//! The service for bookings and their reviews.

pub mod consultations;
pub mod meetings;
pub mod mentorship;
pub mod tutoring;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(consultations::routes())
        .merge(meetings::routes())
        .merge(mentorship::routes())
        .merge(tutoring::routes())
}
