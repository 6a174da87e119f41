//! Conversations and their messages. All of a pair lies in one partition: the messages by id, and behind them one item
//! with what the two sides share, so that one query for the newest brings both.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_lc_rs::digest::{Context, SHA256};
use domain::Instant;
use domain::chat::{Conversation, Message, Pair};
use domain::ids::{MessageId, NoticeId, UserId};
use domain::notice::Notice;
use table::{Index, Item, Key, Range, Update, Value, absent, at_most, equals, exists, less, more};

use crate::chat_codec::{conversation_from, message_from, message_item, names, rank, tie_number};
use crate::conversations::unblocked;
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::feed::SentMessage;
use crate::keys::{self, list};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, number, text, time};
use crate::transaction::Transaction;
use crate::{Page, conversations, feed, notices};

/// A message with the conversation it stands in.
pub type MessageInConversation = (Message, Conversation);

/// What came in a conversation from some place on.
#[derive(Debug)]
pub struct MessagesAfter {
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// Of all of them, those on later pages included.
    pub count: usize,
}

/// Two people as a command finds them.
#[derive(Debug)]
pub struct PairFound {
    pub users: Vec<domain::person::User>,
    pub conversation: Option<Conversation>,
    pub sent_before: Option<MessageId>,
    /// The connection they are asked for over is known, if it is over one.
    pub is_connected: bool,
}

/// What makes one message of all frames with the same reference to the same receiver, for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    sender: UserId,
    digest: String,
    now: Instant,
}

const GUARDED_SECONDS: i64 = 24 * 60 * 60;

impl Guard {
    pub fn new(sender: UserId, receiver: UserId, reference: &str, now: Instant) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&receiver.get().to_be_bytes());
        context.update(reference.as_bytes());
        let digest = data_encoding::BASE64URL_NOPAD.encode(context.finish().as_ref());
        Self { sender, digest, now }
    }

    fn key(&self) -> keys::Key {
        keys::reference(self.sender, &self.digest)
    }

    fn take(&self, message: MessageId, now: Instant) -> Update {
        Update::of(self.key())
            .set("message", number(message))
            .set("expires_at", number(now.timestamp() + GUARDED_SECONDS))
            .when(absent("pk").or(at_most("expires_at", number(now.timestamp()))))
    }

    /// The message that was sent under this reference, unless that was too long ago.
    fn message(&self, item: &Item) -> Result<Option<MessageId>, Fault> {
        let row = Reader(item);
        let is_over = row.number::<i64>("expires_at")? <= self.now.timestamp();
        Ok(if is_over { None } else { Some(row.id("message", MessageId::new)?) })
    }
}

/// One message more.
fn appended(before: &Conversation, message: &Message, after: &Conversation) -> Update {
    let (unread, wrote) = (names(message.pair, message.receiver()).unread, names(message.pair, message.sender).wrote);
    // Whether it is the first since its receiver has read the others decides what they are told.
    let is_as_unread = match before.side(message.receiver()).unread {
        0 => absent(unread).or(equals(unread, number(0))),
        _ => more(unread, number(0)),
    };
    let mut update = Update::of(keys::conversation(message.pair))
        .set("last", number(message.id))
        .set("rank", text(rank(message.created_at())))
        .set("preview", text(&after.preview))
        .set("low_name", text(&after.low.name))
        .set("high_name", text(&after.high.name))
        .set("updated_at", time(after.updated_at))
        .set("last_sender", number(message.sender))
        .set(wrote, Value::Bool(true))
        .remove_all(["low_archived", "high_archived", "closed"])
        .add(unread, number(1))
        .add("messages", number(1))
        .when(exists("id").and(absent("last").or(less("last", number(message.id)))).and(unblocked()).and(is_as_unread));
    // One that was closed when it was found is open again.
    if !before.closed {
        update = update.when(absent("closed"));
    }
    if let Some(expert) = after.expert.filter(|_| after.expert != before.expert) {
        update = update.set("expert", number(expert));
    }
    if let Some(tie) = after.tie.filter(|_| after.tie != before.tie) {
        update = update.set("tie", number(tie_number(tie)));
    }
    update
}

/// Those of the messages that are among these items, with their conversations.
pub(crate) fn told_in(
    items: &HashMap<Key, Item>,
    wanted: &[(Pair, MessageId)],
) -> Result<BTreeMap<MessageId, MessageInConversation>, Fault> {
    let mut told = BTreeMap::new();
    for (pair, id) in wanted {
        let item = items.get(&keys::message(*pair, *id));
        if let (Some(message), Some(shared)) = (item, items.get(&keys::conversation(*pair))) {
            told.insert(*id, (message_from(message)?, conversation_from(shared)?));
        }
    }
    Ok(told)
}

impl Store {
    pub async fn conversation(&self, pair: Pair) -> Result<Option<Conversation>, Fault> {
        self.get(&keys::conversation(pair)).await?.map(|item| conversation_from(&item)).transpose()
    }

