//! Messages (`tutoring.md` §3.3, §5.5).

use app::caller::Staff;
use app::chats::{self, MessageDraft, MessageInConversation, Opening};
use app::paging::Wanted;
use app::{App, Common, Error};
use axum::extract::State;
use domain::chat::{LONGEST, parse_content};
use domain::ids::ConversationId;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean, id, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::problem::Problem;
use edge::reply::{Created, Json};
use tutoring::{Listing, Paged, Pages, Refused};

use super::FACADE;
use super::shapes::MessageView;

/// By what they can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    CreatedAt,
}

const ORDERS: &[(&str, (Order, bool))] =
    &[("created_at", (Order::CreatedAt, false)), ("-created_at", (Order::CreatedAt, true))];

pub(super) struct Asked {
    within: Option<ConversationId>,
    is_read: Option<bool>,
    descending: bool,
    wanted: Result<Wanted, Problem>,
}

const CONVERSATION: &str = "conversation";

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let within = fields.optional(CONVERSATION, id::<ConversationId>().about("Only in this one of the caller's."));
        let is_read = fields.optional("is_read", boolean().about("Only those the other one has read, or has not."));
        let listing = Listing::parse(fields, ORDERS)?;
        let (descending, wanted) = (listing.descending, listing.wanted());
        Some(Self { within: within?, is_read: is_read?, descending, wanted })
    }
}

/// What is not the caller's is to blame on the field that names it.
fn blamed(error: Error) -> Refused {
    match error {
        Error::Common(Common::NotFound) => Problem::field(CONVERSATION, "There is no such conversation.").into(),
        other => other.into(),
    }
}

/// List messages in my conversations
///
/// Of every product, the oldest first. Where `is_read` leaves few of very many, a page may be shorter than asked for, or
/// empty, and lead on by `next`.
#[utoipa::path(
    get, path = "/api/v1/messages/",
    tag = "Tutoring: Messages", operation_id = "tutoring_messages_list",
    responses((status = 200, description = "One page", body = Paged<MessageView>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    pages: Pages,
    QueryOf(Asked { within, is_read, descending, wanted }): QueryOf<Asked>,
) -> Result<Json<Paged<MessageView>>, Refused> {
    if let Some(id) = within {
        chats::party(&app, caller, id).await.map_err(blamed)?;
    }
    let page = chats::messages(&app, caller, (within, is_read), descending, &wanted?).await?;
    let viewer = (caller.user(), Staff::of(caller).is_some());
    Ok(pages.show(page.map(|written| MessageView::seen(&written, viewer))))
}

pub(super) struct NewMessage {
    conversation: ConversationId,
    content: String,
}

impl Parse for NewMessage {
    const NAME: &str = "TutoringMessageRequest";
    const ABOUT: &str = "A message to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let conversation = fields.required(CONVERSATION, id::<ConversationId>().about("One of the caller's."));
        let content = text(1..=LONGEST).trimmed().parse(|text| parse_content(text, LONGEST));
        let content = fields.required("content", content);
        Some(Self { conversation: conversation?, content: content? })
    }
}

/// Send a message
///
/// Both hear of it on their sockets; the first since the other one has read the rest is mailed.
#[utoipa::path(
    post, path = "/api/v1/messages/",
    tag = "Tutoring: Messages", operation_id = "tutoring_messages_send",
    responses(
        (status = 201, description = "The message", body = MessageView),
        (status = 403, description = "`messaging_not_allowed`: the two share no booking that is paid, confirmed or completed, and no course; `blocked`: one of the two has blocked the other"),
    )
)]
pub(super) async fn send(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(NewMessage { conversation, content }): Body<NewMessage>,
) -> Result<Created<MessageView>, Refused> {
    let party = chats::party(&app, caller, conversation).await.map_err(blamed)?;
    let opening = chats::unless_gone(Opening::at(&app, FACADE, party).await)?;
    let (opening, author) = opening.author(&app).await?;
    let view = |told: &MessageInConversation| {
        MessageView::of(&told.message, &told.conversation, Some(author.email.as_str().to_owned()))
    };
    let answer = |told: &MessageInConversation| idempotency::created(&view(told));
    let told = chats::unless_gone(chats::post(&app, opening, MessageDraft::text(content), key.save(&answer)).await)?;
    Ok(Created(view(&told)))
}
