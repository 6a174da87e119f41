//! Meetings and their reviews (`expertconnect.md` §5).

#[expect(clippy::module_inception, reason = "the resource bears the name of its product")]
pub mod meetings;
pub mod reviews;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(meetings::list, meetings::request))
        .routes(routes!(meetings::show, meetings::change, meetings::replace))
        .routes(routes!(meetings::update_status))
        .routes(routes!(reviews::list, reviews::give))
}
