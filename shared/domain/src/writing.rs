//! Who may write to whom, and what a message does to its conversation.

use crate::booking;
use crate::chat::{self, Conversation, Message, Pair};
use crate::expert::Standing;
use crate::facade::{Acquaintance, Writing};
use crate::ids::UserId;
use crate::lifecycle::Seat;
use crate::person::User;
use crate::tie::Tie;

/// Two people, one of whom wants to write to the other, as they were found.
#[derive(Clone, Copy, Debug)]
pub struct Correspondents<'a> {
    pub pair: Pair,
    pub sender: UserId,
    /// Who of the two has an account.
    pub users: &'a [User],
    /// Theirs, if there is one.
    pub conversation: Option<&'a Conversation>,
    /// The receiver is known to have booked the sender.
    pub booked: bool,
    /// What the two have in common; where it matters that is looked for.
    pub tie: Option<Tie>,
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
        let (sender, receiver) = (self.find(self.sender), self.find(self.pair.other(self.sender)));
        if receiver.is_none() && !rules.closes {
            return Err(Obstacle::NoReceiver);
        }
        let sender = sender.ok_or(Obstacle::NoSender)?;
        if receiver.is_some() && !rules.pairs.allow(self.acquaintance()) {
            return Err(chat::Refusal::Strangers.into());
        }
        if self.conversation.is_some_and(Conversation::is_blocked) {
            return Err(booking::Refusal::Blocked.into());
        }
        match receiver {
            Some(receiver) if !self.is_closed(rules) => Ok((sender, receiver)),
            _ => Err(chat::Refusal::Closed.into()),
        }
    }

    /// Whether it matters that the receiver has booked the sender, and is not known.
    pub fn hinges_on_a_booking(&self, rules: Writing) -> bool {
        let known = self.acquaintance();
        let with = Self { booked: true, ..*self }.acquaintance();
        !rules.pairs.allow(known) && rules.pairs.allow(with)
    }

    /// The same of what the two have in common.
    pub fn hinges_on_a_tie(&self, rules: Writing) -> bool {
        let known = self.acquaintance();
        let with = Self { tie: Some(Tie::Completed), ..*self }.acquaintance();
        !rules.pairs.allow(known) && rules.pairs.allow(with)
    }

    /// What is known of the two.
    pub fn acquaintance(&self) -> Acquaintance {
        let (sender, receiver) = (self.find(self.sender), self.find(self.pair.other(self.sender)));
        let (Some(sender), Some(receiver)) = (sender, receiver) else { return Acquaintance::default() };
        let expert = expert_of(self.conversation, receiver, sender);
        let is_expert = expert.is_some_and(|expert| expert.id == sender.id);
        Acquaintance {
            receiver_is_approved_expert: receiver.is_shown_as_expert() && sender.has_role(Seat::Learner).is_ok(),
            receiver_wrote_before: is_expert && self.conversation.is_some_and(|found| found.side(receiver.id).wrote),
            receiver_booked_sender: is_expert && self.booked,
            share_paid_booking: matches!(self.tie, Some(Tie::Booking(_) | Tie::Completed)),
            share_enrolment: self.tie == Some(Tie::Enrolment),
        }
    }

    fn find(&self, id: UserId) -> Option<&'a User> {
        self.users.iter().find(|user| user.id == id && !user.is_suspended)
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

/// Who of two people is the expert of their conversation, where only a learner and an expert have one: whoever is noted
/// as such, so that who opened it as a learner stays the learner; else whoever is approved, `first` before `second`.
pub fn expert_of<'a>(conversation: Option<&Conversation>, first: &'a User, second: &'a User) -> Option<&'a User> {
    let teaches = |expert: &User, learner: &User| {
        expert.has_role(Seat::Expert).is_ok() && learner.has_role(Seat::Learner).is_ok()
    };
    let both = [(first, second), (second, first)].into_iter().filter(|(expert, learner)| teaches(expert, learner));
    let noted = conversation.and_then(|found| found.expert);
    let is_noted = |(expert, _): &(&User, &User)| Some(expert.id) == noted;
    let found = both.clone().find(is_noted).or_else(|| both.clone().find(|(expert, _)| expert.is_verified()));
    found.map(|(expert, _)| expert)
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
