//! Accounts of students and tutors (`tutoring.md` §2 and §4.1).

mod emails;
mod fields;
mod joining;
mod profile;
mod users;

use app::App;
use edge::idempotency::ignores_key;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Accounts", "Students and tutors register and describe themselves.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(ignores_key(routes!(joining::register_student)))
        .routes(ignores_key(routes!(joining::register_tutor)))
        .routes(ignores_key(routes!(emails::verify)))
        .routes(ignores_key(routes!(emails::resend)))
        .routes(routes!(profile::show, profile::change))
        .routes(routes!(users::register))
        .routes(routes!(users::list))
        .routes(routes!(users::suspend))
        .routes(routes!(users::reactivate))
}
