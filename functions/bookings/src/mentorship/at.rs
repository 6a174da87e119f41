//! The session in the path, looked up for its caller in the role the path is for, before the body is read: 403 for who lacks
//! the role, 404 for who is not of the session, and both before 400.

use app::bookings::{self, Seated};
use app::{App, Common, people};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use domain::booking::Seat;
use domain::ids::BookingId;
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::Parse;
use edge::operation::{Describe, Described};
use edge::path::PathId;
use mentorship::Refused;

/// As its student.
#[derive(Clone, Debug)]
pub(crate) struct AtStudent(pub(super) app::caller::Caller, pub(super) Seated);

/// As its mentor.
#[derive(Clone, Debug)]
pub(crate) struct AtMentor(pub(super) app::caller::Caller, pub(super) Seated);

async fn at(parts: &mut Parts, app: &App, seat: Seat) -> Result<(app::caller::Caller, Seated), Refused> {
    let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
    let found = match PathId::<BookingId>::from_request_parts(parts, app).await {
        Ok(PathId(id)) => app.store.booking(id).await.map_err(app::Error::from)?,
        Err(_) => None,
    };
    match found {
        // Whoever sits there has the role.
        Some(booking) if booking.party(seat).id == caller.user() => Ok((caller, Seated { booking, seat })),
        _ => Err(lacks_role(app, caller, seat, Common::NotFound.into()).await),
    }
}

/// What somebody is told who is refused: that they lack the role, if they do.
pub(super) async fn lacks_role(app: &App, caller: app::caller::Caller, role: Seat, refused: Refused) -> Refused {
    match people::me(app, caller).await {
        Ok(user) => match user.has_role(role) {
            Ok(()) => refused,
            Err(refusal) => app::Error::from(refusal).into(),
        },
        Err(error) => error.into(),
    }
}

impl FromRequestParts<App> for AtStudent {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        at(parts, app, Seat::Learner).await.map(|(caller, at)| Self(caller, at))
    }
}

impl FromRequestParts<App> for AtMentor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        at(parts, app, Seat::Expert).await.map(|(caller, at)| Self(caller, at))
    }
}

/// For one of the two, whichever role.
pub(crate) async fn party(app: &App, caller: app::caller::Caller, id: BookingId) -> app::Result<Seated> {
    bookings::find(app, caller, id).await
}

/// A body of somebody who may not be a student: then that is said before what is wrong with the body.
#[derive(Debug)]
pub(crate) struct FromStudent<T>(pub(super) app::caller::Caller, pub(super) T);

impl<T: Parse + Send> FromRequest<App> for FromStudent<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let Authenticated(caller) = Authenticated::from_request_parts(&mut parts, app).await?;
        match Body::<T>::from_request(Request::from_parts(parts, body), app).await {
            Ok(Body(body)) => Ok(Self(caller, body)),
            Err(problem) => Err(lacks_role(app, caller, Seat::Learner, problem.into()).await),
        }
    }
}

impl<T: Parse> Describe for FromStudent<T> {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        Body::<T>::describe(operation);
        operation.refuses(403, "`role_required`: for students");
    }
}

impl Describe for AtStudent {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        PathId::<BookingId>::describe(operation);
        operation.refuses(403, "`role_required`: for students");
    }
}

impl Describe for AtMentor {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        PathId::<BookingId>::describe(operation);
        operation.refuses(403, "`role_required`: for mentors");
    }
}
