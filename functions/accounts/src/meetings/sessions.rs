//! Getting a token, and giving it up.

use app::App;
use app::people::{self, Access, Registration, With};
use axum::extract::State;
use domain::password::{Password, Persona};
use domain::text::{Email, Username};
use domain::zone::Zone;
use edge::auth::{AuthRateLimit, Authenticated, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, text};
use edge::reply::{Created, Json};
use edge::second_factor::EnteredCode;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;

/// No login name is longer: an e-mail has at most so many characters, a username fewer.
const LONGEST_LOGIN_NAME: usize = 254;

pub(crate) struct Register {
    username: Username,
    email: Email,
    password: Password,
    first_name: String,
    last_name: String,
}

const PASSWORD: &str = "Not all digits, not a common password, not your username, name or e-mail.";

fn of_username(schema: ObjectBuilder) -> ObjectBuilder {
    schema.min_length(Some(1)).max_length(Some(Username::LONGEST))
}

impl Parse for Register {
    const NAME: &str = "Register";
    const ABOUT: &str = "A new account.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const USERNAME: &str = "Letters, digits and `@ . + - _`; unique without regard to case.";
        const EMAIL: &str = "Unique without regard to case; never shown to others.";
        let username = text(..).parse(Username::parse).shaped(of_username).about(USERNAME).example("ada");
        let username = fields.required("username", username);
        let email = fields.required("email", text(..).email().about(EMAIL));
        let first_name = fields.or("first_name", text(..=150), "");
        let last_name = fields.or("last_name", text(..=150), "");
        let persona = Persona {
            username: username.as_ref().map_or("", Username::as_str),
            email: email.as_ref().map_or("", Email::as_str),
            first_name: first_name.as_deref().unwrap_or(""),
            last_name: last_name.as_deref().unwrap_or(""),
        };
        let password = text(..).password(|text| Password::parse(text, &persona)).about(PASSWORD);
        let password = fields.required("password", password);
        Some(Self {
            username: username?,
            email: email?,
            password: password?,
            first_name: first_name?,
            last_name: last_name?,
        })
    }
}

pub(crate) struct Login {
    username: String,
    password: String,
    code: EnteredCode,
}

impl Parse for Login {
    const NAME: &str = "Login";
    const ABOUT: &str = "Who logs in.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const LOGIN: &str = "The username or the e-mail address, in any letter case.";
        let username = fields.required("username", text(1..=LONGEST_LOGIN_NAME).about(LOGIN).example("ada"));
        let password = fields.required("password", text(1..).secret());
        let code = EnteredCode::optional(fields);
        Some(Self { username: username?, password: password?, code: code? })
    }
}

/// An account and a token for it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionToken {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    /// Opaque. Valid for 24 hours or until logout.
    token: String,
}

impl From<people::SignedIn> for SessionToken {
    fn from(session: people::SignedIn) -> Self {
        let user = session.user;
        Self {
            id: user.id.get(),
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            first_name: user.first_name,
            last_name: user.last_name,
            token: session.token,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedOut {
    /// Always true.
    success: bool,
    message: &'static str,
}

/// Open an account
///
/// It starts with one credit, and the token can be used at once.
#[utoipa::path(
    post, path = "/api/users/register/",
    tag = "Meetings: Accounts", operation_id = "meetings_users_register",
    responses(
        (status = 201, description = "The account and a token", body = SessionToken),
        (status = 400, description = "`validation`: also when the username or the e-mail is taken"),
    )
)]
pub(crate) async fn register(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(wanted): Body<Register>,
) -> Result<Created<SessionToken>, Refused> {
    let registration = Registration {
        username: Some(wanted.username),
        email: wanted.email,
        access: Access::Password(wanted.password),
        first_name: wanted.first_name,
        last_name: wanted.last_name,
        timezone: Zone::utc(),
    };
    let session = people::register(&app, registration, &origin).await?;
    Ok(Created(session.into()))
}

/// Log in
///
/// By username or e-mail. An unknown name and a wrong password get the same answer, also when it is tried too often. From
/// where somebody signed in before, or with a token of theirs in `Authorization`, were it long over, they get in whatever
/// strangers tried.
#[utoipa::path(
    post, path = "/api/users/login/",
    tag = "Meetings: Accounts", operation_id = "meetings_users_login",
    responses(
        (status = 200, description = "The account and a token", body = SessionToken),
        (status = 401, description = "`invalid_credentials`: no account has this name and password; `otp_required`, `otp_invalid`: with two-factor login"),
        (status = 403, description = "`account_suspended`: log in is not possible"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures under this name"),
    )
)]
pub(crate) async fn login(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(login): Body<Login>,
) -> Result<Json<SessionToken>, Refused> {
    let with = With { password: &login.password, code: login.code.typed() };
    let session = people::login(&app, &login.username, with, &origin).await?;
    Ok(Json(session.into()))
}

/// Log out
///
/// Ends the session of this token at once; other sessions live on. Needs no body.
#[utoipa::path(
    post, path = "/api/users/logout/",
    tag = "Meetings: Accounts", operation_id = "meetings_users_logout",
    responses(
        (status = 200, description = "The token is dead", body = LoggedOut),
    )
)]
pub(crate) async fn logout(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<LoggedOut>, Refused> {
    people::logout(&app, caller).await?;
    Ok(Json(LoggedOut { success: true, message: "You are logged out." }))
}
