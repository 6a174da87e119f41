//! The service for what people write for everybody.

pub mod mentorship;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(mentorship::routes())
}
