//! What can be done in a world, and what is heard of it. People, meetings, messages are named by their number in the
//! model; times are minutes since the epoch.

use domain::booking::Step;

pub(crate) type Minute = i64;

/// From, until.
pub(crate) type Span = (Minute, Minute);

/// A word of the specification: a status code's word, or the field that is to blame.
pub(crate) type Word = &'static str;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    Request {
        by: usize,
        to: Option<usize>,
        span: Span,
    },
    Step {
        by: usize,
        at: usize,
        step: Step,
    },
    /// The clock does it.
    Schedule {
        at: usize,
        step: Step,
    },
    /// Another title, by its number, or another time, or both.
    Change {
        by: usize,
        at: usize,
        title: Option<u32>,
        start: Option<Minute>,
        end: Option<Minute>,
    },
    Purchase {
        by: usize,
        credits: u32,
    },
    Transfer {
        by: usize,
        at: usize,
        total: u32,
    },
    Review {
        by: usize,
        at: usize,
        about: usize,
        rating: u8,
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
    /// Another façade's command, whose effect holds in this one.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    BeforeTheCommand,
    BeforeSettling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Confirmed,
    Completed,
    Cancelled,
    Expired,
    NoShow,
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
    Meeting {
        id: i64,
        status: Status,
        span: Span,
    },
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
        Ok(Answer::Made(id) | Answer::Meeting { id, .. }) => *id,
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
