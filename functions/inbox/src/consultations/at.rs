//! The conversation or message in the path, looked up for its caller before query and body are read: so 404 and 403 come
//! before 400.

use app::App;
use app::chats::{self, Editable, Opening, Party};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use consultations::Refused;
use domain::facade::Facade;
use domain::ids::{ConversationId, MessageId};
use edge::auth::Authenticated;
use edge::path::PathId;

/// The caller's place at a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Participant(pub(super) Party);

impl FromRequestParts<App> for Participant {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<ConversationId>::from_request_parts(parts, app).await?;
        Ok(Self(chats::party(app, caller, id).await?))
    }
}

/// The same, where they may write.
#[derive(Debug)]
pub struct Writer(pub(super) Opening);

impl FromRequestParts<App> for Writer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Participant(party) = Participant::from_request_parts(parts, app).await?;
        Ok(Self(Opening::at(app, Facade::Consultations, party).await?))
    }
}

/// A message whose text the caller may change.
#[derive(Clone, Debug)]
pub struct OwnMessage(pub(super) Editable);

impl FromRequestParts<App> for OwnMessage {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<MessageId>::from_request_parts(parts, app).await?;
        Ok(Self(chats::editable(app, caller, id).await?))
    }
}

edge::asks_for! {
    Participant: Authenticated, PathId<ConversationId>;
    Writer: Participant;
    OwnMessage: Authenticated, PathId<MessageId>;
}
