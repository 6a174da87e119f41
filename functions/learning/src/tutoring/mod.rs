//! This service in the words of the tutoring façade.

pub mod at;
pub mod courses;
pub mod lessons;
pub mod shape;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Courses", "Courses and their lessons.")];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(courses::list, courses::create))
        .routes(routes!(courses::find, courses::replace, courses::change, courses::delete))
        .routes(routes!(lessons::list, lessons::create))
        .routes(routes!(lessons::find, lessons::replace, lessons::change, lessons::delete))
}
