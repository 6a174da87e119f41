//! Chat: one conversation per pair of people, and its messages.

use crate::file::Attachment;
use crate::ids::{BookingId, ConversationId, MessageId, UserId};
use crate::lifecycle::Seat;
use crate::serial::Serial;
use crate::tie::Tie;
use crate::{Instant, Sentence};

/// Two different people, the lower id first: the identity of their conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// `None` for one person alone.
    pub fn new(a: UserId, b: UserId) -> Option<Self> {
        (a != b).then(|| Self { low: a.min(b), high: a.max(b) })
    }

    pub fn low(self) -> UserId {
        self.low
    }

    pub fn high(self) -> UserId {
        self.high
    }

    /// The other one of the two.
    pub fn other(self, user: UserId) -> UserId {
        if user == self.low { self.high } else { self.low }
    }
}

/// What both sides share, beside the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    pub pair: Pair,
    pub low: Side,
    pub high: Side,
    /// Which of the two is the expert here; `None`: neither, so far.
    pub expert: Option<UserId>,
    /// The booking it was last opened for.
    pub booking: Option<BookingId>,
    /// Ids rise strictly within a conversation, in the order the messages were committed.
    pub last_message: Option<MessageId>,
    /// Who wrote it; not noted of older ones.
    pub last_sender: Option<UserId>,
    /// What the two had in common when that last mattered.
    pub tie: Option<Tie>,
    /// The beginning of the newest message; empty if that was deleted.
    pub preview: String,
    /// How many there are, deleted ones included.
    pub messages: u32,
    /// Its expert is suspended: nobody writes any more.
    pub closed: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// One person's side of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Their name when somebody last wrote.
    pub name: String,
    /// Messages to them they have not read.
    pub unread: u32,
    /// Everything up to this message is read by them.
    pub read_through: Option<MessageId>,
    /// When they last read everything.
    pub read_at: Option<Instant>,
    /// They have blocked the other.
    pub blocks: bool,
    /// They have put it away, until somebody writes again.
    pub archived: bool,
    /// They keep it above the others.
    pub pinned: bool,
    /// They have written something.
    pub wrote: bool,
}

/// How a conversation stands for one of its two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConversationStatus {
    Active,
    Archived,
    Blocked,
    Closed,
}

impl Conversation {
    /// One in which nobody has written yet.
    pub fn begun(id: ConversationId, pair: Pair, now: Instant) -> Self {
        Self {
            id,
            pair,
            low: Side::default(),
            high: Side::default(),
            expert: None,
            booking: None,
            last_message: None,
            last_sender: None,
            tie: None,
            preview: String::new(),
            messages: 0,
            closed: false,
            created_at: now,
            updated_at: now,
        }
    }

    pub fn side(&self, user: UserId) -> &Side {
        if user == self.pair.low { &self.low } else { &self.high }
    }

    pub fn side_mut(&mut self, user: UserId) -> &mut Side {
        if user == self.pair.low { &mut self.low } else { &mut self.high }
    }

    /// Whether either has blocked the other: then neither writes to nor books the other.
    pub fn is_blocked(&self) -> bool {
        self.low.blocks || self.high.blocks
    }

    pub fn status(&self, viewer: UserId) -> ConversationStatus {
        if self.is_blocked() {
            ConversationStatus::Blocked
        } else if self.closed {
            ConversationStatus::Closed
        } else if self.side(viewer).archived {
            ConversationStatus::Archived
        } else {
            ConversationStatus::Active
        }
    }

    pub fn last_message_at(&self) -> Option<Instant> {
        self.last_message.map(MessageId::minted_at)
    }

    /// When something was last said or, before that, when it began.
    pub fn active_at(&self) -> Instant {
        self.last_message_at().unwrap_or(self.created_at)
    }

    /// Whether the two have, or had, a booking or a course in common, as far as that is noted: they know each other's
    /// addresses.
    pub fn is_of_acquainted(&self) -> bool {
        self.tie.is_some() || self.booking.is_some()
    }

    /// Whether `message` was read by the person it was sent to.
    pub fn has_read(&self, message: &Message) -> bool {
        message.read_at.is_some() || self.side(message.receiver()).read_through >= Some(message.id)
    }

    /// When that was.
    pub fn read_at(&self, message: &Message) -> Option<Instant> {
        let side = self.side(message.receiver());
        message.read_at.or(side.read_at.filter(|_| side.read_through >= Some(message.id)))
    }

    /// The conversation with one message more, of which the other side is to hear.
    pub fn with(mut self, message: &Message) -> Self {
        self.last_message = Some(message.id);
        self.last_sender = Some(message.sender);
        self.preview = preview(&message.content);
        self.messages += 1;
        self.updated_at = message.created_at();
        self.low.archived = false;
        self.high.archived = false;
        self.side_mut(message.receiver()).unread += 1;
        self.side_mut(message.sender).wrote = true;
        self
    }
}

