//! The slot or booking in the path, looked up for its caller before the body is read: 404 for strangers, then 403 for whom a
//! step never is, and both before 400.

use app::bookings::{self, BookingOfTwo, ToMove};
use app::openings::{self, OwnSlot};
use app::{App, Common};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::booking::Actor;
use domain::ids::{BookingId, SlotId};
use edge::auth::{AdminOnly, Authenticated, SignedFirst};
use edge::operation::{Describe, Described};
use edge::path::PathId;
use tutoring::Refused;

/// A booking, for its two parties and for administrators.
#[derive(Clone, Debug)]
pub(crate) struct AtBooking(pub(super) BookingOfTwo);

/// For its tutor.
#[derive(Clone, Debug)]
pub(crate) struct AtTutor(pub(super) BookingOfTwo);

/// For its student.
#[derive(Clone, Debug)]
pub(crate) struct AtStudent(pub(super) BookingOfTwo);

/// For its two parties, and nobody else.
#[derive(Clone, Debug)]
pub(crate) struct AtParty(pub(super) BookingOfTwo);

/// For administrators, who are told first that it does not exist.
#[derive(Clone, Debug)]
pub(crate) struct AtStaff(pub(super) BookingOfTwo);

/// For a party that gives it another time.
#[derive(Debug)]
pub(crate) struct Moving(pub(super) ToMove);

/// A slot, for its tutor.
#[derive(Clone, Debug)]
pub(crate) struct AtOwnSlot(pub(super) OwnSlot);

impl FromRequestParts<App> for AtBooking {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let SignedFirst(caller) = SignedFirst::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<BookingId>::from_request_parts(parts, app).await?;
        Ok(Self(bookings::at(app, caller, id).await?))
    }
}

async fn as_one_of(parts: &mut Parts, app: &App, actors: &[Actor]) -> Result<BookingOfTwo, Refused> {
    let AtBooking(at) = AtBooking::from_request_parts(parts, app).await?;
    if actors.contains(&at.actor) { Ok(at) } else { Err(Common::Forbidden.into()) }
}

impl FromRequestParts<App> for AtTutor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        as_one_of(parts, app, &[Actor::Expert]).await.map(Self)
    }
}

impl FromRequestParts<App> for AtStudent {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        as_one_of(parts, app, &[Actor::Learner]).await.map(Self)
    }
}

impl FromRequestParts<App> for AtParty {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        as_one_of(parts, app, &[Actor::Learner, Actor::Expert]).await.map(Self)
    }
}

impl FromRequestParts<App> for AtStaff {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let AdminOnly(staff) = AdminOnly::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<BookingId>::from_request_parts(parts, app).await?;
        let at = bookings::at(app, staff.caller(), id).await?;
        // Of a booking of their own they decide as an administrator, too.
        Ok(Self(BookingOfTwo { actor: Actor::Staff, ..at }))
    }
}

impl FromRequestParts<App> for Moving {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let SignedFirst(caller) = SignedFirst::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<BookingId>::from_request_parts(parts, app).await?;
        Ok(Self(bookings::to_move(app, caller, id).await?))
    }
}

impl FromRequestParts<App> for AtOwnSlot {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<SlotId>::from_request_parts(parts, app).await?;
        Ok(Self(openings::own(app, caller, id).await?))
    }
}

edge::asks_for! {
    AtBooking: SignedFirst, PathId<BookingId>;
    AtStaff: AdminOnly, PathId<BookingId>;
}

impl Describe for AtTutor {
    fn describe(operation: &mut Described) {
        AtBooking::describe(operation);
        operation.refuses(403, "`forbidden`: for its tutor");
    }
}

impl Describe for AtStudent {
    fn describe(operation: &mut Described) {
        AtBooking::describe(operation);
        operation.refuses(403, "`forbidden`: for its student");
    }
}

impl Describe for AtParty {
    fn describe(operation: &mut Described) {
        AtBooking::describe(operation);
        operation.refuses(403, "`forbidden`: for its student and its tutor");
    }
}

impl Describe for Moving {
    fn describe(operation: &mut Described) {
        AtParty::describe(operation);
    }
}

impl Describe for AtOwnSlot {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        PathId::<SlotId>::describe(operation);
        operation.refuses(403, "`forbidden`: for its tutor; `not_approved`: for an approved one only");
    }
}
