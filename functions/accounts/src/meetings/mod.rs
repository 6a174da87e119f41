//! Accounts as ExpertConnect has them (`expertconnect.md` §2).

mod me;
mod picture;
mod sessions;

use app::App;
use edge::idempotency::ignores_key;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(ignores_key(routes!(sessions::register)))
        .routes(ignores_key(routes!(sessions::login)))
        .routes(ignores_key(routes!(sessions::logout)))
        .routes(routes!(me::show_me, me::put_me, me::patch_me))
        .routes(routes!(picture::prepare_picture))
}
