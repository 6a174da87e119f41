//! Messages between two people.

mod acquainted;
mod changes;
mod listing;
mod opening;
mod reading;
mod roles;
mod sending;

use domain::chat::{Conversation, Message, Pair};
use domain::ids::{ConversationId, MessageId, UserId};
use store::Page;

use crate::caller::Caller;
use crate::{App, Common, Error, Result};

pub use acquainted::{Peer, open_with, share_enrolment, unless_gone};
pub use changes::{Editable, archive, block, close_all, delete, edit, editable, read_through};
pub use listing::{Talk, Written, is_read, messages, talk, talks};
pub use opening::{Opened, open, opened};
pub use reading::{Reading, Seen, conversations, experts, page, unread};
pub use roles::{Correspondence, Part, Thread, are_pair, correspondence, correspondences, open_as, pin, seen, thread};
pub use sending::{MessageDraft, Opening, Sending, post, send, send_from};

/// A message in its conversation: the names of the two, and what was read.
#[derive(Clone, Debug)]
pub struct MessageInConversation {
    pub message: Message,
    pub conversation: Conversation,
}

impl From<(Message, Conversation)> for MessageInConversation {
    fn from((message, conversation): (Message, Conversation)) -> Self {
        Self { message, conversation }
    }
}

/// A place at one conversation, proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    user: UserId,
    pair: Pair,
}

/// The caller's place at a conversation; for everybody else there is none.
pub async fn party(app: &App, caller: Caller, id: ConversationId) -> Result<Party> {
    party_of(app, caller.user(), id).await
}

pub(crate) async fn party_of(app: &App, user: UserId, id: ConversationId) -> Result<Party> {
    let pair = app.store.conversation_pair(id).await?.ok_or(Common::NotFound)?;
    if user == pair.low() || user == pair.high() {
        Ok(Party { user, pair })
    } else {
        Err(Error::Common(Common::NotFound))
    }
}

impl Party {
    /// The other one.
    pub fn peer(self) -> UserId {
        self.pair.other(self.user)
    }
}

/// The caller's messages, newest first; with one person or with all.
pub async fn list(
    app: &App,
    caller: Caller,
    with: Option<UserId>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<MessageInConversation>> {
    let list = format!("messages/{}/{with:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = match with.map(|with| Pair::new(caller.user(), with)) {
        None => app.store.messages_of(caller.user(), after.as_deref(), limit).await?,
        Some(Some(pair)) => app.store.messages_between(pair, after.as_deref(), limit).await?,
        Some(None) => Page { items: Vec::new(), next: None }, // nobody talks with themselves
    };
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page.map(MessageInConversation::from))
}

/// Marks one message as read, by whom it was sent to.
pub async fn mark_read(app: &App, caller: Caller, id: MessageId) -> Result<domain::Instant> {
    let (message, conversation) = app.store.message_of(caller.user(), id, false).await?.ok_or(Common::NotFound)?;
    if message.receiver() != caller.user() {
        return Err(Common::Forbidden.into());
    }
    let now = app.clock.now();
    if conversation.has_read(&message) {
        return Ok(message.read_at.unwrap_or(now));
    }
    app.store.message_mark(&message, now).await?;
    Ok(now)
}

/// Marks everything one person sent as read; how many messages that were.
pub async fn mark_all_read(app: &App, caller: Caller, sender: UserId) -> Result<u32> {
    match Pair::new(caller.user(), sender) {
        Some(pair) => Ok(app.store.messages_mark_all(pair, caller.user(), app.clock.now()).await?),
        None => Ok(0),
    }
}
