//! This service in the words of the consultations façade.

mod absences;
mod admin;
mod applications;
mod at;
mod directory;
mod documents;
mod hours;
mod profile;
mod reviews;
mod slots;
mod uploads;

use app::App;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Consultations: Experts", "The directory; becoming an expert and being one."),
    ("Consultations: Administration", "Applications, documents and standing of experts."),
    ("Consultations: Uploads", "Files too large for a form."),
];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .merge(vetting())
        .routes(routes!(directory::find_experts))
        .routes(routes!(directory::show_expert))
        .routes(routes!(profile::show_expert_profile, profile::change_expert_profile))
        .routes(routes!(hours::show_expert_hours))
        .routes(routes!(hours::replace_expert_hours))
        .routes(routes!(absences::list_absences, absences::add_absence))
        .routes(routes!(absences::remove_absence))
        .routes(routes!(slots::show_expert_slots))
        .routes(routes!(reviews::list_expert_reviews))
}

/// Becoming an expert, and what administrators say to it.
fn vetting() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(applications::apply))
        .routes(routes!(applications::my_application))
        .routes(routes!(applications::verification_status))
        .routes(routes!(documents::upload_document))
        .routes(routes!(uploads::prepare_upload))
        .routes(routes!(admin::list_applications))
        .routes(routes!(admin::show_application))
        .routes(routes!(admin::review_application))
        .routes(routes!(admin::list_experts))
        .routes(routes!(admin::suspend))
        .routes(routes!(admin::reinstate))
        .routes(routes!(admin::verify_document))
}
