//! What this process has counted of people in a minute, and how much of it is written.
//!
//! Of a person who is far from their limit a request is written with every fifth only: it reads the gate, and its count is
//! what others have written and what was counted here. Close to the limit each request is written before it passes, and
//! the update's answer is the count of all processes. Beyond it reading is enough.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::ids::UserId;

/// What is counted of a session, each against a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    Request,
    /// A frame that is relayed to somebody else's socket.
    Signal,
    /// A failed login from where the account's owner has signed in before.
    Known,
}

impl Counted {
    pub(crate) const ALL: [Counted; 3] = [Counted::Request, Counted::Signal, Counted::Known];

    pub(crate) fn letter(self) -> char {
        match self {
            Counted::Request => 'h',
            Counted::Signal => 's',
            Counted::Known => 'k',
        }
    }

    /// The counter attribute of a minute. Each minute has its own, so no counter is ever reset: a reset would lose what
    /// parallel requests had counted.
    pub(crate) fn counter(self, minute: i64) -> String {
        format!("{}{minute}", self.letter())
    }
}

/// When a request of a session is written to its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Before it passes: however many processes there are, no more pass in a minute than the limit says.
    AtOnce,
    /// With others of the same process, until the limit is close: of each further process a few more may pass.
    InSteps,
}

/// How a request of a session is counted.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    pub counted: Counted,
    /// So many pass in a minute.
    pub limit: u32,
    pub noted: Noted,
}

/// A write carries so many requests: one fewer are counted here and not written.
const STEP: u32 = 5;

/// So many requests before the limit, each is written.
const CLOSE: u32 = 2 * STEP;

/// As many people and kinds as are remembered. When there are more, all are forgotten, with what was not written of them.
const MOST: usize = 100_000;

/// The tallies of this minute and of the one before, which some requests still count in.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    newest: i64,
    tallies: HashMap<(i64, UserId, Counted), Tally>,
}

impl Tallies {
    pub(crate) fn of(&self, minute: i64, user: UserId, counted: Counted) -> Tally {
        let mut kept = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        if ![kept.newest, kept.newest - 1].contains(&minute) {
            kept.newest = minute;
            kept.tallies.retain(|(of, ..), _| [minute, minute - 1].contains(of));
        }
        if kept.tallies.len() >= MOST && !kept.tallies.contains_key(&(minute, user, counted)) {
            kept.tallies.clear();
        }
        kept.tallies.entry((minute, user, counted)).or_default().clone()
    }
}

/// What was counted here of one person, one kind and one minute. All clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Sums>>);

#[derive(Debug, Default)]
struct Sums {
    /// Requests of this process that were told their count, but not those that a read refused.
    told: u32,
    /// How many of them are in a write that is under way, done, or without an answer.
    issued: u32,
    /// What other processes have written: never more than they have, and never less than before.
    others: u32,
    /// Writes without an answer yet. Each carries one request that was not told its count.
    under_way: u32,
    /// Another one whenever a write begins or ends.
    epoch: u64,
    /// The counters of minutes past that the item has, once it was seen.
    past: Option<Vec<String>>,
}

/// How a request begins.
#[derive(Debug)]
pub(crate) enum Begun {
    Read(Reading),
    /// It is known that it has to be written.
    Write(Writing),
}

/// How it goes on after a read.
#[derive(Debug)]
pub(crate) enum Went {
    /// It is counted, as this one of its minute.
    Told(u32),
    Write(Writing),
}

/// When a read began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading(u64);

/// What the gate says of a minute: what is written, and which counters of earlier minutes there are.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) written: u32,
    pub(crate) past: Vec<String>,
}

impl Sums {
    /// What is counted here and in no write. A write that is under way has its own request in it.
    fn unwritten(&self) -> u32 {
        (self.told + self.under_way).saturating_sub(self.issued)
    }

    /// The count of the next request.
    fn next(&self) -> u32 {
        self.others.saturating_add(self.told).saturating_add(1)
    }

