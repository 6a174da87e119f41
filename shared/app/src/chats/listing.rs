//! Conversations and messages of a person in pages that lead both ways, to every one of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::chat::{Conversation, Message, Pair};
use domain::ids::{ConversationId, UserId};
use domain::person::User;
use futures_util::try_join;

use super::{Party, party};
use crate::caller::Caller;
use crate::paging::{DEEPEST, Edge, Key, Place, Slice, Start, Turn, Wanted, neighboured};
use crate::{App, Common, Error, Result};

/// A conversation with its two people as they are now, as far as they are there.
#[derive(Clone, Debug)]
pub struct Talk {
    pub conversation: Conversation,
    pub people: Vec<User>,
    /// They know each other's addresses.
    pub is_acquainted: bool,
}

impl Talk {
    pub fn person(&self, id: UserId) -> Option<&User> {
        self.people.iter().find(|user| user.id == id)
    }
}

/// The conversation somebody has a place at.
pub async fn talk(app: &App, party: Party) -> Result<Talk> {
    let found = app.store.pair_with_conversation(party.pair, None).await?;
    let conversation = found.conversation.ok_or(Common::NotFound)?;
    let is_acquainted = addresses_known(app, &[&conversation]).await?.contains(&party.pair);
    let talk = Talk { conversation, people: found.users, is_acquainted };
    Ok(told_who_wrote(app, vec![talk]).await?.pop().ok_or(Common::NotFound)?)
}

/// Of older conversations it is not noted who wrote last: their last messages say it.
async fn told_who_wrote(app: &App, mut talks: Vec<Talk>) -> Result<Vec<Talk>> {
    let last = |talk: &Talk| {
        let (conversation, is_noted) = (&talk.conversation, talk.conversation.last_sender.is_some());
        conversation.last_message.filter(|_| !is_noted).map(|last| (conversation.pair, last))
    };
    let unnoted: Vec<_> = talks.iter().filter_map(last).collect();
    if unnoted.is_empty() {
        return Ok(talks);
    }
    let told = app.store.told(&unnoted).await?;
    for talk in &mut talks {
        if let Some((_, id)) = last(talk) {
            talk.conversation.last_sender = told.get(&id).map(|(message, _)| message.sender);
        }
    }
    Ok(talks)
}

/// The pairs of those conversations whose two know each other's addresses. What is not noted is looked for.
pub(super) async fn addresses_known(app: &App, conversations: &[&Conversation]) -> Result<BTreeSet<Pair>> {
    let mut known = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for found in conversations {
        if found.is_of_acquainted() {
            known.insert(found.pair)
        } else {
            unknown.insert(found.pair)
        };
    }
    if !unknown.is_empty() {
        known.extend(app.store.acquainted(&Vec::from_iter(unknown)).await?);
    }
    Ok(known)
}

fn place(conversation: &Conversation) -> Place {
    (Key::Number(conversation.active_at().timestamp_millis()), conversation.id.get())
}

/// The caller's conversations, by when something was last said in them.
pub async fn talks(app: &App, caller: Caller, descending: bool, wanted: &Wanted) -> Result<Slice<Talk>> {
    let viewer = caller.user();
    let list = format!("conversations/{viewer}/{descending}");
    let (edge, skipped) = match &wanted.start {
        Start::Number(number) => (None, number.saturating_sub(1).saturating_mul(wanted.size)),
        Start::Cursor(cursor) => (Some(Edge::open(app, &list, cursor)?), 0),
    };
    let is_back = matches!(edge, Some(Edge::Before(_)));
    let behind = edge.as_ref().map(|edge| edge_of(edge).ok_or(Error::BadCursor)).transpose()?;
    let reads_down = descending != is_back;
    let read = app.store.conversations_in(viewer, behind, reads_down, skipped + wanted.size).await?;
    let (mut found, goes_on) = read;
    if skipped > 0 && found.len() <= skipped {
        return Err(Common::NotFound.into());
    }
    let is_all = edge.is_none() && skipped == 0 && !goes_on;
    let count = if is_all { found.len() } else { app.store.conversations_count(viewer, DEEPEST).await? };
    let mut found = found.split_off(skipped.min(found.len()));
    if is_back {
        found.reverse();
    }
    let (is_preceded, is_followed) = if is_back { (goes_on, true) } else { (skipped > 0 || edge.is_some(), goes_on) };
    let slice = neighboured(app, &list, found, (count.min(DEEPEST), is_preceded, is_followed), place);
    let ids: Vec<_> = slice.items.iter().map(|found| found.pair.other(viewer)).chain([viewer]).collect();
    let Slice { items, count, next, previous } = slice;
    let users = async { app.store.users(&ids).await.map_err(Error::from) };
    let shown: Vec<_> = items.iter().collect();
    let (users, acquainted) = try_join!(users, addresses_known(app, &shown))?;
    let with_people = |conversation: Conversation| {
        let two = [conversation.pair.low(), conversation.pair.high()];
        let people = two.iter().filter_map(|id| users.get(id).cloned()).collect();
        Talk { people, is_acquainted: acquainted.contains(&conversation.pair), conversation }
    };
    let items = told_who_wrote(app, items.into_iter().map(with_people).collect()).await?;
    Ok(Slice { items, count, next, previous })
}

