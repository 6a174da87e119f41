//! The room for credits: balance, transactions, purchases and transfers.

pub mod meetings;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(meetings::balance))
        .routes(routes!(meetings::transactions))
        .routes(routes!(meetings::purchase))
        .routes(routes!(meetings::transfer))
}
