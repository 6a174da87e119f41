//! Who writes next. There is one writer: of those who want to write, the first does it for all that wait meanwhile, in one
//! commit, and then hands the turn to the next. So nobody needs a thread, and nobody waits for more than two commits.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use table::{Cancelled, Fault, Key, Reason, Write};
use tokio::sync::oneshot;

use crate::writer::{Outcome, Request};

/// How many are written in one commit.
const TOGETHER: usize = 64;

/// Those who want to write.
#[derive(Debug, Default)]
pub(crate) struct Line(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<Waiter>,
    /// Somebody has the turn.
    is_taken: bool,
    /// Of transactions on their way.
    items: HashSet<Key>,
    tokens: HashSet<String>,
}

#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) request: Request<'static>,
    pub(crate) hears: oneshot::Sender<Heard>,
}

/// What somebody who waits is told.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Somebody else did it.
    Done(Outcome),
    /// They are next.
    Turn(Turn, Request<'static>),
}

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Arc<Line>);

/// Either it is our turn, or we shall hear.
pub(crate) enum Standing<'a> {
    First(Turn, Request<'a>),
    Behind(oneshot::Receiver<Heard>),
}

/// The items and the token of a transaction on its way, until it is dropped.
#[derive(Debug)]
pub(crate) struct OnItsWay {
    line: Arc<Line>,
    items: Vec<Key>,
    token: String,
}

impl Line {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Each change of it is one step, so whoever panicked left it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn join<'a>(self: &Arc<Self>, request: Request<'a>) -> Standing<'a> {
        let mut waiting = self.waiting();
        if !waiting.is_taken {
            waiting.is_taken = true;
            return Standing::First(Turn(self.clone()), request);
        }
        let (hears, told) = oneshot::channel();
        waiting.queue.push_back(Waiter { request: request.into_owned(), hears });
        Standing::Behind(told)
    }

    /// Whether a transaction with this item is on its way.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.waiting().items.contains(key)
    }

    /// Announces a transaction.
    ///
    /// # Errors
    /// Another with one of its items, or with its token, is on its way.
    pub(crate) fn announce(self: &Arc<Self>, writes: &[Write], token: &str) -> Result<OnItsWay, Cancelled> {
        let mut waiting = self.waiting();
        if waiting.tokens.contains(token) {
            return Err(Fault::Contended.into());
        }
        let items: Vec<_> = writes.iter().map(Write::key).collect();
        let meets = |key: &Key| if waiting.items.contains(key) { Reason::Conflict } else { Reason::None };
        let reasons: Vec<_> = items.iter().map(meets).collect();
        if reasons.contains(&Reason::Conflict) {
            return Err(Cancelled::Because(reasons));
        }
        waiting.items.extend(items.iter().cloned());
        waiting.tokens.insert(token.to_owned());
        Ok(OnItsWay { line: self.clone(), items, token: token.to_owned() })
    }
}

impl Turn {
    /// Those who have come meanwhile.
    pub(crate) fn others(&self) -> Vec<Waiter> {
        let mut waiting = self.0.waiting();
        let count = waiting.queue.len().min(TOGETHER - 1);
        waiting.queue.drain(..count).collect()
    }
}

impl Drop for Turn {
    /// Hands it on. Whoever has gone away meanwhile drops it, and so hands it on themselves.
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        let next = waiting.queue.pop_front();
        waiting.is_taken = next.is_some();
        drop(waiting);
        if let Some(Waiter { request, hears }) = next {
            drop(hears.send(Heard::Turn(Self(self.0.clone()), request)));
        }
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        let mut waiting = self.line.waiting();
        for key in &self.items {
            waiting.items.remove(key);
        }
        waiting.tokens.remove(&self.token);
    }
}
