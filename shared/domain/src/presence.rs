//! Whether somebody is there: they say so themselves.

use chrono::TimeDelta;

use crate::Instant;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// When they said something last.
    pub seen_at: Option<Instant>,
    /// What they said then was that they leave.
    pub has_left: bool,
}

/// So long a word counts (`mentorship.md` §5.3).
const COUNTS: TimeDelta = TimeDelta::minutes(5);

impl Presence {
    pub fn is_online(self, now: Instant) -> bool {
        !self.has_left && self.seen_at.is_some_and(|seen| now < seen + COUNTS)
    }
}
