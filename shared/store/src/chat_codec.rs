//! Conversations and messages as items.

use chrono::TimeDelta;
use domain::Instant;
use domain::chat::{Conversation, Kind, Message, Pair, Side};
use domain::file::Attachment;
use domain::ids::{BookingId, ConversationId, MessageId, UserId};
use domain::tie::Tie;
use table::{Item, Update, absent, less, more};

use crate::fault::Fault;
use crate::keys::{self, list};
use crate::row::{Reader, Row, number, text, time};

fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Image => "image",
        Kind::File => "file",
        Kind::System => "system",
    }
}

fn file_row(file: &Attachment) -> Row {
    Row::nested()
        .text("key", &file.key)
        .text("name", &file.name)
        .text("type", &file.content_type)
        .number("size", file.size)
}

fn file_from(row: Reader<'_>) -> Result<Attachment, Fault> {
    Ok(Attachment {
        key: row.owned("key")?,
        name: row.owned("name")?,
        content_type: row.owned("type")?,
        size: row.number("size")?,
    })
}

pub(crate) fn message_item(message: &Message) -> Item {
    Row::at(&keys::message(message.pair, message.id))
        .value("la", text(list::chats(message.pair.low())))
        .value("lb", text(list::chats(message.pair.high())))
        .value("rank", text(keys::id_text(message.id.get())))
        .flag("by_low", message.sender == message.pair.low())
        .text("text", &message.content)
        .maybe("kind", Some(message.kind).filter(|kind| *kind != Kind::Text), |kind| text(kind_text(kind)))
        .rows("file", message.attachment.as_ref().map(file_row))
        .maybe("reply_to", message.reply_to, number)
        .maybe("read_at", message.read_at, time)
        .maybe("edited_at", message.edited_at, time)
        .flag("deleted", message.deleted)
        .into_item()
}

/// The two people a partition is named after.
pub(crate) fn pair_of(row: Reader<'_>) -> Result<Pair, Fault> {
    let mut ids = row.text("pk")?.split('#').skip(1);
    let mut user = || ids.next().and_then(keys::text_id).and_then(UserId::new).ok_or_else(|| row.corrupt("pk"));
    Pair::new(user()?, user()?).ok_or_else(|| row.corrupt("pk"))
}

/// A message's keys hold its id and its pair; only the rest is stored beside them.
pub(crate) fn message_from(item: &Item) -> Result<Message, Fault> {
    let row = Reader(item);
    let pair = pair_of(row)?;
    let id = row.text("sk")?.strip_prefix(keys::MESSAGE).and_then(keys::text_id).and_then(MessageId::new);
    let kind = row.text("kind")?;
    Ok(Message {
        id: id.ok_or_else(|| row.corrupt("sk"))?,
        pair,
        sender: if row.flag("by_low") { pair.low() } else { pair.high() },
        content: row.owned("text")?,
        kind: match kind {
            "" => Kind::Text,
            kind => Kind::ALL.into_iter().find(|known| kind_text(*known) == kind).ok_or_else(|| row.corrupt("kind"))?,
        },
        attachment: row.rows("file")?.into_iter().next().map(file_from).transpose()?,
        reply_to: row.maybe_number("reply_to")?.and_then(MessageId::new),
        read_at: row.maybe_time("read_at")?,
        edited_at: row.maybe_time("edited_at")?,
        deleted: row.flag("deleted"),
    })
}

/// The attributes of one person's side of a conversation.
pub(crate) struct Names {
    pub(crate) name: &'static str,
    pub(crate) unread: &'static str,
    pub(crate) read: &'static str,
    pub(crate) read_at: &'static str,
    /// The write that last marked everything as read, and how many messages it marked.
    pub(crate) read_by: &'static str,
    pub(crate) read_count: &'static str,
    pub(crate) blocks: &'static str,
    pub(crate) archived: &'static str,
    pub(crate) pinned: &'static str,
    pub(crate) wrote: &'static str,
}

