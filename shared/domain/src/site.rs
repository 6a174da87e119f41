//! Whether anything may be changed at present (`mentorship.md` §3.7).

/// As an administrator has left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Reads go on; writes are for administrators.
    pub in_maintenance: bool,
    /// What people are told of it; empty: nothing of their own.
    pub message: String,
}

/// Of a message, in characters.
pub const LONGEST_MESSAGE: usize = 500;