fn edge_of(edge: &Edge) -> Option<store::Activity> {
    let (Edge::After((key, id)) | Edge::Before((key, id))) = edge;
    let Key::Number(at) = key else { return None };
    Some((domain::Instant::from_timestamp_millis(*at)?, ConversationId::new(*id)?))
}

/// A message with its conversation and its sender as they are now.
#[derive(Clone, Debug)]
pub struct Written {
    pub message: Message,
    pub conversation: Conversation,
    pub sender: Option<User>,
    /// The two know each other's addresses.
    pub is_acquainted: bool,
}

/// Whether a message counts as read. Nobody has to read what was deleted.
pub fn is_read(conversation: &Conversation, message: &Message) -> bool {
    message.deleted || conversation.has_read(message)
}

/// How many messages of a conversation there are, of all or of those that are read or not.
fn counted(conversation: &Conversation, is_read: Option<bool>) -> usize {
    let unread = conversation.low.unread.saturating_add(conversation.high.unread);
    let count = match is_read {
        None => conversation.messages,
        Some(false) => unread,
        Some(true) => conversation.messages.saturating_sub(unread),
    };
    usize::try_from(count).unwrap_or(DEEPEST)
}

/// Messages in the caller's conversations, or in one of them: those that are read, or not.
pub async fn messages(
    app: &App,
    caller: Caller,
    (within, is_read): (Option<ConversationId>, Option<bool>),
    descending: bool,
    wanted: &Wanted,
) -> Result<Slice<Written>> {
    match within {
        Some(id) => {
            let party = party(app, caller, id).await?;
            in_one(app, party, is_read, descending, wanted).await
        }
        None => in_all(app, caller, is_read, descending, wanted).await,
    }
}

async fn in_one(
    app: &App,
    party: Party,
    wants_read: Option<bool>,
    descending: bool,
    wanted: &Wanted,
) -> Result<Slice<Written>> {
    let list = format!("messages/{}/{}/{wants_read:?}/{descending}", party.user, party.peer());
    let turn = Turn::to(app, &list, descending, wanted)?;
    let found = app.store.pair_with_conversation(party.pair, None).await?;
    let conversation = found.conversation.ok_or(Common::NotFound)?;
    let is_wanted = |message: &Message| wants_read.is_none_or(|read| is_read(&conversation, message) == read);
    let stretch = app.store.thread_in(party.pair, turn.span, (turn.limit, wants_read.is_some()), is_wanted).await?;
    let count = if turn.is_all(&stretch) { stretch.items.len() } else { counted(&conversation, wants_read) };
    let slice = turn.page(app, stretch, count, |message| message.id.get())?;
    let is_acquainted = addresses_known(app, &[&conversation]).await?.contains(&party.pair);
    Ok(slice.map(|message| Written {
        sender: found.users.iter().find(|user| user.id == message.sender).cloned(),
        conversation: conversation.clone(),
        is_acquainted,
        message,
    }))
}

/// What the index knows: a message of this moment may be missing.
async fn in_all(
    app: &App,
    caller: Caller,
    wants_read: Option<bool>,
    descending: bool,
    wanted: &Wanted,
) -> Result<Slice<Written>> {
    let viewer = caller.user();
    let list = format!("messages/{viewer}/{wants_read:?}/{descending}");
    let turn = Turn::to(app, &list, descending, wanted)?;
    let known = app.store.conversations_of(viewer).await?;
    let count = known.iter().map(|found| counted(found, wants_read)).sum();
    let mut known: BTreeMap<Pair, Conversation> = known.into_iter().map(|found| (found.pair, found)).collect();
    let is_wanted = |message: &Message| match (wants_read, known.get(&message.pair)) {
        (Some(read), Some(conversation)) => is_read(conversation, message) == read,
        // Of a conversation further down than the newest thousand all has been read long ago.
        (Some(read), None) => read,
        (None, _) => true,
    };
    let stretch = app.store.messages_in(viewer, turn.span, (turn.limit, wants_read.is_some()), is_wanted).await?;
    let count = if turn.is_all(&stretch) { stretch.items.len() } else { count };
    let slice = turn.page(app, stretch, count, |message| message.id.get())?;
    let unknown = slice.items.iter().filter(|message| !known.contains_key(&message.pair));
    let wanted: Vec<_> = unknown.map(|message| (message.pair, message.id)).collect();
    if !wanted.is_empty() {
        known.extend(app.store.told(&wanted).await?.into_values().map(|(message, found)| (message.pair, found)));
    }
    let senders: Vec<_> = slice.items.iter().map(|message| message.sender).collect();
    let shown: Vec<_> = slice.items.iter().filter_map(|message| known.get(&message.pair)).collect();
    let users = async {
        if senders.is_empty() { Ok(BTreeMap::new()) } else { app.store.users(&senders).await.map_err(Error::from) }
    };
    let (users, acquainted) = try_join!(users, addresses_known(app, &shown))?;
    let Slice { items, count, next, previous } = slice;
    let told = items.into_iter().filter_map(|message| {
        let conversation = known.get(&message.pair)?.clone();
        let is_acquainted = acquainted.contains(&message.pair);
        Some(Written { sender: users.get(&message.sender).cloned(), conversation, is_acquainted, message })
    });
    Ok(Slice { items: told.collect(), count, next, previous })
}
