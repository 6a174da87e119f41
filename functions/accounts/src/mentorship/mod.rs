//! Accounts as the mentorship façade has them (`mentorship.md` §3.1 and §5.1).

mod emails;
mod entry;
mod fields;
mod files;
mod google;
mod joining;
mod notes;
mod passwords;
mod profile;

use app::App;
use edge::idempotency::ignores_key;
use edge::maintenance::asks_itself;
use edge::routes;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[
    ("Mentorship: Accounts", "Students and mentors register and log in."),
    ("Mentorship: Profiles", "What students and mentors say of themselves."),
    ("Mentorship: Notes", "What students and mentors write down for themselves."),
];

/// That something was done.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipMessage)]
pub(crate) struct Message {
    message: &'static str,
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(ignores_key(routes!(joining::register_student)))
        .routes(ignores_key(routes!(joining::register_mentor)))
        .routes(asks_itself(ignores_key(routes!(entry::login))))
        .routes(ignores_key(routes!(entry::logout)))
        .routes(routes!(google::begin))
        .routes(asks_itself(routes!(google::back)))
        .routes(asks_itself(ignores_key(routes!(google::exchange))))
        .routes(ignores_key(routes!(passwords::ask)))
        .routes(ignores_key(routes!(passwords::confirm)))
        .routes(ignores_key(routes!(passwords::change)))
        .routes(ignores_key(routes!(emails::verify)))
        .routes(ignores_key(routes!(emails::resend)))
        .routes(routes!(profile::show_student, profile::put_student, profile::patch_student))
        .routes(routes!(profile::detail_student))
        .routes(routes!(files::put_student, files::delete_student))
        .routes(routes!(files::prepare_student))
        .routes(routes!(notes::list_student, notes::create_student))
        .routes(routes!(notes::show_student, notes::replace_student, notes::delete_student))
        .routes(routes!(profile::show_mentor, profile::put_mentor, profile::patch_mentor))
        .routes(routes!(profile::detail_mentor))
        .routes(routes!(files::put_mentor, files::delete_mentor))
        .routes(routes!(files::prepare_mentor))
        .routes(routes!(notes::list_mentor, notes::create_mentor))
        .routes(routes!(notes::show_mentor, notes::replace_mentor, notes::delete_mentor))
}
