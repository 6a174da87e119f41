//! Opening an account, and logging in.

use app::App;
use app::people::{Access, Registration, With};
use app::{registering, sessions};
use axum::extract::State;
use domain::facade::Facade;
use domain::password::{Password, Persona};
use domain::person::parted;
use domain::text::Email;
use domain::zone::Zone;
use edge::auth::{AuthRateLimit, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::reply::{Created, Json};
use edge::second_factor::EnteredCode;
use utoipa::openapi::ObjectBuilder;
use v1::Refused;

use super::shapes::{Registered, SessionTokens, password_twice};

/// No login name is longer.
const LONGEST_LOGIN_NAME: usize = 254;

pub(super) struct Wanted(Registration);

impl Parse for Wanted {
    const NAME: &str = "NewAccount";
    const ABOUT: &str = "A new account.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let email = fields.required("email", text(..).trimmed().email().about("Unique without regard to case."));
        let name = fields.required("full_name", text(1..=100).trimmed().example("Ada Lovelace"));
        let timezone = fields.or("timezone", text(..).trimmed().zone().about("An IANA name.").shaped(utc), Zone::utc());
        let (first_name, last_name) = parted(name.as_deref().unwrap_or_default());
        let address = email.as_ref().map_or("", Email::as_str);
        let persona = Persona { username: address, email: address, first_name: &first_name, last_name: &last_name };
        let judge = |text: &str| Password::parse(text, &persona);
        let password = password_twice(fields, &["password"], ["confirm_password", "password2"], judge);
        name?;
        Some(Self(Registration {
            username: None,
            email: email?,
            access: Access::Password(password?),
            first_name,
            last_name,
            timezone: timezone?,
        }))
    }
}

fn utc(schema: ObjectBuilder) -> ObjectBuilder {
    schema.default(Some("UTC".into()))
}

/// Open an account
///
/// It starts with one credit, and may act at once.
#[utoipa::path(
    post, path = "/api/v1/auth/register/",
    tag = "Platform: Accounts", operation_id = "accounts_register",
    responses(
        (status = 201, description = "The account and its first session", body = Registered),
        (status = 400, description = "`validation`: also when the e-mail is taken in any letter case"),
    )
)]
pub(super) async fn register(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(Wanted(registration)): Body<Wanted>,
) -> Result<Created<Registered>, Refused> {
    let opened = registering::anybody(&app, registration, Facade::SHARED, &origin).await?;
    Ok(Created(Registered::of("Your account is ready.", opened)))
}

pub(super) struct Login {
    email: String,
    password: String,
    code: EnteredCode,
}

impl Parse for Login {
    const NAME: &str = "AccountLogin";
    const ABOUT: &str = "Who logs in.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const LOGIN: &str = "The e-mail address or the username, in any letter case.";
        let email = text(1..=LONGEST_LOGIN_NAME).trimmed().about(LOGIN).example("ada@example.org");
        let email = fields.required(["email", "username"], email);
        let password = fields.required("password", text(1..).secret());
        let code = EnteredCode::nullable(fields);
        Some(Self { email: email?, password: password?, code: code? })
    }
}

/// Log in
///
/// By e-mail or username. An unknown name and a wrong password get the same answer, also when it is tried too often. From
/// where somebody signed in before, or with a token of theirs in `Authorization`, were it long over, they get in whatever
/// strangers tried.
#[utoipa::path(
    post, path = "/api/v1/auth/login/",
    tag = "Platform: Accounts", operation_id = "accounts_login",
    responses(
        (status = 200, description = "The account and a session", body = SessionTokens),
        (status = 401, description = "`invalid_credentials`: no account has this name and password; `otp_required`, `otp_invalid`: with two-factor login"),
        (status = 403, description = "`account_suspended`: log in is not possible"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures under this name"),
    )
)]
pub(super) async fn login(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(login): Body<Login>,
) -> Result<Json<SessionTokens>, Refused> {
    let with = With { password: &login.password, code: login.code.typed() };
    let opened = sessions::login(&app, &login.email, with, &origin).await?;
    Ok(Json(SessionTokens::of("You are logged in.", opened)))
}
