//! The post in the path, looked up before the body is read: so 404 comes before 400.

use app::caller::Caller;
use app::{App, PostStand, community};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::PostId;
use edge::auth::Authenticated;
use edge::path::PathId;
use mentorship::Refused;

/// For everybody who is signed in.
#[derive(Clone, Debug)]
pub struct FoundPost(pub(super) Caller, pub(super) PostStand);

impl FromRequestParts<App> for FoundPost {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<PostId>::from_request_parts(parts, app).await?;
        Ok(Self(caller, community::find(app, caller, id).await?))
    }
}

edge::asks_for! {
    FoundPost: Authenticated, PathId<PostId>;
}
