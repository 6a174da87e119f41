//! The service for courses: their lessons, who takes them, how far they are.

pub mod tutoring;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(tutoring::routes())
}
