//! Whoever asks for help: strangers by a form, people with an account by a ticket that is answered.

use crate::Instant;
use crate::community::Author;
use crate::ids::{ContactId, NoticeId, TicketId};
use crate::text::Email;

/// What somebody who need not have an account wants to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    /// Not proven to be theirs.
    pub email: Email,
    pub phone: String,
    pub subject: String,
    pub message: String,
    pub created_at: Instant,
}

/// What somebody asks support for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    pub id: TicketId,
    pub author: Author,
    pub subject: String,
    pub message: String,
    /// The oldest first.
    pub replies: Vec<Reply>,
    pub created_at: Instant,
    pub version: u64,
}

/// An answer of support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// That of the notification which tells of it.
    pub id: NoticeId,
    pub text: String,
    pub created_at: Instant,
}

/// The longest message and reply, in characters.
pub const LONGEST: usize = 5000;

/// A ticket is one item, which cannot grow without end.
pub const MOST_REPLIES: usize = 15;

impl Ticket {
    /// Whether support has answered.
    pub fn is_resolved(&self) -> bool {
        !self.replies.is_empty()
    }

    pub fn answered(&self, reply: Reply) -> Result<Ticket, Refusal> {
        if self.replies.len() >= MOST_REPLIES {
            return Err(Refusal::TooManyReplies);
        }
        let replies = self.replies.iter().cloned().chain([reply]).collect();
        Ok(Ticket { replies, version: self.version + 1, ..self.clone() })
    }
}

/// What support says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("This ticket has as many replies as it can hold.")]
    TooManyReplies,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn a_ticket_is_resolved_once_it_is_answered_and_holds_so_many_answers() {
        let author = Author {
            user: UserId::new(2).unwrap(),
            name: "Ada".to_owned(),
            handle: "S1".to_owned(),
            role: "student".to_owned(),
            is_admin: false,
            picture: None,
        };
        let mut ticket = Ticket {
            id: TicketId::new(1).unwrap(),
            author,
            subject: "Help".to_owned(),
            message: "Please.".to_owned(),
            replies: Vec::new(),
            created_at: Instant::default(),
            version: 1,
        };
        assert!(!ticket.is_resolved());
        for number in 1..=i64::try_from(MOST_REPLIES).unwrap() {
            let id = NoticeId::new(number).unwrap();
            let reply = Reply { id, text: number.to_string(), created_at: Instant::default() };
            ticket = ticket.answered(reply).unwrap();
            assert_eq!((ticket.is_resolved(), ticket.replies.last().map(|reply| reply.id)), (true, Some(id)));
        }
        let reply = ticket.replies[0].clone();
        assert_eq!(ticket.answered(reply), Err(Refusal::TooManyReplies));
    }
}
