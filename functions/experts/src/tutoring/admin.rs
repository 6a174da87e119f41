//! What administrators decide about tutors.

use app::caller::Staff;
use app::details::Description;
use app::{App, approvals, details, suspensions};
use axum::extract::State;
use domain::expert::Refusal;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use edge::auth::AdminOnly;
use edge::body::AnyForm;
use edge::form::{Fields, Kind, Parse, boolean, text};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Json;
use tutoring::{Refused, Tutor};

async fn whole(app: &App, user: &User) -> app::Result<Json<Tutor>> {
    let Description { details, .. } = details::of(app, user, Seat::Expert).await?;
    Ok(Json(Tutor::whole(app, user, &details).await?))
}

async fn judge(app: &App, staff: Staff, id: UserId, verdict: (bool, &str)) -> Result<Json<Tutor>, Refused> {
    match approvals::judge(app, staff, id, verdict, Facade::Tutoring).await {
        Err(app::Error::Refused(domain::Refusal::Expert(Refusal::Suspended))) => {
            Err(Problem::conflict("invalid_status", "This tutor is suspended.").into())
        }
        judged => Ok(whole(app, &judged?).await?),
    }
}

/// Approve a tutor
///
/// Also one who was rejected. The tutor is told; a repetition changes nothing.
#[utoipa::path(
    post, path = "/api/v1/tutors/{id}/approve/",
    tag = "Tutoring: Tutors", operation_id = "tutoring_tutors_approve",
    responses(
        (status = 200, description = "The tutor as they are now", body = Tutor),
        (status = 409, description = "`invalid_status`: suspended in another product"),
    )
)]
pub(crate) async fn approve(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<UserId>,
) -> Result<Json<Tutor>, Refused> {
    judge(&app, staff, id, (true, "")).await
}

pub(crate) struct Rejection {
    reason: String,
}

impl Parse for Rejection {
    const NAME: &str = "TutorRejection";
    const ABOUT: &str = "Why a tutor is not approved.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let reason = text(1..=1000).trimmed().about("The tutor is told.");
        Some(Self { reason: fields.required("reason", reason)? })
    }
}

/// Reject a tutor
///
/// Also one who was approved: nobody sees or books them any more, and existing bookings stay. The tutor is told; a
/// repetition changes nothing.
#[utoipa::path(
    post, path = "/api/v1/tutors/{id}/reject/",
    tag = "Tutoring: Tutors", operation_id = "tutoring_tutors_reject",
    responses(
        (status = 200, description = "The tutor as they are now", body = Tutor),
    )
)]
pub(crate) async fn reject(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<UserId>,
    AnyForm(rejection): AnyForm<Rejection>,
) -> Result<Json<Tutor>, Refused> {
    judge(&app, staff, id, (false, &rejection.reason)).await
}

pub(crate) struct TutorChanges {
    is_featured: Option<bool>,
}

impl Parse for TutorChanges {
    const NAME: &str = "TutorChanges";
    const ABOUT: &str = "What is absent stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { is_featured: fields.optional("is_featured", boolean().about("Shown before others."))? })
    }
}

/// Show a tutor before others
#[utoipa::path(
    patch, path = "/api/v1/tutors/{id}/",
    tag = "Tutoring: Tutors", operation_id = "tutoring_tutors_change",
    responses(
        (status = 200, description = "The tutor as they are now", body = Tutor),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<UserId>,
    AnyForm(changes): AnyForm<TutorChanges>,
) -> Result<Json<Tutor>, Refused> {
    let user = match changes.is_featured {
        Some(is_featured) => approvals::feature(&app, staff, id, is_featured).await?,
        None => suspensions::find(&app, staff, id).await?,
    };
    Ok(whole(&app, &user).await?)
}
