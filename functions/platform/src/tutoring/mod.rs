//! What administrators are told of the whole platform (`tutoring.md` §4.7).

mod audit_log;
mod stats;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Tutoring: Audit log", "Who did what, and from where."),
    ("Tutoring: Statistics", "How much there is of everything."),
];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(audit_log::list))
        .routes(routes!(audit_log::show))
        .routes(routes!(stats::show))
}
