//! This room in the words of the consultations façade.

mod absences;
mod admin;
mod applications;
mod directory;
mod documents;
mod hours;
mod profile;
mod reviews;
mod slots;
mod uploads;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(vetting())
        .routes(routes!(directory::list))
        .routes(routes!(directory::show))
        .routes(routes!(profile::show, profile::change))
        .routes(routes!(hours::show))
        .routes(routes!(hours::update))
        .routes(routes!(absences::list, absences::add))
        .routes(routes!(absences::remove))
        .routes(routes!(slots::show))
        .routes(routes!(reviews::list))
}

/// Becoming an expert, and what administrators say to it.
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
        .routes(routes!(admin::list_experts))
        .routes(routes!(admin::suspend))
        .routes(routes!(admin::reinstate))
        .routes(routes!(admin::verify_document))
}
