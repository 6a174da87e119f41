//! Proving an address.

use app::{App, verification};
use axum::extract::State;
use domain::facade::Facade;
use domain::text::Email;
use edge::auth::{AuthRateLimit, RequestOrigin};
use edge::body::AnyForm;
use edge::form::{Fields, Kind, Parse, text};
use edge::reply::Json;
use serde::Serialize;
use tutoring::Refused;
use utoipa::ToSchema;

use crate::common::shapes::Message;

pub(crate) struct Sent {
    token: String,
}

impl Parse for Sent {
    const NAME: &str = "EmailProof";
    const ABOUT: &str = "That a mail has arrived.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { token: fields.required("token", text(1..).trimmed().about("Out of the mailed link."))? })
    }
}

/// That an address is verified.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmailVerified {
    message: &'static str,
    /// Always true.
    email_verified: bool,
}

/// Verify an e-mail address
///
/// The link works once, for ten minutes, and only the newest.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_verify_email",
    responses(
        (status = 200, description = "The address is verified", body = EmailVerified),
        (status = 400, description = "`token_invalid`: the link is unknown, used, replaced or too old; `validation`"),
    )
)]
pub(crate) async fn verify(
    State(app): State<App>,
    _: AuthRateLimit,
    AnyForm(sent): AnyForm<Sent>,
) -> Result<Json<EmailVerified>, Refused> {
    verification::confirm_newest(&app, &sent.token, Facade::Tutoring).await?;
    Ok(Json(EmailVerified { message: "Your e-mail address is verified.", email_verified: true }))
}

pub(crate) struct Wanted {
    email: Email,
}

impl Parse for Wanted {
    const NAME: &str = "EmailProofWanted";
    const ABOUT: &str = "Whose address is to be verified.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { email: fields.required("email", text(..).trimmed().email())? })
    }
}

/// Ask for another link to verify an address
///
/// It is mailed to the account of this address, if there is one that has not verified it; the answer is always the same. An
/// older link is dead.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email/resend/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_verify_email_resend",
    responses(
        (status = 200, description = "Whether or not there is such an account", body = Message),
    )
)]
pub(crate) async fn resend(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    AnyForm(wanted): AnyForm<Wanted>,
) -> Result<Json<Message>, Refused> {
    verification::ask_by_address(&app, &wanted.email, Facade::Tutoring, &origin).await?;
    Ok(Json(Message { message: "If this address has yet to be verified, a link is on its way to it." }))
}
