//! The money of lessons in the words of the tutoring façade (`tutoring.md` §3.2, §4.4, §5.3): what is paid, what tutors have
//! and take out.

mod at;
mod payments;
mod wallets;
mod withdrawals;

use app::App;
use domain::facade::Facade;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Money", "What students pay, and what tutors earn and take out.")];

/// In whose words withdrawals are told.
const FACADE: Facade = Facade::Tutoring;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(payments::list))
        .routes(routes!(wallets::list))
        .routes(routes!(wallets::show))
        .routes(routes!(withdrawals::list, withdrawals::ask))
        .routes(routes!(withdrawals::show))
        .routes(routes!(withdrawals::approve))
        .routes(routes!(withdrawals::reject))
        .routes(routes!(withdrawals::complete))
}
