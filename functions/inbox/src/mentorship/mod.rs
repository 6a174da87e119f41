//! This service in the words of the mentorship façade.

mod at;
mod conversations;
mod messages;
mod notifications;
mod support;

use app::App;
use domain::facade::Facade;
use edge::idempotency::ignores_key;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Mentorship: Chat", "Conversations between students and mentors."),
    ("Mentorship: Notifications", "What a person was told."),
    ("Mentorship: Support", "Asking for help."),
];

/// By whose rules this folder writes.
const FACADE: Facade = Facade::Mentorship;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(conversations::list, conversations::open))
        .routes(routes!(conversations::pin, conversations::put_pin, conversations::patch_pin))
        .routes(routes!(conversations::unpin, conversations::put_unpin, conversations::patch_unpin))
        .routes(routes!(messages::list))
        .routes(routes!(messages::send))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::read_all))
        .routes(routes!(notifications::read))
        .routes(ignores_key(routes!(support::contact)))
        .routes(routes!(support::list, support::open))
        .routes(routes!(support::list_all))
        .routes(routes!(support::reply))
}
