//! A state machine as rows: from which status, by which step, taken by whom, when, to which status, and where the money
//! goes. [`choose`] finds the row of a step; what the step changes is `booking::perform`'s.

use chrono::TimeDelta;

use crate::Instant;
use crate::lifecycle::{Actor, Funds, Policy, Refusal, Seat, Status, Step};

/// One row. Of several rows for one step the first whose needs are met is taken; if none is, the last one's refusal is
/// what the caller hears.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub from: &'static [Status],
    pub step: Step,
    pub by: &'static [Actor],
    pub to: Status,
    /// Checked in this order.
    pub needs: &'static [Need],
    pub money: Money,
    pub repeated: Repeated,
    /// Both parties have to say so; the second word takes the step.
    pub both: bool,
}

/// What happens to the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// It stays where it is.
    Keep,
    /// It has come in from the provider and is held.
    Hold,
    /// It goes back to the learner, or to the provider it came from.
    Release,
    /// All of it goes to the expert.
    Capture,
    /// The expert gets it less the platform's share.
    Split,
}

/// What taking a step again means, once it has led where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// It is so already: success, and nothing changes.
    Unchanged,
    /// Somebody was faster: the state does not allow it any more.
    Refused,
}

/// A condition of a row, with the refusal it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The moment lies ahead; else `TooLate`.
    Before(Mark),
    /// The moment has not passed; else `TooLate`.
    Until(Mark),
    /// The moment has come; else `TooEarly`.
    From(Mark),
    /// Nothing is left to pay; else `PaymentRequired`.
    Paid,
    /// The price is not paid; else `InvalidTransition`.
    Unpaid,
    /// Somebody said that it began; else `NotStarted`.
    Begun,
    /// No dispute is open; else `InvalidTransition`.
    Undisputed,
    Disputed,
    /// At least one party said that it took place; else `InvalidTransition`.
    Attended,
    Unattended,
    /// The expert gave it its present time; else `TooLate`.
    MovedByExpert,
    /// The expert lets payment confirm; else `InvalidTransition`.
    Instant,
}

/// A moment of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// So many minutes after the start; negative: before it.
    Start(i64),
    End(i64),
    /// When a pending booking is over: at its start, or earlier when its time to pay runs out.
    Answer,
    /// The frozen cut-off for refunds, before the start.
    RefundCutoff,
    /// The frozen cut-off for moves, before the start.
    MoveCutoff,
}

/// All of a booking that decides which steps can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    pub status: Status,
    pub funds: Funds,
    pub start: Instant,
    pub end: Instant,
    pub pay_by: Option<Instant>,
    pub policy: Policy,
    /// Somebody said that it began.
    pub has_begun: bool,
    /// Who called it complete, or marked attendance.
    pub learner_completed: bool,
    pub expert_completed: bool,
    pub absent: Option<Seat>,
    pub is_disputed: bool,
    pub moved_by: Option<Seat>,
    pub made_at: Instant,
}

impl Situation {
    fn has_completed(&self, seat: Seat) -> bool {
        match seat {
            Seat::Learner => self.learner_completed,
            Seat::Expert => self.expert_completed,
        }
    }
}

/// What a step leads to.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    Row(&'static Row),
    Repeated,
}

/// A row that keeps the money and takes a repetition for success.
pub const fn row(from: &'static [Status], step: Step, by: &'static [Actor], to: Status) -> Row {
    Row { from, step, by, to, needs: &[], money: Money::Keep, repeated: Repeated::Unchanged, both: false }
}

impl Row {
    pub const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    pub const fn money(self, money: Money) -> Self {
        Self { money, ..self }
    }

    pub const fn refused_when_repeated(self) -> Self {
        Self { repeated: Repeated::Refused, ..self }
    }

    pub const fn by_both(self) -> Self {
        Self { both: true, ..self }
    }

    /// Whether this row's step has been taken by `actor` already. Only its reporter may report an absence again.
    fn is_done(&self, situation: &Situation, actor: Actor) -> bool {
        let seat = actor.seat();
        match self.step {
            Step::Pay => matches!(situation.funds, Funds::Held | Funds::Captured),
            Step::Begin => self.from.contains(&situation.status) && situation.has_begun,
            Step::Dispute => self.from.contains(&situation.status) && situation.is_disputed,
            Step::ReportNoShow => situation.status == self.to && seat.map(Seat::other) == situation.absent,
            Step::Move | Step::Replace => false,
            _ if self.from.contains(&situation.status) => {
                self.both && seat.is_some_and(|seat| situation.has_completed(seat))
            }
            _ => situation.status == self.to,
        }
    }

