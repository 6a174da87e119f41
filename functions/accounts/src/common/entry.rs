//! Opening an account, and logging in.

use app::App;
use app::people::Registration;
use app::sessions;
use axum::extract::State;
use domain::password::{Password, Persona};
use domain::person::parted;
use domain::text::Email;
use domain::zone::Zone;
use edge::auth::{AuthRateLimit, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::reply::{Created, Json};
use utoipa::ToSchema;
use v1::Refused;

use super::shapes::{Registered, SessionTokens, password_twice};

/// No login name is longer.
const LONGEST_LOGIN_NAME: usize = 254;

#[derive(ToSchema)]
#[schema(as = NewAccount)]
#[expect(dead_code, reason = "documents the body; `Wanted` is what is read from it")]
pub(super) struct Register {
    /// At most 254 characters; unique without regard to case.
    #[schema(max_length = 254, format = Email, example = "ada@example.org")]
    email: String,
    #[schema(min_length = 1, max_length = 100, example = "Ada Lovelace")]
    full_name: String,
    /// 8 to 128 characters; not all digits, not a common password, not your name or e-mail.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: String,
    /// The same again; also taken as `password2`.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    confirm_password: String,
    /// An IANA name.
    #[schema(nullable = false, default = "UTC", example = "Europe/Berlin")]
    timezone: Option<String>,
}

pub(super) struct Wanted(Registration);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let email = fields.required("email", text(..).trimmed().parse(Email::parse));
        let name = fields.required("full_name", text(1..=100).trimmed());
        let timezone = fields.or("timezone", text(..).trimmed().parse(Zone::parse), Zone::utc());
        let (first_name, last_name) = parted(name.as_deref().unwrap_or_default());
        let address = email.as_ref().map_or("", Email::as_str);
        let persona = Persona { username: address, email: address, first_name: &first_name, last_name: &last_name };
        let judge = |text: &str| Password::parse(text, &persona);
        let password = password_twice(fields, &["password"], ["confirm_password", "password2"], judge);
        name?;
        Some(Self(Registration {
            username: None,
            email: email?,
            password: password?,
            first_name,
            last_name,
            timezone: timezone?,
        }))
    }
}

/// Open an account
///
/// It starts with one credit, and may act at once.
#[utoipa::path(
    post, path = "/api/v1/auth/register/", tag = "Consultations: Accounts", security(()), request_body = Register,
    responses(
        (status = 201, description = "The account and its first session", body = Registered),
        (status = 400, description = "`validation`, also when the e-mail is taken in any letter case"),
        (status = 429, description = "`rate_limited`: too often from this address"),
    )
)]
pub(super) async fn register(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(Wanted(registration)): Body<Wanted>,
) -> Result<Created<Registered>, Refused> {
    let opened = sessions::register(&app, registration, &origin).await?;
    Ok(Created(Registered::of("Your account is ready.", opened)))
}

#[derive(ToSchema)]
#[schema(as = AccountLogin)]
pub(super) struct Login {
    /// The e-mail address or the username, in any letter case.
    #[schema(min_length = 1, max_length = 254, example = "ada@example.org")]
    email: String,
    #[schema(min_length = 1, format = Password)]
    password: String,
    /// The one-time code, if this account has two-factor login.
    #[expect(dead_code, reason = "no account can have two-factor login yet")]
    otp: Option<String>,
    /// A recovery code in place of the one-time code.
    #[expect(dead_code, reason = "no account can have two-factor login yet")]
    recovery_code: Option<String>,
}

impl Parse for Login {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let email = fields.required(["email", "username"], text(1..=LONGEST_LOGIN_NAME).trimmed());
        let password = fields.required("password", text(1..));
        let otp = fields.nullable("otp", text(..));
        let recovery_code = fields.nullable("recovery_code", text(..));
        Some(Self { email: email?, password: password?, otp: otp?.value(), recovery_code: recovery_code?.value() })
    }
}

/// Log in
///
/// By e-mail or username. An unknown name and a wrong password get the same answer.
#[utoipa::path(
    post, path = "/api/v1/auth/login/", tag = "Consultations: Accounts", security(()), request_body = Login,
    responses(
        (status = 200, description = "The account and a session", body = SessionTokens),
        (status = 401, description = "`invalid_credentials`; `otp_required` or `otp_invalid` with two-factor login"),
        (status = 403, description = "`account_suspended`"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures of this account"),
    )
)]
pub(super) async fn login(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(login): Body<Login>,
) -> Result<Json<SessionTokens>, Refused> {
    let opened = sessions::login(&app, &login.email, &login.password, &origin).await?;
    Ok(Json(SessionTokens::of("You are logged in.", opened)))
}
