//! Whoever acts and the event in the path, looked up before the body is read: so 403 and 404 come before 400.

use app::caller::Caller;
use app::{App, gatherings};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::community::Author;
use domain::gathering::GatheringSeen;
use domain::ids::GatheringId;
use edge::auth::Authenticated;
use edge::operation::{Describe, Described};
use edge::path::PathId;
use mentorship::{Refused, signature};

/// Somebody who may announce events.
#[derive(Clone, Debug)]
pub struct Organiser(pub(super) Author);

impl FromRequestParts<App> for Organiser {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        Ok(Self(signature::of_organiser(app, caller).await?))
    }
}

impl Describe for Organiser {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, "`role_required`: for mentors and administrators; `not_approved`");
    }
}

/// An event that the caller may change.
#[derive(Clone, Debug)]
pub struct OwnEvent(pub(super) Caller, pub(super) GatheringSeen);

impl FromRequestParts<App> for OwnEvent {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<GatheringId>::from_request_parts(parts, app).await?;
        Ok(Self(caller, gatherings::own(app, caller, id).await?))
    }
}

impl Describe for OwnEvent {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        PathId::<GatheringId>::describe(operation);
        operation.refuses(403, "`forbidden`: somebody else's");
    }
}
