//! Messages between two people.

use std::sync::Mutex;

use domain::booking::Refusal;
use domain::chat::{Conversation, Message, Pair, Side};
use domain::ids::{MessageId, NoticeId, UserId};
use domain::notice::{Notice, Topic};
use store::facts::{Reference, Sent};
use store::{Guard, Page, PairFound};

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
    let opening = Opening::new(app, caller.user(), to, None).await?;
    match send_from(app, caller, content, opening, keep).await? {
        Sending::Sent(told) => Ok(told),
        Sending::WasSent(_) => unreachable!("only a reference finds an earlier message"),
    }
}

/// A message about to be written: to whom, what its client calls it, and what was found when looking first.
#[derive(Debug)]
pub struct Opening {
    pair: Pair,
    to: UserId,
    origin: Option<Reference>,
    found: Mutex<Option<PairFound>>,
}

impl Opening {
    pub async fn new(app: &App, sender: UserId, to: UserId, origin: Option<Reference>) -> Result<Self> {
        let pair = Pair::new(sender, to).ok_or(Error::OwnMessage)?;
        let opening = Self { pair, to, origin, found: Mutex::default() };
        let found = opening.look(app).await?;
        Ok(Self { found: Mutex::new(Some(found)), ..opening })
    }

    fn guard(&self, app: &App) -> Option<Guard> {
        let sender = self.pair.other(self.to);
        self.origin.as_ref().map(|origin| Guard::new(sender, self.to, &origin.text, app.clock.now()))
    }

    async fn look(&self, app: &App) -> Result<PairFound> {
        let seen = self.found.lock().unwrap_or_else(|broken| broken.into_inner()).take();
        match seen {
            Some(found) => Ok(found),
            None => Ok(app.store.pair_with_conversation(self.pair, self.guard(app).as_ref()).await?),
        }
    }
}

/// What became of a message.
#[derive(Debug)]
pub enum Sending {
    Sent(Told),
    /// It is the repetition of this one, under the same reference.
    WasSent(MessageId),
}

/// Writes a message, whose client may have given it a reference of its own.
pub async fn send_from(
    app: &App,
    caller: Caller,
    content: String,
    opening: Opening,
    keep: Keep<'_, Told>,
) -> Result<Sending> {
    decided(|| async {
        let found = opening.look(app).await?;
        if let Some(message) = found.sent_before {
            return Ok(Sending::WasSent(message));
        }
        let (told, notice) = compose(app, caller, opening.to, &content, found)?;
        let sent = Sent { message: told.message.id, to: opening.to, reference: opening.origin.clone() };
        let names = (told.conversation.low.name.as_str(), told.conversation.high.name.as_str());
        let (transaction, guard) = (keep.begin(&told), opening.guard(app));
        app.store.message_append(transaction, &told.message, names, &notice, &sent, guard.as_ref()).await?;
        Ok(Sending::Sent(told))
    })
    .await
}

/// The message and the notification of it, if the two may write to each other.
fn compose(app: &App, caller: Caller, to: UserId, content: &str, found: PairFound) -> Result<(Told, Notice)> {
    let now = app.clock.now();
    let pair = Pair::new(caller.user(), to).ok_or(Error::OwnMessage)?;
    let find = |id| found.users.iter().find(|user| user.id == id && !user.is_suspended);
    let receiver = find(to).ok_or(Error::UnknownPerson)?;
    let sender = find(caller.user()).ok_or(Error::TokenInvalid)?;
    let last = found.conversation.as_ref().and_then(|conversation| conversation.last_message);
    if found.conversation.as_ref().is_some_and(Conversation::is_blocked) {
        return Err(Refusal::Blocked.into());
    }
    let message = Message {
        id: next_id(app.mint.message(now), last),
        pair,
        sender: sender.id,
        content: content.to_owned(),
        read_at: None,
    };
    let text = format!("{} sent you a message.", sender.name());
    let people = (receiver.id, sender.id);
    let mut notice = personal(&app.mint, now, people, Topic::NewMessage, "New Message", text, message.id.get());
    // The notification of a message has its id, so that the receiver finds the message by it.
    notice.id = NoticeId::new(message.id.get()).ok_or(Error::Stale)?;
    let name = |id| if id == sender.id { sender.name() } else { receiver.name() };
    let side = |id| Side { name: name(id), ..Side::default() };
    let (low, high) = (side(pair.low()), side(pair.high()));
    let conversation = Conversation { pair, low, high, last_message: Some(message.id) };
    Ok((Told { message, conversation }, notice))
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
