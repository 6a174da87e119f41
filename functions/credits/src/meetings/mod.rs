//! Credits (`expertconnect.md` §5).

pub mod credits;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Meetings: Credits", "Balance, transactions, purchases, transfers.")];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(credits::balance))
        .routes(routes!(credits::transactions))
        .routes(routes!(credits::purchase))
        .routes(routes!(credits::transfer))
}
