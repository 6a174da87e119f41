//! What only the functions without an audience work with: the sockets, the queues, the post. None of it can be run
//! here, so each is either live or a record of what would have gone out.

mod job;
mod queues;
mod sockets;

pub use job::{Job, Order};
pub use queues::Queues;
pub use sockets::{Pushed, Recording, Sockets};

use crate::mail::Post;
use crate::{App, Common, Error};

/// The app and its ways out.
#[derive(Clone)]
pub struct Background {
    pub app: App,
    pub sockets: Sockets,
    pub queues: Queues,
    pub post: Post,
}

fn broken(what: &'static str, detail: impl std::fmt::Display) -> Error {
    Error::Common(Common::Broken { what, detail: detail.to_string() })
}
