//! This room in the words of the consultations façade.

mod absences;
mod directory;
mod hours;
mod profile;
mod reviews;
mod slots;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
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
