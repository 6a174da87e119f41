//! Taking a step: the façade's machine says whether and where to, this file what follows from it.

use super::{Actor, Booking, Change, Fact, Funds, Outcome, Refusal, Seat, Step};
use crate::Instant;
use crate::facade::machine::{Choice, Money, Row, choose};
use crate::ids::{EntryId, UserId};
use crate::ledger::{Amount, Entry};

impl Booking {
    /// Takes one step by the rules of the façade the booking was made in.
    pub fn perform(&self, step: Step, actor: Actor, now: Instant, entry: EntryId) -> Result<Outcome, Refusal> {
        let row = match self.choose(step, actor, now)? {
            Choice::Row(row) => row,
            Choice::Repeated => return Ok(Outcome::Unchanged),
        };
        let mut after = self.clone();
        after.updated_at = now;
        after.version += 1;
        let mut follow = Follow { after, facts: Vec::new(), entry: None, owed: None };
        follow.take(row, actor, entry, now)?;
        let Follow { mut after, facts, entry, owed } = follow;
        // That it begins changes nothing of what the clock has to do: a reminder that is late stays due.
        if step != Step::Begin {
            after.due_at = after.next_due(now);
        }
        Ok(Outcome::Changed(Box::new(Change { before: Some(self.clone()), after, entry, owed, facts })))
    }

    /// The row of a step. What is over by the clock already is only the clock's to end.
    pub(super) fn choose(&self, step: Step, actor: Actor, now: Instant) -> Result<Choice, Refusal> {
        let chosen = choose(self.rules().machine, &self.situation(), step, actor, now);
        let is_over = || self.expires_at().is_some_and(|expires_at| expires_at <= now);
        match chosen {
            Ok(Choice::Row(_)) if is_a_person(actor) && is_over() => Err(Refusal::InvalidTransition),
            Err(Refusal::WrongParty) => Err(Refusal::WrongParty),
            Err(_) if is_a_person(actor) && is_over() => Err(Refusal::InvalidTransition),
            chosen => chosen,
        }
    }

    /// Whether `actor` could take this step now.
    pub fn may(&self, step: Step, actor: Actor, now: Instant) -> bool {
        matches!(self.choose(step, actor, now), Ok(Choice::Row(_)))
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

    /// Gives the price back, with a reason in the words of whoever wants it so.
    pub fn refund(&self, reason: String, actor: Actor, now: Instant, entry: EntryId) -> Result<Outcome, Refusal> {
        Ok(match self.perform(Step::Refund, actor, now, entry)? {
            Outcome::Changed(mut change) => {
                change.after.reason = reason;
                Outcome::Changed(change)
            }
            Outcome::Unchanged => Outcome::Unchanged,
        })
    }

    /// The learner says that it did not take place as agreed, and why.
    pub fn dispute(&self, reason: String, actor: Actor, now: Instant, entry: EntryId) -> Result<Outcome, Refusal> {
        Ok(match self.perform(Step::Dispute, actor, now, entry)? {
            Outcome::Changed(mut change) => {
                change.after.reason = reason;
                Outcome::Changed(change)
            }
            Outcome::Unchanged => Outcome::Unchanged,
        })
    }

    /// Marks that `reviewer` has said what they think of `reviewee`.
    pub fn review(&self, reviewer: Seat, reviewee: UserId, now: Instant) -> Result<Change, Refusal> {
        if !self.rules().reviewers.contains(&reviewer) {
            return Err(Refusal::WrongParty);
        }
        if self.party(reviewer.other()).id != reviewee {
            return Err(Refusal::NotTheOtherParty);
        }
        if self.status != super::Status::Completed {
            return Err(Refusal::NotCompleted);
        }
        if self.party(reviewer).reviewed {
            return Err(Refusal::AlreadyReviewed);
        }
        let mut after = self.clone();
        after.party_mut(reviewer).reviewed = true;
        after.updated_at = now;
        after.version += 1;
        Ok(Change::of(self, after, Vec::new()))
    }
}

fn is_a_person(actor: Actor) -> bool {
    matches!(actor, Actor::Learner | Actor::Expert | Actor::Staff)
}

/// What a step leads to, while it is worked out.
struct Follow {
    after: Booking,
    facts: Vec<Fact>,
    entry: Option<Entry>,
    owed: Option<Amount>,
}

impl Follow {
    fn take(&mut self, row: &Row, actor: Actor, entry: EntryId, now: Instant) -> Result<(), Refusal> {
        let booking = &mut self.after;
        if let (Step::Complete, Some(seat)) = (row.step, actor.seat()) {
            let party = booking.party_mut(seat);
            (party.completed, party.completed_at) = (true, Some(now));
            if row.both && !booking.party(seat.other()).completed {
                return Ok(()); // the first of two words
            }
            booking.ended_at = Some(now);
        }
        match row.step {
            Step::Begin => booking.started_at = Some(now),
            Step::Expire => booking.reason = booking.expiry_reason().to_owned(),
            Step::ReportNoShow => booking.absent = actor.seat().map(Seat::other),
            Step::Move => booking.moved_by = actor.seat(),
            Step::Dispute => booking.is_disputed = true,
            Step::Replace if booking.funds != Funds::Free => booking.funds = Funds::Moved,
            Step::Pay => booking.reason.clear(), // it may have expired
            Step::Confirm | Step::Cancel | Step::Complete | Step::Refund | Step::Replace => {}
        }
        if actor == Actor::Staff {
            booking.is_disputed = false; // whoever decides ends the dispute
        }
        booking.status = row.to;
        booking.has_been_confirmed |= row.to == super::Status::Confirmed;
        booking.counts_later = row.to == super::Status::Completed && booking.rules().counts_later;
        self.facts.extend(self.after.fact(row, actor));
        self.move_money(row, entry, now)
    }

    fn move_money(&mut self, row: &Row, id: EntryId, now: Instant) -> Result<(), Refusal> {
        match row.money {
            Money::Keep => {}
            Money::Hold => self.entry = Some(self.after.pay(id, now)?),
            Money::Capture => self.capture(0, id, now),
            Money::Split => self.capture(self.after.policy.fee_percent, id, now),
            Money::Release => {
                if let Some((entry, owed)) = self.after.release(id, now) {
                    self.entry = Some(entry);
                    self.owed = owed;
                    // Whoever did not ask for it is told.
                    if self.after.rules().tells_refunds || matches!(row.step, Step::Expire | Step::ReportNoShow) {
                        self.facts.push(Fact::Returned);
                    }
                }
            }
        }
        Ok(())
    }

    fn capture(&mut self, fee_percent: u8, id: EntryId, now: Instant) {
        self.entry = self.after.capture(fee_percent, id, now);
        if self.entry.is_some() {
            self.facts.push(Fact::PaidOut(self.after.paid_out));
        }
    }
}

impl Booking {
    /// What people are to hear of a step that was taken.
    fn fact(&self, row: &Row, actor: Actor) -> Option<Fact> {
        Some(match row.step {
            Step::Pay => Fact::Paid,
            Step::Confirm => Fact::Confirmed,
            Step::Cancel => Fact::Cancelled { by: actor },
            Step::Expire => Fact::Expired,
            Step::Begin => return None,
            Step::Complete => Fact::Completed,
            Step::ReportNoShow => Fact::NoShow { absent: self.absent },
            Step::Refund => Fact::Refunded,
            Step::Replace => Fact::Replaced,
            Step::Move => Fact::Moved { by: actor },
            Step::Dispute => Fact::Disputed,
        })
    }
}
