//! Whom or what a request is about, looked up before query and body are read: so 403 and 404 come before 400.

use app::applications::{self, Applicant};
use app::caller::Staff;
use app::documents::{self, Sender};
use app::slots::{self, OnDate};
use app::{App, experts, suspensions};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use consultations::Refused;
use domain::application::Application;
use domain::ids::{ApplicationId, DocumentId, UserId};
use domain::person::User;
use edge::auth::{AdminOnly, Authenticated};
use edge::body::Body;
use edge::form::Parse;
use edge::operation::{Describe, Described};
use edge::path::PathId;

/// An expert everybody may look at. Who looks is to be asked before.
#[derive(Clone, Debug)]
pub(crate) struct ShownExpert(pub(super) User);

impl FromRequestParts<App> for ShownExpert {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let PathId(id) = PathId::<UserId>::from_request_parts(parts, app).await?;
        Ok(Self(experts::find(app, id).await?))
    }
}

/// The same with what decides their free times.
#[derive(Clone, Debug)]
pub(crate) struct ExpertsTimes(pub(super) UserId, pub(super) OnDate);

impl FromRequestParts<App> for ExpertsTimes {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let PathId(id) = PathId::<UserId>::from_request_parts(parts, app).await?;
        Ok(Self(id, slots::of_expert(app, id).await?))
    }
}

/// The caller, who may apply.
#[derive(Clone, Debug)]
pub(crate) struct Applying(pub(super) Applicant);

impl FromRequestParts<App> for Applying {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        Ok(Self(applications::applicant(app, caller).await?))
    }
}

/// The caller, who may send documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending(pub(super) Sender);

impl FromRequestParts<App> for Sending {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        Ok(Self(documents::sender(app, caller).await?))
    }
}

/// An application, before an administrator.
#[derive(Clone, Debug)]
pub(crate) struct ReviewedApplication(pub(super) Staff, pub(super) Application);

impl FromRequestParts<App> for ReviewedApplication {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let AdminOnly(staff) = AdminOnly::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<ApplicationId>::from_request_parts(parts, app).await?;
        Ok(Self(staff, applications::find(app, staff, id).await?))
    }
}

/// An expert in whatever standing, before an administrator.
#[derive(Clone, Debug)]
pub(crate) struct JudgedExpert(pub(super) Staff, pub(super) User);

impl FromRequestParts<App> for JudgedExpert {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let AdminOnly(staff) = AdminOnly::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<UserId>::from_request_parts(parts, app).await?;
        Ok(Self(staff, suspensions::find(app, staff, id).await?))
    }
}

/// What an administrator says of the document in the path. It is written without being read before, so it is looked up
/// only where the body is refused: a document that does not exist is 404 all the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaidOfDocument<T>(pub(super) Staff, pub(super) DocumentId, pub(super) T);

impl<T: Parse + Send> FromRequest<App> for SaidOfDocument<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let AdminOnly(staff) = AdminOnly::from_request_parts(&mut parts, app).await?;
        let PathId(id) = PathId::<DocumentId>::from_request_parts(&mut parts, app).await?;
        match Body::from_request(Request::from_parts(parts, body), app).await {
            Ok(Body(said)) => Ok(Self(staff, id, said)),
            Err(problem) => {
                documents::exists(app, staff, id).await?;
                Err(problem.into())
            }
        }
    }
}

edge::asks_for! {
    ShownExpert: PathId<UserId>;
    ExpertsTimes: PathId<UserId>;
    Applying: Authenticated;
    Sending: Authenticated;
    ReviewedApplication: AdminOnly, PathId<ApplicationId>;
    JudgedExpert: AdminOnly, PathId<UserId>;
}

impl<T: Parse> Describe for SaidOfDocument<T> {
    fn describe(operation: &mut Described) {
        AdminOnly::describe(operation);
        PathId::<DocumentId>::describe(operation);
        Body::<T>::describe(operation);
    }
}
