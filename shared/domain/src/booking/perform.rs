//! Taking a step: by the table, then by the clock, then what follows from it.

use chrono::TimeDelta;

use super::{Actor, Booking, Change, Fact, Funds, Outcome, Refusal, Seat, Status, Step, table};
use crate::Instant;
use crate::ids::{EntryId, UserId};
use crate::ledger::Entry;

impl Booking {
    /// Takes one step: decides by [`table`], then by the clock, then says what follows.
    pub fn perform(&self, step: Step, actor: Actor, now: Instant, entry: EntryId) -> Result<Outcome, Refusal> {
        if !table::may_ever(step, actor) {
            return Err(Refusal::WrongParty);
        }
        if self.is_already(step, actor) {
            return Ok(Outcome::Unchanged);
        }
        let to = table::target(self.status, step, actor).ok_or(Refusal::InvalidTransition)?;
        self.check_time(step, actor, now)?;

        let mut after = self.clone();
        after.updated_at = now;
        after.version += 1;
        after.status = to;
        let mut facts = Vec::new();
        let entry = after.follow(step, actor, self.status, entry, now, &mut facts)?;
        after.due_at = after.next_due(now);
        Ok(Outcome::Changed(Box::new(Change { before: Some(self.clone()), after, entry, facts })))
    }

    /// What a step does beside changing the status: where the price goes, and who has to hear of it.
    fn follow(
        &mut self,
        step: Step,
        actor: Actor,
        from: Status,
        entry: EntryId,
        now: Instant,
        facts: &mut Vec<Fact>,
    ) -> Result<Option<Entry>, Refusal> {
        match step {
            Step::Pay => {
                facts.push(Fact::Paid);
                self.pay(entry, now)
            }
            Step::Confirm if self.funds == Funds::Due => Err(Refusal::PaymentRequired),
            Step::Confirm => {
                facts.push(Fact::Confirmed);
                Ok(None)
            }
            Step::Cancel => {
                facts.push(Fact::Cancelled { by: actor });
                Ok(self.release(entry, now))
            }
            Step::Expire => {
                facts.push(Fact::Expired);
                self.status = from;
                self.lapse();
                Ok(self.give_back(entry, now, facts))
            }
            Step::Complete => Ok(self.complete(from, actor, entry, now, facts)),
            Step::ReportNoShow => Ok(self.report_no_show(actor, entry, now, facts)),
            Step::Refund => {
                facts.push(Fact::Refunded);
                Ok(self.release(entry, now))
            }
            Step::Replace => {
                facts.push(Fact::Replaced);
                if self.funds != Funds::Free {
                    self.funds = Funds::Moved;
                }
                Ok(None)
            }
        }
    }

    /// Releases the hold of somebody who did not ask for it, and tells them.
    fn give_back(&mut self, entry: EntryId, now: Instant, facts: &mut Vec<Fact>) -> Option<Entry> {
        let released = self.release(entry, now);
        facts.extend(released.is_some().then_some(Fact::Returned));
        released
    }

    /// One side's word that it took place; with a two-sided policy the second word completes it.
    fn complete(
        &mut self,
        from: Status,
        actor: Actor,
        entry: EntryId,
        now: Instant,
        facts: &mut Vec<Fact>,
    ) -> Option<Entry> {
        if let Some(seat) = actor.seat() {
            self.party_mut(seat).completed = true;
            if self.policy.both_complete && !self.party(seat.other()).completed {
                self.status = from;
                return None;
            }
        }
        facts.push(Fact::Completed);
        if actor.seat().is_some() {
            self.ended_at = Some(now);
        }
        self.capture(entry, now, facts)
    }

    fn report_no_show(&mut self, actor: Actor, entry: EntryId, now: Instant, facts: &mut Vec<Fact>) -> Option<Entry> {
        let absent = actor.seat()?.other();
        self.absent = Some(absent);
        facts.push(Fact::NoShow { absent });
        match absent {
            Seat::Learner => self.capture(entry, now, facts),
            Seat::Expert => self.give_back(entry, now, facts),
        }
    }

    /// Asking for what already is changes nothing. Only its reporter may report an absence again.
    fn is_already(&self, step: Step, actor: Actor) -> bool {
        match (step, self.status) {
            (Step::Confirm, Status::Confirmed)
            | (Step::Cancel, Status::Cancelled)
            | (Step::Complete, Status::Completed)
            | (Step::Expire, Status::Expired)
            | (Step::Refund, Status::Refunded) => true,
            (Step::Complete, Status::Confirmed) => {
                self.policy.both_complete && actor.seat().is_some_and(|seat| self.party(seat).completed)
            }
            (Step::ReportNoShow, Status::NoShow) => actor.seat().map(Seat::other) == self.absent,
            (Step::Pay, _) => matches!(self.funds, Funds::Held | Funds::Captured),
            _ => false,
        }
    }

    fn check_time(&self, step: Step, actor: Actor, now: Instant) -> Result<(), Refusal> {
        let (start, end) = (self.interval.start(), self.interval.end());
        let minutes = |n: u32| TimeDelta::minutes(i64::from(n));
        let not_before = |moment| if now < moment { Err(Refusal::TooEarly) } else { Ok(()) };
        let only_before = |moment| if now >= moment { Err(Refusal::TooLate) } else { Ok(()) };
        match (step, actor) {
            (Step::Confirm, _) => only_before(start),
            (Step::Cancel, Actor::Learner) => match self.policy.learner_cancels_before {
                Some(cutoff) => only_before(start - minutes(cutoff)),
                None => Ok(()),
            },
            (Step::Cancel, Actor::Expert) => match self.policy.expert_cancels_before {
                Some(cutoff) => only_before(start - minutes(cutoff)),
                None => Ok(()),
            },
            (Step::Replace, _) => only_before(start - minutes(self.policy.moves_before)),
            (Step::Expire, _) => not_before(self.unanswered_until()),
            (Step::Complete, Actor::Schedule) => not_before(end + minutes(self.policy.completes_itself_after)),
            (Step::Complete, actor)
                if self.policy.begins_by_word && actor.seat().is_some() && self.started_at.is_none() =>
            {
                Err(Refusal::NotStarted)
            }
            (Step::Complete, _) if self.policy.completes_from_start => not_before(start),
            (Step::Complete, _) => not_before(end),
            (Step::ReportNoShow, _) => not_before(start + minutes(self.policy.no_show_after)),
            (Step::Pay, _) if self.status == Status::Pending => only_before(self.unanswered_until()),
            (Step::Cancel | Step::Pay | Step::Refund, _) => Ok(()),
        }
    }

    /// Whether `actor` could take this step now, as far as status and clock go.
    pub fn may(&self, step: Step, actor: Actor, now: Instant) -> bool {
        table::target(self.status, step, actor).is_some() && self.check_time(step, actor, now).is_ok()
    }

    /// Marks that `reviewer` has said what they think of `reviewee`.
    pub fn review(&self, reviewer: Seat, reviewee: UserId, now: Instant) -> Result<Change, Refusal> {
        if self.party(reviewer.other()).id != reviewee {
            return Err(Refusal::NotTheOtherParty);
        }
        if self.status != Status::Completed {
            return Err(Refusal::NotCompleted);
        }
        if self.party(reviewer).reviewed {
            return Err(Refusal::AlreadyReviewed);
        }
        let mut after = self.clone();
        after.party_mut(reviewer).reviewed = true;
        after.updated_at = now;
        after.version += 1;
        Ok(Change { before: Some(self.clone()), after, entry: None, facts: Vec::new() })
    }
}
