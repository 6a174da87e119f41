//! Chat: one conversation per pair of people, and its messages.

use crate::ids::{MessageId, UserId};
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
    pub pair: Pair,
    pub low: Side,
    pub high: Side,
    /// Ids rise strictly within a conversation, in the order the messages were committed.
    pub last_message: Option<MessageId>,
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
    /// They have blocked the other.
    pub blocks: bool,
}

impl Conversation {
    pub fn side(&self, user: UserId) -> &Side {
        if user == self.pair.low { &self.low } else { &self.high }
    }

    /// Whether either has blocked the other: then neither writes to nor books the other.
    pub fn is_blocked(&self) -> bool {
        self.low.blocks || self.high.blocks
    }

    /// Whether `message` was read by the person it was sent to.
    pub fn has_read(&self, message: &Message) -> bool {
        message.read_at.is_some() || self.side(message.receiver()).read_through >= Some(message.id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub pair: Pair,
    pub sender: UserId,
    pub content: String,
    /// Set when this one message was marked read; see also [`Side::read_through`].
    pub read_at: Option<Instant>,
}

impl Message {
    pub fn receiver(&self) -> UserId {
        self.pair.other(self.sender)
    }

    pub fn created_at(&self) -> Instant {
        self.id.minted_at()
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
}

/// Message text: 1..=4000 characters, not only blanks, kept as typed.
pub fn parse_content(text: &str) -> Result<String, Sentence> {
    match text.chars().count() {
        0 => Err("A message cannot be empty."),
        1..=4000 if text.trim().is_empty() => Err("A message cannot be blank."),
        1..=4000 => Ok(text.to_owned()),
        _ => Err("A message has at most 4000 characters."),
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
        assert!(parse_content("").is_err() && parse_content(" \n\t").is_err());
        assert!(parse_content(&"é".repeat(4000)).is_ok());
        assert!(parse_content(&"é".repeat(4001)).is_err());
    }
}
