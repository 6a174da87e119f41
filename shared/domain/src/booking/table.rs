//! The state machine, as one table: from which status, by which step, taken by whom, to which status.
//!
//! *When* a step may be taken depends on the booking's own policy and is decided in [`super::Booking::perform`].

use super::{Seat, Status};

/// What can be done to a booking that exists. Moving it in place is [`super::Booking::move_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The provider says the price is paid.
    Pay,
    Confirm,
    Cancel,
    /// The request got no answer in time.
    Expire,
    Complete,
    /// The other one did not come.
    ReportNoShow,
    /// Give the held price back.
    Refund,
    /// Another booking takes its place.
    Replace,
}

impl Step {
    pub const ALL: [Step; 8] = [
        Step::Pay,
        Step::Confirm,
        Step::Cancel,
        Step::Expire,
        Step::Complete,
        Step::ReportNoShow,
        Step::Refund,
        Step::Replace,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    Learner,
    Expert,
    /// The clock.
    Schedule,
    /// An administrator, or the system on an administrator's word.
    Staff,
    /// The payment provider.
    Provider,
}

impl Actor {
    pub const ALL: [Actor; 5] = [Actor::Learner, Actor::Expert, Actor::Schedule, Actor::Staff, Actor::Provider];

    pub fn seat(self) -> Option<Seat> {
        match self {
            Actor::Learner => Some(Seat::Learner),
            Actor::Expert => Some(Seat::Expert),
            Actor::Schedule | Actor::Staff | Actor::Provider => None,
        }
    }
}

impl From<Seat> for Actor {
    fn from(seat: Seat) -> Self {
        match seat {
            Seat::Learner => Actor::Learner,
            Seat::Expert => Actor::Expert,
        }
    }
}

struct Rule {
    from: Status,
    step: Step,
    by: &'static [Actor],
    to: Status,
}

const fn rule(from: Status, step: Step, by: &'static [Actor], to: Status) -> Rule {
    Rule { from, step, by, to }
}

use Actor::{Expert, Learner, Provider, Schedule, Staff};

const TABLE: [Rule; 12] = [
    rule(Status::Pending, Step::Pay, &[Provider], Status::Pending),
    rule(Status::Pending, Step::Confirm, &[Expert], Status::Confirmed),
    rule(Status::Pending, Step::Cancel, &[Learner, Expert, Staff], Status::Cancelled),
    rule(Status::Pending, Step::Expire, &[Schedule], Status::Expired),
    rule(Status::Pending, Step::Replace, &[Learner], Status::Rescheduled),
    rule(Status::Confirmed, Step::Cancel, &[Learner, Expert, Staff], Status::Cancelled),
    rule(Status::Confirmed, Step::Complete, &[Learner, Expert, Schedule, Staff], Status::Completed),
    rule(Status::Confirmed, Step::ReportNoShow, &[Learner, Expert], Status::NoShow),
    rule(Status::Confirmed, Step::Refund, &[Staff], Status::Refunded),
    rule(Status::Confirmed, Step::Replace, &[Learner], Status::Rescheduled),
    rule(Status::Confirmed, Step::Pay, &[Provider], Status::Confirmed),
    rule(Status::Pending, Step::Refund, &[Staff], Status::Refunded),
];

/// Whether `actor` may take `step` in any state at all: asked before the state is looked at.
pub fn may_ever(step: Step, actor: Actor) -> bool {
    TABLE.iter().any(|rule| rule.step == step && rule.by.contains(&actor))
}

/// Where `step` leads from `from`; `None` if the table does not have it.
pub fn target(from: Status, step: Step, actor: Actor) -> Option<Status> {
    TABLE.iter().find(|rule| rule.from == from && rule.step == step && rule.by.contains(&actor)).map(|rule| rule.to)
}
