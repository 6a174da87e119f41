//! Wanting to be an expert, and seeing what becomes of it.

use app::App;
use app::applications::{self, Dossier};
use axum::extract::State;
use consultations::Refused;
use consultations::expert::{SPECIALTIES, standing_word};
use domain::application::Content;
use domain::expert::Specialty;
use domain::text::Email;
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
    /// `pending`, `under_review`, `approved` or `rejected`.
    status: &'static str,
    name: String,
    email: String,
    phone: String,
    specialty: &'static str,
    experience_years: u8,
    bio: String,
    application_notes: String,
    rejection_reason: String,
    /// The administrator who decided.
    reviewed_by: Option<i64>,
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

/// Who somebody is who wants to be an expert.
#[derive(ToSchema)]
#[schema(as = ConsultationApplicationRequest)]
#[expect(dead_code, reason = "documents the body; `NewApplication` is what is read from it")]
pub(crate) struct ApplicationRequest {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// For questions about the application; it need not be the account's.
    #[schema(max_length = 254)]
    email: String,
    /// `relationship`, `career`, `spiritual`, `health` or `general`.
    specialty: String,
    #[schema(minimum = 0, maximum = 80)]
    experience_years: i64,
    #[schema(min_length = 1, max_length = 5000)]
    bio: String,
    #[schema(nullable = false, max_length = 20)]
    phone: Option<String>,
    #[schema(nullable = false, max_length = 5000)]
    application_notes: Option<String>,
}

pub(crate) struct NewApplication(Content);

impl Parse for NewApplication {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name", text(1..=100).not_blank());
        let email = fields.required("email", text(..).parse(Email::parse));
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

/// How far somebody is on the way to be an expert.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationVerificationStatus)]
pub(crate) struct VerificationStatus {
    /// `not_applied`, `pending`, `under_review`, `approved`, `rejected` or `suspended`.
    verification_status: &'static str,
    is_verified: bool,
    verified_at: Option<Stamp>,
    /// What an administrator had to say.
    verification_notes: String,
    application_status: Option<&'static str>,
    application_id: Option<i64>,
    rejection_reason: String,
}

/// Apply to be an expert
///
/// One application may be open at a time: `application_pending`. After a rejection one may apply again.
#[utoipa::path(post, path = "/api/v1/consultations/experts/apply/", tag = "Consultations: Experts",
    request_body = ApplicationRequest,
    responses((status = 201, body = ApplicationCard),
        (status = 400, description = "`validation`, `application_pending` or `already_expert`"),
        (status = 403, description = "`suspended`")))]
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
#[utoipa::path(get, path = "/api/v1/consultations/experts/my-application/", tag = "Consultations: Experts",
    responses((status = 200, body = ApplicationCard), (status = 404, description = "Never applied")))]
pub(crate) async fn my_application(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<ApplicationCard>, Refused> {
    Ok(Json(ApplicationCard::from(&applications::mine(&app, caller).await?)))
}

/// Show how far I am on the way to be an expert
#[utoipa::path(get, path = "/api/v1/consultations/experts/verification-status/", tag = "Consultations: Experts",
    responses((status = 200, body = VerificationStatus)))]
pub(crate) async fn verification_status(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<VerificationStatus>, Refused> {
    let (user, application) = applications::standing(&app, caller).await?;
    let expert = user.expert.as_ref();
    Ok(Json(VerificationStatus {
        verification_status: expert.map_or("not_applied", |expert| standing_word(expert.standing)),
        is_verified: user.is_verified(),
        verified_at: expert.and_then(|expert| expert.verified_at).map(Stamp),
        verification_notes: expert.map(|expert| expert.notes.clone()).unwrap_or_default(),
        application_status: application.as_ref().map(|application| application.state.as_str()),
        application_id: application.as_ref().map(|application| application.id.get()),
        rejection_reason: application.map(|application| application.rejection_reason).unwrap_or_default(),
    }))
}
