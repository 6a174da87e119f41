//! Messages of one conversation page by page, and marks on what was read; and who has booked whom, which decides where
//! nobody wrote yet.

use domain::Instant;
use domain::chat::{Conversation, Message, Pair};
use domain::ids::{MessageId, UserId};
use table::{Index, Range, Returning, Update, absent, equals, exists, more};

use crate::Page;
use crate::chat_codec::{conversation_from, message_from, names};
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::requests::Store;
use crate::row::{Reader, number, time};
use crate::transaction::Transaction;
use crate::{booking_codec, lists::List};

impl Store {
    /// Messages newest first, as last written: from `before` on, a place an earlier page ended at.
    pub async fn thread(&self, pair: Pair, before: Option<&str>, limit: usize) -> Result<Page<Message>, Fault> {
        let range = Range {
            partition: keys::pair_pk(pair),
            from: Some(keys::MESSAGE.to_owned()),
            to: Some(match before {
                Some(place) => format!("{}{}", keys::MESSAGE, keys::before(place)),
                None => format!("{}~", keys::MESSAGE),
            }),
            descending: true,
            limit: Some(limit + 1),
            consistent: true,
            ..Range::default()
        };
        let mut items = self.query_all(&range).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let messages: Vec<_> = items.iter().map(message_from).collect::<Result<_, _>>()?;
        let next = messages.last().filter(|_| more).map(|message| keys::id_text(message.id.get()));
        Ok(Page { items: messages, next })
    }

    /// What came behind a message, oldest first, as last written; it need not exist.
    pub async fn thread_after(&self, pair: Pair, after: i64, limit: usize) -> Result<Vec<Message>, Fault> {
        let range = Range {
            partition: keys::pair_pk(pair),
            from: Some(keys::from_id(keys::MESSAGE, after.saturating_add(1))),
            to: Some(format!("{}~", keys::MESSAGE)),
            limit: Some(limit),
            consistent: true,
            ..Range::default()
        };
        self.query_all(&range).await?.iter().map(message_from).collect()
    }

    /// Marks everything `reader` got as read, if `last` is the newest message still: what came meanwhile was not seen.
    pub async fn thread_seen(
        &self,
        pair: Pair,
        reader: UserId,
        last: MessageId,
        now: Instant,
    ) -> Result<Option<Conversation>, Fault> {
        let side = names(pair, reader);
        let update = Update::of(keys::conversation(pair))
            .set(side.read, number(last))
            .set(side.read_at, time(now))
            .set(side.unread, number(0))
            .when(equals("last", number(last)).and(more(side.unread, number(0))));
        match self.update(update, Returning::New).await {
            Ok(item) => conversation_from(&item).map(Some),
            Err(Failed::Refused(item)) if item.is_empty() => Ok(None),
            Err(Failed::Refused(item)) => conversation_from(&item).map(Some),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Marks one message read by its receiver; one that was read already stays as it is.
    pub async fn message_mark(&self, message: &Message, now: Instant) -> Result<(), Fault> {
        let side = names(message.pair, message.receiver());
        let mark = Update::of(keys::message(message.pair, message.id))
            .set("read_at", time(now))
            .when(exists("pk").and(absent("read_at")).and(absent("deleted")));
        let count = side.one_less_unread(Update::of(keys::conversation(message.pair)), message.id);
        let mut transaction = Transaction::new();
        transaction.update(mark, Some(()));
        transaction.update(count, Some(()));
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()), // refused: it is read already, which is what was asked for
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Marks everything `reader` got in this conversation as read: one write. Says how many messages that were, also
    /// when its answer was lost and it finds its own traces.
    pub async fn messages_mark_all(&self, pair: Pair, reader: UserId, now: Instant) -> Result<u32, Fault> {
        let side = names(pair, reader);
        let (own, unread) = (self.fresh_token(), side.unread);
        let update = Update::of(keys::conversation(pair))
            .set_to(side.read, "last")
            .set(side.read_at, time(now))
            .set(side.read_by, number(own))
            .set_to(side.read_count, unread)
            .set(unread, number(0))
            .when(exists("last").and(more(unread, number(0))));
        match self.update(update, Returning::Old).await {
            Ok(old) => Reader(&old).count(unread),
            Err(Failed::Refused(found)) if Reader(&found).maybe_number(side.read_by)? == Some(own) => {
                Reader(&found).count(side.read_count)
            }
            Err(Failed::Refused(_)) => Ok(0),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Whether `learner` has a booking with `expert`, of whatever state, among their newest thousand. A booking of this
    /// moment may be missing.
    pub async fn has_booked(&self, learner: UserId, expert: UserId) -> Result<bool, Fault> {
        const ROUNDS: usize = 10;
        let lists = [List { index: Index::ByA, partition: list::as_learner(learner) }];
        let mut after = None;
        for _ in 0..ROUNDS {
            let page =
                self.newest(&lists, after.as_deref(), 100, |item| booking_codec::from_item(item).map(Some)).await?;
            if page.items.iter().any(|booking| booking.expert.id == expert) {
                return Ok(true);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(false)
    }
}
