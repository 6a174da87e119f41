//! How a message looks (`consultations.md` §3).

use app::{App, uploads};
use domain::chat::{Conversation, Kind, Message};
use edge::time::{ExactStamp, Stamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A message in a conversation with an expert.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ConsultationMessage)]
pub struct Note {
    id: i64,
    conversation: i64,
    #[schema(value_type = MessageSender)]
    sender_type: &'static str,
    /// Null only for `system`.
    #[schema(required = true)]
    sender_user: Option<i64>,
    /// As it was when somebody last wrote in this conversation.
    sender_name: String,
    /// Empty when deleted.
    message_content: String,
    #[schema(value_type = MessageType)]
    message_type: &'static str,
    /// A signed link, good for about a quarter of an hour.
    #[schema(required = true)]
    file_attachment: Option<String>,
    file_name: String,
    /// Bytes.
    #[schema(required = true)]
    file_size: Option<u64>,
    is_read: bool,
    #[schema(required = true)]
    read_at: Option<Stamp>,
    is_edited: bool,
    #[schema(required = true)]
    edited_at: Option<Stamp>,
    is_deleted: bool,
    /// The message it answers.
    #[schema(required = true)]
    reply_to: Option<i64>,
    created_at: ExactStamp,
}

const SENDERS: [&str; 3] = ["user", "expert", "system"];

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Image => "image",
        Kind::File => "file",
        Kind::System => "system",
    }
}

edge::words! {
    /// Who wrote.
    pub MessageSender = SENDERS
}

edge::words! {
    /// What a message is.
    pub MessageType = Kind::ALL.map(kind_word)
}

/// Where a message's file is found, if it has one.
pub async fn link(app: &App, message: &Message) -> app::Result<Option<String>> {
    match &message.attachment {
        Some(file) => uploads::link(app, file).await.map(Some),
        None => Ok(None),
    }
}

impl Note {
    pub fn of(message: &Message, conversation: &Conversation, link: Option<String>) -> Self {
        let is_system = message.kind == Kind::System;
        let sender_type = match conversation.expert {
            _ if is_system => SENDERS[2],
            Some(expert) if expert == message.sender => SENDERS[1],
            _ => SENDERS[0],
        };
        let file = message.attachment.as_ref();
        Self {
            id: message.id.get(),
            conversation: conversation.id.get(),
            sender_type,
            sender_user: (!is_system).then(|| message.sender.get()),
            sender_name: conversation.side(message.sender).name.clone(),
            message_content: message.content.clone(),
            message_type: kind_word(message.kind),
            file_attachment: link,
            file_name: file.map(|file| file.name.clone()).unwrap_or_default(),
            file_size: file.map(|file| file.size),
            is_read: conversation.has_read(message),
            read_at: conversation.read_at(message).map(Stamp),
            is_edited: message.edited_at.is_some(),
            edited_at: message.edited_at.map(Stamp),
            is_deleted: message.deleted,
            reply_to: message.reply_to.map(|earlier| earlier.get()),
            created_at: ExactStamp(message.created_at()),
        }
    }
}