    /// Two people and, if they ever wrote, their conversation: one round trip. With it the message `sender` sent under
    /// this reference before, if there is one.
    pub async fn pair_with_conversation(&self, pair: Pair, reference: Option<&Guard>) -> Result<PairFound, Fault> {
        self.pair_over(None, pair, reference).await
    }

    /// The same for somebody who writes over a connection, if it is still known.
    pub async fn pair_over(
        &self,
        connection: Option<&str>,
        pair: Pair,
        reference: Option<&Guard>,
    ) -> Result<PairFound, Fault> {
        let connection = connection.map(keys::connection);
        let shared = keys::conversation(pair);
        let mut wanted = vec![keys::user(pair.low()), keys::user(pair.high()), shared.clone()];
        wanted.extend(reference.map(Guard::key));
        wanted.extend(connection.clone());
        let items = self.get_many(&wanted, true).await?;
        let users = wanted[..2].iter().filter_map(|key| items.get(key)).map(crate::person_codec::from_item);
        let guarded = reference.and_then(|reference| items.get(&reference.key()));
        Ok(PairFound {
            users: users.collect::<Result<_, _>>()?,
            conversation: items.get(&shared).map(conversation_from).transpose()?,
            sent_before: match (reference, guarded) {
                (Some(reference), Some(item)) => reference.message(item)?,
                _ => None,
            },
            is_connected: connection.is_none_or(|connection| items.contains_key(&connection)),
        })
    }

    /// Messages with their conversations, as last written; what does not exist is missing from the answer.
    pub async fn told(
        &self,
        wanted: &[(Pair, MessageId)],
    ) -> Result<BTreeMap<MessageId, MessageInConversation>, Fault> {
        let messages = wanted.iter().map(|(pair, id)| keys::message(*pair, *id));
        let shared = wanted.iter().map(|(pair, _)| keys::conversation(*pair));
        // DynamoDB takes no key twice.
        let keys: HashSet<_> = messages.chain(shared).collect();
        let items = self.get_many(&keys.into_iter().collect::<Vec<_>>(), true).await?;
        told_in(&items, wanted)
    }

    /// Stores a message behind the last one, counts it as unread, notifies its receiver and tells the sender's own
    /// devices. `before` is the conversation as it was found, if there was one. [`Denied::Stale`] if a newer message, a
    /// block or a closing came first, or the same message under its reference.
    pub async fn message_append(
        &self,
        mut transaction: Transaction<Denied>,
        before: Option<&Conversation>,
        (message, after): (&Message, &Conversation),
        notice: &Notice,
        sent: &SentMessage,
        guard: Option<&Guard>,
    ) -> Result<(), Failed<Denied>> {
        match before {
            None => conversations::create(&mut transaction, after),
            Some(before) => {
                transaction.update(appended(before, message, after), Some(Denied::Stale));
            }
        }
        transaction.create(message_item(message), Denied::Stale);
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        transaction.create(feed::sent_item(message.sender, sent, notice.created_at), Denied::IdTaken);
        if let Some(guard) = guard {
            transaction.update(guard.take(message.id, notice.created_at), Some(Denied::Stale));
        }
        self.commit(transaction).await
    }

