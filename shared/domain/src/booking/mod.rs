//! The booking: one aggregate for what each product calls by its own word.
//!
//! This file says what a booking is; [`crate::facade`] who may do what with it in which state and when; `perform` what
//! follows. A step is a pure function to a [`Change`]; the store makes one transaction of it.

mod due;
mod money;
mod perform;
mod replace;
mod request;

pub use crate::lifecycle::{Actor, Funds, Mode, Policy, Refusal, Seat, Status, Step};
pub use due::{Due, Reminder};
pub use money::PaymentState;
pub use replace::{Replaced, Replacement};
pub use request::{Draft, Times};

use crate::Instant;
use crate::category::CategoryId;
use crate::facade::machine::Situation;
use crate::facade::{Facade, Rules};
use crate::ids::{BookingId, ConversationId, CourseId, PaymentId, UserId};
use crate::interval::Interval;
use crate::ledger::{Amount, Entry};
use crate::serial::Serial;
use crate::slot::Taken;

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
    /// Which of the expert's services it is, in the learner's words.
    pub service: String,
    pub category: Option<CategoryId>,
    /// The dated opening it is of, where it was booked by one.
    pub slot: Option<Taken>,
    /// The course it is booked for; its title is then the booking's.
    pub course: Option<CourseId>,
    /// The learner's first with this expert, where that is noted.
    pub is_first: bool,
    pub learner: Party,
    pub expert: Party,
    pub interval: Interval,
    pub status: Status,
    /// Rises with every move, so that what was planned for the old time dies by itself.
    pub start_version: u32,
    pub price: Amount,
    pub funds: Funds,
    /// What the provider calls the order by which it is to be paid.
    pub order: Option<String>,
    /// What it was paid with.
    pub paid_with: Option<PaymentId>,
    /// No provider was asked for the money, so that it is back as soon as it is owed.
    pub paid_locally: bool,
    /// How much of the price, in minor units, has gone back from where it came.
    pub returned: u64,
    /// What the ledger says the expert will get of the price that is held. Of what was paid before it said so: nothing.
    pub promised: u64,
    /// Until when a price that is due must be paid.
    pub pay_by: Option<Instant>,
    pub policy: Policy,
    /// Where a video call takes place: at least 128 random bits, never used again.
    pub room: Option<String>,
    /// Where the two meet instead, in the expert's words.
    pub link: Option<String>,
    /// The conversation that belongs to it.
    pub conversation: Option<ConversationId>,
    /// When somebody said that they began, and that they were done.
    pub started_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    /// Why it was cancelled, in the words of whoever did.
    pub reason: String,
    /// What the expert got for it in total: the captured price and tips, in minor units.
    pub paid_out: u64,
    /// Who did not come, once reported.
    pub absent: Option<Seat>,
    /// The learner says that it did not take place as agreed, and an administrator has yet to decide.
    pub is_disputed: bool,
    /// Who gave it its present time, if it was moved.
    pub moved_by: Option<Seat>,
    /// When it would have begun before that, and why not, in the words of whoever moved it.
    pub moved_from: Option<Instant>,
    pub move_reason: String,
    /// It was confirmed, whatever became of it. Of older ones only [`Self::was_confirmed`] knows.
    pub has_been_confirmed: bool,
    /// It is completed, and that its expert has given one more is counted from the table's stream; else that was written
    /// with the completion.
    pub counts_later: bool,
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
    /// When they did, where that is told.
    pub completed_at: Option<Instant>,
    pub reviewed: bool,
    /// The number they are known by in this role, if they had one.
    pub serial: Option<Serial>,
    /// What they show the other one when they meet: whoever enters it was there.
    pub key: Option<String>,
}

impl Party {
    pub fn new(id: UserId, name: String) -> Self {
        Self { id, name, completed: false, completed_at: None, reviewed: false, serial: None, key: None }
    }
}

/// The bookings before and after this one, where one takes the place of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    pub replaces: Option<BookingId>,
    pub replaced_by: Option<BookingId>,
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

    /// Whether the booking is completed by it, which happens once.
    pub fn completes(&self) -> bool {
        let was_open = self.before.as_ref().is_some_and(|before| before.status != Status::Completed);
        was_open && self.after.status == Status::Completed
    }
}

/// What happened, for those who have to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    Requested,
    Paid,
    /// An attempt to pay has failed; another may succeed.
    NotPaid,
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
    PaidOut(u64),
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

impl Booking {
    pub fn rules(&self) -> &'static Rules {
        self.facade.rules()
    }

    /// All that decides which steps can be taken now.
    pub fn situation(&self) -> Situation {
        Situation {
            status: self.status,
            funds: self.funds,
            start: self.interval.start(),
            end: self.interval.end(),
            pay_by: self.pay_by,
            policy: self.policy,
            has_begun: self.started_at.is_some(),
            learner_completed: self.learner.completed,
            expert_completed: self.expert.completed,
            absent: self.absent,
            is_disputed: self.is_disputed,
            moved_by: self.moved_by,
            made_at: self.created_at,
        }
    }

    /// Pending or confirmed, and not yet over.
    pub fn is_upcoming(&self, now: Instant) -> bool {
        self.status.is_open() && self.interval.end() > now
    }

    /// Whether it still waits to be paid or confirmed.
    pub fn is_pending(&self) -> bool {
        self.status == Status::Pending
    }

    /// Whether it ever was confirmed.
    pub fn was_confirmed(&self) -> bool {
        use Status::{Completed, Confirmed, NoShow, Refunded};
        self.has_been_confirmed || matches!(self.status, Confirmed | Completed | NoShow | Refunded)
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
