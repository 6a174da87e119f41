//! The service for what people come together for, and for the newsletter.

pub mod mentorship;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(mentorship::routes())
}
