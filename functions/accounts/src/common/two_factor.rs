//! Two-factor login: switching it on and off (`tutoring.md` §4.6).

use app::{App, Error, two_factor};
use axum::extract::State;
use edge::auth::{Authenticated, AuthenticatedAtAuthRate};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::problem::Problem;
use edge::reply::Json;
use edge::second_factor::EnteredCode;
use serde::Serialize;
use utoipa::ToSchema;
use v1::Refused;

use super::shapes::Message;

/// How far the account is with it.
#[derive(Serialize, ToSchema)]
#[schema(as = TwoFactor)]
pub(super) struct Status {
    /// Every login asks for a code.
    enabled: bool,
    /// Of ten.
    recovery_codes_left: usize,
}

/// What an authenticator has to know.
#[derive(Serialize, ToSchema)]
#[schema(as = TwoFactorSetup)]
pub(super) struct SetUp {
    /// 160 bits in base32.
    secret: String,
    /// The same as authenticators read it.
    otpauth_uri: String,
}

/// Recovery codes: each works once in place of a one-time code. They are not shown again.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub(super) struct Codes {
    recovery_codes: Vec<String>,
}

pub(super) struct Owner {
    password: String,
}

impl Parse for Owner {
    const NAME: &str = "TwoFactorSetupRequest";
    const ABOUT: &str = "The password of the account.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { password: fields.required("password", text(1..).secret())? })
    }
}

pub(super) struct Shown {
    otp: String,
}

impl Parse for Shown {
    const NAME: &str = "OneTimeCode";
    const ABOUT: &str = "A code of the authenticator.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let otp = text(1..).trimmed().about("Six digits; blanks do not count.").example("864 010");
        Some(Self { otp: fields.required("otp", otp)? })
    }
}

pub(super) struct Farewell {
    password: String,
    code: EnteredCode,
    /// A field that has been sent, to be blamed should the code be wrong.
    field: &'static str,
}

impl Parse for Farewell {
    const NAME: &str = "TwoFactorDisable";
    const ABOUT: &str = "The password of the account, and a code.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let password = fields.required("password", text(1..).secret());
        let code = EnteredCode::nullable(fields)?;
        let field = match (fields.is_blank("otp"), fields.is_blank("recovery_code")) {
            (true, true) => return fields.refuse("otp", "A one-time code or a recovery code is required."),
            (true, false) => "recovery_code",
            (false, _) => "otp",
        };
        Some(Self { password: password?, code, field })
    }
}

/// A wrong password or code under the name of its field.
fn refusal(error: Error, code: &'static str) -> Refused {
    let sentence = error.to_string();
    match error {
        Error::WrongPassword => Problem::field("password", sentence).into(),
        Error::Refused(domain::Refusal::TwoFactor(domain::two_factor::Refusal::WrongCode)) => {
            Problem::field(code, sentence).into()
        }
        error => error.into(),
    }
}

/// Whether logins ask for a code
#[utoipa::path(
    get, path = "/api/v1/auth/2fa/",
    tag = "Platform: Accounts", operation_id = "accounts_two_factor",
    responses(
        (status = 200, description = "How far the account is with it", body = Status),
    )
)]
pub(super) async fn status(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Status>, Refused> {
    let status = two_factor::status(&app, caller).await?;
    Ok(Json(Status { enabled: status.is_on, recovery_codes_left: status.recovery_codes_left }))
}

/// Get a secret for an authenticator
///
/// Nothing asks for it before it is enabled. An older secret that was not enabled is void.
#[utoipa::path(
    post, path = "/api/v1/auth/2fa/setup/",
    tag = "Platform: Accounts", operation_id = "accounts_two_factor_setup",
    responses(
        (status = 200, description = "The secret, which is not shown again", body = SetUp),
        (status = 400, description = "`validation`: also when the password is wrong"),
        (status = 409, description = "`already_enabled`"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account's owner"),
    )
)]
pub(super) async fn set_up(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    Body(owner): Body<Owner>,
) -> Result<Json<SetUp>, Refused> {
    let set_up = two_factor::set_up(&app, caller, &owner.password).await.map_err(|error| refusal(error, "otp"))?;
    Ok(Json(SetUp { secret: set_up.secret, otpauth_uri: set_up.uri }))
}

/// Switch two-factor login on
///
/// By a code of the authenticator that was set up. From now on the logins of all products ask for one; sessions that are
/// open stay open.
#[utoipa::path(
    post, path = "/api/v1/auth/2fa/enable/",
    tag = "Platform: Accounts", operation_id = "accounts_two_factor_enable",
    responses(
        (status = 200, description = "It is on", body = Codes),
        (status = 400, description = "`validation`: also when the code is wrong, or nothing was set up"),
        (status = 409, description = "`already_enabled`"),
    )
)]
pub(super) async fn enable(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    Body(shown): Body<Shown>,
) -> Result<Json<Codes>, Refused> {
    Ok(Json(Codes { recovery_codes: two_factor::enable(&app, caller, &shown.otp).await? }))
}

/// Get other recovery codes
///
/// Those of before are dead. The one-time code is used up.
#[utoipa::path(
    post, path = "/api/v1/auth/2fa/recovery-codes/",
    tag = "Platform: Accounts", operation_id = "accounts_recovery_codes",
    responses(
        (status = 200, description = "Ten new ones", body = Codes),
        (status = 400, description = "`validation`: also when the code is wrong or was used"),
        (status = 409, description = "`not_enabled`"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account's owner"),
    )
)]
pub(super) async fn renew_codes(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    Body(shown): Body<Shown>,
) -> Result<Json<Codes>, Refused> {
    Ok(Json(Codes { recovery_codes: two_factor::renew_codes(&app, caller, &shown.otp).await? }))
}

/// Switch two-factor login off
#[utoipa::path(
    post, path = "/api/v1/auth/2fa/disable/",
    tag = "Platform: Accounts", operation_id = "accounts_two_factor_disable",
    responses(
        (status = 200, description = "It is off, and nothing of it is kept", body = Message),
        (status = 400, description = "`validation`: also when the password is wrong, or the code is wrong or was used"),
        (status = 409, description = "`not_enabled`"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account's owner"),
    )
)]
pub(super) async fn disable(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    Body(sent): Body<Farewell>,
) -> Result<Json<Message>, Refused> {
    let done = two_factor::disable(&app, caller, &sent.password, sent.code.typed()).await;
    done.map_err(|error| refusal(error, sent.field))?;
    Ok(Json(Message { message: "Two-factor login is off." }))
}
