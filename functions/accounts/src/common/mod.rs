//! The account all products share: `/api/v1/auth/` (`consultations.md` §2, `tutoring.md` §1, §2, §4.1 and §4.6).

mod entry;
mod me;
mod passwords;
mod sessions;
pub(crate) mod shapes;
mod two_factor;

use app::App;
use edge::idempotency::ignores_key;
use edge::maintenance::asks_itself;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Platform: Accounts", "Accounts, sessions and passwords, one for all products.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(ignores_key(routes!(entry::register)))
        .routes(asks_itself(ignores_key(routes!(entry::login))))
        .routes(ignores_key(routes!(sessions::refresh)))
        .routes(ignores_key(routes!(sessions::logout)))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(ignores_key(routes!(passwords::ask)))
        .routes(ignores_key(routes!(passwords::confirm)))
        .routes(routes!(passwords::change))
        .routes(routes!(me::show, me::change))
        .routes(routes!(two_factor::status))
        .routes(ignores_key(routes!(two_factor::set_up)))
        .routes(ignores_key(routes!(two_factor::enable)))
        .routes(ignores_key(routes!(two_factor::renew_codes)))
        .routes(ignores_key(routes!(two_factor::disable)))
}
