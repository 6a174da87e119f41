//! The words in which a booking's life is told: statuses, steps, who takes them, where the money is, what is refused.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Pending,
    Confirmed,
    Completed,
    Cancelled,
    /// Replaced by another booking.
    Rescheduled,
    Refunded,
    NoShow,
    Expired,
}

impl Status {
    pub const ALL: [Status; 8] = [
        Status::Pending,
        Status::Confirmed,
        Status::Completed,
        Status::Cancelled,
        Status::Rescheduled,
        Status::Refunded,
        Status::NoShow,
        Status::Expired,
    ];

    /// Whether anything can still happen to it.
    pub fn is_open(self) -> bool {
        matches!(self, Status::Pending | Status::Confirmed)
    }

    /// Whether its time stays claimed in both calendars.
    pub fn claims_time(self) -> bool {
        matches!(self, Status::Pending | Status::Confirmed | Status::Completed | Status::NoShow)
    }
}

/// A place at one booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    Learner,
    Expert,
}

impl Seat {
    pub fn other(self) -> Self {
        match self {
            Seat::Learner => Seat::Expert,
            Seat::Expert => Seat::Learner,
        }
    }
}

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

/// Where the price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Funds {
    /// There is no price.
    Free,
    /// Money that is yet to be paid.
    Due,
    /// Reserved with the learner.
    Held,
    Captured,
    Released,
    /// Handed to the booking that replaced this one.
    Moved,
}

impl Funds {
    pub const ALL: [Funds; 6] = [Funds::Free, Funds::Due, Funds::Held, Funds::Captured, Funds::Released, Funds::Moved];
}

/// How the two meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Video,
    Chat,
    Phone,
}

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::Video, Mode::Chat, Mode::Phone];
}

/// What is frozen into a booking when it is made; everything else is the façade's rules. Times are minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// How long before the start a learner may last cancel with a refund.
    pub refund_cutoff: u32,
    /// How long before the start it may last be moved.
    pub move_cutoff: u32,
    /// The platform's share of a price in money.
    pub fee_percent: u8,
    /// The expert lets payment confirm.
    pub instant: bool,
}

/// What a booking says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You cannot book yourself.")]
    OwnBooking,
    #[error("The start must be in the future.")]
    StartNotAhead,
    #[error("The end must be after the start.")]
    EndNotAfterStart,
    #[error("A booking lasts at most 8 hours.")]
    TooLong,
    #[error("The expert is not available at this time.")]
    OutsideAvailability,
    #[error("This time is no longer free.")]
    SlotTaken,
    /// It is the learner who has something else then.
    #[error("You have another booking at this time.")]
    OwnConflict,
    /// With this expert or in all: whoever keeps the time of others must not keep all of it.
    #[error("Too many of your bookings are not confirmed or paid yet. Wait for an answer, or cancel one.")]
    TooManyPending,
    #[error("You cannot book or write to this person.")]
    Blocked,
    #[error("Only the other party may do this.")]
    WrongParty,
    #[error("The booking's status does not allow this.")]
    InvalidTransition,
    #[error("It is too early for this.")]
    TooEarly,
    #[error("It is too late for this.")]
    TooLate,
    #[error("The booking has not been paid.")]
    PaymentRequired,
    #[error("Nobody has said yet that it began.")]
    NotStarted,
    /// Of whoever was to show that they were there.
    #[error("This is not the key of the other one.")]
    WrongKey,
    #[error("Too many wrong keys. Try again in an hour.")]
    TooManyTries,
    #[error("This is only possible around the time of the booking.")]
    OutsideWindow,
    #[error("The booking is not completed.")]
    NotCompleted,
    #[error("You have already reviewed this booking.")]
    AlreadyReviewed,
    #[error("You can review only the other party.")]
    NotTheOtherParty,
    /// Somebody else changed it first.
    #[error("The booking was changed by somebody else at the same moment.")]
    Stale,
}
