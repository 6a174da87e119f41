//! Accounts as ExpertConnect has them (`expertconnect.md` §2).

mod me;
mod picture;
mod sessions;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sessions::register))
        .routes(routes!(sessions::login))
        .routes(routes!(sessions::logout))
        .routes(routes!(me::show_me, me::put_me, me::patch_me))
        .routes(routes!(picture::prepare_picture))
}
