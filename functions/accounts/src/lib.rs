//! Registration, login, the own profile.

mod common;
mod meetings;
mod mentorship;
mod tutoring;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(common::routes())
        .merge(meetings::routes())
        .merge(mentorship::routes())
        .merge(tutoring::routes())
}
