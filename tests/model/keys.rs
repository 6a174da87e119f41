//! The model's idempotency keys: one effect and one answer for 24 hours, whoever dies on the way.

use super::command::{Answer, Command, Death, Expected, Heard, Minute, Status, agree, no};
use super::money::Funds;
use super::oracle::{Booking, Model};

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) of: Command,
    pub(crate) claimed_at: Minute,
    /// How often it was claimed; only the last claim counts.
    pub(crate) claims: usize,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Somebody is at it, or died over it.
    Claimed,
    Released,
    Answered(String),
}

/// A claim that came to nothing is free again after a minute; and nothing is ever claimed one minute after.
const LEASE: Minute = 2;
const KEPT: Minute = 24 * 60;

/// What may be otherwise a moment later is not kept.
pub(crate) const NOT_KEPT: [&str; 3] = ["slot_taken", "own_conflict", "not_payable"];

/// How an answer is kept.
pub(crate) fn kept(heard: &Heard) -> String {
    match heard {
        Ok(answer) => format!("{answer:?}"),
        Err(no) => no.word.clone(),
    }
}

impl Model {
    pub(crate) fn once(&mut self, key: usize, of: &Command, dies: Option<Death>, heard: &Heard) -> Expected {
        let now = self.now;
        match self.keys.get(key) {
            Some(known) if now < known.claimed_at + KEPT => {
                if known.of != *of {
                    return no("idempotency_mismatch");
                }
                match &known.state {
                    State::Answered(answer) => return Ok(Answer::Again(answer.clone())),
                    State::Claimed if now < known.claimed_at + LEASE => return no("in_flight"),
                    State::Claimed | State::Released => {}
                }
            }
            _ => {}
        }
        let claims = self.keys.get(key).map_or(0, |known| known.claims) + 1;
        let mine = Key { of: of.clone(), claimed_at: now, claims, state: State::Claimed };
        if key < self.keys.len() {
            self.keys[key] = mine
        } else {
            self.keys.push(mine)
        }
        if dies == Some(Death::BeforeTheCommand) {
            return Ok(Answer::Nothing);
        }
        let expected = self.judge(of, heard);
        if agree(&expected, heard) {
            self.settle(key, dies, heard);
        }
        expected
    }

    fn settle(&mut self, key: usize, dies: Option<Death>, heard: &Heard) {
        let survived = dies.is_none();
        let is_final = heard.as_ref().err().is_none_or(|no| !NOT_KEPT.contains(&no.word.as_str()));
        self.keys[key].state = match heard {
            _ if survived && !is_final => State::Released,
            _ if survived => State::Answered(kept(heard)),
            Ok(_) if !self.was_idle => State::Answered(kept(heard)),
            _ => State::Claimed,
        };
    }

    /// The n-th holder of a key carries its command out; nothing settles the key after it.
    pub(crate) fn late(&mut self, key: usize, claim: usize, heard: &Heard) -> Expected {
        let Some(known) = self.keys.get(key).cloned() else { return no("not_found") };
        let is_current = claim + 1 == known.claims && !matches!(known.state, State::Answered(_));
        if is_current {
            let expected = self.judge(&known.of, heard);
            if expected.is_ok() && !self.was_idle {
                self.keys[key].state = State::Answered(kept(heard));
            }
            return expected;
        }
        let mut unchanged = self.clone();
        let expected = unchanged.judge(&known.of, heard);
        self.touched = unchanged.touched;
        self.touched.told.clear();
        self.touched.bookings.retain(|booking| *booking < self.bookings.len());
        self.touched.intents.retain(|intent| *intent < self.intents.len());
        match expected {
            Ok(_) if !unchanged.was_idle => no("in_flight"),
            Ok(answer) => Ok(answer),
            Err(mut words) => {
                words.push("in_flight");
                Err(words)
            }
        }
    }

    /// Whether so many minutes on it is unclear what a key does, or whether a price can be paid, because some second
    /// decides.
    pub(crate) fn is_ambiguous_after(&self, minutes: Minute) -> bool {
        let then = self.now + minutes;
        let is_due = |booking: &Booking| booking.status == Status::Pending && booking.funds == Funds::Due;
        self.keys.iter().any(|key| key.claimed_at + KEPT == then)
            || self.bookings.iter().any(|booking| is_due(booking) && booking.pay_by == then)
    }
}
