//! Maintenance: while it is on, only administrators change anything.

use app::{App, site};
use axum::extract::State;
use domain::site::{LONGEST_MESSAGE, Status};
use edge::auth::Passerby;
use edge::body::Body;
use edge::form::{Fields, Parse, boolean, text};
use edge::reply::Json;
use mentorship::{AsAdmin, Refused};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether anything may be changed.
#[derive(Serialize, ToSchema)]
pub(super) struct SiteStatus {
    /// Reads go on; every write but an administrator's is answered with 503 `maintenance`.
    maintenance_mode: bool,
    /// What the administrator has to say of it.
    #[schema(required = true)]
    message: Option<String>,
}

impl From<Status> for SiteStatus {
    fn from(status: Status) -> Self {
        let message = Some(status.message).filter(|message| !message.is_empty());
        Self { maintenance_mode: status.in_maintenance, message }
    }
}

pub(super) struct Wanted(Status);

impl Parse for Wanted {
    const NAME: &str = "SiteStatusChange";
    const ABOUT: &str = "How it is to be from now on.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let in_maintenance = fields.required("maintenance_mode", boolean());
        let message = fields.nullable("message", text(..=LONGEST_MESSAGE).trimmed());
        let message = message?.value().unwrap_or_default();
        Some(Self(Status { in_maintenance: in_maintenance?, message }))
    }
}

/// Whether anything may be changed
#[utoipa::path(
    get, path = "/api/site-status/",
    tag = "Mentorship: Site", operation_id = "mentorship_site_status_show",
    responses(
        (status = 200, description = "As it is now", body = SiteStatus),
    )
)]
pub(super) async fn show(State(app): State<App>, _: Passerby) -> Result<Json<SiteStatus>, Refused> {
    Ok(Json(site::status(&app).await?.into()))
}

/// Begin or end maintenance
///
/// In force everywhere within five seconds.
#[utoipa::path(
    put, path = "/api/site-status/",
    tag = "Mentorship: Site", operation_id = "mentorship_site_status_change",
    responses(
        (status = 200, description = "As it is from now on", body = SiteStatus),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    Body(Wanted(status)): Body<Wanted>,
) -> Result<Json<SiteStatus>, Refused> {
    Ok(Json(site::set(&app, staff, status).await?.into()))
}
