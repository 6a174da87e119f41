//! Lists: of conversations, and of the messages of one.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use domain::Instant;
use domain::chat::{Conversation, ConversationStatus, Message};
use domain::expert::Standing;
use domain::ids::{MessageId, UserId};
use domain::person::User;

use super::Party;
use crate::caller::Caller;
use crate::{App, Common, Error, Result};

/// The caller's conversations in which one of the two is an expert, the one with the latest message first. What the
/// indexes do not know yet is missing.
pub async fn conversations(app: &App, caller: Caller, status: Option<ConversationStatus>) -> Result<Vec<Conversation>> {
    let mut shown = with_experts(app, caller.user(), app.store.conversations_of(caller.user()).await?).await?;
    shown.retain(|conversation| status.is_none_or(|status| conversation.status(caller.user()) == status));
    shown.sort_by_key(|conversation| Reverse((conversation.last_message, conversation.id)));
    Ok(shown)
}

/// How many messages the caller has not read, in all of them.
pub async fn unread(app: &App, caller: Caller) -> Result<u32> {
    let mut conversations = app.store.conversations_of(caller.user()).await?;
    conversations.retain(|conversation| conversation.side(caller.user()).unread > 0);
    let shown = with_experts(app, caller.user(), conversations).await?;
    Ok(shown.iter().map(|conversation| conversation.side(caller.user()).unread).sum())
}

/// Those with an expert. Where it is not noted who that is, one of the two may have become one since.
async fn with_experts(app: &App, viewer: UserId, conversations: Vec<Conversation>) -> Result<Vec<Conversation>> {
    let (mut known, unknown): (Vec<_>, Vec<_>) =
        conversations.into_iter().partition(|conversation| conversation.expert.is_some());
    if unknown.is_empty() {
        return Ok(known);
    }
    let people: BTreeSet<_> = unknown.iter().map(|conversation| conversation.pair.other(viewer)).collect();
    let people: Vec<_> = people.into_iter().chain([viewer]).collect();
    let users = app.store.users(&people).await?;
    let is_expert = |id: &UserId| users.get(id).is_some_and(User::is_verified);
    known.extend(unknown.into_iter().filter_map(|mut conversation| {
        conversation.expert = [conversation.pair.other(viewer), viewer].into_iter().find(is_expert);
        conversation.expert.is_some().then_some(conversation)
    }));
    Ok(known)
}

/// A conversation with its expert, where that can be told.
pub(super) async fn with_expert(app: &App, viewer: UserId, conversation: Conversation) -> Result<Conversation> {
    if conversation.expert.is_some() {
        return Ok(conversation);
    }
    Ok(with_experts(app, viewer, vec![conversation.clone()]).await?.pop().unwrap_or(conversation))
}

/// The experts of some conversations of `viewer`'s, those of the page they see; where there is none, the other one counts
/// as such. What is noted as closed or open may lag behind their standing.
pub async fn experts(app: &App, viewer: UserId, conversations: Vec<Conversation>) -> Result<Vec<(Conversation, User)>> {
    let expert = |found: &Conversation| found.expert.unwrap_or(found.pair.other(viewer));
    let ids: Vec<_> = conversations.iter().map(expert).collect();
    let users = app.store.users(&ids).await?;
    let shown = conversations.into_iter().filter_map(|mut conversation| {
        let found = users.get(&expert(&conversation))?.clone();
        conversation.expert = Some(found.id);
        let is_gone = found.is_suspended || found.standing() == Some(Standing::Suspended);
        conversation.closed = is_gone || (conversation.closed && !found.is_verified());
        Some((conversation, found))
    });
    Ok(shown.collect())
}

/// Which messages of a conversation.
#[derive(Clone, Debug)]
pub enum Seen {
    /// The newest, but for so many.
    Newest { skipped: usize },
    /// Those created after this moment.
    Since(Instant),
    /// Those that came after an earlier answer.
    Cursor(String),
}

/// Some messages of a conversation, oldest first.
#[derive(Debug)]
pub struct Reading {
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// Of all there are to be seen so, at most a thousand.
    pub count: usize,
    /// From where on there will be more.
    pub cursor: String,
}

/// Nobody is shown more.
const MOST: usize = 1000;

/// A page of a conversation's messages.
pub async fn page(app: &App, party: Party, seen: Seen, size: usize) -> Result<Reading> {
    let list = format!("chat/{}/{}", party.user, party.peer());
    let (conversation, messages, count, from) = match seen {
        Seen::Newest { skipped } => {
            let found = app.store.messages_newest(party.pair, skipped + size).await?;
            let (conversation, mut messages) = found.ok_or(Common::NotFound)?;
            messages.truncate(messages.len().saturating_sub(skipped));
            let count = usize::try_from(conversation.messages).unwrap_or(MOST).min(MOST);
            let end = last_of(&conversation);
            (conversation, messages, count, end)
        }
        Seen::Since(time) => after(app, party, MessageId::mint(time, u16::MAX).get(), size).await?,
        Seen::Cursor(cursor) => {
            let from = app.cursors.open(&list, &cursor)?.parse().map_err(|_| Error::BadCursor)?;
            after(app, party, from, size).await?
        }
    };
    let conversation = with_expert(app, party.user, conversation).await?;
    let last = messages.last().map_or(from, |message| message.id.get());
    Ok(Reading { conversation, messages, count, cursor: app.cursors.seal(&list, &last.to_string()) })
}

async fn after(app: &App, party: Party, from: i64, size: usize) -> Result<(Conversation, Vec<Message>, usize, i64)> {
    let found = app.store.messages_after(party.pair, from, size, MOST).await?.ok_or(Common::NotFound)?;
    // A moment to come may be asked for: what is said until then must not be passed over.
    let from = from.min(last_of(&found.conversation));
    Ok((found.conversation, found.messages, found.count, from))
}

/// The place of the last message; where there is none, the beginning.
fn last_of(conversation: &Conversation) -> i64 {
    conversation.last_message.map_or(0, MessageId::get)
}
