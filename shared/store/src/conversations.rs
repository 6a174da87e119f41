//! What the two people of a conversation share: how it begins, where it is listed, blocks, archives, closings; and what
//! changes a message together with it.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::Instant;
use domain::chat::{Conversation, Message, Pair};
use domain::ids::{ConversationId, UserId};

use crate::chat_codec::{conversation_from, conversation_item, names, tie_number};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::row::{Reader, Row, number, text, time};
use crate::table::{Range, Store};
use crate::transaction::{Transaction, Update};

/// While this holds, both may write.
pub(crate) const UNBLOCKED: &str = "attribute_not_exists(#low_blocks) AND attribute_not_exists(#high_blocks)";

/// More conversations than this nobody is shown.
const MOST_LISTED: usize = 1000;

/// A conversation that did not exist, and what leads from its id to it.
pub(crate) fn create(transaction: &mut Transaction<Denied>, conversation: &Conversation) {
    let pointer = Row::at(&keys::conversation_pair(conversation.id))
        .number("low", conversation.pair.low())
        .number("high", conversation.pair.high());
    transaction.create(conversation_item(conversation), Denied::Stale);
    transaction.create(pointer.into_item(), Denied::IdTaken);
}

/// Adds the legs that make of a pair's conversation as it was found, if there was one, what it is to be after `by` opened
/// it: its expert, the booking it is linked with, what the two have in common, closed or open, out
/// of `by`'s archive. [`Denied::Stale`] if it was made meanwhile.
pub fn conversation_open(
    transaction: &mut Transaction<Denied>,
    before: Option<&Conversation>,
    after: &Conversation,
    by: UserId,
) {
    let Some(before) = before else { return create(transaction, after) };
    let mut sets = vec!["#updated_at = :now"];
    let mut update_values = vec![(":now", time(after.updated_at))];
    if let Some(expert) = after.expert.filter(|_| after.expert != before.expert) {
        sets.push("#expert = :expert");
        update_values.push((":expert", number(expert)));
    }
    if let Some(booking) = after.booking.filter(|_| after.booking != before.booking) {
        sets.push("#booking = :booking");
        update_values.push((":booking", number(booking)));
    }
    if let Some(tie) = after.tie.filter(|_| after.tie != before.tie) {
        sets.push("#tie = :tie");
        update_values.push((":tie", number(tie_number(tie))));
    }
    let mut removes = format!("#{}", names(after.pair, by).archived);
    match (before.closed, after.closed) {
        (false, true) => {
            sets.push("#closed = :yes");
            update_values.push((":yes", AttributeValue::Bool(true)));
        }
        (true, false) => removes.push_str(", #closed"),
        _ => {}
    }
    let update = Update::new(keys::conversation(after.pair), format!("SET {} REMOVE {removes}", sets.join(", ")));
    let update = update_values.into_iter().fold(update, |update, (name, value)| update.value(name, value));
    transaction.update(update.when("attribute_exists(#id)"), Some(Denied::Stale));
}

impl Store {
    /// Whose conversation this is. It never changes, so it is asked for once.
    pub async fn conversation_pair(&self, id: ConversationId) -> Result<Option<Pair>, Fault> {
        if let Some(pair) = self.immutable.pair(id) {
            return Ok(Some(pair));
        }
        let Some(item) = self.get(&keys::conversation_pair(id)).await? else { return Ok(None) };
        let row = Reader(&item);
        let (low, high) = (row.id("low", UserId::new)?, row.id("high", UserId::new)?);
        let pair = Pair::new(low, high).ok_or_else(|| row.corrupt("high"))?;
        self.immutable.learn_pair(id, pair);
        Ok(Some(pair))
    }

    /// The conversations of a person, in no particular order: the latest thousand of each of the two indexes.
    pub async fn conversations_of(&self, user: UserId) -> Result<Vec<Conversation>, Fault> {
        let range = |index| Range {
            index: Some(index),
            partition: list::conversations(user),
            descending: true,
            limit: Some(MOST_LISTED),
            ..Range::default()
        };
        let (as_low, as_high) = (range("by_a"), range("by_b"));
        let (as_low, as_high) = futures_util::try_join!(self.query_all(&as_low), self.query_all(&as_high))?;
        as_low.iter().chain(&as_high).map(conversation_from).collect()
    }

