//! What administrators decide: applications, documents, suspensions.

use app::App;
use app::applications::{self, Review};
use app::suspensions::{self, Portrait};
use app::{documents, experts};
use axum::extract::State;
use consultations::page::DEEPEST;
use consultations::{Asked, ExpertCard, Paged, Refused, Viewer};
use domain::application::{State as Stage, Verdict};
use domain::expert::Standing;
use domain::ids::{ApplicationId, UserId};
use edge::auth::AdminOnly;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Parse, boolean, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::reply::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::applications::ApplicationCard;
use super::at::{JudgedExpert, ReviewedApplication, SaidOfDocument};
use super::documents::DocumentCard;

pub(crate) struct Waiting(&'static [Stage], Asked);

impl Parse for Waiting {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const STATES: &[(&str, &[Stage])] = &[
            ("pending", &[Stage::Pending]),
            ("under_review", &[Stage::UnderReview]),
            ("approved", &[Stage::Approved]),
            ("rejected", &[Stage::Rejected]),
        ];
        let states = fields.or("status", one_of(STATES), &Stage::OPEN[..]);
        let asked = Asked::parse(fields, 20);
        Some(Self(states?, asked?))
    }
}

pub(crate) struct Listing(Option<Standing>, Asked);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const STANDINGS: &[(&str, Standing)] = &[
            ("pending", Standing::Pending),
            ("under_review", Standing::UnderReview),
            ("approved", Standing::Approved),
            ("rejected", Standing::Rejected),
            ("suspended", Standing::Suspended),
        ];
        let standing = fields.optional("status", one_of(STANDINGS));
        let asked = Asked::parse(fields, 20);
        Some(Self(standing?, asked?))
    }
}

/// What is said to an application.
#[derive(ToSchema)]
#[schema(as = ConsultationApplicationReview)]
#[expect(dead_code, reason = "documents the body; `NewVerdict` is what is read from it")]
pub(crate) struct VerdictRequest {
    /// `approve`, `reject` or `under_review`.
    action: String,
    /// With a rejection, its reason.
    #[schema(nullable = false, max_length = 2000)]
    notes: Option<String>,
}

pub(crate) struct NewVerdict(Verdict, String);

impl Parse for NewVerdict {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ACTIONS: &[(&str, Verdict)] =
            &[("approve", Verdict::Approve), ("reject", Verdict::Reject), ("under_review", Verdict::UnderReview)];
        let action = fields.required("action", one_of(ACTIONS));
        let notes = fields.or("notes", text(..=2000), "");
        Some(Self(action?, notes?))
    }
}

/// What came of a review.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationApplicationReviewed)]
pub(crate) struct ReviewCard {
    message: &'static str,
    application: ApplicationCard,
    /// Who is an expert by it.
    expert_id: Option<i64>,
}

impl From<&Review> for ReviewCard {
    fn from(Review { dossier, expert }: &Review) -> Self {
        let message = match dossier.application.state {
            Stage::Approved => "The application is approved.",
            Stage::Rejected => "The application is rejected.",
            Stage::Pending | Stage::UnderReview => "The application is under review.",
        };
        Self { message, application: ApplicationCard::from(dossier), expert_id: expert.map(UserId::get) }
    }
}

/// Why an expert is suspended.
#[derive(ToSchema)]
#[schema(as = ConsultationSuspension)]
#[expect(dead_code, reason = "documents the body; `Reason` is what is read from it")]
pub(crate) struct SuspensionRequest {
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

pub(crate) struct Reason(String);

impl Parse for Reason {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("reason", text(1..=1000).not_blank()).map(Self)
    }
}

/// Whether a document was found to be good.
#[derive(ToSchema)]
#[schema(as = ConsultationDocumentVerdict)]
#[expect(dead_code, reason = "documents the body; `Verified` is what is read from it")]
pub(crate) struct VerifiedRequest {
    /// By default true.
    #[schema(nullable = false)]
    is_verified: Option<bool>,
}

pub(crate) struct Verified(bool);

impl Parse for Verified {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.or("is_verified", boolean(), true).map(Self)
    }
}

fn portrait(Portrait { expert, picture }: &Portrait) -> ExpertCard {
    ExpertCard::with_picture(expert, Viewer::Admin, picture.clone())
}

/// List applications
///
/// Newest first; by default those that wait for a decision.
#[utoipa::path(get, path = "/api/v1/consultations/admin/applications/", tag = "Consultations: Administration",
    params(("status" = Option<String>, Query, description = "`pending`, `under_review`, `approved` or `rejected`"),
        ("page" = Option<u32>, Query), ("page_size" = Option<u32>, Query, description = "By default 20, at most 100")),
    responses((status = 200, body = Paged<ApplicationCard>), (status = 403, description = "For administrators only")))]
pub(crate) async fn list_applications(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    QueryOf(Waiting(states, asked)): QueryOf<Waiting>,
) -> Result<Json<Paged<ApplicationCard>>, Refused> {
    asked.skipped()?;
    let Paged { count, page, page_size, results } = asked.of(applications::list(&app, staff, states, DEEPEST).await?)?;
    let dossiers = applications::dossiers(&app, results).await?;
    Ok(Json(Paged { count, page, page_size, results: dossiers.iter().map(ApplicationCard::from).collect() }))
}

