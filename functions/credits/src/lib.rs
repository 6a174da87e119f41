//! The service for credits and money: balance, transactions, purchases, transfers; payments for bookings.

pub mod meetings;
pub mod payments;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(meetings::balance))
        .routes(routes!(meetings::transactions))
        .routes(routes!(meetings::purchase))
        .routes(routes!(meetings::transfer))
        .routes(routes!(payments::intend))
        .routes(routes!(payments::webhook))
        .routes(routes!(payments::show))
}
