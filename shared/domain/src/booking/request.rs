//! Making a booking, and giving it another time or another text.

use chrono::TimeDelta;

use super::{Actor, Booking, Chain, Change, Fact, Funds, Mode, Outcome, Party, Policy, Refusal, Status, Step};
use crate::Instant;
use crate::calendar::Schedule;
use crate::category::CategoryId;
use crate::facade::{Facade, Rules};
use crate::ids::{BookingId, ConversationId, EntryId};
use crate::interval::Interval;
use crate::ledger::Amount;

/// The times somebody asks for, not yet known to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub start: Instant,
    pub end: Instant,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: BookingId,
    pub facade: Facade,
    pub mode: Mode,
    pub room: Option<String>,
    pub conversation: Option<ConversationId>,
    pub title: String,
    pub description: String,
    pub category: Option<CategoryId>,
    pub learner: Party,
    pub expert: Party,
    pub times: Times,
    pub price: Amount,
    pub policy: Policy,
}

impl Times {
    /// Ahead of `now`, the right way round, not longer than the façade allows, and inside the expert's hours.
    pub(super) fn check(self, rules: &Rules, schedule: &Schedule, now: Instant) -> Result<Interval, Refusal> {
        if self.start <= now {
            return Err(Refusal::StartNotAhead);
        }
        let interval = Interval::new(self.start, self.end).ok_or(Refusal::EndNotAfterStart)?;
        if interval.duration() > TimeDelta::minutes(i64::from(rules.length.longest)) {
            return Err(Refusal::TooLong);
        }
        if !schedule.covers(&interval) {
            return Err(Refusal::OutsideAvailability);
        }
        Ok(interval)
    }
}

impl Booking {
    /// A new booking, pending, its price held. Whether the time is free and the credits suffice is for the store's
    /// conditions to say.
    pub fn request(draft: Draft, schedule: &Schedule, now: Instant, entry: EntryId) -> Result<Change, Refusal> {
        if draft.learner.id == draft.expert.id {
            return Err(Refusal::OwnBooking);
        }
        let interval = draft.times.check(draft.facade.rules(), schedule, now)?;
        let mut after = Booking {
            id: draft.id,
            root: draft.id,
            chain: Chain::default(),
            facade: draft.facade,
            mode: draft.mode,
            title: draft.title,
            description: draft.description,
            service: String::new(),
            category: draft.category,
            slot: None,
            course: None,
            is_first: false,
            learner: draft.learner,
            expert: draft.expert,
            interval,
            status: Status::Pending,
            start_version: 1,
            price: draft.price,
            funds: Funds::Free,
            order: None,
            paid_with: None,
            paid_locally: false,
            returned: 0,
            promised: 0,
            pay_by: None,
            policy: draft.policy,
            room: draft.room,
            link: None,
            conversation: draft.conversation,
            started_at: None,
            ended_at: None,
            reason: String::new(),
            paid_out: 0,
            absent: None,
            is_disputed: false,
            moved_by: None,
            moved_from: None,
            move_reason: String::new(),
            has_been_confirmed: false,
            counts_later: false,
            due_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let entry = after.reserve(entry, now);
        let mut facts = vec![Fact::Requested];
        if after.funds == Funds::Free {
            after.status = after.rules().when_free;
            after.has_been_confirmed = after.status == Status::Confirmed;
            facts.extend(after.has_been_confirmed.then_some(Fact::Confirmed));
        }
        after.due_at = after.next_due(now);
        Ok(Change { before: None, after, entry, owed: None, facts })
    }

    /// It gets other times; the hold stays.
    pub fn move_to(
        &self,
        times: Times,
        actor: Actor,
        schedule: &Schedule,
        now: Instant,
        entry: EntryId,
    ) -> Result<Change, Refusal> {
        let Outcome::Changed(mut moved) = self.perform(Step::Move, actor, now, entry)? else {
            return Err(Refusal::InvalidTransition);
        };
        moved.after.interval = times.check(self.rules(), schedule, now)?;
        moved.after.start_version += 1;
        moved.after.moved_from = Some(self.interval.start());
        moved.after.move_reason.clear();
        moved.after.due_at = moved.after.next_due(now);
        Ok(*moved)
    }

    /// Its words, or where the two meet, change, whatever its status. `None` if it reads so already.
    pub fn annotate(&self, description: Option<String>, link: Option<Option<String>>, now: Instant) -> Option<Change> {
        let mut after = self.clone();
        after.description = description.unwrap_or(after.description);
        after.link = link.unwrap_or(after.link);
        if after == *self {
            return None;
        }
        after.updated_at = now;
        after.version += 1;
        Some(Change::of(self, after, Vec::new()))
    }

    /// The learner corrects the text; the status stays. `None` if it reads so already.
    pub fn describe(
        &self,
        title: Option<String>,
        description: Option<String>,
        category: Option<Option<CategoryId>>,
        actor: Actor,
        now: Instant,
    ) -> Result<Option<Change>, Refusal> {
        if actor != Actor::Learner {
            return Err(Refusal::WrongParty);
        }
        if !self.status.is_open() {
            return Err(Refusal::InvalidTransition);
        }
        let mut after = self.clone();
        after.title = title.unwrap_or(after.title);
        after.description = description.unwrap_or(after.description);
        after.category = category.unwrap_or(after.category);
        if after == *self {
            return Ok(None);
        }
        after.updated_at = now;
        after.version += 1;
        Ok(Some(Change::of(self, after, Vec::new())))
    }
}
