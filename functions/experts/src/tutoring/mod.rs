//! Tutors as everybody finds them, and what administrators decide about them (`tutoring.md` §4.2).

mod admin;
mod tutors;
mod uploads;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Tutors", "Tutors are found, approved and shown before others.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(tutors::list))
        .routes(routes!(tutors::show, admin::change))
        .routes(routes!(admin::approve))
        .routes(routes!(admin::reject))
        .routes(routes!(uploads::prepare))
}
