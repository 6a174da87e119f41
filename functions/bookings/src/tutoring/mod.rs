//! Slots and bookings in the words of the tutoring façade (`tutoring.md` §3.2, §4.3), and what is said of them (§3.3).

mod at;
mod book;
mod bookings;
mod shape;
mod slots;
mod steps;
mod testimonials;

use app::App;
use domain::facade::Facade;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Tutoring: Slots", "When tutors can be booked."),
    ("Tutoring: Bookings", "Booked slots, from the payment to the end."),
    ("Tutoring: Testimonials", "What students say of their tutors."),
];

/// By whose rules this folder books.
const FACADE: Facade = Facade::Tutoring;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(slots::list, slots::publish))
        .routes(routes!(slots::show, slots::change, slots::remove))
        .routes(routes!(bookings::list, book::book))
        .routes(routes!(bookings::show, bookings::replace, bookings::change, bookings::delete))
        .routes(routes!(steps::confirm))
        .routes(routes!(steps::complete))
        .routes(routes!(steps::cancel))
        .routes(routes!(steps::refund))
        .routes(routes!(steps::reschedule))
        .routes(routes!(steps::dispute))
        .routes(routes!(steps::resolve))
        .routes(routes!(testimonials::list, testimonials::create))
        .routes(routes!(testimonials::hide))
        .routes(routes!(testimonials::show))
}
