//! Messages and conversations in either direction from any place on.

use domain::Instant;
use domain::chat::{Conversation, Message, Pair};
use domain::ids::{ConversationId, UserId};
use table::{Index, Item, Range};

use crate::chat_codec::{conversation_from, message_from, rank};
use crate::fault::Fault;
use crate::keys::{self, list};
use crate::requests::Store;
use crate::stretches::{Rows, SIFTED, Span, Stretch};

/// The two list indexes: a person is the lower of some pairs and the higher of others.
const INDEXES: [Index; 2] = [Index::ByA, Index::ByB];

/// Where a conversation stands among those of a person: when something was last said in it, and its id.
pub type Activity = (Instant, ConversationId);

fn activity(conversation: &Conversation) -> Activity {
    (conversation.active_at(), conversation.id)
}

impl Store {
    /// Part of the messages of a conversation of which `keep` is true, as last written. `is_sifted`: it may not be.
    pub async fn thread_in(
        &self,
        pair: Pair,
        span: Span,
        (limit, is_sifted): (usize, bool),
        keep: impl Fn(&Message) -> bool,
    ) -> Result<Stretch<Message>, Fault> {
        let rows = [Rows { index: None, partition: keys::pair_pk(pair), prefix: keys::MESSAGE }];
        self.rows_in(&rows, span, (limit, at_once(limit, is_sifted)), kept(keep)).await
    }

    /// The same of all messages of a person.
    pub async fn messages_in(
        &self,
        user: UserId,
        span: Span,
        (limit, is_sifted): (usize, bool),
        keep: impl Fn(&Message) -> bool,
    ) -> Result<Stretch<Message>, Fault> {
        let rows = INDEXES.map(|index| Rows { index: Some(index), partition: list::chats(user), prefix: "" });
        self.rows_in(&rows, span, (limit, at_once(limit, is_sifted)), kept(keep)).await
    }

    /// At most so many of a person's conversations in the order of their activity, behind a place; whether more follow.
    pub async fn conversations_in(
        &self,
        user: UserId,
        behind: Option<Activity>,
        descending: bool,
        limit: usize,
    ) -> Result<(Vec<Conversation>, bool), Fault> {
        // The indexes know the hour alone: what was said within one hour is put in order here, once all of it is known.
        let hour = behind.map(|(at, _)| rank(at));
        let (from, to) = if descending { (None, hour) } else { (hour, None) };
        let mut most = 2 * (limit + 1);
        loop {
            let ranges = INDEXES.map(|index| Range {
                index: Some(index),
                partition: list::conversations(user),
                from: from.clone(),
                to: to.clone(),
                descending,
                limit: Some(most),
                ..Range::default()
            });
            let (low, high) = futures_util::try_join!(self.query_all(&ranges[0]), self.query_all(&ranges[1]))?;
            let is_whole = low.len() < most && high.len() < most;
            let mut found = within_reach([low, high], most, descending)?;
            found.retain(|found| match behind {
                Some(behind) if descending => activity(found) < behind,
                Some(behind) => activity(found) > behind,
                None => true,
            });
            if is_whole || found.len() > limit {
                found.sort_by_key(activity);
                if descending {
                    found.reverse();
                }
                let goes_on = found.len() > limit;
                found.truncate(limit);
                return Ok((found, goes_on));
            }
            most *= 2;
        }
    }

    /// How many conversations a person has, at most so many.
    pub async fn conversations_count(&self, user: UserId, most: usize) -> Result<usize, Fault> {
        let ranges = INDEXES.map(|index| Range {
            index: Some(index),
            partition: list::conversations(user),
            limit: Some(most),
            ..Range::default()
        });
        let (low, high) = futures_util::try_join!(self.query_count(&ranges[0]), self.query_count(&ranges[1]))?;
        Ok((low + high).min(most))
    }
}

fn at_once(limit: usize, is_sifted: bool) -> usize {
    if is_sifted { SIFTED.max(limit + 1) } else { limit + 1 }
}

fn kept(keep: impl Fn(&Message) -> bool) -> impl Fn(&Item) -> Result<Option<Message>, Fault> {
    move |item| message_from(item).map(|message| Some(message).filter(|message| keep(message)))
}

/// The conversations of the hours of which nothing is missing: where a list has as many as were asked for, its last hour
/// may go on.
fn within_reach(lists: [Vec<Item>; 2], most: usize, descending: bool) -> Result<Vec<Conversation>, Fault> {
    let lists = lists.map(|items| items.iter().map(conversation_from).collect::<Result<Vec<_>, _>>());
    let [low, high] = lists;
    let lists = [low?, high?];
    let hour = |found: &Conversation| rank(found.active_at());
    let ends = lists.iter().filter(|found| found.len() == most).filter_map(|found| found.last().map(hour));
    let horizon = if descending { ends.max() } else { ends.min() };
    let is_near = |found: &Conversation| match &horizon {
        None => true,
        Some(horizon) if descending => hour(found) > *horizon,
        Some(horizon) => hour(found) < *horizon,
    };
    Ok(lists.into_iter().flatten().filter(is_near).collect())
}
