//! A new password.

use app::{App, Error, logins, resets};
use axum::extract::State;
use domain::facade::Facade;
use domain::password::{Password, Persona};
use domain::text::Email;
use edge::auth::{AuthRateLimit, AuthenticatedAtAuthRate, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::problem::Problem;
use edge::reply::Json;
use mentorship::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::Message;

pub(super) const PASSWORD: &str = "Not all digits, not a common password, not your name or e-mail.";

pub(crate) struct Reset {
    email: Email,
}

impl Parse for Reset {
    const NAME: &str = "MentorshipPasswordReset";
    const ABOUT: &str = "Whose password is forgotten.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { email: fields.required("email", text(..).trimmed().email())? })
    }
}

/// Ask for a link to a new password
///
/// It is mailed to the account of this address, if there is one; the answer is always the same. An older link is dead.
#[utoipa::path(
    post, path = "/api/auth/password/reset/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_password_reset",
    responses(
        (status = 200, description = "Whether or not there is such an account", body = Message),
    )
)]
pub(crate) async fn ask(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(reset): Body<Reset>,
) -> Result<Json<Message>, Refused> {
    resets::ask(&app, &reset.email, Facade::Mentorship, &origin).await?;
    Ok(Json(Message { message: "If there is an account of this address, a link is on its way to it." }))
}

/// A password that passes whatever can be judged without knowing whose it is.
fn new_password(fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
    let judge = |text: &str| Password::parse(text, &Persona::default()).map(|_| text.to_owned());
    fields.required(name, text(..).password(judge).about(PASSWORD))
}

pub(crate) struct Confirmed {
    token: String,
    password: String,
}

impl Parse for Confirmed {
    const NAME: &str = "MentorshipPasswordResetConfirm";
    const ABOUT: &str = "A new password, by a link.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let token = fields.required("token", text(1..).trimmed().about("Out of the mailed link."));
        let password = new_password(fields, "password");
        Some(Self { token: token?, password: password? })
    }
}

/// Choose a new password by a link
///
/// Every session of the account is over, and its address is verified. The link works once, for half an hour, and only the
/// newest; a refused password does not use it up.
#[utoipa::path(
    post, path = "/api/auth/password/reset/confirm/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_password_reset_confirm",
    responses(
        (status = 200, description = "The password is set", body = Message),
        (status = 400, description = "`bad_token`: the link is unknown, used, replaced or too old; `validation`"),
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(sent): Body<Confirmed>,
) -> Result<Json<Message>, Refused> {
    resets::confirm(&app, &sent.token, &sent.password, &origin).await?;
    Ok(Json(Message { message: "Your password is set. Log in with it." }))
}

pub(crate) struct Changed {
    current: String,
    password: String,
}

impl Parse for Changed {
    const NAME: &str = "MentorshipPasswordChange";
    const ABOUT: &str = "A new password in place of the present one.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let current = fields.required("current_password", text(1..).secret());
        let password = new_password(fields, "new_password");
        Some(Self { current: current?, password: password? })
    }
}

/// That the password is set, and a token.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipPasswordChanged)]
pub(crate) struct PasswordChanged {
    message: &'static str,
    /// Of the same session; good for a week, or until logout.
    token: String,
}

/// Change the own password
///
/// Every other session of the account is over.
#[utoipa::path(
    post, path = "/api/auth/password/change/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_password_change",
    responses(
        (status = 200, description = "The password is set", body = PasswordChanged),
        (status = 400, description = "`validation`: also when `current_password` is wrong"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account's owner"),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    RequestOrigin(origin): RequestOrigin,
    Body(sent): Body<Changed>,
) -> Result<Json<PasswordChanged>, Refused> {
    let nothing = app::SaveResponse::nothing();
    match resets::change(&app, caller, &sent.current, &sent.password, &origin, nothing).await {
        Err(Error::WeakPassword(sentence)) => return Err(Problem::field("new_password", sentence).into()),
        changed => changed?,
    }
    let token = logins::renew(&app, caller)?;
    Ok(Json(PasswordChanged { message: "Your password is set. Your other sessions are over.", token }))
}
