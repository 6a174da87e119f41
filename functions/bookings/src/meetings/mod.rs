//! Meetings and their reviews (`expertconnect.md` §5).

#[expect(clippy::module_inception, reason = "the resource bears the name of its product")]
pub mod meetings;
pub mod reviews;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Meetings: Bookings", "Meetings from the request to the end."),
    ("Meetings: Reviews", "What the two of a meeting say of each other."),
];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(meetings::list, meetings::request))
        .routes(routes!(meetings::show, meetings::change, meetings::replace))
        .routes(routes!(meetings::update_status))
        .routes(routes!(reviews::list, reviews::give))
}
