//! Bookings in the words of the consultations façade (`consultations.md` §7 and §8).

mod at;
mod book;
mod lists;
mod shape;
mod steps;

use app::App;
use domain::facade::Facade;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// By whose rules this folder books.
const FACADE: Facade = Facade::Consultations;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
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
