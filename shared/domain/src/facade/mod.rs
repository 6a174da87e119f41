//! The rules of each product, as data: a façade is a row of [`Facade`] and a table in a file of its own.
//!
//! The match in [`Facade::rules`] is the only one on [`Facade`] in this crate and the store; `app` has one that hands out what
//! people are told, and `facades` one that hands out how sockets speak. Whatever else depends on the product a booking was made in is
//! a column of [`Rules`], read by the one interpreter of all products (`booking::perform`).

pub mod consultations;
pub mod machine;
pub mod meetings;
pub mod mentorship;
pub mod tutoring;

use chrono::{DurationRound, TimeDelta};

use crate::calendar::Grid;
use crate::ledger::Amount;
use crate::lifecycle::{Mode, Policy, Seat, Status};
use crate::person::User;
use crate::{Instant, Sentence};
use machine::Row;

/// In which product something was made: its rules and its words stay with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facade {
    Meetings,
    Consultations,
    Mentorship,
    Tutoring,
}

impl Facade {
    pub const ALL: [Facade; 4] = [Facade::Meetings, Facade::Consultations, Facade::Mentorship, Facade::Tutoring];

    /// The one that was there before anything said which façade it belongs to.
    pub const FIRST: Facade = Facade::Meetings;

    /// What belongs to no product alone (accounts of `/api/v1`, applications of experts) is told as this one's.
    pub const SHARED: Facade = Facade::Consultations;

    pub const fn rules(self) -> &'static Rules {
        match self {
            Facade::Meetings => &meetings::RULES,
            Facade::Consultations => &consultations::RULES,
            Facade::Mentorship => &mentorship::RULES,
            Facade::Tutoring => &tutoring::RULES,
        }
    }

    /// The façade a stored word stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facade| facade.rules().word == word)
    }
}

/// What a product decides differently from the others.
#[derive(Debug)]
pub struct Rules {
    /// What is stored of it. Never changes.
    pub word: &'static str,
    /// The state machine.
    pub machine: &'static [Row],
    /// How long a booking may last.
    pub length: Length,
    /// How far ahead a booking may begin, in days.
    pub furthest_days: Option<i64>,
    pub bookable: Bookable,
    /// A booking by video gets a room of its own.
    pub video_rooms: bool,
    pub price: PriceFrom,
    pub title: TitleFrom,
    /// Minutes from booking within which a price in money is paid.
    pub pays_within: Option<i64>,
    /// What a booking without a price begins as.
    pub when_free: Status,
    /// A pending booking that nobody paid or answered in time is over from that second on, before the schedule has
    /// written so.
    pub expires_by_itself: bool,
    /// Why it is over then, as it is stored with the booking.
    pub expiry_reasons: ExpiryReasons,
    /// In which states the two are reminded, once the price is paid.
    pub reminds: &'static [Status],
    /// Where free times come from, and the times offered in place of a taken one.
    pub grid: Grid,
    /// Somebody who asks for a time outside the expert's hours is offered others, as if it were taken.
    pub offers_outside_hours: bool,
    /// The learner may give more on top of the price once the booking is completed.
    pub tips: bool,
    /// Who reviews the other.
    pub reviewers: &'static [Seat],
    pub writing: Writing,
    /// How long a mailed link to a new password works.
    pub reset_minutes: i64,
    /// How a mailed link that proves an address works.
    pub proof: Proof,
    /// Only who has the role of a learner books, and both are known by the numbers of their roles.
    pub by_role: bool,
    /// How many bookings of one learner may wait for their price at once.
    pub most_unpaid: Option<u32>,
    /// That a booking no longer waits is written down where it matters, and not at once: that it was paid, on the list of
    /// what waits when that is full; that its time to pay has ended, when the schedule looks at it anyway.
    pub lazy: bool,
    /// The learner hears of every price that goes back; elsewhere only of one they did not ask for.
    pub tells_refunds: bool,
    /// Each of the two gets a key, and completes the booking with that of the other.
    pub attendance_keys: bool,
    /// Money that was to be paid out may still be kept back.
    pub rejects_approved: bool,
    /// What the expert will get is seen to come as soon as it is paid, which is one more write; elsewhere when it is theirs.
    pub promises: bool,
    /// How many bookings an expert has given follows a moment after one is completed; elsewhere at once, which is one more
    /// write, of a profile that may be large.
    pub counts_later: bool,
    /// What becomes of a booking stands in the log that administrators read.
    pub audited: bool,
}

/// Minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    pub shortest: u32,
    pub longest: u32,
    /// A booking lasts a multiple of this and, where it is more than a minute, begins on such a mark.
    pub step: u32,
    /// What is meant where nothing is said.
    pub usual: u32,
}

/// Whom somebody may ask for a booking. Suspended accounts and suspended experts nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bookable {
    /// Everybody with an account.
    Anybody,
    /// Approved experts who take bookings.
    ListedExperts,
}

/// Where the price of a booking comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceFrom {
    Fixed(Amount),
    /// The expert's own price of a session; without one it is free.
    Session,
    /// The expert's hourly rate, by the minute; without one the expert cannot be booked.
    HourlyRate,
    /// The hourly rate by the minute, else the price of a session, else that of the course it is booked for.
    HourlyRateSessionOrCourse,
}

