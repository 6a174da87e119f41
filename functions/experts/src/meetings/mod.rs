//! Search, public profiles, skills, weekly hours, free slots (`expertconnect.md` §3, §4).

mod availability;
mod categories;
mod profiles;
mod short_list;
mod skills;
mod slots;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Meetings: Experts", "Finding people and their free times."),
    ("Meetings: Skills", "What somebody knows."),
    ("Meetings: Availability", "Weekly hours."),
    ("Meetings: Categories", "What skills and meetings are about."),
];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(profiles::search_users))
        .routes(routes!(profiles::show_user))
        .routes(routes!(slots::available_slots))
        .routes(routes!(categories::list_categories))
        .routes(routes!(categories::show_category))
        .routes(routes!(skills::list_skills, skills::add_skill))
        .routes(routes!(skills::show_skill, skills::put_skill, skills::patch_skill, skills::delete_skill))
        .routes(routes!(availability::list_availability, availability::add_availability))
        .routes(routes!(
            availability::show_availability,
            availability::put_availability,
            availability::patch_availability,
            availability::delete_availability
        ))
}
