//! Messages between two people.

use domain::booking::Refusal;
use domain::chat::{Conversation, Message, Pair, Side};
use domain::ids::{MessageId, NoticeId, UserId};
use domain::notice::Topic;
use store::Page;

use crate::caller::Caller;
use crate::keep::{Keep, decided};
use crate::words::meetings::personal;
use crate::{App, Error, Result};

/// A message in its conversation: the names of the two, and what was read.
#[derive(Clone, Debug)]
pub struct Told {
    pub message: Message,
    pub conversation: Conversation,
}

impl From<(Message, Conversation)> for Told {
    fn from((message, conversation): (Message, Conversation)) -> Self {
        Self { message, conversation }
    }
}

/// Writes to somebody. Messages of one conversation have rising ids in the order they were committed.
pub async fn send(app: &App, caller: Caller, to: UserId, content: String, keep: Keep<'_, Told>) -> Result<Told> {
    let pair = Pair::new(caller.user(), to).ok_or(Error::OwnMessage)?;
    decided(|| async {
        let (users, conversation) = app.store.pair_with_conversation(pair).await?;
        let find = |id| users.iter().find(|user| user.id == id && !user.is_suspended);
        let receiver = find(to).ok_or(Error::UnknownPerson)?;
        let sender = find(caller.user()).ok_or(Error::TokenInvalid)?;
        let last = conversation.as_ref().and_then(|conversation| conversation.last_message);
        if conversation.as_ref().is_some_and(Conversation::is_blocked) {
            return Err(Refusal::Blocked.into());
        }
        let now = app.clock.now();
        let message = Message {
            id: next_id(app.mint.message(now), last),
            pair,
            sender: sender.id,
            content: content.clone(),
            read_at: None,
        };
        let text = format!("{} sent you a message.", sender.name());
        let people = (receiver.id, sender.id);
        let mut notice = personal(&app.mint, now, people, Topic::NewMessage, "New Message", text, message.id.get());
        // The notification of a message has its id, so that the receiver finds the message by it.
        notice.id = NoticeId::new(message.id.get()).ok_or(Error::Stale)?;
        let name = |id| if id == sender.id { sender.name() } else { receiver.name() };
        let (low, high) = (name(pair.low()), name(pair.high()));
        let side = |name: &str| Side { name: name.to_owned(), ..Side::default() };
        let conversation = Conversation { pair, low: side(&low), high: side(&high), last_message: Some(message.id) };
        let told = Told { message, conversation };
        app.store.message_append(keep.begin(&told), &told.message, (&low, &high), &notice).await?;
        Ok(told)
    })
    .await
}

/// Behind the last one, even if that was minted by a faster clock.
fn next_id(minted: MessageId, last: Option<MessageId>) -> MessageId {
    match last {
        Some(last) if minted <= last => MessageId::new(last.get() + 1).unwrap_or(minted),
        _ => minted,
    }
}

/// The caller's messages, newest first; with one person or with all.
pub async fn list(
    app: &App,
    caller: Caller,
    with: Option<UserId>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Told>> {
    let list = format!("messages/{}/{with:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = match with.map(|with| Pair::new(caller.user(), with)) {
        None => app.store.messages_of(caller.user(), after.as_deref(), limit).await?,
        Some(Some(pair)) => app.store.messages_between(pair, after.as_deref(), limit).await?,
        Some(None) => Page { items: Vec::new(), next: None }, // nobody talks with themselves
    };
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page.map(Told::from))
}

/// Marks one message as read, by whom it was sent to.
pub async fn mark_read(app: &App, caller: Caller, id: MessageId) -> Result<domain::Instant> {
    let (message, conversation) = app.store.message_of(caller.user(), id).await?.ok_or(Error::NotFound)?;
    if message.receiver() != caller.user() {
        return Err(Error::Forbidden);
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
        Some(pair) => Ok(app.store.messages_mark_all(pair, caller.user()).await?),
        None => Ok(0),
    }
}
