//! Messages (`expertconnect.md` §6).

use app::chats::{self, MessageInConversation};
use app::{App, Error};
use axum::extract::State;
use domain::chat::{LONGEST_FRAME, parse_content};
use domain::facade::Facade;
use domain::ids::{MessageId, UserId};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, id, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Json};
use edge::time::Stamp;
use meetings::{Message, Refused};
use utoipa::ToSchema;

use super::{ReadMark, Updated};

/// A message to be sent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body; `NewMessage` is what is read from it")]
pub struct MessageRequest {
    receiver_id: i64,
    /// Not only blanks.
    #[schema(min_length = 1, max_length = 4000)]
    content: String,
}

pub struct NewMessage {
    receiver: UserId,
    content: String,
}

impl Parse for NewMessage {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let receiver = fields.required(["receiver_id", "receiver"], id::<UserId>());
        let content =
            fields.required(["content", "message_content"], text(..).parse(|text| parse_content(text, LONGEST_FRAME)));
        Some(Self { receiver: receiver?, content: content? })
    }
}

/// Whose messages are to be marked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body; `Sender` is what is read from it")]
pub struct SenderRequest {
    sender_id: i64,
}

pub struct Sender(UserId);

impl Parse for Sender {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("sender_id", id::<UserId>()).map(Self)
    }
}

pub struct Listing(Option<UserId>, Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let with = fields.optional(["with_user", "user_id"], id::<UserId>());
        let page = Page::parse(fields);
        Some(Self(with?, page?))
    }
}

/// List my messages
///
/// Oldest first within the page. The first page holds the newest; `next` leads to older ones.
#[utoipa::path(get, path = "/api/messages/", tag = "Messages",
    params(("with_user" = Option<i64>, Query), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Message>)))]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(with, page)): QueryOf<Listing>,
) -> Result<Listed<Message>, Refused> {
    let found = chats::list(&app, caller, with, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().rev().map(Message::from).collect(), next: found.next })
}

/// Send a message
#[utoipa::path(post, path = "/api/messages/", tag = "Messages", request_body = MessageRequest,
    responses((status = 201, body = Message)))]
pub async fn send(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(new): Body<NewMessage>,
) -> Result<Created<Message>, Refused> {
    let answer = |told: &MessageInConversation| idempotency::created(&Message::from(told));
    match chats::send(&app, caller, Facade::Meetings, new.receiver, new.content, key.save(&answer)).await {
        Err(Error::UnknownPerson) => Err(Problem::field("receiver_id", "There is no such user.").into()),
        told => Ok(Created(Message::from(&told?))),
    }
}

/// Mark a message I received as read
#[utoipa::path(patch, path = "/api/messages/{id}/mark_read/", tag = "Messages", params(("id" = i64, Path)),
    responses((status = 200, body = ReadMark)))]
pub async fn mark_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<MessageId>,
) -> Result<Json<ReadMark>, Refused> {
    let updated_at = chats::mark_read(&app, caller, id).await?;
    Ok(Json(ReadMark { id: id.get(), is_read: true, updated_at: Stamp(updated_at) }))
}

/// Mark everything one person sent me as read
#[utoipa::path(patch, path = "/api/messages/mark_all_read/", tag = "Messages", request_body = SenderRequest,
    responses((status = 200, body = Updated)))]
pub async fn mark_all_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Body(Sender(sender)): Body<Sender>,
) -> Result<Json<Updated>, Refused> {
    let updated = chats::mark_all_read(&app, caller, sender).await?;
    Ok(Json(Updated { success: true, updated: updated as usize }))
}