const LOW: Names = Names {
    name: "low_name",
    unread: "low_unread",
    read: "low_read",
    read_at: "low_read_at",
    read_by: "low_read_by",
    read_count: "low_read_count",
    blocks: "low_blocks",
    archived: "low_archived",
    pinned: "low_pinned",
    wrote: "low_wrote",
};

const HIGH: Names = Names {
    name: "high_name",
    unread: "high_unread",
    read: "high_read",
    read_at: "high_read_at",
    read_by: "high_read_by",
    read_count: "high_read_count",
    blocks: "high_blocks",
    archived: "high_archived",
    pinned: "high_pinned",
    wrote: "high_wrote",
};

impl Names {
    /// One message less that this side has not read, if it was not read yet.
    pub(crate) fn one_less_unread(&self, update: Update, message: MessageId) -> Update {
        update
            .add(self.unread, number(-1))
            .when(more(self.unread, number(0)))
            .when(absent(self.read).or(less(self.read, number(message))))
    }
}

pub(crate) fn names(pair: Pair, user: UserId) -> &'static Names {
    if user == pair.low() { &LOW } else { &HIGH }
}

/// Where a conversation stands in the lists of its two people. Only to the hour: an entry that stays in its place costs
/// half of one that moves.
pub(crate) fn rank(at: Instant) -> String {
    let into_the_hour = at.timestamp_millis().rem_euclid(TimeDelta::hours(1).num_milliseconds());
    keys::id_text(MessageId::mint(at - TimeDelta::milliseconds(into_the_hour), 0).get())
}

/// A booking by its id; what is never undone by a number that is none.
const COMPLETED: i64 = 0;
const ENROLMENT: i64 = -1;

pub(crate) fn tie_number(tie: Tie) -> i64 {
    match tie {
        Tie::Booking(booking) => booking.get(),
        Tie::Completed => COMPLETED,
        Tie::Enrolment => ENROLMENT,
    }
}

fn tie_from(row: Reader<'_>) -> Result<Option<Tie>, Fault> {
    match row.maybe_number("tie")? {
        None => Ok(None),
        Some(COMPLETED) => Ok(Some(Tie::Completed)),
        Some(ENROLMENT) => Ok(Some(Tie::Enrolment)),
        Some(booking) => BookingId::new(booking).map(Tie::Booking).map(Some).ok_or_else(|| row.corrupt("tie")),
    }
}

pub(crate) fn conversation_item(conversation: &Conversation) -> Item {
    let Conversation { pair, low, high, .. } = conversation;
    let side = |row: Row, names: &Names, side: &Side| {
        row.text(names.name, &side.name)
            .maybe(names.unread, Some(side.unread).filter(|unread| *unread > 0), number)
            .maybe(names.read, side.read_through, number)
            .maybe(names.read_at, side.read_at, time)
            .flag(names.blocks, side.blocks)
            .flag(names.archived, side.archived)
            .flag(names.pinned, side.pinned)
            .flag(names.wrote, side.wrote)
    };
    let row = Row::at(&keys::conversation(*pair))
        .value("la", text(list::conversations(pair.low())))
        .value("lb", text(list::conversations(pair.high())))
        .value("rank", text(rank(conversation.last_message_at().unwrap_or(conversation.created_at))))
        .number("id", conversation.id)
        .maybe("expert", conversation.expert, number)
        .maybe("booking", conversation.booking, number)
        .maybe("last", conversation.last_message, number)
        .maybe("last_sender", conversation.last_sender, number)
        .maybe("tie", conversation.tie.map(tie_number), number)
        .text("preview", &conversation.preview)
        .maybe("messages", Some(conversation.messages).filter(|count| *count > 0), number)
        .flag("closed", conversation.closed)
        .time("created_at", conversation.created_at)
        .time("updated_at", conversation.updated_at);
    side(side(row, &LOW, low), &HIGH, high).into_item()
}

