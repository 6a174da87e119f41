//! Registration, login, the own profile.

mod common;
mod me;
mod picture;
mod sessions;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(common::routes())
        .routes(routes!(sessions::register))
        .routes(routes!(sessions::login))
        .routes(routes!(sessions::logout))
        .routes(routes!(me::show_me, me::put_me, me::patch_me))
        .routes(routes!(picture::prepare_picture))
}
