//! How a message looks (`expertconnect.md` §6), over HTTP and over sockets.

use app::chats::MessageInConversation;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A message between two people.
#[derive(Serialize, ToSchema)]
pub struct Message {
    id: i64,
    sender_id: i64,
    /// As it was when somebody last wrote in this conversation.
    sender_name: String,
    receiver_id: i64,
    receiver_name: String,
    content: String,
    is_read: bool,
    created_at: Stamp,
}

impl From<&MessageInConversation> for Message {
    fn from(told: &MessageInConversation) -> Self {
        let MessageInConversation { message, conversation } = told;
        let receiver = message.receiver();
        Self {
            id: message.id.get(),
            sender_id: message.sender.get(),
            sender_name: conversation.side(message.sender).name.clone(),
            receiver_id: receiver.get(),
            receiver_name: conversation.side(receiver).name.clone(),
            content: message.content.clone(),
            is_read: conversation.has_read(message),
            created_at: Stamp(message.created_at()),
        }
    }
}
