//! Who may enter where (`tutoring.md` §2): judged before path and body. Administrators enter by [`edge::auth::AdminOnly`].

use app::caller::Caller;
use app::{App, experts};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::person::User;
use edge::auth::Authenticated;
use edge::operation::{Describe, Described};

use crate::Refused;

/// An approved tutor as they are now: 403 `forbidden` for who never applied, `not_approved` for who waits or was rejected.
#[derive(Clone, Debug)]
pub struct AsTutor(pub Caller, pub User);

impl FromRequestParts<App> for AsTutor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        Ok(Self(caller, experts::approved(app, caller).await?))
    }
}

impl Describe for AsTutor {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, "`forbidden`: for tutors; `not_approved`: for approved ones only");
    }
}
