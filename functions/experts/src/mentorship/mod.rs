//! Mentors as others see them, and what administrators decide about them (`mentorship.md` §5.3 and §5.7).

mod admin;
mod finding;
mod presence;
mod public;

use app::App;
use edge::idempotency::ignores_key;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Mentorship: Mentors", "Finding mentors, and being seen."),
    ("Mentorship: Administration", "What administrators decide."),
];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(finding::list))
        .routes(routes!(public::show))
        .routes(ignores_key(routes!(presence::say)))
        .routes(routes!(admin::list))
        .routes(routes!(admin::approve))
}
