//! What administrators are told of the whole platform (`tutoring.md` §4.7).

mod audit_log;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Audit log", "Who did what, and from where.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(audit_log::list))
        .routes(routes!(audit_log::show))
}
