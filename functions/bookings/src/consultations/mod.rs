//! Bookings in the words of the consultations façade (`consultations.md` §7 and §8).

mod at;
mod book;
mod lists;
mod shape;
mod steps;

use app::App;
use domain::facade::Facade;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Consultations: Bookings", "Consultations from the request to the rating.")];

/// By whose rules this folder books.
const FACADE: Facade = Facade::Consultations;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(book::book))
        .routes(routes!(book::reschedule))
        .routes(routes!(lists::upcoming))
        .routes(routes!(lists::past))
        .routes(routes!(lists::of_expert))
        .routes(routes!(lists::dashboard))
        .routes(routes!(steps::show))
        .routes(routes!(steps::meeting_link))
        .routes(routes!(steps::confirm))
        .routes(routes!(steps::cancel))
        .routes(routes!(steps::start))
        .routes(routes!(steps::end))
        .routes(routes!(steps::rate))
}
