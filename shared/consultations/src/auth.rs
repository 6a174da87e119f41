//! Who may enter an expert's services, and how much somebody at an open door gets to see.

use app::caller::Caller;
use app::{App, experts};
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use domain::person::User;
use edge::auth::{Authenticated, OptionalAuth};
use edge::operation::{Describe, Described};
use edge::problem::Problem;

use crate::Refused;
use crate::expert::Viewer;

/// Asks for an approved expert, as they are now: 403 `not_expert` for everybody else, and `suspended` for a suspended one
/// who wants more than to look. Stands before path and body, so that these are judged after it.
#[derive(Clone, Debug)]
pub struct AsExpert(pub Caller, pub User);

impl FromRequestParts<App> for AsExpert {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let only_looks = matches!(parts.method, Method::GET | Method::HEAD);
        Ok(Self(caller, experts::me(app, caller, only_looks).await?))
    }
}

impl Describe for AsExpert {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, "`not_expert`: for approved experts only");
        if !operation.is_read() {
            operation.refuses(403, "`suspended`: as an expert");
        }
    }
}

/// As whom an onlooker sees experts; to be asked after the reads it decides nothing about.
pub async fn viewer(onlooker: &OptionalAuth) -> Result<Viewer, Problem> {
    match onlooker.caller() {
        None => Ok(Viewer::Anyone),
        Some(_) if onlooker.is_staff().await? => Ok(Viewer::Admin),
        Some(caller) => Ok(Viewer::Person(caller.user())),
    }
}
