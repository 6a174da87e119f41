//! The consultation in the path, looked up for its caller before the body is read: so 404 and 403 come before 400.

use app::bookings::{self, Replaceable, Seated};
use app::{App, Common};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use consultations::Refused;
use domain::booking::Seat;
use domain::ids::BookingId;
use edge::auth::Authenticated;
use edge::path::PathId;

/// For one of its two parties. An administrator who is none hears that it is not theirs; for everybody else it does not
/// exist.
#[derive(Clone, Debug)]
pub(crate) struct Party(pub(super) Seated);

impl FromRequestParts<App> for Party {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<BookingId>::from_request_parts(parts, app).await?;
        Ok(Self(bookings::own(app, caller, id).await?))
    }
}

/// For its client only.
#[derive(Clone, Debug)]
pub(crate) struct Client(pub(super) Seated);

impl FromRequestParts<App> for Client {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Party(at) = Party::from_request_parts(parts, app).await?;
        if at.seat == Seat::Learner { Ok(Self(at)) } else { Err(Common::Forbidden.into()) }
    }
}

/// For its client, with whom another is booked with in its place.
#[derive(Debug)]
pub(crate) struct ToReplace(pub(super) Replaceable);

impl FromRequestParts<App> for ToReplace {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<BookingId>::from_request_parts(parts, app).await?;
        Ok(Self(bookings::replaceable(app, caller, id).await?))
    }
}

edge::asks_for! {
    Party: Authenticated, PathId<BookingId>;
    Client: Party;
    ToReplace: Authenticated, PathId<BookingId>;
}
