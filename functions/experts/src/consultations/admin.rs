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
use edge::form::{Fields, Kind, Parse, boolean, one_of, text};
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
        let states =
            fields.or("status", one_of(STATES).about("By default pending and under review."), &Stage::OPEN[..]);
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
        let standing = fields.optional("status", one_of(STANDINGS).about("Only in this one."));
        let asked = Asked::parse(fields, 20);
        Some(Self(standing?, asked?))
    }
}

pub(crate) struct NewVerdict(Verdict, String);

impl Parse for NewVerdict {
    const NAME: &str = "ConsultationApplicationReview";
    const ABOUT: &str = "What is said to an application.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ACTIONS: &[(&str, Verdict)] =
            &[("approve", Verdict::Approve), ("reject", Verdict::Reject), ("under_review", Verdict::UnderReview)];
        let action = fields.required("action", one_of(ACTIONS));
        let notes = fields.or("notes", text(..=2000).about("With a rejection, its reason."), "");
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
    #[schema(required = true)]
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

pub(crate) struct Reason(String);

impl Parse for Reason {
    const NAME: &str = "ConsultationSuspension";
    const ABOUT: &str = "Why an expert is suspended.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("reason", text(1..=1000).not_blank()).map(Self)
    }
}

pub(crate) struct Verified(bool);

impl Parse for Verified {
    const NAME: &str = "ConsultationDocumentVerdict";
    const ABOUT: &str = "Whether a document was found to be good.";

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
#[utoipa::path(
    get, path = "/api/v1/consultations/admin/applications/",
    tag = "Consultations: Administration", operation_id = "consultations_applications_list",
    responses(
        (status = 200, description = "One page", body = Paged<ApplicationCard>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
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
#[utoipa::path(
    get, path = "/api/v1/consultations/admin/applications/{id}/",
    tag = "Consultations: Administration", operation_id = "consultations_applications_show",
    responses(
        (status = 200, description = "The application", body = ApplicationCard),
    )
)]
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
#[utoipa::path(
    post, path = "/api/v1/consultations/admin/applications/{id}/review/",
    tag = "Consultations: Administration", operation_id = "consultations_applications_review",
    responses(
        (status = 200, description = "The application with its verdict", body = ReviewCard),
        (status = 400, description = "`already_reviewed`: there is a verdict"),
        (status = 403, description = "`suspended`: as an expert, the applicant"),
    )
)]
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
#[utoipa::path(
    get, path = "/api/v1/consultations/admin/experts/",
    tag = "Consultations: Administration", operation_id = "consultations_experts_list",
    responses(
        (status = 200, description = "One page", body = Paged<ExpertCard>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
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
#[utoipa::path(
    post, path = "/api/v1/consultations/admin/experts/{id}/suspend/",
    tag = "Consultations: Administration", operation_id = "consultations_experts_suspend",
    responses(
        (status = 200, description = "The expert", body = ExpertCard),
        (status = 400, description = "`not_approved`: only approved experts can be suspended"),
    )
)]
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
#[utoipa::path(
    post, path = "/api/v1/consultations/admin/experts/{id}/reinstate/",
    tag = "Consultations: Administration", operation_id = "consultations_experts_reinstate",
    responses(
        (status = 200, description = "The expert", body = ExpertCard),
        (status = 400, description = "`not_suspended`: nothing to lift"),
    )
)]
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
#[utoipa::path(
    post, path = "/api/v1/consultations/admin/documents/{id}/verify/",
    tag = "Consultations: Administration", operation_id = "consultations_documents_verify",
    responses(
        (status = 200, description = "The document", body = DocumentCard),
    )
)]
pub(crate) async fn verify_document(
    State(app): State<App>,
    SaidOfDocument(staff, id, Verified(is_verified)): SaidOfDocument<Verified>,
) -> Result<Json<DocumentCard>, Refused> {
    Ok(Json(DocumentCard::from(&documents::verify(&app, staff, id, is_verified).await?)))
}
