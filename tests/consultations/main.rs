//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod chat;
mod chat_costs;
mod chat_states;
mod files_in_chat;
mod messages;
mod messages_crossing;
mod notifications;
mod realtime;
mod talk;
