//! Accounts as ExpertConnect has them (`expertconnect.md` §2).

mod me;
mod picture;
mod sessions;

use app::App;
use edge::idempotency::ignores_key;
use edge::maintenance::asks_itself;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Meetings: Accounts", "Registering, logging in, the own profile.")];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(ignores_key(routes!(sessions::register)))
        .routes(asks_itself(ignores_key(routes!(sessions::login))))
        .routes(ignores_key(routes!(sessions::logout)))
        .routes(routes!(me::show_me, me::put_me, me::patch_me))
        .routes(routes!(picture::prepare_picture))
}
