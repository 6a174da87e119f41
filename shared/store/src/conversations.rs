//! What the two people of a conversation share: how it begins, where it is listed, blocks, archives, closings; and what
//! changes a message together with it.

use domain::Instant;
use domain::chat::{Conversation, Message, Pair};
use domain::ids::{ConversationId, UserId};
use table::{Condition, Index, Range, Returning, Update, Value, absent, equals, exists};

use crate::chat_codec::{conversation_from, conversation_item, names, tie_number};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::requests::Store;
use crate::row::{Reader, Row, number, text, time};
use crate::transaction::Transaction;

/// While this holds, both may write.
pub(crate) fn unblocked() -> Condition {
    absent("low_blocks").and(absent("high_blocks"))
}

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
    let mut update = Update::of(keys::conversation(after.pair))
        .set("updated_at", time(after.updated_at))
        .remove(names(after.pair, by).archived)
        .when(exists("id"));
    if let Some(expert) = after.expert.filter(|_| after.expert != before.expert) {
        update = update.set("expert", number(expert));
    }
    if let Some(booking) = after.booking.filter(|_| after.booking != before.booking) {
        update = update.set("booking", number(booking));
    }
    if let Some(tie) = after.tie.filter(|_| after.tie != before.tie) {
        update = update.set("tie", number(tie_number(tie)));
    }
    update = match (before.closed, after.closed) {
        (false, true) => update.set("closed", Value::Bool(true)),
        (true, false) => update.remove("closed"),
        _ => update,
    };
    transaction.update(update, Some(Denied::Stale));
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
        let (as_low, as_high) = (range(Index::ByA), range(Index::ByB));
        let (as_low, as_high) = futures_util::try_join!(self.query_all(&as_low), self.query_all(&as_high))?;
        as_low.iter().chain(&as_high).map(conversation_from).collect()
    }

    /// Changes one item that must exist and says what it is then; `None` if the condition does not hold.
    async fn conversation_change(&self, update: Update) -> Result<Option<Conversation>, Fault> {
        match self.update(update, Returning::New).await {
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
        let shared = Update::of(keys::conversation(pair)).when(exists("id"));
        let update = match pinned {
            true => shared.set(name, Value::Bool(true)).when(absent(name)),
            false => shared.remove(name).when(equals(name, Value::Bool(true))),
        };
        match self.update(update, Returning::New).await {
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
        let is_theirs = equals("expert", number(expert));
        let update = match closed {
            true => set(pair, "closed", now).set("expert", number(expert)).when(absent("expert").or(is_theirs)),
            false => removed(pair, "closed", now).when(is_theirs),
        };
        self.conversation_change(update).await
    }

    /// Gives a message another text. [`Denied::Stale`] if it was deleted, or one of the two blocked the other, or it is
    /// no longer the last.
    pub async fn message_edit(
        &self,
        (message, conversation): (&Message, &Conversation),
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let edit = Update::of(keys::message(message.pair, message.id))
            .set("text", text(&message.content))
            .set("edited_at", time(now))
            .when(exists("pk").and(absent("deleted")));
        let mut shared = Update::of(keys::conversation(message.pair))
            .set("updated_at", time(now))
            .when(exists("id").and(unblocked()));
        if conversation.last_message == Some(message.id) {
            shared = shared
                .set("preview", text(domain::chat::preview(&message.content)))
                .when(equals("last", number(message.id)));
        }
        let mut transaction = Transaction::new();
        transaction.update(edit, Some(Denied::Stale));
        transaction.update(shared, Some(Denied::Stale));
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
        let mut bury = Update::of(keys::message(message.pair, message.id))
            .set("deleted", Value::Bool(true))
            .remove_all(["text", "file"])
            .when(exists("pk").and(absent("deleted")));
        if message.read_at.is_none() {
            bury = bury.when(absent("read_at"));
        }
        let mut transaction = Transaction::new();
        transaction.update(bury, Some(Denied::Stale));
        if is_last || is_unread {
            let mut shared =
                Update::of(keys::conversation(message.pair)).set("updated_at", time(now)).when(exists("id"));
            if is_last {
                shared = shared.remove("preview").when(equals("last", number(message.id)));
            }
            if is_unread {
                shared = side.one_less_unread(shared, message.id);
            }
            transaction.update(shared, Some(Denied::Stale));
        }
        self.commit(transaction).await
    }
}

fn set(pair: Pair, flag: &str, now: Instant) -> Update {
    Update::of(keys::conversation(pair)).set(flag, Value::Bool(true)).set("updated_at", time(now)).when(exists("id"))
}

fn removed(pair: Pair, flag: &str, now: Instant) -> Update {
    Update::of(keys::conversation(pair)).set("updated_at", time(now)).remove(flag).when(exists("id"))
}