pub(crate) fn conversation_from(item: &Item) -> Result<Conversation, Fault> {
    let row = Reader(item);
    let side = |names: &Names| -> Result<Side, Fault> {
        Ok(Side {
            name: row.owned(names.name)?,
            unread: row.count(names.unread)?,
            read_through: row.maybe_number(names.read)?.and_then(MessageId::new),
            read_at: row.maybe_time(names.read_at)?,
            blocks: row.flag(names.blocks),
            archived: row.flag(names.archived),
            pinned: row.flag(names.pinned),
            wrote: row.flag(names.wrote),
        })
    };
    let (mut low, mut high) = (side(&LOW)?, side(&HIGH)?);
    // From before it was noted: what somebody has read, or not read yet, the other one wrote.
    let got = |side: &Side| side.unread > 0 || side.read_through.is_some();
    (low.wrote, high.wrote) = (low.wrote || got(&high), high.wrote || got(&low));
    Ok(Conversation {
        id: row.id("id", ConversationId::new)?,
        pair: pair_of(row)?,
        low,
        high,
        expert: row.maybe_number("expert")?.and_then(UserId::new),
        booking: row.maybe_number("booking")?.and_then(BookingId::new),
        last_message: row.maybe_number("last")?.and_then(MessageId::new),
        last_sender: row.maybe_number("last_sender")?.and_then(UserId::new),
        tie: tie_from(row)?,
        preview: row.owned("preview")?,
        messages: row.count("messages")?,
        closed: row.flag("closed"),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Pair {
        Pair::new(UserId::new(2).unwrap(), UserId::new(4).unwrap()).unwrap()
    }

    fn at(ms: i64) -> Instant {
        Instant::default() + TimeDelta::milliseconds(ms)
    }

    #[test]
    fn a_message_reads_back_as_written_whatever_it_is() {
        let attachment = Attachment {
            key: "chat/2/1".to_owned(),
            name: "a.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 3,
        };
        for (kind, attachment) in Kind::ALL.into_iter().zip([None, Some(attachment.clone()), Some(attachment), None]) {
            let message = Message {
                id: MessageId::new(7).unwrap(),
                pair: pair(),
                sender: pair().high(),
                content: "x".to_owned(),
                kind,
                attachment,
                reply_to: MessageId::new(3),
                read_at: Some(at(1)),
                edited_at: Some(at(2)),
                deleted: true,
            };
            assert_eq!(message_from(&message_item(&message)).unwrap(), message);
        }
    }

    #[test]
    fn a_conversation_reads_back_as_written() {
        let mut conversation = Conversation::begun(ConversationId::new(9).unwrap(), pair(), at(1));
        assert_eq!(conversation_from(&conversation_item(&conversation)).unwrap(), conversation);
        let side = Side {
            name: "Ada".to_owned(),
            unread: 2,
            read_through: MessageId::new(5),
            read_at: Some(at(6)),
            blocks: true,
            archived: true,
            pinned: true,
            wrote: true,
        };
        conversation = Conversation {
            low: side,
            // Or else what the other one has read is there to say it.
            high: Side { wrote: true, ..Side::default() },
            expert: Some(pair().low()),
            booking: BookingId::new(11),
            last_message: MessageId::new(7),
            last_sender: Some(pair().high()),
            preview: "Hello".to_owned(),
            messages: 3,
            closed: true,
            updated_at: at(8),
            ..conversation
        };
        for tie in [Tie::Booking(BookingId::new(3).unwrap()), Tie::Completed, Tie::Enrolment] {
            conversation.tie = Some(tie);
            assert_eq!(conversation_from(&conversation_item(&conversation)).unwrap(), conversation);
        }
    }

    #[test]
    fn who_wrote_before_that_was_noted_is_known_by_what_the_other_one_got() {
        for (unread, read_through, wrote) in [(0, None, false), (1, None, true), (0, MessageId::new(7), true)] {
            let mut conversation = Conversation::begun(ConversationId::new(9).unwrap(), pair(), at(1));
            conversation.low = Side { unread, read_through, ..Side::default() };
            let read = conversation_from(&conversation_item(&conversation)).unwrap();
            assert_eq!((read.high.wrote, read.low.wrote), (wrote, false));
        }
    }
}
