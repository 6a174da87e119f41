//! How conversations and messages look (`tutoring.md` §6).

use app::chats::{Talk, Written, is_read};
use domain::chat::{Conversation, Message};
use domain::ids::UserId;
use domain::person::{Role, User};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A conversation, as one of the two sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringConversation)]
pub(super) struct ConversationView {
    id: i64,
    participants: Vec<Participant>,
    /// In the same order. Null for whom the viewer shares neither a booking nor a course with.
    participants_emails: Vec<Option<String>>,
    /// The booking it was last opened for.
    #[schema(required = true)]
    booking: Option<i64>,
    #[schema(required = true)]
    last_message: Option<LastMessage>,
    /// What the viewer has not read.
    unread_count: u32,
    created_at: Stamp,
    /// When something was last said.
    updated_at: Stamp,
}

/// One of the two.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringParticipant)]
struct Participant {
    id: i64,
    name: String,
    #[schema(value_type = TutoringParticipantRole)]
    role: &'static str,
}

/// The newest message.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringLastMessage)]
struct LastMessage {
    /// Whose it is.
    sender: i64,
    /// Its first 50 characters; empty if it was deleted.
    content: String,
    created_at: Stamp,
}

const ROLES: [&str; 3] = ["student", "tutor", "admin"];

edge::words! {
    /// The strongest of somebody's roles; a `tutor` is an approved one.
    pub TutoringParticipantRole = ROLES
}

fn role(user: Option<&User>) -> &'static str {
    match user.map(User::role) {
        Some(Role::Admin) => ROLES[2],
        Some(Role::Expert) => ROLES[1],
        Some(Role::Learner) | None => ROLES[0],
    }
}

/// So much of the newest message is shown.
const SHOWN: usize = 50;

/// The address of `of`, if `viewer` is shown it.
fn address(is_acquainted: bool, viewer: Option<&User>, of: Option<&User>) -> Option<String> {
    let (viewer, of) = (viewer?, of?);
    let is_known = viewer.id == of.id || viewer.roles.admin || is_acquainted;
    is_known.then(|| of.email.as_str().to_owned())
}

impl ConversationView {
    pub(super) fn of(talk: &Talk, viewer: UserId) -> Self {
        let found = &talk.conversation;
        let two = [found.pair.low(), found.pair.high()];
        let participant = |id: UserId| {
            let user = talk.person(id);
            let name = user.map_or_else(|| found.side(id).name.clone(), User::name);
            Participant { id: id.get(), name, role: role(user) }
        };
        let email = |id: UserId| address(talk.is_acquainted, talk.person(viewer), talk.person(id));
        let last = found.last_message.zip(found.last_sender).map(|(message, sender)| LastMessage {
            sender: sender.get(),
            content: found.preview.chars().take(SHOWN).collect(),
            created_at: Stamp(message.minted_at()),
        });
        Self {
            id: found.id.get(),
            participants: two.map(participant).into(),
            participants_emails: two.map(email).into(),
            booking: found.booking.map(|booking| booking.get()),
            last_message: last,
            unread_count: found.side(viewer).unread,
            created_at: Stamp(found.created_at),
            updated_at: Stamp(found.active_at()),
        }
    }
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringMessage)]
pub(super) struct MessageView {
    id: i64,
    conversation: i64,
    sender: i64,
    /// Null for whom the viewer shares neither a booking nor a course with.
    #[schema(required = true)]
    sender_email: Option<String>,
    /// Empty if it was deleted.
    content: String,
    /// The other one has read it.
    is_read: bool,
    created_at: Stamp,
    /// When it was last changed or read.
    updated_at: Stamp,
}

impl MessageView {
    pub(super) fn of(message: &Message, conversation: &Conversation, sender_email: Option<String>) -> Self {
        let changes = [message.edited_at, conversation.read_at(message)];
        let updated_at = changes.into_iter().flatten().fold(message.created_at(), Ord::max);
        Self {
            id: message.id.get(),
            conversation: conversation.id.get(),
            sender: message.sender.get(),
            sender_email,
            content: message.content.clone(),
            is_read: is_read(conversation, message),
            created_at: Stamp(message.created_at()),
            updated_at: Stamp(updated_at),
        }
    }

    /// As `viewer` sees it, who may be an administrator.
    pub(super) fn seen(written: &Written, viewer: (UserId, bool)) -> Self {
        let Written { message, conversation, sender, is_acquainted } = written;
        let is_known = message.sender == viewer.0 || viewer.1 || *is_acquainted;
        let email = sender.as_ref().filter(|_| is_known).map(|sender| sender.email.as_str().to_owned());
        Self::of(message, conversation, email)
    }
}