    /// The messages of one conversation, newest first, as last written: one round trip for the first page.
    pub async fn messages_between(
        &self,
        pair: Pair,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<MessageInConversation>, Fault> {
        let range = Range {
            partition: keys::pair_pk(pair),
            to: after.map(|rank| format!("{}{}", keys::MESSAGE, keys::before(rank))),
            descending: true,
            // One more than asked for tells whether more follow, and on the first page one is the shared item.
            limit: Some(limit + 1 + usize::from(after.is_none())),
            consistent: true,
            ..Range::default()
        };
        let (mut items, _) = self.query(&range).await?;
        let shared_is_there = items.first().is_some_and(|item| item.get("sk") == Some(&text(keys::CONVERSATION)));
        let shared = match after {
            None if shared_is_there => Some(conversation_from(&items.remove(0))?),
            None => None,
            Some(_) => self.conversation(pair).await?,
        };
        let Some(shared) = shared else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let more = items.len() > limit;
        items.truncate(limit);
        let messages: Vec<_> = items.iter().map(message_from).collect::<Result<_, _>>()?;
        let next = messages.last().filter(|_| more).map(|message| keys::id_text(message.id.get()));
        Ok(Page { items: messages.into_iter().map(|message| (message, shared.clone())).collect(), next })
    }

    /// The conversation and so many of its newest messages, oldest first, as last written.
    pub async fn messages_newest(
        &self,
        pair: Pair,
        limit: usize,
    ) -> Result<Option<(Conversation, Vec<Message>)>, Fault> {
        let range = Range {
            partition: keys::pair_pk(pair),
            descending: true,
            limit: Some(limit + 1), // and what they share
            consistent: true,
            ..Range::default()
        };
        let items = self.query_all(&range).await?;
        let Some((shared, messages)) = items.split_first() else { return Ok(None) };
        let messages = messages.iter().rev().map(message_from).collect::<Result<_, _>>()?;
        Ok(Some((conversation_from(shared)?, messages)))
    }

    /// What came behind a message, oldest first, as last written: usually one round trip.
    pub async fn messages_after(
        &self,
        pair: Pair,
        after: i64,
        limit: usize,
        most: usize,
    ) -> Result<Option<MessagesAfter>, Fault> {
        let range = |after: i64, limit: usize, to: &str| Range {
            partition: keys::pair_pk(pair),
            from: Some(keys::from_id(keys::MESSAGE, after.saturating_add(1))),
            to: Some(to.to_owned()),
            limit: Some(limit),
            consistent: true,
            ..Range::default()
        };
        // At the end stands what the two share; where more follow than were asked for it is not reached.
        let mut items = self.query_all(&range(after, limit + 1, keys::CONVERSATION)).await?;
        let is_all = items.last().is_some_and(|item| item.get("sk") == Some(&text(keys::CONVERSATION)));
        let rest = if is_all { items.pop() } else { None };
        items.truncate(limit);
        let messages = items.iter().map(message_from).collect::<Result<Vec<_>, _>>()?;
        let (shared, count) = match (rest, messages.last()) {
            (Some(shared), _) => (Some(shared), messages.len()),
            (None, None) => (None, 0),
            (None, Some(last)) => {
                let rest = range(last.id.get(), most.saturating_sub(limit), &format!("{}~", keys::MESSAGE));
                let shared = keys::conversation(pair);
                let (shared, rest) = futures_util::try_join!(self.get(&shared), self.query_count(&rest))?;
                (shared, limit + rest)
            }
        };
        let conversation = shared.as_ref().map(conversation_from).transpose()?;
        Ok(conversation.map(|conversation| MessagesAfter { conversation, messages, count }))
    }

    /// All messages of a person, newest first.
    pub async fn messages_of(
        &self,
        user: UserId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<MessageInConversation>, Fault> {
        let lists = [
            List { index: Index::ByA, partition: list::chats(user) },
            List { index: Index::ByB, partition: list::chats(user) },
        ];
        let page = self.newest(&lists, after, limit, |item| message_from(item).map(Some)).await?;
        let mut wanted: Vec<_> = page.items.iter().map(|message| message.pair).collect();
        wanted.sort();
        wanted.dedup();
        let keys: Vec<_> = wanted.iter().map(|pair| keys::conversation(*pair)).collect();
        let found = self.get_many(&keys, true).await?;
        let mut shared = BTreeMap::new();
        for (pair, key) in wanted.into_iter().zip(keys) {
            let item = found.get(&key).ok_or(Fault::Corrupt { key: key.pk.clone(), attribute: "sk" })?;
            shared.insert(pair, conversation_from(item)?);
        }
        Ok(page.map(|message| {
            let conversation = shared[&message.pair].clone();
            (message, conversation)
        }))
    }

    /// A message by its id alone, if `user` is one of its two people. Its notification leads the receiver to it, and the
    /// sender, if they are likely to be asking, their own copy while that is kept; otherwise the index does, which lags
    /// behind a moment.
    pub async fn message_of(
        &self,
        user: UserId,
        id: MessageId,
        as_sender: bool,
    ) -> Result<Option<MessageInConversation>, Fault> {
        let pair = match self.message_peer(user, id, as_sender).await?.and_then(|peer| Pair::new(user, peer)) {
            Some(pair) => pair,
            None => match self.listed_message(user, id).await? {
                Some(message) => message.pair,
                None => return Ok(None),
            },
        };
        Ok(self.told(&[(pair, id)]).await?.remove(&id))
    }

    /// Whom `user` got this message from, or sent it to not long ago.
    async fn message_peer(&self, user: UserId, id: MessageId, as_sender: bool) -> Result<Option<UserId>, Fault> {
        let Some(notice) = NoticeId::new(id.get()) else { return Ok(None) };
        let (got, sent) = (keys::notice(user, notice), keys::sent(user, id));
        let mut wanted = vec![got.clone()];
        wanted.extend(as_sender.then(|| sent.clone()));
        let items = self.get_many(&wanted, true).await?;
        if let Some(sent) = items.get(&sent) {
            return Ok(Some(feed::sent_from(Reader(sent))?.to));
        }
        Ok(items.get(&got).map(notices::from_item).transpose()?.and_then(|notice| notice.peer))
    }

    async fn listed_message(&self, user: UserId, id: MessageId) -> Result<Option<Message>, Fault> {
        let rank = keys::id_text(id.get());
        for index in [Index::ByA, Index::ByB] {
            let range = Range {
                index: Some(index),
                partition: list::chats(user),
                from: Some(rank.clone()),
                to: Some(rank.clone()),
                ..Range::default()
            };
            if let Some(item) = self.query(&range).await?.0.first() {
                return message_from(item).map(Some);
            }
        }
        Ok(None)
    }
}
