//! Paying for sessions in the words of the mentorship façade (`mentorship.md` §3.3 and §4.2).

mod checkout;

use app::App;
use domain::facade::Facade;
use edge::idempotency::ignores_key;
use edge::maintenance::lets_through;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Mentorship: Money", "Paying for sessions.")];

/// For whose bookings this folder takes money.
const FACADE: Facade = Facade::Mentorship;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(checkout::order))
        .routes(routes!(checkout::verify))
        .routes(lets_through(ignores_key(routes!(checkout::webhook))))
}
