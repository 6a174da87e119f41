//! Whether mail reaches a person's address.

use crate::Instant;
use crate::text::Email;

/// Why an address gets no more mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// Nobody lives there, as their mail server says.
    Bounced,
    /// Its owner called a mail of ours unwanted.
    Unwanted,
}

impl Undelivered {
    pub const ALL: [Undelivered; 2] = [Undelivered::Bounced, Undelivered::Unwanted];

    pub fn as_str(self) -> &'static str {
        match self {
            Undelivered::Bounced => "bounced",
            Undelivered::Unwanted => "unwanted",
        }
    }
}

/// What is known of an address that mail does not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEnd {
    /// The one it is about. Whoever changes theirs gets mail again.
    pub address: Email,
    pub why: Undelivered,
    pub since: Instant,
}