/// So much of a message is shown in a list of conversations.
pub fn preview(content: &str) -> String {
    content.chars().take(200).collect()
}

/// What a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Text,
    Image,
    File,
    /// Written by nobody.
    System,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Text, Kind::Image, Kind::File, Kind::System];

    /// Of a message with such a file.
    pub fn of(attachment: Option<&Attachment>) -> Self {
        match attachment {
            None => Self::Text,
            Some(file) if file.is_image() => Self::Image,
            Some(_) => Self::File,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub pair: Pair,
    pub sender: UserId,
    /// Empty when deleted.
    pub content: String,
    pub kind: Kind,
    pub attachment: Option<Attachment>,
    /// An earlier message of the same conversation.
    pub reply_to: Option<MessageId>,
    /// Set when this one message was marked read; see also [`Side::read_through`].
    pub read_at: Option<Instant>,
    pub edited_at: Option<Instant>,
    /// Its place is kept.
    pub deleted: bool,
}

impl Message {
    pub fn receiver(&self) -> UserId {
        self.pair.other(self.sender)
    }

    pub fn created_at(&self) -> Instant {
        self.id.minted_at()
    }

    /// The same with another text, which `by` may give it.
    pub fn edit(&self, by: UserId, content: String, now: Instant) -> Result<Self, Refusal> {
        if self.sender != by {
            return Err(Refusal::NotTheSender);
        }
        if self.deleted {
            return Err(Refusal::Deleted);
        }
        if self.kind != Kind::Text {
            return Err(Refusal::NotText);
        }
        Ok(Self { content, edited_at: Some(now), ..self.clone() })
    }
}

/// The two of a conversation by their roles, with the numbers they are known by in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolePair {
    pub learner: (UserId, Serial),
    pub expert: (UserId, Serial),
}

impl RolePair {
    /// The role of one of the two, and their number in it.
    pub fn of(self, user: UserId) -> (Seat, Serial) {
        if user == self.expert.0 { (Seat::Expert, self.expert.1) } else { (Seat::Learner, self.learner.1) }
    }
}

/// What chatting says no to, beside a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You cannot write to yourself.")]
    OwnConversation,
    #[error("This conversation is closed.")]
    Closed,
    #[error("This message was deleted.")]
    Deleted,
    #[error("Only a text can be changed.")]
    NotText,
    #[error("Only its sender may do this.")]
    NotTheSender,
    #[error("Only who blocked may lift the block.")]
    NotTheBlocker,
    #[error("There is no such message in this conversation.")]
    UnknownReply,
    /// They are no two who may write to each other.
    #[error("You cannot write to this person.")]
    Strangers,
}

/// The longest text ExpertConnect and its sockets take, in characters.
pub const LONGEST_FRAME: usize = 4000;

/// The longest text of all.
pub const LONGEST: usize = 5000;

/// Message text: 1 to `longest` characters, not only blanks, kept as typed.
pub fn parse_content(text: &str, longest: usize) -> Result<String, Sentence> {
    match text.chars().count() {
        0 => Err("A message cannot be empty."),
        length if length > longest => Err("This message is too long."),
        _ if text.trim().is_empty() => Err("A message cannot be blank."),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_the_same_from_both_sides_and_needs_two() {
        let (a, b) = (UserId::new(5).unwrap(), UserId::new(9).unwrap());
        assert_eq!(Pair::new(a, b), Pair::new(b, a));
        assert_eq!(Pair::new(a, a), None);
        assert_eq!(Pair::new(a, b).unwrap().other(a), b);
    }

    #[test]
    fn blank_and_oversized_messages_are_refused() {
        assert!(parse_content("", LONGEST).is_err() && parse_content(" \n\t", LONGEST).is_err());
        for longest in [LONGEST_FRAME, LONGEST] {
            assert!(parse_content(&"é".repeat(longest), longest).is_ok());
            assert!(parse_content(&"é".repeat(longest + 1), longest).is_err());
        }
    }

    #[test]
    fn of_everything_a_conversation_may_be_the_gravest_shows() {
        let (a, b) = (UserId::new(5).unwrap(), UserId::new(9).unwrap());
        let pair = Pair::new(a, b).unwrap();
        let mut conversation = Conversation::begun(ConversationId::new(1).unwrap(), pair, Instant::default());
        assert_eq!(conversation.status(a), ConversationStatus::Active);
        conversation.low.archived = true;
        assert_eq!(
            (conversation.status(a), conversation.status(b)),
            (ConversationStatus::Archived, ConversationStatus::Active)
        );
        conversation.closed = true;
        assert_eq!(
            (conversation.status(a), conversation.status(b)),
            (ConversationStatus::Closed, ConversationStatus::Closed)
        );
        conversation.high.blocks = true;
        assert_eq!(
            (conversation.status(a), conversation.status(b)),
            (ConversationStatus::Blocked, ConversationStatus::Blocked)
        );
    }
}
