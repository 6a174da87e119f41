//! A person's feed: their notifications and their own messages, read by id from a place on, as last written.

use domain::Instant;
use domain::feed::{MOST_ABOVE, Part, Place};
use domain::ids::{MessageId, UserId};
use domain::notice::{Notice, Topic};
use table::{Item, Range};

use crate::fault::Fault;
use crate::requests::Store;
use crate::row::{Reader, Row};
use crate::{keys, notices};

/// So long a sent message stays in the feed: a `resume` from before that is answered with `bad_cursor`.
pub const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// One item of a feed: one frame or two.
#[derive(Clone, Debug, PartialEq)]
pub enum FeedItem {
    Noticed(Notice),
    Sent(SentMessage),
}

impl FeedItem {
    pub fn id(&self) -> i64 {
        match self {
            FeedItem::Noticed(notice) => notice.id.get(),
            FeedItem::Sent(sent) => sent.message.get(),
        }
    }

    /// The message it shows, and the other one of its two people.
    pub fn message(&self) -> Option<(MessageId, UserId)> {
        match self {
            FeedItem::Noticed(notice) if notice.topic == Topic::NewMessage => {
                Some((MessageId::new(notice.related?)?, notice.peer?))
            }
            FeedItem::Noticed(_) => None,
            FeedItem::Sent(sent) => Some((sent.message, sent.to)),
        }
    }

    pub fn parts(&self) -> &'static [Part] {
        match self {
            FeedItem::Sent(_) => &[Part::Message],
            FeedItem::Noticed(_) if self.message().is_some() => &[Part::Message, Part::Notice],
            FeedItem::Noticed(_) => &[Part::Notice],
        }
    }

    pub fn place(&self, part: Part) -> Place {
        Place::new(self.id(), part)
    }
}

/// A message a person sent, for their own sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    pub message: MessageId,
    pub to: UserId,
    /// The socket it came from, and what its client calls it.
    pub reference: Option<Reference>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub connection: String,
    /// At most 64 characters.
    pub text: String,
}

/// A stretch of a feed, in order.
#[derive(Debug)]
pub struct Stretch {
    pub entries: Vec<FeedItem>,
    /// The feed goes on behind the last of them.
    pub more: bool,
}

pub(crate) fn sent_item(user: UserId, sent: &SentMessage, now: Instant) -> Item {
    let (connection, text) =
        sent.reference.as_ref().map_or(("", ""), |reference| (&reference.connection, &reference.text));
    Row::at(&keys::sent(user, sent.message))
        .number("message", sent.message)
        .number("to", sent.to)
        .text("connection", connection)
        .text("ref", text)
        .number("expires_at", now.timestamp() + KEPT_SECONDS)
        .into_item()
}

pub(crate) fn sent_from(row: Reader<'_>) -> Result<SentMessage, Fault> {
    let reference = match row.text("connection")? {
        "" => None,
        connection => Some(Reference { connection: connection.to_owned(), text: row.owned("ref")? }),
    };
    Ok(SentMessage { message: row.id("message", MessageId::new)?, to: row.id("to", UserId::new)?, reference })
}

/// How many items of each kind one round trip brings.
const STRETCH: usize = 500;

/// How many of each kind are looked at for what is not settled yet: a message has two places, and a position holds so
/// many.
const NEWEST: usize = MOST_ABOVE / 2;

/// The newest places of a feed.
#[derive(Debug)]
pub struct Newest {
    /// Everything behind it is listed.
    pub floor: Place,
    pub places: Vec<Place>,
}

impl Store {
    /// What comes behind `from`: at most a thousand entries. The first may have a frame that lies at `from` or before.
    pub async fn feed(&self, user: UserId, from: Place) -> Result<Stretch, Fault> {
        let (noticed, sent) = (range(user, keys::NOTICE, from), range(user, keys::SENT, from));
        let (noticed, sent) = (Range { limit: Some(STRETCH), ..noticed }, Range { limit: Some(STRETCH), ..sent });
        let ((mut entries, more_noticed), (sent, more_sent)) =
            futures_util::try_join!(self.feed_part(&noticed, noticed_from), self.feed_part(&sent, sent_entry_from))?;
        // Behind the end of a list that goes on, the other list's entries have to wait.
        let ends = [(more_noticed, entries.last()), (more_sent, sent.last())];
        let horizon = ends.into_iter().filter(|(more, _)| *more).filter_map(|(_, last)| last.map(FeedItem::id)).min();
        entries.extend(sent);
        entries.retain(|entry| horizon.is_none_or(|horizon| entry.id() <= horizon));
        entries.sort_by_key(FeedItem::id);
        Ok(Stretch { entries, more: horizon.is_some() })
    }

    /// The places behind `from`, or of very many the last: in one round trip, however much somebody is written to.
    pub async fn feed_newest(&self, user: UserId, from: Place) -> Result<Newest, Fault> {
        let newest = |kind| Range { descending: true, limit: Some(NEWEST), ..range(user, kind, from) };
        let (noticed, sent) = (newest(keys::NOTICE), newest(keys::SENT));
        let ((noticed, more_noticed), (sent, more_sent)) =
            futures_util::try_join!(self.feed_part(&noticed, noticed_from), self.feed_part(&sent, sent_entry_from))?;
        // What a list that goes on has before its last entry is not known.
        let ends = [(more_noticed, noticed.last()), (more_sent, sent.last())];
        let ends = ends.into_iter().filter(|(more, _)| *more).filter_map(|(_, last)| last.map(FeedItem::id));
        let floor = ends.max().map_or(from, Place::before_id).max(from);
        let entries = noticed.iter().chain(&sent);
        let places = entries.flat_map(|entry| entry.parts().iter().map(|part| entry.place(*part)));
        Ok(Newest { floor, places: places.filter(|place| *place > floor).collect() })
    }

    async fn feed_part(
        &self,
        range: &Range,
        read: fn(&Item) -> Result<FeedItem, Fault>,
    ) -> Result<(Vec<FeedItem>, bool), Fault> {
        let (items, more) = self.query(range).await?;
        Ok((items.iter().map(read).collect::<Result<_, _>>()?, more))
    }
}

fn range(user: UserId, kind: &str, from: Place) -> Range {
    Range {
        partition: keys::user(user).pk,
        from: Some(keys::from_id(kind, from.id_behind())),
        to: Some(format!("{kind}~")),
        consistent: true,
        ..Range::default()
    }
}

fn noticed_from(item: &Item) -> Result<FeedItem, Fault> {
    notices::from_item(item).map(FeedItem::Noticed)
}

fn sent_entry_from(item: &Item) -> Result<FeedItem, Fault> {
    sent_from(Reader(item)).map(FeedItem::Sent)
}
