//! Registering as a student or as a mentor.

use app::App;
use app::joining::{self, Door, Joined};
use app::people::{Access, Registration};
use axum::extract::State;
use domain::details::Details;
use domain::facade::Facade;
use domain::lifecycle::Seat;
use domain::password::{Password, Persona};
use domain::person::parted;
use domain::presence::Presence;
use domain::text::Email;
use domain::zone::Zone;
use edge::auth::{AuthRateLimit, KnownCaller, RequestOrigin};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, boolean, text};
use edge::reply::Created;
use mentorship::ids::shown;
use mentorship::{Mentor, Refused, Student};
use serde::Serialize;
use utoipa::ToSchema;

use super::passwords::PASSWORD;

const EMAIL: &str =
    "Unique without regard to case. That of an account without this role, with its password, adds the role.";

pub(crate) struct Wanted(Registration);

impl Parse for Wanted {
    const NAME: &str = "MentorshipRegistration";
    const ABOUT: &str = "A new student or mentor.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name", text(1..=100).trimmed().example("Ada Lovelace"));
        let email = fields.required("email", text(..).trimmed().email().about(EMAIL));
        let accepted = |accepted| if accepted { Ok(()) } else { Err("The terms must be accepted.") };
        let accepted = fields.required("accepted_terms", boolean().then(accepted).about("Must be true."));
        let (first_name, last_name) = parted(name.as_deref().unwrap_or_default());
        let address = email.as_ref().map_or("", Email::as_str);
        let persona = Persona { username: address, email: address, first_name: &first_name, last_name: &last_name };
        let judged = text(..).password(|text| Password::parse(text, &persona)).about(PASSWORD);
        let password = fields.required("password", judged);
        accepted.and(name)?;
        let (email, password) = (email?, password?);
        let access = Access::Password(password);
        Some(Self(Registration { username: None, email, access, first_name, last_name, timezone: Zone::utc() }))
    }
}

/// A new student.
#[derive(Serialize, ToSchema)]
#[schema(as = StudentRegistered)]
pub(crate) struct RegisteredStudent {
    message: &'static str,
    student_id: String,
    /// Good for a week, or until logout.
    token: String,
    user: Student,
}

/// A new mentor.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorRegistered)]
pub(crate) struct RegisteredMentor {
    message: &'static str,
    mentor_id: String,
    /// Good for a week, or until logout.
    token: String,
    /// Always false: an administrator has to approve first.
    is_approved: bool,
    user: Mentor,
}

/// Register as a student
///
/// With the e-mail and the password, or a token, of an account that is no student yet, that account becomes one too.
#[utoipa::path(
    post, path = "/api/auth/student/register/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_student_register",
    responses(
        (status = 201, description = "The student, and a token", body = RegisteredStudent),
        (status = 400, description = "`validation`: also when the e-mail is taken"),
    )
)]
pub(crate) async fn register_student(
    State(app): State<App>,
    _: AuthRateLimit,
    KnownCaller(known): KnownCaller,
    RequestOrigin(origin): RequestOrigin,
    Body(Wanted(registration)): Body<Wanted>,
) -> Result<Created<RegisteredStudent>, Refused> {
    let door = Door { role: Seat::Learner, facade: Facade::Mentorship };
    let Joined { user, serial, token } = joining::join(&app, registration, door, known, &origin).await?;
    Ok(Created(RegisteredStudent {
        message: "Welcome. A mail with a link to verify your address is on its way.",
        student_id: shown(Seat::Learner, serial),
        token,
        user: Student::of(&app, &user, serial, &Details::of(Seat::Learner)).await?,
    }))
}

/// Register as a mentor
///
/// With the e-mail and the password, or a token, of an account that is no mentor yet, that account becomes one too. Nobody
/// can book a mentor before an administrator has approved them.
#[utoipa::path(
    post, path = "/api/auth/mentor/register/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_mentor_register",
    responses(
        (status = 201, description = "The mentor, and a token", body = RegisteredMentor),
        (status = 400, description = "`validation`: also when the e-mail is taken"),
    )
)]
pub(crate) async fn register_mentor(
    State(app): State<App>,
    _: AuthRateLimit,
    KnownCaller(known): KnownCaller,
    RequestOrigin(origin): RequestOrigin,
    Body(Wanted(registration)): Body<Wanted>,
) -> Result<Created<RegisteredMentor>, Refused> {
    let door = Door { role: Seat::Expert, facade: Facade::Mentorship };
    let Joined { user, serial, token } = joining::join(&app, registration, door, known, &origin).await?;
    Ok(Created(RegisteredMentor {
        message: "Welcome. A mail with a link to verify your address is on its way; an administrator will look at your profile.",
        mentor_id: shown(Seat::Expert, serial),
        token,
        is_approved: false,
        user: Mentor::of(&app, &user, serial, &Details::of(Seat::Expert), Presence::default()).await?,
    }))
}
