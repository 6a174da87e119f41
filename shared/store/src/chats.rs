//! Conversations and their messages. All of a pair lies in one partition: the messages by id, and behind them one item
//! with what the two sides share, so that one query for the newest brings both.

use std::collections::{BTreeMap, HashSet};

use aws_lc_rs::digest::{Context, SHA256};
use domain::Instant;
use domain::chat::{Conversation, Message, Pair, Side};
use domain::ids::{MessageId, NoticeId, UserId};
use domain::notice::Notice;

use crate::bookings::Denied;
use crate::facts::Sent;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::lists::{List, before};
use crate::row::{Item, Reader, Row, number, text};
use crate::table::{Range, Store};
use crate::transaction::{Transaction, Update};
use crate::{Page, feed, notices};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

fn message_item(message: &Message) -> Item {
    Row::at(&keys::message(message.pair, message.id))
        .value("la", text(list::chats(message.pair.low())))
        .value("lb", text(list::chats(message.pair.high())))
        .value("rank", text(keys::id_text(message.id.get())))
        .flag("by_low", message.sender == message.pair.low())
        .text("text", &message.content)
        .maybe("read_at", message.read_at, crate::row::time)
        .into_item()
}

/// A message's keys hold its id and its pair; only the rest is stored beside them.
fn message_from(item: &Item) -> Result<Message, Fault> {
    let row = Reader(item);
    let part = |text: Option<&str>| text.and_then(keys::text_id);
    let mut ids = row.text("pk")?.split('#').skip(1);
    let mut user = || part(ids.next()).and_then(UserId::new).ok_or_else(|| row.corrupt("pk"));
    let pair = Pair::new(user()?, user()?).ok_or_else(|| row.corrupt("pk"))?;
    let id = part(row.text("sk")?.strip_prefix(keys::MESSAGE)).and_then(MessageId::new);
    Ok(Message {
        id: id.ok_or_else(|| row.corrupt("sk"))?,
        pair,
        sender: if row.flag("by_low") { pair.low() } else { pair.high() },
        content: row.owned("text")?,
        read_at: row.maybe_time("read_at")?,
    })
}

/// The attributes of one person's side of a conversation.
struct Names {
    name: &'static str,
    unread: &'static str,
    read: &'static str,
    blocks: &'static str,
}

const LOW: Names = Names { name: "low_name", unread: "low_unread", read: "low_read", blocks: "low_blocks" };
const HIGH: Names = Names { name: "high_name", unread: "high_unread", read: "high_read", blocks: "high_blocks" };

fn names(pair: Pair, user: UserId) -> &'static Names {
    if user == pair.low() { &LOW } else { &HIGH }
}

pub(crate) fn conversation_from(item: &Item, pair: Pair) -> Result<Conversation, Fault> {
    let row = Reader(item);
    let side = |names: &Names| -> Result<Side, Fault> {
        Ok(Side {
            name: row.owned(names.name)?,
            unread: row.count(names.unread)?,
            read_through: row.maybe_number(names.read)?.and_then(MessageId::new),
            blocks: row.flag(names.blocks),
        })
    };
    Ok(Conversation {
        pair,
        low: side(&LOW)?,
        high: side(&HIGH)?,
        last_message: row.maybe_number("last")?.and_then(MessageId::new),
    })
}

/// A message with the conversation it stands in.
pub type Told = (Message, Conversation);

/// Two people as a command finds them.
#[derive(Debug)]
pub struct PairFound {
    pub users: Vec<domain::person::User>,
    pub conversation: Option<Conversation>,
    pub sent_before: Option<MessageId>,
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
        Update::new(self.key(), "SET #message = :message, #expires_at = :expires")
            .when("attribute_not_exists(#pk) OR #expires_at <= :now")
            .value(":message", number(message))
            .value(":expires", number(now.timestamp() + GUARDED_SECONDS))
            .value(":now", number(now.timestamp()))
    }

    /// The message that was sent under this reference, unless that was too long ago.
    fn message(&self, item: &Item) -> Result<Option<MessageId>, Fault> {
        let row = Reader(item);
        let is_over = row.number::<i64>("expires_at")? <= self.now.timestamp();
        Ok(if is_over { None } else { Some(row.id("message", MessageId::new)?) })
    }
}

