//! Connections as they are named: whose they are, and which of them somebody had.

use domain::Instant;
use domain::chat::RolePair;
use domain::facade::Facade;
use domain::feed::Address;
use domain::ids::{SessionId, UserId};

/// Whose connection this is, and what it is for. Never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    pub connection: String,
    pub user: UserId,
    pub session: SessionId,
    /// Whose frames it speaks.
    pub facade: Facade,
    pub address: Address,
    /// Of a chat whose façade calls its people by their roles: what they were when it was opened.
    pub roles: Option<RolePair>,
    pub opened_at: Instant,
    /// When its token ends.
    pub valid_until: Instant,
}

/// The sockets of somebody, as they were when this connection was the last one opened.
#[derive(Clone, Debug)]
pub(crate) struct KnownSockets {
    pub(crate) newest: String,
    pub(crate) connections: Vec<(String, Address)>,
}
