//! A new password.

use app::{App, resets};
use axum::extract::State;
use domain::facade::Facade;
use domain::password::{Password, Persona};
use domain::text::Email;
use edge::auth::{AuthRateLimit, AuthenticatedAtAuthRate, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Json;
use v1::Refused;

use super::shapes::{Message, password_twice};

pub(super) struct Reset {
    email: Email,
}

impl Parse for Reset {
    const NAME: &str = "PasswordReset";
    const ABOUT: &str = "Whose password is forgotten.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { email: fields.required("email", text(..).trimmed().email())? })
    }
}

/// Ask for a link to a new password
///
/// It is mailed to the account of this address, if there is one; the answer is always the same. An older link is dead.
#[utoipa::path(
    post, path = "/api/v1/auth/password-reset/",
    tag = "Platform: Accounts", operation_id = "accounts_password_reset",
    responses(
        (status = 200, description = "Whether or not there is such an account", body = Message),
    )
)]
pub(super) async fn ask(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(reset): Body<Reset>,
) -> Result<Json<Message>, Refused> {
    resets::ask(&app, &reset.email, Facade::SHARED, &origin).await?;
    Ok(Json(Message { message: "If there is an account of this address, a link is on its way to it." }))
}

/// A password that passes whatever can be judged without knowing whose it is.
fn new_password(fields: &mut Fields<'_>) -> Option<String> {
    let judge = |text: &str| Password::parse(text, &Persona::default()).map(|_| text.to_owned());
    password_twice(fields, &["password", "new_password"], ["password2", "confirm_password"], judge)
}

pub(super) struct Confirmed {
    token: String,
    password: String,
}

impl Parse for Confirmed {
    const NAME: &str = "PasswordResetConfirm";
    const ABOUT: &str = "A new password, by a link.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let token = fields.required("token", text(1..).trimmed().about("Out of the link."));
        let password = new_password(fields);
        Some(Self { token: token?, password: password? })
    }
}

/// Choose a new password by a link
///
/// Every session of the account is over. The link works once, for ten minutes, and only the newest; a refused password
/// does not use it up.
#[utoipa::path(
    post, path = "/api/v1/auth/password-reset/confirm/",
    tag = "Platform: Accounts", operation_id = "accounts_password_reset_confirm",
    responses(
        (status = 200, description = "The password is set", body = Message),
        (status = 400, description = "`token_invalid`: the link is unknown, used, replaced or too old; `validation`"),
    )
)]
pub(super) async fn confirm(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(sent): Body<Confirmed>,
) -> Result<Json<Message>, Refused> {
    resets::confirm(&app, &sent.token, &sent.password, &origin).await?;
    Ok(Json(Message { message: "Your password is set. Log in with it." }))
}

pub(super) struct Changed {
    current: String,
    password: String,
}

impl Parse for Changed {
    const NAME: &str = "PasswordChange";
    const ABOUT: &str = "A new password in place of the present one.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let current = fields.required("current_password", text(1..).secret());
        let password = new_password(fields);
        Some(Self { current: current?, password: password? })
    }
}

/// Change the own password
///
/// Every other session of the account is over.
#[utoipa::path(
    post, path = "/api/v1/auth/password-change/",
    tag = "Platform: Accounts", operation_id = "accounts_password_change",
    responses(
        (status = 200, description = "The password is set", body = Message),
        (status = 400, description = "`validation`: also when `current_password` is wrong"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account's owner"),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    RequestOrigin(origin): RequestOrigin,
    key: IdempotencyKey,
    Body(sent): Body<Changed>,
) -> Result<Json<Message>, Refused> {
    const DONE: Message = Message { message: "Your password is set. Your other sessions are over." };
    let answer = |(): &()| idempotency::okay(&DONE);
    resets::change(&app, caller, &sent.current, &sent.password, &origin, key.save(&answer)).await?;
    Ok(Json(DONE))
}
