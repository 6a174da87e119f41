//! This service in the words of the mentorship façade.

pub mod at;
pub mod comments;
pub mod posts;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Mentorship: Community", "Posts, likes, views and comments.")];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(posts::list, posts::write))
        .routes(routes!(posts::delete))
        .routes(routes!(posts::like))
        .routes(routes!(posts::view))
        .routes(routes!(comments::write))
        .routes(routes!(comments::list))
}