impl Store {
    pub async fn conversation(&self, pair: Pair) -> Result<Option<Conversation>, Fault> {
        self.get(&keys::conversation(pair)).await?.map(|item| conversation_from(&item, pair)).transpose()
    }

    /// Two people and, if they ever wrote, their conversation: one round trip. With it the message `sender` sent under
    /// this reference before, if there is one.
    pub async fn pair_with_conversation(&self, pair: Pair, reference: Option<&Guard>) -> Result<PairFound, Fault> {
        let shared = keys::conversation(pair);
        let mut wanted = vec![keys::user(pair.low()), keys::user(pair.high()), shared.clone()];
        wanted.extend(reference.map(Guard::key));
        let items = self.get_many(&wanted, true).await?;
        let users = wanted[..2].iter().filter_map(|key| items.get(key)).map(crate::person_codec::from_item);
        let guarded = reference.and_then(|reference| items.get(&reference.key()));
        Ok(PairFound {
            users: users.collect::<Result<_, _>>()?,
            conversation: items.get(&shared).map(|item| conversation_from(item, pair)).transpose()?,
            sent_before: match (reference, guarded) {
                (Some(reference), Some(item)) => reference.message(item)?,
                _ => None,
            },
        })
    }

    /// Messages with their conversations, as last written; what does not exist is missing from the answer.
    pub async fn told(&self, wanted: &[(Pair, MessageId)]) -> Result<BTreeMap<MessageId, Told>, Fault> {
        let messages = wanted.iter().map(|(pair, id)| keys::message(*pair, *id));
        let shared = wanted.iter().map(|(pair, _)| keys::conversation(*pair));
        // DynamoDB takes no key twice.
        let keys: HashSet<_> = messages.chain(shared).collect();
        let items = self.get_many(&keys.into_iter().collect::<Vec<_>>(), true).await?;
        let mut told = BTreeMap::new();
        for (pair, id) in wanted {
            let item = items.get(&keys::message(*pair, *id));
            if let (Some(message), Some(shared)) = (item, items.get(&keys::conversation(*pair))) {
                told.insert(*id, (message_from(message)?, conversation_from(shared, *pair)?));
            }
        }
        Ok(told)
    }

    /// Stores a message behind the last one, counts it as unread, notifies its receiver and tells the sender's own
    /// devices. [`Denied::Stale`] if a newer message or a block came first, or the same one under its reference.
    pub async fn message_append(
        &self,
        mut transaction: Transaction<Denied>,
        message: &Message,
        names_now: (&str, &str),
        notice: &Notice,
        sent: &Sent,
        guard: Option<&Guard>,
    ) -> Result<(), Failed<Denied>> {
        let pair = message.pair;
        let unread = names(pair, message.receiver()).unread;
        let shared = Update::new(
            keys::conversation(pair),
            format!("SET #last = :id, #low_name = :low, #high_name = :high ADD #{unread} :one"),
        )
        .when(
            "(attribute_not_exists(#last) OR #last < :id) \
             AND attribute_not_exists(#low_blocks) AND attribute_not_exists(#high_blocks)",
        )
        .value(":id", number(message.id))
        .value(":low", text(names_now.0))
        .value(":high", text(names_now.1))
        .value(":one", number(1));
        transaction.update(shared, Some(Denied::Stale));
        transaction.create(message_item(message), Denied::Stale);
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        transaction.create(feed::sent_item(message.sender, sent, notice.created_at), Denied::IdTaken);
        if let Some(guard) = guard {
            transaction.update(guard.take(message.id, notice.created_at), Some(Denied::Stale));
        }
        self.commit(transaction).await
    }

