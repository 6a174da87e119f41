//! The service for reports. It has the fonts that a PDF is made with, which no other service that answers requests needs.

pub mod tutoring;

use app::App;
use app::reports::Pen;
use domain::facade::Facade;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(tutoring::routes())
}

/// How a façade writes reports; `None`: it has none.
pub fn pen(facade: Facade) -> Option<Pen> {
    match facade {
        Facade::Tutoring => Some(tutoring::PEN),
        Facade::Meetings | Facade::Consultations | Facade::Mentorship => None,
    }
}
