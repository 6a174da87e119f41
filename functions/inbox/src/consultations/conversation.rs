//! How a conversation looks (`consultations.md` §3).

use app::App;
use consultations::{ExpertCard, Viewer};
use domain::chat::{Conversation, ConversationStatus};
use domain::ids::UserId;
use domain::person::User;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A conversation with an expert, as one of the two sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationConversation)]
pub struct ConversationView {
    id: i64,
    /// The one who is not the expert here.
    user: i64,
    user_name: String,
    expert: ExpertCard,
    /// The one it was last opened for.
    #[schema(required = true)]
    consultation: Option<i64>,
    #[schema(value_type = ChatStatus)]
    status: &'static str,
    blocked_by_me: bool,
    #[schema(required = true)]
    last_message_at: Option<Stamp>,
    /// The beginning of the newest message, at most 200 characters; empty if that was deleted.
    last_message_preview: String,
    unread_count_user: u32,
    unread_count_expert: u32,
    /// The viewer's.
    unread_count: u32,
    created_at: Stamp,
    updated_at: Stamp,
}

/// For `form::one_of`.
pub const STATUSES: &[(&str, ConversationStatus)] = &[
    ("active", ConversationStatus::Active),
    ("archived", ConversationStatus::Archived),
    ("blocked", ConversationStatus::Blocked),
    ("closed", ConversationStatus::Closed),
];

edge::words! {
    /// How a conversation looks to the viewer: `archived` by them, `blocked` by either.
    pub ChatStatus = edge::words::of(STATUSES)
}

fn status_word(status: ConversationStatus) -> &'static str {
    match status {
        ConversationStatus::Active => "active",
        ConversationStatus::Archived => "archived",
        ConversationStatus::Blocked => "blocked",
        ConversationStatus::Closed => "closed",
    }
}

impl ConversationView {
    pub async fn of(app: &App, conversation: &Conversation, expert: &User, viewer: UserId) -> app::Result<Self> {
        let user = conversation.pair.other(expert.id);
        let unread = |id| conversation.side(id).unread;
        Ok(Self {
            id: conversation.id.get(),
            user: user.get(),
            user_name: conversation.side(user).name.clone(),
            expert: ExpertCard::of(app, expert, Viewer::Person(viewer)).await?,
            consultation: conversation.booking.map(|booking| booking.get()),
            status: status_word(conversation.status(viewer)),
            blocked_by_me: conversation.side(viewer).blocks,
            last_message_at: conversation.last_message_at().map(Stamp),
            last_message_preview: conversation.preview.clone(),
            unread_count_user: unread(user),
            unread_count_expert: unread(expert.id),
            unread_count: unread(viewer),
            created_at: Stamp(conversation.created_at),
            updated_at: Stamp(conversation.updated_at),
        })
    }
}

/// What became of a conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationConversationChanged)]
pub struct Changed {
    pub message: &'static str,
    pub conversation: ConversationView,
}