/// What an expert asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    pub session: Option<Amount>,
    pub hourly: Option<Amount>,
    /// The price of the course it is booked for.
    pub course: Option<Amount>,
}

impl Bookable {
    pub fn allows(self, expert: &User) -> bool {
        match self {
            Bookable::Anybody => true,
            Bookable::ListedExperts => expert.is_listed(),
        }
    }
}

impl PriceFrom {
    /// The price of so many minutes; `None` where the expert has none and cannot be booked without.
    pub fn of(self, offered: Offered, minutes: i64) -> Option<Amount> {
        let by_the_minute = |hourly: Amount| {
            let minutes = u128::try_from(minutes).unwrap_or_default();
            let minor = (u128::from(hourly.minor) * minutes * 2 + 60) / 120; // half-up
            u64::try_from(minor).ok().map(|minor| Amount { minor, ..hourly })
        };
        match self {
            PriceFrom::Fixed(amount) => Some(amount),
            PriceFrom::Session => Some(offered.session.unwrap_or(Amount::NOTHING)),
            PriceFrom::HourlyRate => offered.hourly.and_then(by_the_minute),
            PriceFrom::HourlyRateSessionOrCourse => match offered.hourly {
                Some(hourly) => by_the_minute(hourly),
                None => offered.session.or(offered.course),
            },
        }
    }
}

/// Where the title of a booking comes from.
#[derive(Clone, Copy)]
pub enum TitleFrom {
    /// Whoever asks for it says.
    Learner,
    /// Made of how the two meet and the expert's name.
    Made(fn(Mode, &str) -> String),
}

impl std::fmt::Debug for TitleFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            TitleFrom::Learner => "Learner",
            TitleFrom::Made(_) => "Made",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiryReasons {
    pub unpaid: &'static str,
    pub unanswered: &'static str,
}

/// How a mailed link that proves an address works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    pub minutes: i64,
    /// Only the newest one works, and once; else each of them, as often as somebody likes.
    pub is_once: bool,
}

impl Proof {
    pub const FOR_THREE_DAYS: Proof = Proof { minutes: 3 * 24 * 60, is_once: false };
    pub const ONCE_IN_TEN_MINUTES: Proof = Proof { minutes: 10, is_once: true };
}

/// Who may write to whom. A block holds in every façade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writing {
    pub pairs: Pairs,
    /// Nobody writes in the conversation of a suspended expert; a receiver who is gone closes it as well.
    pub closes: bool,
}

/// Which two people may write to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairs {
    Anybody,
    /// A learner to every approved expert, and an expert to learners who booked them or wrote first.
    LearnerAndExpert,
    /// Those who share a paid booking, or of whom one is enrolled in the other's course.
    Acquainted,
}

/// What is known of two people when one wants to write to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acquaintance {
    pub receiver_is_approved_expert: bool,
    pub receiver_wrote_before: bool,
    /// With the receiver as learner, in whatever state.
    pub receiver_booked_sender: bool,
    /// Paid, confirmed or completed.
    pub share_paid_booking: bool,
    pub share_enrolment: bool,
}

impl Pairs {
    pub fn allow(self, known: Acquaintance) -> bool {
        match self {
            Pairs::Anybody => true,
            Pairs::LearnerAndExpert => {
                known.receiver_is_approved_expert || known.receiver_wrote_before || known.receiver_booked_sender
            }
            Pairs::Acquainted => known.share_paid_booking || known.share_enrolment,
        }
    }
}

/// What the deployment's settings say of bookings; each booking keeps what was in force when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Hours before the start until which a learner cancels with a refund.
    pub refund_cutoff_hours: u32,
    /// Hours before the start until which a booking is moved.
    pub move_cutoff_hours: u32,
    /// The platform's share of a price in money.
    pub fee_percent: u8,
}

impl Terms {
    /// The policy of a booking made now. `instant`: the expert lets payment confirm.
    pub fn freeze(self, instant: bool) -> Policy {
        Policy {
            refund_cutoff: self.refund_cutoff_hours.saturating_mul(60),
            move_cutoff: self.move_cutoff_hours.saturating_mul(60),
            fee_percent: self.fee_percent,
            instant,
        }
    }
}

impl Length {
    /// Whether a booking may last so many minutes; bounds are checked by whoever reads the number.
    pub fn is_whole(&self, minutes: i64) -> Result<u32, Sentence> {
        match u32::try_from(minutes).ok().filter(|minutes| minutes.is_multiple_of(self.step)) {
            Some(minutes) => Ok(minutes),
            None => Err("This must be a multiple of 5."),
        }
    }

    /// Whether a booking may begin then.
    pub fn is_on_a_mark(&self, time: Instant) -> Result<Instant, Sentence> {
        match time.duration_trunc(TimeDelta::minutes(self.step.into())) {
            Ok(mark) if mark == time => Ok(time),
            _ => Err("This must be on a five-minute mark."),
        }
    }
}

impl Rules {
    /// Whether `start` is nearer than the furthest a booking may begin.
    pub fn is_near_enough(&self, start: Instant, now: Instant) -> bool {
        self.furthest_days.is_none_or(|days| start <= now + TimeDelta::days(days))
    }
}
