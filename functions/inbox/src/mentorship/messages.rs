//! Messages between students and mentors (`mentorship.md` §3.4).

use app::chats::{self, MessageDraft, MessageInConversation, Opening, Part};
use app::serials::{self, Reference};
use app::{App, Common};
use axum::extract::State;
use domain::ids::{ConversationId, LARGEST};
use edge::auth::{Admission, Authenticated};
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, id, integer};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::reply::Created;
use mentorship::Refused;
use mentorship::chat::{CONTENT, ChatMessage, content};
use mentorship::ids::person;

use super::FACADE;
use super::at::Participant;

pub(super) struct Listing(Part, usize);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let page = Page::parse(fields);
        let after = integer(0..=LARGEST).about("Id of a message: only those that came after it.");
        let after = fields.optional("after", after);
        let Page { limit, cursor } = page?;
        Some(Self(after?.map_or(Part::Newest(cursor), Part::After), limit.into()))
    }
}

/// List a conversation's messages
///
/// Oldest first: the newest page, with `cursor` the one before it, with `after` what came since. What the other one wrote is
/// read then.
#[utoipa::path(
    get, path = "/api/chat/messages/{id}/",
    tag = "Mentorship: Chat", operation_id = "mentorship_messages_list",
    responses(
        (status = 200, description = "One page, oldest first", body = Vec<ChatMessage>),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Participant(caller, party): Participant,
    admission: Admission,
    QueryOf(Listing(part, limit)): QueryOf<Listing>,
) -> Result<Listed<ChatMessage>, Refused> {
    let mut thread = chats::thread(&app, party, part, limit).await?;
    if thread.is_unread_by(caller.user()) {
        // Nothing is written before the session is known to be good.
        admission.passed().await?;
        thread = chats::seen(&app, party, thread).await?;
    }
    let (conversation, roles) = (&thread.at.conversation, thread.at.roles);
    let items = thread.messages.iter().map(|message| ChatMessage::of(message, conversation, roles)).collect();
    Ok(Listed { items, next: thread.next })
}

/// Where a message goes.
#[derive(Clone, Copy)]
enum To {
    Conversation(ConversationId),
    Person(Reference),
}

pub(super) struct NewMessage {
    to: To,
    content: String,
}

impl Parse for NewMessage {
    const NAME: &str = "MentorshipMessageRequest";
    const ABOUT: &str = "A message to be sent: in a conversation, or to somebody with whom there may be none yet.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let conversation = fields.nullable(
            ["conversation_id", "conversation"],
            id::<ConversationId>().about("One of the caller's; counts if both are named."),
        );
        let receiver = fields.nullable(["receiver_id", "receiver"], person(None).about("A student or a mentor."));
        let content = fields.required(CONTENT, content());
        let to = match (conversation?.value(), receiver?.value()) {
            (Some(conversation), _) => To::Conversation(conversation),
            (None, Some(receiver)) => To::Person(receiver),
            (None, None) => return fields.refuse("conversation_id", "Name a conversation or a receiver."),
        };
        Some(Self { to, content: content? })
    }
}

/// Send a message
///
/// Both hear of it on their sockets. A conversation with the receiver is made if there is none.
#[utoipa::path(
    post, path = "/api/chat/messages/",
    tag = "Mentorship: Chat", operation_id = "mentorship_messages_send",
    responses(
        (status = 201, description = "The message", body = ChatMessage),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
        (status = 404, description = "`not_found`: no conversation of the caller's, or no two who may write to each other"),
    )
)]
pub(super) async fn send(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(new): Body<NewMessage>,
) -> Result<Created<ChatMessage>, Refused> {
    let opening = match new.to {
        To::Conversation(id) => Opening::at(&app, FACADE, chats::party(&app, caller, id).await?).await?,
        To::Person(reference) => {
            let to = serials::owner(&app, reference).await?.ok_or(Common::NotFound)?;
            Opening::new(&app, FACADE, caller.user(), to, None).await?
        }
    };
    let (opening, roles) = opening.roles(&app).await?;
    let answer = |told: &MessageInConversation| idempotency::created(&ChatMessage::told(told, roles));
    let told = chats::post(&app, opening, MessageDraft::text(new.content), key.save(&answer)).await?;
    Ok(Created(ChatMessage::told(&told, roles)))
}
