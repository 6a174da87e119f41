//! What can be done in a world, and what is heard of it. People, bookings, messages are named by their number in the
//! model; times are minutes since the epoch.

use domain::booking::Step;

use super::money::Price;
use super::{consultations, courses, experts, meetings, mentorship, money, tutoring};

pub(crate) type Minute = i64;

/// From, until.
pub(crate) type Span = (Minute, Minute);

/// A word of the specification: a status code's word, or the field that is to blame.
pub(crate) type Word = &'static str;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    Meeting(meetings::Act),
    Consultation(consultations::Act),
    Mentorship(mentorship::Act),
    Tutoring(tutoring::Act),
    Course(courses::Act),
    Expert(experts::Act),
    Money(money::Act),
    /// The clock takes a step with one booking.
    Schedule {
        at: usize,
        step: Step,
    },
    /// The clock takes every step that is due, and each of them twice.
    Tick,
    Purchase {
        by: usize,
        credits: u32,
    },
    Say {
        by: usize,
        to: Option<usize>,
    },
    Read {
        by: usize,
        message: usize,
    },
    ReadAll {
        by: usize,
        from: usize,
    },
    /// Marks the notice of this number in `owner`'s list.
    Note {
        by: usize,
        owner: usize,
        notice: usize,
        is_read: bool,
    },
    NoteAll {
        by: usize,
    },
    /// Holds for whatever the two might do with each other.
    Block {
        by: usize,
        whom: usize,
        blocks: bool,
    },
    /// Publishes weekly hours: day, from and until as minutes of that day.
    Open {
        by: usize,
        day: u8,
        from: u32,
        until: u32,
    },
    Close {
        by: usize,
        row: usize,
    },
    Slots {
        by: usize,
        of: usize,
        days: u32,
        minutes: u32,
    },
    Jump {
        minutes: Minute,
    },
    /// A command under an idempotency key, by somebody who may die on the way.
    Once {
        key: usize,
        of: Box<Command>,
        dies: Option<Death>,
    },
    /// Somebody who held this key's n-th claim and was thought dead carries its command out after all.
    Late {
        key: usize,
        claim: usize,
    },
    /// Two at the same moment.
    Race(Box<Command>, Box<Command>),
}

impl Command {
    /// What it is called in the census.
    pub(crate) fn name(&self) -> String {
        let text = format!("{self:?}");
        let is_nested = text.find(['(', ' ']).is_some_and(|at| text[at..].starts_with('('));
        let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut name: Vec<&str> = words.take(if is_nested { 2 } else { 1 }).collect();
        let step = text.split_once("step: ").and_then(|(_, step)| step.split([' ', ',']).next());
        name.extend(step);
        name.join(" ")
    }

    /// Whether it may carry an idempotency key.
    pub(crate) fn is_a_post(&self) -> bool {
        match self {
            Command::Meeting(act) => act.is_a_post(),
            Command::Consultation(_) | Command::Money(money::Act::Pay { .. }) => true,
            Command::Purchase { .. } | Command::Say { .. } => true,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    BeforeTheCommand,
    BeforeSettling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Pending,
    Confirmed,
    Completed,
    Cancelled,
    /// Another booking took its place.
    Rescheduled,
    Expired,
    NoShow,
    Refunded,
}

impl Status {
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Status::Pending | Status::Confirmed)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Nothing,
    /// The id of what was made.
    Made(i64),
    Booking {
        id: i64,
        status: Status,
        span: Span,
    },
    /// An intent to pay, and whether it was made now.
    Intent {
        id: i64,
        is_new: bool,
    },
    /// That somebody takes a course, and how much of it is done.
    Enrolment {
        id: i64,
        is_new: bool,
        is_active: bool,
        price: Price,
        percent: u32,
    },
    /// What is known of a lesson.
    Studied {
        is_new: bool,
        is_done: bool,
    },
    /// A time to be away, and the bookings that lie in it.
    Away {
        id: i64,
        conflicts: Vec<i64>,
    },
    /// The ids of several things that were made.
    Rows(Vec<i64>),
    Balance(i64),
    Moved {
        credits: i64,
        balance: i64,
    },
    Count(i64),
    Slots(Vec<Span>),
    /// The kept answer of an earlier request.
    Again(String),
}

/// A refusal, and the times offered with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct No {
    pub(crate) word: String,
    pub(crate) offered: Vec<Span>,
}

pub(crate) type Heard = Result<Answer, No>;

/// One answer, or any one of these words.
pub(crate) type Expected = Result<Answer, Vec<Word>>;

pub(crate) fn no<T>(word: Word) -> Result<T, Vec<Word>> {
    Err(vec![word])
}

/// The id of what a command made; 0 if it made nothing, which then differs from what was expected.
pub(crate) fn fresh_id(heard: &Heard) -> i64 {
    match heard {
        Ok(Answer::Made(id) | Answer::Booking { id, .. } | Answer::Intent { id, .. } | Answer::Away { id, .. }) => *id,
        Ok(Answer::Enrolment { id, .. }) => *id,
        _ => 0,
    }
}

pub(crate) fn agree(expected: &Expected, heard: &Heard) -> bool {
    match (expected, heard) {
        (Ok(expected), Ok(heard)) => expected == heard,
        (Err(words), Err(no)) => words.contains(&no.word.as_str()),
        _ => false,
    }
}

/// As [`agree`]; but a balance that is read at the end of a command may already know of a second one.
pub(crate) fn agree_in_a_race(expected: &Expected, heard: &Heard) -> bool {
    let without_balance = |answer: &Answer| match answer {
        Answer::Balance(_) => Answer::Balance(0),
        Answer::Moved { credits, .. } => Answer::Moved { credits: *credits, balance: 0 },
        other => other.clone(),
    };
    match (expected, heard) {
        (Ok(expected), Ok(heard)) => without_balance(expected) == without_balance(heard),
        _ => agree(expected, heard),
    }
}
