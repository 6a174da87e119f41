//! The service for bookings: meetings and reviews.

pub mod consultations;
pub mod meetings;
pub mod reviews;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(consultations::routes())
        .routes(routes!(meetings::list, meetings::request))
        .routes(routes!(meetings::show, meetings::change, meetings::replace))
        .routes(routes!(meetings::update_status))
        .routes(routes!(reviews::list, reviews::give))
}
