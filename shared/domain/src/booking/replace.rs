//! Another booking in place of one: the same two, the same price, another time.

use super::{Actor, Booking, Chain, Change, Fact, Outcome, Refusal, Status, Step, Times};
use crate::Instant;
use crate::calendar::Schedule;
use crate::ids::{BookingId, EntryId};

/// What the replacement has of its own.
#[derive(Clone, Debug)]
pub struct Replacement {
    pub id: BookingId,
    pub times: Times,
    /// Where the video call takes place, if there is one.
    pub room: Option<String>,
}

/// Both halves; they are written together.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced {
    pub old: Change,
    pub new: Booking,
}

impl Booking {
    /// The learner asks for another time: this booking ends as rescheduled and a new one is pending in its place. The price
    /// and what was paid of it pass to the new one; its invitations continue those of this one.
    pub fn replace(
        &self,
        replacement: Replacement,
        actor: Actor,
        schedule: &Schedule,
        now: Instant,
        entry: EntryId,
    ) -> Result<Replaced, Refusal> {
        let Outcome::Changed(mut old) = self.perform(Step::Replace, actor, now, entry)? else {
            return Err(Refusal::InvalidTransition);
        };
        let interval = replacement.times.check(self.rules(), schedule, now)?;
        old.after.chain.replaced_by = Some(replacement.id);
        let mut new = Booking {
            id: replacement.id,
            chain: Chain { replaces: Some(self.id), replaced_by: None },
            interval,
            status: Status::Pending,
            start_version: self.start_version + 1,
            room: replacement.room,
            started_at: None,
            has_been_confirmed: false,
            counts_later: false,
            created_at: now,
            updated_at: now,
            version: 1,
            ..self.clone()
        };
        new.pay_by = self.pay_by.map(|pay_by| pay_by.min(interval.start()));
        new.due_at = new.next_due(now);
        old.facts = vec![Fact::Replaced];
        Ok(Replaced { old: *old, new })
    }
}
