//! What administrators are told of the whole platform (`tutoring.md` §4.7).

mod stats;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Statistics", "How much there is of everything.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS)).routes(routes!(stats::show))
}