    /// The messages of one conversation, newest first, as last written: one round trip for the first page.
    pub async fn messages_between(&self, pair: Pair, after: Option<&str>, limit: usize) -> Result<Page<Told>, Fault> {
        let range = Range {
            partition: keys::pair_pk(pair),
            to: after.map(|rank| format!("{}{}", keys::MESSAGE, before(rank))),
            descending: true,
            // One more than asked for tells whether more follow, and on the first page one is the shared item.
            limit: Some(limit + 1 + usize::from(after.is_none())),
            consistent: true,
            ..Range::default()
        };
        let (mut items, _) = self.query(&range).await?;
        let shared_is_there = items.first().is_some_and(|item| item.get("sk") == Some(&text("Z")));
        let shared = match after {
            None if shared_is_there => Some(conversation_from(&items.remove(0), pair)?),
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

    /// All messages of a person, newest first.
    pub async fn messages_of(&self, user: UserId, after: Option<&str>, limit: usize) -> Result<Page<Told>, Fault> {
        let lists = [
            List { index: "by_a", partition: list::chats(user) },
            List { index: "by_b", partition: list::chats(user) },
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
            shared.insert(pair, conversation_from(item, pair)?);
        }
        Ok(page.map(|message| {
            let conversation = shared[&message.pair].clone();
            (message, conversation)
        }))
    }

    /// A message by its id alone, if `user` is one of its two people. Its notification leads the receiver to it; the
    /// index, which lags behind a moment, serves only the sender, who may do nothing with it.
    pub async fn message_of(&self, user: UserId, id: MessageId) -> Result<Option<Told>, Fault> {
        let peer = match NoticeId::new(id.get()) {
            Some(notice) => self.notice(user, notice).await?.and_then(|notice| notice.peer),
            None => None,
        };
        let pair = match peer.and_then(|peer| Pair::new(user, peer)) {
            Some(pair) => pair,
            None => match self.listed_message(user, id).await? {
                Some(message) => message.pair,
                None => return Ok(None),
            },
        };
        let (message, shared) = (keys::message(pair, id), keys::conversation(pair));
        let items = self.get_many(&[message.clone(), shared.clone()], true).await?;
        match (items.get(&message), items.get(&shared)) {
            (Some(message), Some(shared)) => Ok(Some((message_from(message)?, conversation_from(shared, pair)?))),
            _ => Ok(None),
        }
    }

    async fn listed_message(&self, user: UserId, id: MessageId) -> Result<Option<Message>, Fault> {
        let rank = keys::id_text(id.get());
        for index in ["by_a", "by_b"] {
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

    /// Marks one message read by its receiver; one that was read already stays as it is.
    pub async fn message_mark(&self, message: &Message, now: Instant) -> Result<(), Fault> {
        let side = names(message.pair, message.receiver());
        let mark = Update::new(keys::message(message.pair, message.id), "SET #read_at = :now")
            .when("attribute_exists(#pk) AND attribute_not_exists(#read_at)")
            .value(":now", crate::row::time(now));
        let count = Update::new(keys::conversation(message.pair), format!("ADD #{} :less", side.unread))
            .when(format!("#{0} > :none AND (attribute_not_exists(#{1}) OR #{1} < :id)", side.unread, side.read))
            .value(":less", number(-1))
            .value(":none", number(0))
            .value(":id", number(message.id));
        let mut transaction = Transaction::new();
        transaction.update(mark, Some(()));
        transaction.update(count, Some(()));
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()), // refused: it is read already, which is what was asked for
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Marks everything `reader` got in this conversation as read: one write. Says how many messages that were.
    pub async fn messages_mark_all(&self, pair: Pair, reader: UserId) -> Result<u32, Fault> {
        let side = names(pair, reader);
        let update =
            Update::new(keys::conversation(pair), format!("SET #{} = #last, #{} = :none", side.read, side.unread))
                .when(format!("attribute_exists(#last) AND #{} > :none", side.unread))
                .value(":none", number(0));
        match self.update(update, ReturnValue::AllOld).await {
            Ok(old) => Reader(&old).count(side.unread),
            Err(Failed::Refused(_)) => Ok(0),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// `by` blocks, or no longer blocks, the other one.
    pub async fn conversation_block(&self, pair: Pair, by: UserId, blocks: bool) -> Result<(), Fault> {
        let name = names(pair, by).blocks;
        let update = if blocks {
            Update::new(keys::conversation(pair), format!("SET #{name} = :yes"))
                .value(":yes", AttributeValue::Bool(true))
        } else {
            Update::new(keys::conversation(pair), format!("REMOVE #{name}"))
        };
        self.update_or_leave(update).await
    }
}