    /// Whether the next request is written. Beyond the limit none is.
    fn is_to_be_written(&self, measure: Measure) -> bool {
        if self.next() > measure.limit {
            return false;
        }
        let is_close = self.next().saturating_add(CLOSE) > measure.limit;
        is_close || measure.noted == Noted::AtOnce || self.unwritten() + 1 >= STEP
    }

    /// A read that no write of ours overlapped has seen all that arrived of them: the rest is to be written again.
    fn hear(&mut self, reading: Reading, seen: Seen) {
        if self.epoch == reading.0 && self.under_way == 0 {
            self.issued = self.issued.min(seen.written);
        }
        // What is still under way may be in it or not; it is ours in either case.
        self.others = self.others.max(seen.written.saturating_sub(self.issued));
        self.past = Some(seen.past);
    }

    fn tell(&mut self) -> u32 {
        self.told += 1;
        self.others.saturating_add(self.told)
    }
}

impl Tally {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    fn write(&self, sums: &mut Sums) -> Writing {
        let hits = sums.unwritten() + 1;
        sums.issued += hits;
        sums.under_way += 1;
        sums.epoch += 1;
        Writing { tally: self.clone(), hits, has_ended: false }
    }

    pub(crate) fn begin(&self, measure: Measure) -> Begun {
        let mut sums = self.sums();
        match sums.is_to_be_written(measure) {
            true => Begun::Write(self.write(&mut sums)),
            false => Begun::Read(Reading(sums.epoch)),
        }
    }

    /// Goes on after a read that let the request in.
    pub(crate) fn after(&self, reading: Reading, seen: Seen, measure: Measure) -> Went {
        let mut sums = self.sums();
        sums.hear(reading, seen);
        if sums.next() > measure.limit {
            Went::Told(sums.next())
        } else if sums.is_to_be_written(measure) {
            Went::Write(self.write(&mut sums))
        } else {
            Went::Told(sums.tell())
        }
    }

    /// The same for a request that could not be written: it is counted here.
    pub(crate) fn after_all(&self, reading: Reading, seen: Seen, measure: Measure) -> u32 {
        let mut sums = self.sums();
        sums.hear(reading, seen);
        if sums.next() > measure.limit { sums.next() } else { sums.tell() }
    }

    /// Begins a read whatever there is to be written.
    pub(crate) fn reading(&self) -> Reading {
        Reading(self.sums().epoch)
    }
}

/// A write under way. One that is dropped was perhaps made: its request counts, and so does the write.
#[derive(Debug)]
pub(crate) struct Writing {
    tally: Tally,
    hits: u32,
    has_ended: bool,
}

impl Writing {
    /// How many requests it carries.
    pub(crate) fn hits(&self) -> u32 {
        self.hits
    }

    /// The counters of minutes past, if the item was seen in this minute.
    pub(crate) fn past(&self) -> Option<Vec<String>> {
        self.tally.sums().past.clone()
    }

    /// It is done; before it so much was written. Says which request of its minute this one is.
    pub(crate) fn done(mut self, before: u32) -> u32 {
        self.has_ended = true;
        let mut sums = self.tally.sums();
        sums.under_way -= 1;
        sums.epoch += 1;
        let others = before.saturating_sub(sums.issued.saturating_sub(self.hits));
        sums.others = sums.others.max(others);
        sums.past = Some(Vec::new());
        sums.tell()
    }

    /// Nothing was written, since the session is not valid.
    pub(crate) fn refused(mut self) {
        self.end(self.hits);
    }

    /// Others were in the way, so that nothing was written, or nobody knows: then the next read may tell, and until it
    /// does, it counts as written.
    pub(crate) fn failed(mut self, nothing_was_written: bool) -> Tally {
        self.end(if nothing_was_written { self.hits } else { 0 });
        self.tally.clone()
    }

    /// Ends it without a word from the table; so much of it was not written.
    fn end(&mut self, not_written: u32) {
        self.has_ended = true;
        let mut sums = self.tally.sums();
        sums.under_way -= 1;
        sums.epoch += 1;
        sums.issued = sums.issued.saturating_sub(not_written);
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end(0);
            self.tally.sums().told += 1;
        }
    }
}

#[cfg(test)]
mod tests;
