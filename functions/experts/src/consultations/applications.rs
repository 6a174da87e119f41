//! Wanting to be an expert, and seeing what becomes of it.

use app::App;
use app::applications::{self, Dossier};
use axum::extract::State;
use consultations::Refused;
use consultations::expert::{ExpertSpecialty, SPECIALTIES, standing_word};
use domain::application::Content;
use domain::expert::Specialty;
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, integer, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::{Created, Json};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::at::Applying;
use super::documents::DocumentCard;

/// Somebody's application to be an expert.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationApplication)]
pub(crate) struct ApplicationCard {
    id: i64,
    /// Who becomes an expert by it.
    user: i64,
    #[schema(value_type = ApplicationStatus)]
    status: &'static str,
    name: String,
    email: String,
    phone: String,
    #[schema(value_type = ExpertSpecialty)]
    specialty: &'static str,
    experience_years: u8,
    bio: String,
    application_notes: String,
    rejection_reason: String,
    /// The administrator who decided.
    #[schema(required = true)]
    reviewed_by: Option<i64>,
    #[schema(required = true)]
    reviewed_at: Option<Stamp>,
    /// Oldest first.
    documents: Vec<DocumentCard>,
    submitted_at: Stamp,
    updated_at: Stamp,
}

impl From<&Dossier> for ApplicationCard {
    fn from(Dossier { application, papers }: &Dossier) -> Self {
        let content = &application.content;
        Self {
            id: application.id.get(),
            user: application.user.get(),
            status: application.state.as_str(),
            name: content.name.clone(),
            email: content.email.as_str().to_owned(),
            phone: content.phone.clone(),
            specialty: content.specialty.as_str(),
            experience_years: content.experience_years,
            bio: content.bio.clone(),
            application_notes: content.notes.clone(),
            rejection_reason: application.rejection_reason.clone(),
            reviewed_by: application.reviewed_by.map(|admin| admin.get()),
            reviewed_at: application.reviewed_at.map(Stamp),
            documents: papers.iter().map(DocumentCard::from).collect(),
            submitted_at: Stamp(application.submitted_at),
            updated_at: Stamp(application.updated_at),
        }
    }
}

pub(crate) struct NewApplication(Content);

impl Parse for NewApplication {
    const NAME: &str = "ConsultationApplicationRequest";
    const ABOUT: &str = "Who somebody is who wants to be an expert.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const EMAIL: &str = "For questions about the application; it need not be the account's.";
        let name = fields.required("name", text(1..=100).not_blank());
        let email = fields.required("email", text(..).email().about(EMAIL));
        let specialty: Option<Specialty> = fields.required("specialty", one_of(SPECIALTIES));
        let experience_years = fields.required("experience_years", integer(0..=80));
        let bio = fields.required("bio", text(1..=5000).not_blank());
        let phone = fields.or("phone", text(..=20), "");
        let notes = fields.or("application_notes", text(..=5000), "");
        Some(Self(Content {
            name: name?,
            email: email?,
            phone: phone?,
            specialty: specialty?,
            experience_years: u8::try_from(experience_years?).ok()?,
            bio: bio?,
            notes: notes?,
        }))
    }
}

edge::words! {
    /// Where an application stands.
    pub(crate) ApplicationStatus = domain::application::State::ALL.map(|state| state.as_str())
}

const NOT_APPLIED: &str = "not_applied";

edge::words! {
    /// How far somebody is on the way to be an expert.
    pub(crate) VerificationState = [NOT_APPLIED].into_iter().chain(domain::expert::Standing::ALL.map(standing_word))
}

/// How far somebody is on the way to be an expert.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationVerificationStatus)]
pub(crate) struct VerificationStatus {
    #[schema(value_type = VerificationState)]
    verification_status: &'static str,
    is_verified: bool,
    #[schema(required = true)]
    verified_at: Option<Stamp>,
    /// What an administrator had to say.
    verification_notes: String,
    #[schema(required = true, value_type = Option<ApplicationStatus>)]
    application_status: Option<&'static str>,
    #[schema(required = true)]
    application_id: Option<i64>,
    rejection_reason: String,
}

/// Apply to be an expert
///
/// One application may be open at a time: `application_pending`. After a rejection one may apply again.
#[utoipa::path(
    post, path = "/api/v1/consultations/experts/apply/",
    tag = "Consultations: Experts", operation_id = "consultations_applications_submit",
    responses(
        (status = 201, description = "The application", body = ApplicationCard),
        (status = 400, description = "`application_pending`; `already_expert`"),
        (status = 403, description = "`suspended`: as an expert"),
    )
)]
pub(crate) async fn apply(
    State(app): State<App>,
    Applying(applicant): Applying,
    key: IdempotencyKey,
    Body(NewApplication(content)): Body<NewApplication>,
) -> Result<Created<ApplicationCard>, Refused> {
    let answer = |dossier: &Dossier| idempotency::created(&ApplicationCard::from(dossier));
    let dossier = applications::apply(&app, applicant, content, key.save(&answer)).await?;
    Ok(Created(ApplicationCard::from(&dossier)))
}

/// Show my newest application
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/my-application/",
    tag = "Consultations: Experts", operation_id = "consultations_applications_show_own",
    responses(
        (status = 200, description = "The application", body = ApplicationCard),
        (status = 404, description = "`not_found`: never applied"),
    )
)]
pub(crate) async fn my_application(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<ApplicationCard>, Refused> {
    Ok(Json(ApplicationCard::from(&applications::mine(&app, caller).await?)))
}

/// Show how far I am on the way to be an expert
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/verification-status/",
    tag = "Consultations: Experts", operation_id = "consultations_verification_show",
    responses(
        (status = 200, description = "How far the verification is", body = VerificationStatus),
    )
)]
pub(crate) async fn verification_status(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<VerificationStatus>, Refused> {
    let (user, application) = applications::standing(&app, caller).await?;
    let expert = user.expert.as_ref();
    Ok(Json(VerificationStatus {
        verification_status: expert.map_or(NOT_APPLIED, |expert| standing_word(expert.standing)),
        is_verified: user.is_verified(),
        verified_at: expert.and_then(|expert| expert.verified_at).map(Stamp),
        verification_notes: expert.map(|expert| expert.notes.clone()).unwrap_or_default(),
        application_status: application.as_ref().map(|application| application.state.as_str()),
        application_id: application.as_ref().map(|application| application.id.get()),
        rejection_reason: application.map(|application| application.rejection_reason).unwrap_or_default(),
    }))
}
