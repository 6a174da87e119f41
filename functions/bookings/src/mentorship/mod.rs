//! Bookings in the words of the mentorship façade (`mentorship.md` §3.2, §3.3 and §5.2).

mod at;
mod attendance;
mod book;
mod feedback;
mod lists;
mod steps;
mod students;

use app::App;
use domain::facade::Facade;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Mentorship: Sessions", "Sessions from the booking to the end.")];

/// By whose rules this folder books.
const FACADE: Facade = Facade::Mentorship;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(book::book))
        .routes(routes!(lists::of_student))
        .routes(routes!(lists::of_mentor))
        .routes(routes!(steps::show_to_student))
        .routes(routes!(steps::show_to_mentor))
        .routes(routes!(steps::cancel_as_student))
        .routes(routes!(steps::cancel_as_mentor))
        .routes(routes!(steps::move_as_student))
        .routes(routes!(steps::move_as_mentor))
        .routes(routes!(steps::dispute))
        .routes(routes!(steps::file_for_student))
        .routes(routes!(steps::file_for_mentor))
        .routes(routes!(steps::resolve))
        .routes(routes!(attendance::show, attendance::mark))
        .routes(routes!(feedback::give))
        .routes(routes!(feedback::list))
        .routes(routes!(students::list))
}
