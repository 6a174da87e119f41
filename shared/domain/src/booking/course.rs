//! What is said and found out while a booking takes its course: that it began, and why it was called off.

use chrono::TimeDelta;

use super::{Actor, Booking, Change, Outcome, Refusal, Status, Step};
use crate::Instant;
use crate::ids::EntryId;

/// Somebody can say that it began from so long before its start, until so long after its end (`consultations.md` §7).
const EARLIEST: TimeDelta = TimeDelta::minutes(15);
const LATEST: TimeDelta = TimeDelta::hours(2);

impl Booking {
    /// A party says that it begins. Saying so again changes nothing.
    pub fn begin(&self, now: Instant) -> Result<Outcome, Refusal> {
        if self.status != Status::Confirmed {
            return Err(Refusal::InvalidTransition);
        }
        if self.started_at.is_some() {
            return Ok(Outcome::Unchanged);
        }
        if now < self.interval.start() - EARLIEST {
            return Err(Refusal::TooEarly);
        }
        if now > self.interval.end() + LATEST {
            return Err(Refusal::TooLate);
        }
        let mut after = self.clone();
        after.started_at = Some(now);
        after.updated_at = now;
        after.version += 1;
        Ok(Outcome::Changed(Box::new(Change { before: Some(self.clone()), after, entry: None, facts: Vec::new() })))
    }

    /// Cancels it, with a reason in the words of whoever does.
    pub fn cancel(&self, reason: String, actor: Actor, now: Instant, entry: EntryId) -> Result<Outcome, Refusal> {
        Ok(match self.perform(Step::Cancel, actor, now, entry)? {
            Outcome::Changed(mut change) => {
                change.after.reason = reason;
                Outcome::Changed(change)
            }
            Outcome::Unchanged => Outcome::Unchanged,
        })
    }
}
