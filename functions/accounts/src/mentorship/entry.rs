//! Logging in and out.

use app::details::Description;
use app::logins::{self, LoggedIn, Wish};
use app::people::With;
use app::{App, details, people};
use axum::extract::State;
use domain::lifecycle::Seat;
use edge::auth::{AuthRateLimit, Authenticated, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, one_of, text};
use edge::reply::Json;
use edge::second_factor::EnteredCode;
use mentorship::ids::{read, shown};
use mentorship::{Mentor, Refused, Student};
use serde::Serialize;
use utoipa::ToSchema;

use super::Message;

/// No login name is longer.
const LONGEST_LOGIN_NAME: usize = 254;

pub(super) const ROLES: &[(&str, Seat)] = &[("student", Seat::Learner), ("mentor", Seat::Expert)];

pub(crate) struct Login {
    name: String,
    password: String,
    role: Option<Seat>,
    code: EnteredCode,
}

impl Parse for Login {
    const NAME: &str = "MentorshipLogin";
    const ABOUT: &str = "Who logs in.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const LOGIN: &str = "The e-mail address, or the id of a student or mentor.";
        let name = text(1..=LONGEST_LOGIN_NAME).trimmed().about(LOGIN).example("ada@example.org");
        let name = fields.required(["email", "user_id", "username"], name);
        let password = fields.required("password", text(1..).secret());
        let role = fields.nullable("role", one_of(ROLES).about("As whom; by default what the name says."));
        let code = EnteredCode::nullable(fields);
        Some(Self { name: name?, password: password?, role: role?.value(), code: code? })
    }
}

edge::words! {
    /// As whom somebody is logged in.
    pub(crate) UserType = ["admin", "student", "mentor"]
}

/// An administrator.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipAdministrator)]
pub(crate) struct Administrator {
    id: i64,
    email: String,
    name: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = MentorshipUser)]
pub(crate) enum LoggedInUser {
    Student(Student),
    Mentor(Mentor),
    Administrator(Administrator),
}

/// Somebody and a token.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipSession)]
pub(crate) struct SessionToken {
    message: &'static str,
    /// Good for a week, or until logout.
    token: String,
    #[schema(value_type = UserType)]
    user_type: &'static str,
    /// Of whoever is a student.
    #[serde(skip_serializing_if = "Option::is_none")]
    student_id: Option<String>,
    /// Of whoever is a mentor.
    #[serde(skip_serializing_if = "Option::is_none")]
    mentor_id: Option<String>,
    user: LoggedInUser,
}

impl SessionToken {
    pub(super) async fn of(app: &App, message: &'static str, logged_in: LoggedIn) -> app::Result<Self> {
        let LoggedIn { user, token, role } = logged_in;
        let serial = |role: Seat| user.serials.of(role);
        let (user_type, shown_as) = match role.and_then(|role| Some((role, serial(role)?))) {
            Some((Seat::Learner, serial)) => {
                let Description { details, .. } = details::of(app, &user, Seat::Learner).await?;
                ("student", LoggedInUser::Student(Student::of(app, &user, serial, &details).await?))
            }
            Some((Seat::Expert, serial)) => {
                let Description { details, presence } = details::of(app, &user, Seat::Expert).await?;
                ("mentor", LoggedInUser::Mentor(Mentor::of(app, &user, serial, &details, presence).await?))
            }
            None => {
                let email = user.email.as_str().to_owned();
                ("admin", LoggedInUser::Administrator(Administrator { id: user.id.get(), email, name: user.name() }))
            }
        };
        let id = |role: Seat| serial(role).map(|serial| shown(role, serial));
        Ok(Self {
            message,
            token,
            user_type,
            student_id: id(Seat::Learner),
            mentor_id: id(Seat::Expert),
            user: shown_as,
        })
    }
}

/// Log in
///
/// By e-mail, or by the id of a student or mentor. An unknown name and a wrong password get the same answer, also when it is
/// tried too often.
#[utoipa::path(
    post, path = "/api/auth/login/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_login",
    responses(
        (status = 200, description = "The account and a token", body = SessionToken),
        (status = 401, description = "`invalid_credentials`: no account has this name and password; `otp_required`, `otp_invalid`: with two-factor login"),
        (status = 403, description = "`account_suspended`: log in is not possible; `role_required`: the account lacks the role that was asked for"),
        (status = 429, description = "`rate_limited`: too often from this address, or too many failures under this name"),
    )
)]
pub(crate) async fn login(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(login): Body<Login>,
) -> Result<Json<SessionToken>, Refused> {
    let wish = Wish { name: &login.name, number: read(&login.name), role: login.role };
    let with = With { password: &login.password, code: login.code.typed() };
    let logged_in = logins::login(&app, wish, with, &origin).await?;
    Ok(Json(SessionToken::of(&app, "You are logged in.", logged_in).await?))
}

/// Log out
///
/// This token is dead at once, everywhere. Needs no body.
#[utoipa::path(
    post, path = "/api/auth/logout/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_logout",
    responses(
        (status = 200, description = "The token is dead", body = Message),
    )
)]
pub(crate) async fn logout(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Message>, Refused> {
    people::logout(&app, caller).await?;
    Ok(Json(Message { message: "You are logged out." }))
}