    /// Changes one item that must exist and says what it is then; `None` if the condition does not hold.
    async fn conversation_change(&self, update: Update) -> Result<Option<Conversation>, Fault> {
        match self.update(update, ReturnValue::AllNew).await {
            Ok(item) => conversation_from(&item).map(Some),
            Err(Failed::Refused(_)) => Ok(None),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// `by` blocks the other one, or no longer does. `None` if there is no conversation, or no block of theirs to lift.
    pub async fn conversation_block(
        &self,
        pair: Pair,
        by: UserId,
        blocks: bool,
        now: Instant,
    ) -> Result<Option<Conversation>, Fault> {
        let name = names(pair, by).blocks;
        if blocks {
            return self.conversation_change(set(pair, name, now)).await;
        }
        // Nobody else lifts it meanwhile. Looked at first, not as a condition: a write whose answer was lost is sent
        // again, and would then be refused by its own success.
        match self.conversation(pair).await? {
            Some(found) if found.side(by).blocks => self.conversation_change(removed(pair, name, now)).await,
            _ => Ok(None),
        }
    }

    /// `by` puts the conversation away, or back.
    pub async fn conversation_archive(
        &self,
        pair: Pair,
        by: UserId,
        archived: bool,
        now: Instant,
    ) -> Result<Option<Conversation>, Fault> {
        let name = names(pair, by).archived;
        self.conversation_change(if archived { set(pair, name, now) } else { removed(pair, name, now) }).await
    }

    /// `by` keeps the conversation above the others, or no longer. As it is, nothing is written.
    pub async fn conversation_pin(&self, pair: Pair, by: UserId, pinned: bool) -> Result<Option<Conversation>, Fault> {
        let name = names(pair, by).pinned;
        let (expression, condition) = match pinned {
            true => (format!("SET #{name} = :yes"), format!("attribute_not_exists(#{name})")),
            false => (format!("REMOVE #{name}"), format!("#{name} = :yes")),
        };
        let update = Update::new(keys::conversation(pair), expression)
            .when(format!("attribute_exists(#id) AND {condition}"))
            .value(":yes", AttributeValue::Bool(true));
        match self.update(update, ReturnValue::AllNew).await {
            Ok(item) => conversation_from(&item).map(Some),
            Err(Failed::Refused(item)) if item.is_empty() => Ok(None),
            Err(Failed::Refused(item)) => conversation_from(&item).map(Some),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Closes a conversation, or opens it again, if `expert` is its expert. Closing notes it where nobody was noted as such.
    pub async fn conversation_close(
        &self,
        pair: Pair,
        expert: UserId,
        closed: bool,
        now: Instant,
    ) -> Result<Option<Conversation>, Fault> {
        let update = if closed {
            Update::new(keys::conversation(pair), "SET #closed = :yes, #updated_at = :now, #expert = :expert")
                .when("attribute_exists(#id) AND (attribute_not_exists(#expert) OR #expert = :expert)")
                .value(":yes", AttributeValue::Bool(true))
                .value(":now", time(now))
        } else {
            removed(pair, "closed", now).when("#expert = :expert")
        };
        self.conversation_change(update.value(":expert", number(expert))).await
    }

    /// Gives a message another text. [`Denied::Stale`] if it was deleted, or one of the two blocked the other, or it is
    /// no longer the last.
    pub async fn message_edit(
        &self,
        (message, conversation): (&Message, &Conversation),
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let edit = Update::new(keys::message(message.pair, message.id), "SET #text = :text, #edited_at = :now")
            .when("attribute_exists(#pk) AND attribute_not_exists(#deleted)")
            .value(":text", text(&message.content))
            .value(":now", time(now));
        let shared = keys::conversation(message.pair);
        let shared = if conversation.last_message == Some(message.id) {
            Update::new(shared, "SET #updated_at = :now, #preview = :preview")
                .when(format!("{UNBLOCKED} AND #last = :id"))
                .value(":id", number(message.id))
                .value(":preview", text(domain::chat::preview(&message.content)))
        } else {
            Update::new(shared, "SET #updated_at = :now").when(format!("attribute_exists(#id) AND {UNBLOCKED}"))
        };
        let mut transaction = Transaction::new();
        transaction.update(edit, Some(Denied::Stale));
        transaction.update(shared.value(":now", time(now)), Some(Denied::Stale));
        self.commit(transaction).await
    }

    /// Leaves nothing of a message but its place. One its receiver has not read no longer counts. [`Denied::Stale`] if it
    /// was read or deleted meanwhile, or is no longer the last.
    pub async fn message_delete(
        &self,
        (message, conversation): (&Message, &Conversation),
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let side = names(message.pair, message.receiver());
        let is_last = conversation.last_message == Some(message.id);
        let is_unread = !conversation.has_read(message) && conversation.side(message.receiver()).unread > 0;
        let seen = if message.read_at.is_none() { " AND attribute_not_exists(#read_at)" } else { "" };
        let bury = Update::new(keys::message(message.pair, message.id), "SET #deleted = :yes REMOVE #text, #file")
            .when(format!("attribute_exists(#pk) AND attribute_not_exists(#deleted){seen}"))
            .value(":yes", AttributeValue::Bool(true));
        let mut transaction = Transaction::new();
        transaction.update(bury, Some(Denied::Stale));
        if is_last || is_unread {
            let mut conditions = vec!["attribute_exists(#id)".to_owned()];
            let mut update = "SET #updated_at = :now".to_owned();
            if is_last {
                conditions.push("#last = :id".to_owned());
                update.push_str(" REMOVE #preview");
            }
            if is_unread {
                conditions.push(format!(
                    "#{0} > :none AND (attribute_not_exists(#{1}) OR #{1} < :id)",
                    side.unread, side.read
                ));
                update.push_str(&format!(" ADD #{} :less", side.unread));
            }
            let mut shared = Update::new(keys::conversation(message.pair), update)
                .when(conditions.join(" AND "))
                .value(":now", time(now))
                .value(":id", number(message.id));
            if is_unread {
                shared = shared.value(":less", number(-1)).value(":none", number(0));
            }
            transaction.update(shared, Some(Denied::Stale));
        }
        self.commit(transaction).await
    }
}

fn set(pair: Pair, flag: &str, now: Instant) -> Update {
    Update::new(keys::conversation(pair), format!("SET #{flag} = :yes, #updated_at = :now"))
        .when("attribute_exists(#id)")
        .value(":yes", AttributeValue::Bool(true))
        .value(":now", time(now))
}

fn removed(pair: Pair, flag: &str, now: Instant) -> Update {
    Update::new(keys::conversation(pair), format!("SET #updated_at = :now REMOVE #{flag}"))
        .when("attribute_exists(#id)")
        .value(":now", time(now))
}
