//! What can be done to a booking, and by whom.

use super::Seat;

/// What can be done to a booking that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The provider says the price is paid.
    Pay,
    Confirm,
    Cancel,
    /// The request got no answer in time.
    Expire,
    /// A party says that it begins.
    Begin,
    Complete,
    /// The other one did not come.
    ReportNoShow,
    /// Give the held price back.
    Refund,
    /// Another booking takes its place.
    Replace,
    /// It gets another time.
    Move,
    /// It did not take place as agreed.
    Dispute,
}

impl Step {
    pub const ALL: [Step; 11] = [
        Step::Pay,
        Step::Confirm,
        Step::Cancel,
        Step::Expire,
        Step::Begin,
        Step::Complete,
        Step::ReportNoShow,
        Step::Refund,
        Step::Replace,
        Step::Move,
        Step::Dispute,
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
