//! The conversation in the path, looked up for its caller before query and body are read: so 404 comes before 400.

use app::App;
use app::caller::Caller;
use app::chats::{self, Party};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::ConversationId;
use edge::auth::Authenticated;
use edge::path::PathId;
use tutoring::Refused;

/// The caller's place at a conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Participant(pub(super) Caller, pub(super) Party);

impl FromRequestParts<App> for Participant {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<ConversationId>::from_request_parts(parts, app).await?;
        Ok(Self(caller, chats::party(app, caller, id).await?))
    }
}

edge::asks_for! {
    Participant: Authenticated, PathId<ConversationId>;
}
