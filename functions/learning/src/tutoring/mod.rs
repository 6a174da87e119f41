//! This service in the words of the tutoring façade.

pub mod at;
pub mod courses;
pub mod enrollments;
pub mod lessons;
pub mod progress;
pub mod shape;

use app::App;
use domain::facade::Facade;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Tutoring: Courses", "Courses and their lessons."),
    ("Tutoring: Learning", "Who takes courses, and how far they are."),
];

/// In whose words learners are told of their courses.
const FACADE: Facade = Facade::Tutoring;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(courses::list, courses::create))
        .routes(routes!(courses::find, courses::replace, courses::change, courses::delete))
        .routes(routes!(enrollments::enroll))
        .routes(routes!(enrollments::list))
        .routes(routes!(enrollments::find))
        .routes(routes!(progress::of_course))
        .routes(routes!(progress::list, progress::note))
        .routes(routes!(lessons::list, lessons::create))
        .routes(routes!(lessons::find, lessons::replace, lessons::change, lessons::delete))
}
