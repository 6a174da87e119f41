//! Who may enter where (`mentorship.md` §1): students, mentors, administrators. Everybody else hears 403 `role_required`,
//! before path and body are judged.

use app::caller::{Caller, Staff};
use app::details::Description;
use app::{App, details, people, serials};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::details::Details;
use domain::lifecycle::Seat;
use domain::person::{Refusal, User};
use domain::presence::Presence;
use domain::serial::Serial;
use edge::asks_for;
use edge::auth::{Authenticated, SignedFirst};
use edge::operation::{Describe, Described};

use crate::Refused;

/// A student as they are now, with their number, which they get with their first call.
#[derive(Clone, Debug)]
pub struct AsStudent {
    pub caller: Caller,
    pub user: User,
    pub serial: Serial,
}

/// The same of a mentor, approved or not.
#[derive(Clone, Debug)]
pub struct AsMentor {
    pub caller: Caller,
    pub user: User,
    pub serial: Serial,
}

/// A student with what they say of themselves, read together.
#[derive(Clone, Debug)]
pub struct StudentProfile {
    pub caller: Caller,
    pub user: User,
    pub serial: Serial,
    pub details: Details,
}

/// The same of a mentor.
#[derive(Clone, Debug)]
pub struct MentorProfile {
    pub caller: Caller,
    pub user: User,
    pub serial: Serial,
    pub details: Details,
    pub presence: Presence,
}

/// An administrator.
#[derive(Clone, Copy, Debug)]
pub struct AsAdmin(pub Staff);

async fn enter(parts: &mut Parts, app: &App, role: Seat) -> Result<(Caller, User, Serial), Refused> {
    let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
    let user = people::me(app, caller).await?;
    let (user, serial) = numbered(parts, app, user, role).await?;
    Ok((caller, user, serial))
}

async fn numbered(parts: &mut Parts, app: &App, user: User, role: Seat) -> Result<(User, Serial), Refused> {
    user.has_role(role).map_err(app::Error::from)?;
    if user.serials.of(role).is_none() {
        // A number is given only to whom the gate lets in.
        SignedFirst::from_request_parts(parts, app).await?;
    }
    Ok(serials::ensure(app, user, role).await?)
}

async fn look(parts: &mut Parts, app: &App, role: Seat) -> Result<(Caller, User, Serial, Description), Refused> {
    let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
    let (user, described) = details::mine(app, caller, role).await?;
    let (user, serial) = numbered(parts, app, user, role).await?;
    Ok((caller, user, serial, described))
}

impl FromRequestParts<App> for StudentProfile {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let (caller, user, serial, described) = look(parts, app, Seat::Learner).await?;
        Ok(Self { caller, user, serial, details: described.details })
    }
}

impl FromRequestParts<App> for MentorProfile {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let (caller, user, serial, described) = look(parts, app, Seat::Expert).await?;
        let Description { details, presence } = described;
        Ok(Self { caller, user, serial, details, presence })
    }
}

asks_for! {
    StudentProfile: AsStudent;
    MentorProfile: AsMentor;
}

impl FromRequestParts<App> for AsStudent {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let (caller, user, serial) = enter(parts, app, Seat::Learner).await?;
        Ok(Self { caller, user, serial })
    }
}

impl FromRequestParts<App> for AsMentor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let (caller, user, serial) = enter(parts, app, Seat::Expert).await?;
        Ok(Self { caller, user, serial })
    }
}

impl FromRequestParts<App> for AsAdmin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let SignedFirst(caller) = SignedFirst::from_request_parts(parts, app).await?;
        Ok(Self(Staff::of(caller).ok_or(app::Error::from(Refusal::RoleMissing))?))
    }
}

impl Describe for AsStudent {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, "`role_required`: for students");
    }
}

impl Describe for AsMentor {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, "`role_required`: for mentors");
    }
}

impl Describe for AsAdmin {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, "`role_required`: for administrators");
    }
}
