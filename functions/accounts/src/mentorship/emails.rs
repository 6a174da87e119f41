//! Proving an address.

use app::{App, verification};
use axum::extract::State;
use domain::facade::Facade;
use edge::auth::{AuthRateLimit, AuthenticatedAtAuthRate};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::reply::Json;
use mentorship::Refused;

use super::Message;

pub(crate) struct Sent {
    token: String,
}

impl Parse for Sent {
    const NAME: &str = "EmailVerification";
    const ABOUT: &str = "That a mail has arrived.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { token: fields.required("token", text(1..).trimmed().about("Out of the mailed link."))? })
    }
}

/// Verify an e-mail address
///
/// The link works for three days; again it changes nothing.
#[utoipa::path(
    post, path = "/api/auth/email/verify/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_email_verify",
    responses(
        (status = 200, description = "The address is verified", body = Message),
        (status = 400, description = "`bad_token`: the link is unknown or too old; `validation`"),
    )
)]
pub(crate) async fn verify(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(sent): Body<Sent>,
) -> Result<Json<Message>, Refused> {
    verification::confirm(&app, &sent.token, Facade::Mentorship).await?;
    Ok(Json(Message { message: "Your e-mail address is verified." }))
}

/// Ask for another link to verify the address
///
/// At most one mail in ten minutes, and none once it is verified.
#[utoipa::path(
    post, path = "/api/auth/email/resend/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_email_resend",
    responses(
        (status = 200, description = "Whether or not a mail was sent", body = Message),
    )
)]
pub(crate) async fn resend(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
) -> Result<Json<Message>, Refused> {
    verification::ask(&app, caller, Facade::Mentorship).await?;
    Ok(Json(Message { message: "If your address is not verified yet, a link to do so is on its way to it." }))
}
