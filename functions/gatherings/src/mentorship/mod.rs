//! This service in the words of the mentorship façade.

pub mod at;
pub mod coming;
pub mod events;
pub mod newsletter;
pub mod shape;

use app::App;
use edge::idempotency::ignores_key;
use edge::maintenance::lets_through;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Mentorship: Events", "What people come together for."),
    ("Mentorship: Newsletter", "Asked for, confirmed, left."),
];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(events::list, events::create))
        .routes(routes!(events::find, events::replace, events::change, events::delete))
        .routes(routes!(events::ics))
        .routes(routes!(coming::come, coming::stay_away))
        .routes(ignores_key(routes!(newsletter::ask)))
        .routes(ignores_key(routes!(newsletter::confirm)))
        // Mail providers send it once.
        .routes(lets_through(ignores_key(routes!(newsletter::page, newsletter::leave))))
}
