//! The consultations façade of this room: becoming an expert, and what administrators say to it.

mod admin;
mod applications;
mod documents;
mod uploads;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    vetting()
}

/// Applications, papers and verdicts.
fn vetting() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(applications::apply))
        .routes(routes!(applications::my_application))
        .routes(routes!(applications::verification_status))
        .routes(routes!(documents::upload_document))
        .routes(routes!(uploads::prepare_upload))
        .routes(routes!(admin::list_applications))
        .routes(routes!(admin::show_application))
        .routes(routes!(admin::review_application))
        .routes(routes!(admin::suspend))
        .routes(routes!(admin::reinstate))
        .routes(routes!(admin::verify_document))
}
