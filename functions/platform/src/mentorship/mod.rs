//! What this product says of the whole site (`mentorship.md` §3.7).

mod stats;
mod status;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] =
    &[("Mentorship: Site", "Whether anything may be changed at present, and how many people there are.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(status::show, status::change))
        .routes(routes!(stats::show))
}
