//! How conversations and messages look (`mentorship.md` §2), over HTTP and over sockets.

use app::chats::{Correspondence, MessageInConversation};
use domain::chat::{Conversation, LONGEST_FRAME, Message, RolePair, parse_content};
use domain::ids::UserId;
use domain::lifecycle::Seat;
use edge::form::{Kind, text};
use edge::time::{ExactStamp, Stamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::shown;
use crate::signature::word;

edge::words! {
    /// As what somebody writes.
    pub ChatRole = ["student", "mentor"]
}

/// What a client may call the text of a message. The first is what it is called in refusals.
pub const CONTENT: [&str; 3] = ["content", "message", "text"];

pub fn content() -> impl Kind<Out = String> {
    text(..)
        .parse(|text| parse_content(text, LONGEST_FRAME))
        .shaped(|schema| schema.min_length(Some(1)).max_length(Some(LONGEST_FRAME)))
        .about("Not only blanks.")
}

/// How somebody is called in their role.
pub fn handle(roles: RolePair, user: UserId) -> String {
    let (seat, serial) = roles.of(user);
    shown(seat, serial)
}

/// A conversation of a student with a mentor, as one of the two sees it.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = MentorshipConversation)]
pub struct ConversationView {
    id: i64,
    /// The number of the account.
    mentor: i64,
    student: i64,
    #[schema(example = "M000001")]
    mentor_id: String,
    #[schema(example = "S000001")]
    student_id: String,
    mentor_name: String,
    student_name: String,
    /// The other one's id in their role here.
    other_user_id: String,
    #[schema(value_type = ChatRole)]
    other_user_type: &'static str,
    other_person_name: String,
    /// By the viewer alone.
    pinned: bool,
    /// Messages the viewer has not read.
    unread_count: u32,
    /// The beginning of the newest message, at most 200 characters; null if there is none, or it was deleted.
    #[schema(required = true)]
    last_message_content: Option<String>,
    #[schema(required = true)]
    last_message_time: Option<ExactStamp>,
    created_at: Stamp,
    updated_at: Stamp,
}

impl ConversationView {
    pub fn of(found: &Correspondence, viewer: UserId) -> Self {
        let Correspondence { conversation, learner, expert, roles } = found;
        let other = if learner.id == viewer { expert } else { learner };
        Self {
            id: conversation.id.get(),
            mentor: expert.id.get(),
            student: learner.id.get(),
            mentor_id: shown(Seat::Expert, roles.expert.1),
            student_id: shown(Seat::Learner, roles.learner.1),
            mentor_name: expert.name(),
            student_name: learner.name(),
            other_user_id: handle(*roles, other.id),
            other_user_type: word(roles.of(other.id).0),
            other_person_name: other.name(),
            pinned: conversation.side(viewer).pinned,
            unread_count: conversation.side(viewer).unread,
            last_message_content: Some(conversation.preview.clone()).filter(|preview| !preview.is_empty()),
            last_message_time: conversation.last_message_at().map(ExactStamp),
            created_at: Stamp(conversation.created_at),
            updated_at: Stamp(conversation.updated_at),
        }
    }
}

/// A message between a student and a mentor.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = MentorshipChatMessage)]
pub struct ChatMessage {
    pub id: i64,
    pub conversation: i64,
    #[schema(value_type = ChatRole)]
    pub sender_type: &'static str,
    #[schema(example = "S000001")]
    pub sender: String,
    #[schema(example = "M000001")]
    pub receiver: String,
    /// Empty if it was deleted.
    pub content: String,
    pub timestamp: ExactStamp,
    /// By its receiver.
    pub read: bool,
}

impl ChatMessage {
    pub fn of(message: &Message, conversation: &Conversation, roles: RolePair) -> Self {
        Self {
            id: message.id.get(),
            conversation: conversation.id.get(),
            sender_type: word(roles.of(message.sender).0),
            sender: handle(roles, message.sender),
            receiver: handle(roles, message.receiver()),
            content: message.content.clone(),
            timestamp: ExactStamp(message.created_at()),
            read: conversation.has_read(message),
        }
    }

    pub fn told(told: &MessageInConversation, roles: RolePair) -> Self {
        Self::of(&told.message, &told.conversation, roles)
    }
}
