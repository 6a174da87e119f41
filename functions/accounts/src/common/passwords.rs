//! A new password.

use app::{App, resets};
use axum::extract::State;
use domain::password::{Password, Persona};
use domain::text::Email;
use edge::auth::{AuthRateLimit, AuthenticatedAtAuthRate};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Json;
use utoipa::ToSchema;
use v1::Refused;

use super::shapes::{Message, password_twice};

#[derive(ToSchema)]
#[schema(as = PasswordReset)]
pub(super) struct Reset {
    #[schema(value_type = String, max_length = 254, format = Email, example = "ada@example.org")]
    email: Email,
}

impl Parse for Reset {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { email: fields.required("email", text(..).trimmed().parse(Email::parse))? })
    }
}

/// Ask for a link to a new password
///
/// It is mailed to the account of this address, if there is one; the answer is always the same. An older link is dead.
#[utoipa::path(
    post, path = "/api/v1/auth/password-reset/", tag = "Consultations: Accounts", security(()), request_body = Reset,
    responses(
        (status = 200, description = "Whether or not there is such an account", body = Message),
        (status = 429, description = "`rate_limited`: too often from this address"),
    )
)]
pub(super) async fn ask(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(reset): Body<Reset>,
) -> Result<Json<Message>, Refused> {
    resets::ask(&app, &reset.email).await?;
    Ok(Json(Message { message: "If there is an account of this address, a link is on its way to it." }))
}

/// A password that passes whatever can be judged without knowing whose it is.
fn new_password(fields: &mut Fields<'_>) -> Option<String> {
    let judge = |text: &str| Password::parse(text, &Persona::default()).map(|_| text.to_owned());
    password_twice(fields, &["password", "new_password"], ["password2", "confirm_password"], judge)
}

#[derive(ToSchema)]
#[schema(as = PasswordResetConfirm)]
#[expect(dead_code, reason = "documents the body; `Confirmed` is what is read from it")]
pub(super) struct Confirm {
    /// Out of the link.
    #[schema(min_length = 1)]
    token: String,
    /// Also taken as `new_password`. 8 to 128 characters; not all digits, not a common password, not your name,
    /// username or e-mail.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: String,
    /// The same again; also taken as `confirm_password`.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password2: String,
}

pub(super) struct Confirmed {
    token: String,
    password: String,
}

impl Parse for Confirmed {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let token = fields.required("token", text(1..).trimmed());
        let password = new_password(fields);
        Some(Self { token: token?, password: password? })
    }
}

/// Choose a new password by a link
///
/// Every session of the account is over. The link works once, for ten minutes, and only the newest; a refused password
/// does not use it up.
#[utoipa::path(
    post, path = "/api/v1/auth/password-reset/confirm/", tag = "Consultations: Accounts", security(()),
    request_body = Confirm,
    responses(
        (status = 200, description = "The password is set", body = Message),
        (status = 400, description = "`token_invalid`: the link is unknown, used, replaced or too old; `validation`"),
        (status = 429, description = "`rate_limited`: too often from this address"),
    )
)]
pub(super) async fn confirm(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(sent): Body<Confirmed>,
) -> Result<Json<Message>, Refused> {
    resets::confirm(&app, &sent.token, &sent.password).await?;
    Ok(Json(Message { message: "Your password is set. Log in with it." }))
}

#[derive(ToSchema)]
#[schema(as = PasswordChange)]
#[expect(dead_code, reason = "documents the body; `Changed` is what is read from it")]
pub(super) struct Change {
    #[schema(min_length = 1, format = Password)]
    current_password: String,
    /// Also taken as `new_password`. 8 to 128 characters; not all digits, not a common password, not your name,
    /// username or e-mail.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: String,
    /// The same again; also taken as `confirm_password`.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password2: String,
}

pub(super) struct Changed {
    current: String,
    password: String,
}

impl Parse for Changed {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let current = fields.required("current_password", text(1..));
        let password = new_password(fields);
        Some(Self { current: current?, password: password? })
    }
}

/// Change the own password
///
/// Every other session of the account is over.
#[utoipa::path(
    post, path = "/api/v1/auth/password-change/", tag = "Consultations: Accounts", request_body = Change,
    responses(
        (status = 200, description = "The password is set", body = Message),
        (status = 400, description = "`validation`, also when `current_password` is wrong"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account"),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    key: IdempotencyKey,
    Body(sent): Body<Changed>,
) -> Result<Json<Message>, Refused> {
    const DONE: Message = Message { message: "Your password is set. Your other sessions are over." };
    let answer = |(): &()| idempotency::okay(&DONE);
    resets::change(&app, caller, &sent.current, &sent.password, key.save(&answer)).await?;
    Ok(Json(DONE))
}