/// Show an application
#[utoipa::path(get, path = "/api/v1/consultations/admin/applications/{id}/", tag = "Consultations: Administration",
    params(("id" = i64, Path)),
    responses((status = 200, body = ApplicationCard), (status = 403, description = "For administrators only")))]
pub(crate) async fn show_application(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<ApplicationId>,
) -> Result<Json<ApplicationCard>, Refused> {
    Ok(Json(ApplicationCard::from(&applications::look(&app, staff, id).await?)))
}

/// Review an application
///
/// Approval makes the applicant an expert, from their next request on. Applicants hear of both decisions.
#[utoipa::path(post, path = "/api/v1/consultations/admin/applications/{id}/review/",
    tag = "Consultations: Administration", params(("id" = i64, Path)), request_body = VerdictRequest,
    responses((status = 200, body = ReviewCard),
        (status = 400, description = "`validation`, or `already_reviewed`"),
        (status = 403, description = "For administrators only")))]
pub(crate) async fn review_application(
    State(app): State<App>,
    ReviewedApplication(staff, application): ReviewedApplication,
    key: IdempotencyKey,
    Body(NewVerdict(verdict, notes)): Body<NewVerdict>,
) -> Result<Json<ReviewCard>, Refused> {
    let answer = |review: &Review| idempotency::okay(&ReviewCard::from(review));
    let review = applications::review(&app, staff, application, verdict, &notes, key.save(&answer)).await?;
    Ok(Json(ReviewCard::from(&review)))
}

/// List experts
///
/// Everybody who ever applied, or those of one standing, by id.
#[utoipa::path(get, path = "/api/v1/consultations/admin/experts/", tag = "Consultations: Administration",
    params(("status" = Option<String>, Query,
            description = "`pending`, `under_review`, `approved`, `rejected` or `suspended`"),
        ("page" = Option<u32>, Query), ("page_size" = Option<u32>, Query, description = "By default 20, at most 100")),
    responses((status = 200, body = Paged<ExpertCard>), (status = 403, description = "For administrators only")))]
pub(crate) async fn list_experts(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    QueryOf(Listing(standing, asked)): QueryOf<Listing>,
) -> Result<Json<Paged<ExpertCard>>, Refused> {
    let skipped = asked.skipped()?;
    let found = experts::by_standing(&app, &staff, standing, skipped, asked.page_size).await?;
    let mut results = Vec::with_capacity(found.people.len());
    for person in &found.people {
        results.push(ExpertCard::of(&app, person, Viewer::Admin).await?);
    }
    Ok(Json(Paged { count: found.count, page: asked.page, page_size: asked.page_size, results }))
}

/// Suspend an expert
///
/// Nobody finds or books them any more. What they are booked for and has not begun is cancelled, and paid back.
#[utoipa::path(post, path = "/api/v1/consultations/admin/experts/{id}/suspend/",
    tag = "Consultations: Administration", params(("id" = i64, Path)), request_body = SuspensionRequest,
    responses((status = 200, body = ExpertCard),
        (status = 400, description = "`validation`, or `not_approved`"),
        (status = 403, description = "For administrators only")))]
pub(crate) async fn suspend(
    State(app): State<App>,
    JudgedExpert(staff, expert): JudgedExpert,
    key: IdempotencyKey,
    Body(Reason(reason)): Body<Reason>,
) -> Result<Json<ExpertCard>, Refused> {
    let answer = |suspended: &Portrait| idempotency::okay(&portrait(suspended));
    let suspended = suspensions::suspend(&app, staff, expert, &reason, key.save(&answer)).await?;
    Ok(Json(portrait(&suspended)))
}

/// Bring a suspended expert back
///
/// As they were before; what was cancelled stays so.
#[utoipa::path(post, path = "/api/v1/consultations/admin/experts/{id}/reinstate/",
    tag = "Consultations: Administration", params(("id" = i64, Path)),
    responses((status = 200, body = ExpertCard), (status = 400, description = "`not_suspended`"),
        (status = 403, description = "For administrators only")))]
pub(crate) async fn reinstate(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<UserId>,
    key: IdempotencyKey,
) -> Result<Json<ExpertCard>, Refused> {
    let answer = |reinstated: &Portrait| idempotency::okay(&portrait(reinstated));
    let reinstated = suspensions::reinstate(&app, staff, id, key.save(&answer)).await?;
    Ok(Json(portrait(&reinstated)))
}

/// Say whether a document is good
#[utoipa::path(post, path = "/api/v1/consultations/admin/documents/{id}/verify/",
    tag = "Consultations: Administration", params(("id" = i64, Path)), request_body = VerifiedRequest,
    responses((status = 200, body = DocumentCard), (status = 403, description = "For administrators only")))]
pub(crate) async fn verify_document(
    State(app): State<App>,
    SaidOfDocument(staff, id, Verified(is_verified)): SaidOfDocument<Verified>,
) -> Result<Json<DocumentCard>, Refused> {
    Ok(Json(DocumentCard::from(&documents::verify(&app, staff, id, is_verified).await?)))
}
