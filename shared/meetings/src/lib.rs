//! How ExpertConnect (`spec/expertconnect.md`) speaks, as far as several of its services do: how it says no, how messages
//! and notifications look, and its frames.

mod frames;
mod message;
mod notification;
mod problem;
mod socket;

pub use message::Message;
pub use notification::Notification;
pub use problem::{Meetings, Refused};

/// How its sockets are spoken to.
pub const SOCKET: &dyn edge::sockets::SocketDialect = &Meetings;
