//! This room in the words of the consultations façade.

mod absences;
mod directory;
mod hours;
mod profile;
mod reviews;
mod slots;

use app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(directory::list_experts))
        .routes(routes!(directory::show_expert))
        .routes(routes!(profile::show_expert_profile, profile::change_expert_profile))
        .routes(routes!(hours::show_expert_hours))
        .routes(routes!(hours::replace_expert_hours))
        .routes(routes!(absences::list_absences, absences::add_absence))
        .routes(routes!(absences::remove_absence))
        .routes(routes!(slots::show_expert_slots))
        .routes(routes!(reviews::list_expert_reviews))
}
