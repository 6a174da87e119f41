//! The booking: one aggregate for meeting, consultation, session and lesson.
//!
//! This file says what a booking is; [`crate::facade`] who may do what with it in which state and when; `perform` what
//! follows. A step is a pure function to a [`Change`]; the store makes one transaction of it.

mod due;
mod money;
mod perform;
mod replace;
mod request;
mod step;

pub use due::{Due, Reminder};
pub use replace::{Replaced, Replacement};
pub use request::{Draft, Times};
pub use step::{Actor, Step};

use crate::Instant;
use crate::category::CategoryId;
use crate::facade::{Facade, Rules};
use crate::ids::{BookingId, ConversationId, UserId};
use crate::interval::Interval;
use crate::ledger::{Amount, Entry};

#[derive(Clone, Debug, PartialEq)]
pub struct Booking {
    pub id: BookingId,
    /// The first of a chain of replacements: its hold is this booking's hold.
    pub root: BookingId,
    pub chain: Chain,
    pub facade: Facade,
    pub mode: Mode,
    pub title: String,
    pub description: String,
    pub category: Option<CategoryId>,
    pub learner: Party,
    pub expert: Party,
    pub interval: Interval,
    pub status: Status,
    /// Rises with every move, so that what was planned for the old time dies by itself.
    pub start_version: u32,
    pub price: Amount,
    pub funds: Funds,
    /// Until when a price that is due must be paid.
    pub pay_by: Option<Instant>,
    pub policy: Policy,
    /// Where a video call takes place: at least 128 random bits, never used again.
    pub room: Option<String>,
    /// The conversation that belongs to it.
    pub conversation: Option<ConversationId>,
    /// When somebody said that they began, and that they were done.
    pub started_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    /// Why it was cancelled, in the words of whoever did.
    pub reason: String,
    /// What the expert got for it in total: the captured price and tips, in minor units.
    pub paid_out: u32,
    /// Who did not come, once reported.
    pub absent: Option<Seat>,
    /// The learner says that it did not take place as agreed, and an administrator has yet to decide.
    pub is_disputed: bool,
    /// Who gave it its present time, if it was moved.
    pub moved_by: Option<Seat>,
    /// When the schedule has to look at it next; `None` when nothing is left to do.
    pub due_at: Option<Instant>,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change; a change names the version it was decided on.
    pub version: u64,
}

/// One of the two people, with the name they had when the booking was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub id: UserId,
    pub name: String,
    /// Has called it complete (counts where the policy wants both to).
    pub completed: bool,
    pub reviewed: bool,
}

impl Party {
    pub fn new(id: UserId, name: String) -> Self {
        Self { id, name, completed: false, reviewed: false }
    }
}

/// A place at one booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// Where the price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The bookings before and after this one, where one takes the place of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    pub replaces: Option<BookingId>,
    pub replaced_by: Option<BookingId>,
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

/// A decision: what was, what will be, what moves in the ledger and what people are told.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub before: Option<Booking>,
    pub after: Booking,
    pub entry: Option<Entry>,
    /// What the provider has to give back to the learner because of it.
    pub owed: Option<Amount>,
    pub facts: Vec<Fact>,
}

impl Change {
    /// A change that moves no money.
    fn of(before: &Booking, after: Booking, facts: Vec<Fact>) -> Self {
        Self { before: Some(before.clone()), after, entry: None, owed: None, facts }
    }
}

/// What happened, for those who have to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    Requested,
    Paid,
    Confirmed,
    Cancelled {
        by: Actor,
    },
    Moved {
        by: Actor,
    },
    Replaced,
    Expired,
    Completed,
    NoShow {
        /// `None`: neither came.
        absent: Option<Seat>,
    },
    Refunded,
    /// The expert got the price, or a tip, of this many minor units.
    PaidOut(u32),
    Disputed,
    /// The learner got the held price back without having asked for it.
    Returned,
    /// It begins soon.
    Reminded(Reminder),
}

/// What a step leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is already so; nothing is written.
    Unchanged,
    Changed(Box<Change>),
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

impl Booking {
    pub fn rules(&self) -> &'static Rules {
        self.facade.rules()
    }

    /// Pending or confirmed, and not yet over.
    pub fn is_upcoming(&self, now: Instant) -> bool {
        self.status.is_open() && self.interval.end() > now
    }

    pub fn party(&self, seat: Seat) -> &Party {
        match seat {
            Seat::Learner => &self.learner,
            Seat::Expert => &self.expert,
        }
    }

    pub fn party_mut(&mut self, seat: Seat) -> &mut Party {
        match seat {
            Seat::Learner => &mut self.learner,
            Seat::Expert => &mut self.expert,
        }
    }

    /// The place `user` has at this booking; `None` for everybody else.
    pub fn seat_of(&self, user: UserId) -> Option<Seat> {
        [Seat::Learner, Seat::Expert].into_iter().find(|seat| self.party(*seat).id == user)
    }

    /// The revision its invitations carry: 0 at first, one more with every move and with the cancellation, after which
    /// nothing follows.
    pub fn sequence(&self) -> u32 {
        let is_off = matches!(self.status, Status::Cancelled | Status::Expired);
        self.start_version.saturating_sub(1) + u32::from(is_off)
    }

    /// The time it claims in the calendars of both people.
    pub fn claimed(&self) -> Option<Interval> {
        self.status.claims_time().then_some(self.interval)
    }
}
