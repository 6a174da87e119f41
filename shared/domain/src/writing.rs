//! Who may write to whom, and what a message does to its conversation.

use crate::booking;
use crate::chat::{self, Conversation, Message, Pair};
use crate::expert::Standing;
use crate::facade::Writing;
use crate::ids::UserId;
use crate::person::User;

/// Two people, one of whom wants to write to the other, as they were found.
#[derive(Clone, Copy, Debug)]
pub struct Correspondents<'a> {
    pub pair: Pair,
    pub sender: UserId,
    /// Who of the two has an account.
    pub users: &'a [User],
    /// Theirs, if there is one.
    pub conversation: Option<&'a Conversation>,
}

/// Why nobody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The sender's account is gone or suspended.
    NoSender,
    /// The receiver's is, where that does not close a conversation.
    NoReceiver,
    Refused(crate::Refusal),
}

impl<R: Into<crate::Refusal>> From<R> for Obstacle {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

impl<'a> Correspondents<'a> {
    /// Sender and receiver, if by the rules of a façade the one may write to the other. A block holds in all.
    pub fn may_write(&self, rules: Writing) -> Result<(&'a User, &'a User), Obstacle> {
        let find = |id| self.users.iter().find(|user| user.id == id && !user.is_suspended);
        let (sender, receiver) = (find(self.sender), find(self.pair.other(self.sender)));
        if receiver.is_none() && !rules.closes {
            return Err(Obstacle::NoReceiver);
        }
        let sender = sender.ok_or(Obstacle::NoSender)?;
        if self.conversation.is_some_and(Conversation::is_blocked) {
            return Err(booking::Refusal::Blocked.into());
        }
        match receiver {
            Some(receiver) if !self.is_closed(rules) => Ok((sender, receiver)),
            _ => Err(chat::Refusal::Closed.into()),
        }
    }

    /// What is noted may lag behind the expert's standing: it alone opens a conversation again.
    fn is_closed(&self, rules: Writing) -> bool {
        let Some(conversation) = self.conversation else { return false };
        let expert = self.users.iter().find(|user| Some(user.id) == conversation.expert);
        let is_suspended = expert.is_some_and(|expert| expert.standing() == Some(Standing::Suspended));
        let is_back = expert.is_some_and(User::is_verified);
        (conversation.closed && !is_back) || (rules.closes && is_suspended)
    }
}

/// The conversation once `message` is written in it: it has the names of its two people as they are now, and if nobody
/// was its expert before, who of them is one.
pub fn written(mut conversation: Conversation, message: &Message, sender: &User, receiver: &User) -> Conversation {
    conversation.side_mut(sender.id).name = sender.name();
    conversation.side_mut(receiver.id).name = receiver.name();
    let approved = [receiver, sender].into_iter().find(|user| user.is_verified());
    conversation.expert = conversation.expert.or(approved.map(|user| user.id));
    conversation.closed = false;
    conversation.with(message)
}
