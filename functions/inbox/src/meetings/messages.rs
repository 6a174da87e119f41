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

use super::{ReadMark, Updated};

pub struct NewMessage {
    receiver: UserId,
    content: String,
}

fn content() -> impl Kind<Out = String> {
    text(..)
        .parse(|text| parse_content(text, LONGEST_FRAME))
        .shaped(|schema| schema.min_length(Some(1)).max_length(Some(LONGEST_FRAME)))
        .about("Not only blanks.")
}

impl Parse for NewMessage {
    const NAME: &str = "MessageRequest";
    const ABOUT: &str = "A message to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let receiver = fields.required(["receiver_id", "receiver"], id::<UserId>());
        let content = fields.required(["content", "message_content"], content());
        Some(Self { receiver: receiver?, content: content? })
    }
}

pub struct Sender(UserId);

impl Parse for Sender {
    const NAME: &str = "SenderRequest";
    const ABOUT: &str = "Whose messages are to be marked.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("sender_id", id::<UserId>()).map(Self)
    }
}

pub struct Listing(Option<UserId>, Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let with = fields.optional(["with_user", "user_id"], id::<UserId>().about("Only with this person."));
        let page = Page::parse(fields);
        Some(Self(with?, page?))
    }
}

/// List my messages
///
/// Oldest first within the page. The first page holds the newest; `next` leads to older ones.
#[utoipa::path(
    get, path = "/api/messages/",
    tag = "Meetings: Messages", operation_id = "meetings_messages_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Message>),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(with, page)): QueryOf<Listing>,
) -> Result<Listed<Message>, Refused> {
    let found = chats::list(&app, caller, with, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().rev().map(Message::from).collect(), next: found.next })
}

/// Send a message
#[utoipa::path(
    post, path = "/api/messages/",
    tag = "Meetings: Messages", operation_id = "meetings_messages_send",
    responses(
        (status = 201, description = "The message", body = Message),
        (status = 403, description = "`blocked`: one of the two has blocked the other; `closed`: the expert of this conversation is suspended"),
    )
)]
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
#[utoipa::path(
    patch, path = "/api/messages/{id}/mark_read/",
    tag = "Meetings: Messages", operation_id = "meetings_messages_read",
    responses(
        (status = 200, description = "It counts as read or unread now", body = ReadMark),
        (status = 403, description = "`forbidden`: for the receiver only"),
    )
)]
pub async fn mark_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<MessageId>,
) -> Result<Json<ReadMark>, Refused> {
    let updated_at = chats::mark_read(&app, caller, id).await?;
    Ok(Json(ReadMark { id: id.get(), is_read: true, updated_at: Stamp(updated_at) }))
}

/// Mark everything one person sent me as read
#[utoipa::path(
    patch, path = "/api/messages/mark_all_read/",
    tag = "Meetings: Messages", operation_id = "meetings_messages_read_all",
    responses(
        (status = 200, description = "How many were marked", body = Updated),
    )
)]
pub async fn mark_all_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Body(Sender(sender)): Body<Sender>,
) -> Result<Json<Updated>, Refused> {
    let updated = chats::mark_all_read(&app, caller, sender).await?;
    Ok(Json(Updated { success: true, updated: updated as usize }))
}
