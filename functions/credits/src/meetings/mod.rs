//! Credits (`expertconnect.md` §5).

pub mod credits;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(credits::balance))
        .routes(routes!(credits::transactions))
        .routes(routes!(credits::purchase))
        .routes(routes!(credits::transfer))
}