    /// From when on the row can be taken, as far as the clock goes; `None` while something else forbids it.
    fn opens(&self, situation: &Situation) -> Option<Instant> {
        let mut opens = situation.made_at;
        for need in self.needs {
            match need {
                Need::From(mark) => opens = opens.max(mark.of(situation)),
                Need::Before(_) | Need::Until(_) => {}
                state => state.check(situation, opens).ok()?,
            }
        }
        Some(opens)
    }
}

impl Need {
    fn check(self, situation: &Situation, now: Instant) -> Result<(), Refusal> {
        let holds = |holds: bool, refusal| if holds { Ok(()) } else { Err(refusal) };
        let attended = situation.learner_completed || situation.expert_completed;
        match self {
            Need::Before(mark) => holds(now < mark.of(situation), Refusal::TooLate),
            Need::Until(mark) => holds(now <= mark.of(situation), Refusal::TooLate),
            Need::From(mark) => holds(now >= mark.of(situation), Refusal::TooEarly),
            Need::Paid => holds(situation.funds != Funds::Due, Refusal::PaymentRequired),
            Need::Unpaid => holds(situation.funds == Funds::Due, Refusal::InvalidTransition),
            Need::Begun => holds(situation.has_begun, Refusal::NotStarted),
            Need::Undisputed => holds(!situation.is_disputed, Refusal::InvalidTransition),
            Need::Disputed => holds(situation.is_disputed, Refusal::InvalidTransition),
            Need::Attended => holds(attended, Refusal::InvalidTransition),
            Need::Unattended => holds(!attended, Refusal::InvalidTransition),
            Need::MovedByExpert => holds(situation.moved_by == Some(Seat::Expert), Refusal::TooLate),
            Need::Instant => holds(situation.policy.instant, Refusal::InvalidTransition),
        }
    }
}

impl Mark {
    pub fn of(self, situation: &Situation) -> Instant {
        let (start, end) = (situation.start, situation.end);
        let before_start = |minutes: u32| start - TimeDelta::minutes(minutes.into());
        match self {
            Mark::Start(minutes) => start + TimeDelta::minutes(minutes),
            Mark::End(minutes) => end + TimeDelta::minutes(minutes),
            Mark::Answer => match situation.pay_by {
                Some(pay_by) if situation.funds == Funds::Due => start.min(pay_by),
                _ => start,
            },
            Mark::RefundCutoff => before_start(situation.policy.refund_cutoff),
            Mark::MoveCutoff => before_start(situation.policy.move_cutoff),
        }
    }
}

/// Whether `actor` may take `step` in any situation at all.
pub fn may_ever(machine: &[Row], step: Step, actor: Actor) -> bool {
    machine.iter().any(|row| row.step == step && row.by.contains(&actor))
}

/// The row by which `actor` takes `step` at `now`: 403 comes before what is already so, and that before the rest.
pub fn choose(
    machine: &'static [Row],
    situation: &Situation,
    step: Step,
    actor: Actor,
    now: Instant,
) -> Result<Choice, Refusal> {
    let rows = || machine.iter().filter(move |row| row.step == step && row.by.contains(&actor));
    if !may_ever(machine, step, actor) {
        return Err(Refusal::WrongParty);
    }
    if let Some(row) = rows().find(|row| row.is_done(situation, actor)) {
        return match row.repeated {
            Repeated::Unchanged => Ok(Choice::Repeated),
            Repeated::Refused => Err(Refusal::InvalidTransition),
        };
    }
    let mut refused = Refusal::InvalidTransition;
    for row in rows().filter(|row| row.from.contains(&situation.status)) {
        match row.needs.iter().try_for_each(|need| need.check(situation, now)) {
            Ok(()) => return Ok(Choice::Row(row)),
            Err(refusal) => refused = refusal,
        }
    }
    Err(refused)
}

/// What the clock does next: a step of the schedule, and from when on.
pub fn next_step(machine: &'static [Row], situation: &Situation) -> Option<(Instant, &'static Row)> {
    machine
        .iter()
        .filter(|row| row.by.contains(&Actor::Schedule) && row.from.contains(&situation.status))
        .filter_map(|row| Some((row.opens(situation)?, row)))
        .min_by_key(|(opens, _)| *opens)
}
