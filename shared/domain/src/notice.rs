//! Notifications: written in the transaction of their cause, in the words of the façade that caused them.

use crate::Instant;
use crate::ids::{NoticeId, UserId};

/// What a notification is about. Each façade shows the nearest word it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Requested,
    Confirmed,
    Cancelled,
    Rescheduled,
    Expired,
    NoShow,
    Reminder,
    ReviewWanted,
    CreditUpdate,
    NewMessage,
    NewReview,
}

impl Topic {
    pub const ALL: [Topic; 11] = [
        Topic::Requested,
        Topic::Confirmed,
        Topic::Cancelled,
        Topic::Rescheduled,
        Topic::Expired,
        Topic::NoShow,
        Topic::Reminder,
        Topic::ReviewWanted,
        Topic::CreditUpdate,
        Topic::NewMessage,
        Topic::NewReview,
    ];
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteState {
    Tentative,
    Confirmed,
    Cancelled,
    /// Nothing new for a calendar, only a time to be named.
    Reminder,
}

impl InviteState {
    pub const ALL: [InviteState; 4] =
        [InviteState::Tentative, InviteState::Confirmed, InviteState::Cancelled, InviteState::Reminder];
}

/// What a notification's invitation was at that moment: the booking may be elsewhere when the mail is composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invite {
    pub start: Instant,
    pub end: Instant,
    /// Of two invitations to one booking, a calendar believes the higher.
    pub sequence: u32,
    pub state: InviteState,
}

/// One notification in a person's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub user: UserId,
    pub topic: Topic,
    pub title: String,
    /// A sentence naming the booking's title or the other person.
    pub content: String,
    /// The booking, message or review it is about.
    pub related: Option<i64>,
    /// The other person, where finding `related` needs them (a message lives under its pair).
    pub peer: Option<UserId>,
    /// Whether it also goes out by e-mail.
    pub mailed: bool,
    /// The time its mail names; a calendar file goes with it unless it only reminds.
    pub invite: Option<Invite>,
    pub is_read: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}
