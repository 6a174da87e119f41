//! The account all products share: `/api/v1/auth/` (`consultations.md` §2, `tutoring.md` §1, §2 and §4.1).

mod entry;
mod me;
mod passwords;
mod sessions;
mod shapes;

use app::App;
use edge::idempotency::ignores_key;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(ignores_key(routes!(entry::register)))
        .routes(ignores_key(routes!(entry::login)))
        .routes(ignores_key(routes!(sessions::refresh)))
        .routes(ignores_key(routes!(sessions::logout)))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(ignores_key(routes!(passwords::ask)))
        .routes(ignores_key(routes!(passwords::confirm)))
        .routes(routes!(passwords::change))
        .routes(routes!(me::show, me::change))
}
