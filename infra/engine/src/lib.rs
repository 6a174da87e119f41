//! One table on a file of this machine: carries out the values of [`table`] as DynamoDB does, with its refusals, pages and
//! units.
//!
//! Everything lies in one ordered map of bytes ([`place`]), kept by redb: items, which of them lie where in the three indexes,
//! when they expire, the stream, and the tokens of the last ten minutes. There is one writer at a time ([`line`]), which
//! commits for all who wait; readers have each commit's [`view`] and wait for nobody.

mod backend;
mod change;
mod check;
mod code;
mod condition;
mod file;
mod line;
mod number;
mod place;
mod shown;
mod size;
mod stream;
mod token;
mod view;
mod writer;

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use table::{
    Batch, Cancelled, Condition, Fault, Item, Key, Metered, Paged, Range, Refused, Returning, Scan, Select, Update,
    Write, limits,
};
use tokio::sync::watch;

pub use crate::file::Durability;
use crate::file::{Opened, Place, Repairing};
use crate::line::{Heard, Line, Standing, Turn};
pub use crate::shown::Lag;
use crate::shown::Shown;
pub use crate::stream::{Kind, Record};
use crate::view::View;
use crate::writer::{Answer, Failed, Outcome, Request, Wanted};

/// What a table is given by whoever opens it.
#[derive(Clone)]
pub struct Given {
    /// Milliseconds since 1970.
    pub clock: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Which changes the stream keeps: what came of which item.
    pub wanted: Arc<Wanted>,
    /// Told how far a repair is, from 0 to 1, when the last process did not close the file.
    pub repairing: Repairing,
}

impl Given {
    /// A clock; every change is kept, and nobody is told of repairs.
    pub fn clock(clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), wanted: Arc::new(|_, _, _| true), repairing: Arc::new(|_| ()) }
    }
}

/// A table. Clones are the same one; the last to go closes its file.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    place: Place,
    given: Given,
    line: Arc<Line>,
    /// None while its file cannot be opened, and once it is closed.
    opened: Mutex<Option<Opened>>,
    is_closed: AtomicBool,
    shown: Shown,
    news: watch::Sender<u64>,
    trimmed: AtomicU64,
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Engine({:?})", self.0.place)
    }
}

impl From<Failed> for Refused {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Condition(item) => Self::Condition(item),
            Failed::Because(reasons) => Self::Fault(Fault::Rejected(format!("{reasons:?}"))),
            Failed::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Failed> for Cancelled {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Because(reasons) => Self::Because(reasons),
            Failed::Condition(item) => Self::Fault(Fault::Rejected(format!("{item:?}"))),
            Failed::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Failed> for Fault {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Fault(fault) => fault,
            other => Self::Rejected(format!("{other:?}")),
        }
    }
}

fn held<T, E: From<Fault>>(checked: Result<T, check::Wrong>) -> Result<T, E> {
    checked.map_err(|wrong| match wrong {
        check::Wrong::Request(text) | check::Wrong::Leg(text) => Fault::Rejected(text).into(),
    })
}

impl Engine {
    /// A table that ends with the process. It has no thread, and is the same each time it is asked the same.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn memory(given: Given) -> Result<Self, String> {
        Self::at(Place::Memory, given)
    }

    /// The table in a file, made if it is absent.
    ///
    /// # Errors
    /// A sentence that says why: another process has it, it is of another program, or of another format.
    pub fn open(path: &Path, durability: Durability, given: Given) -> Result<Self, String> {
        Self::at(Place::File(path.to_owned(), durability), given)
    }

    fn at(place: Place, given: Given) -> Result<Self, String> {
        let opened = place.open((given.clock)(), &given.repairing)?;
        let view = View::of(&opened.database).map_err(|error| error.to_string())?;
        let news = watch::Sender::new(opened.next_record - 1);
        Ok(Self(Arc::new(Inner {
            place,
            given,
            line: Arc::default(),
            shown: Shown::new(view),
            opened: Mutex::new(Some(opened)),
            is_closed: AtomicBool::new(false),
            news,
            trimmed: AtomicU64::new(0),
        })))
    }

    /// One item, as last written.
    ///
    /// # Errors
    /// The key is none, or the file cannot be read.
    pub fn get(&self, key: &Key) -> Result<Metered<Option<Item>>, Fault> {
        self.0.shown.now().get(key)
    }

    /// Up to 100 items by their keys; what does not exist is missing from the answer.
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Metered<Batch>, Fault> {
        self.0.shown.now().get_many(keys, consistent)
    }

    /// One page of a range, after the place where another ended.
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, Fault> {
        let view = if range.index.is_some() { self.0.shown.in_indexes() } else { self.0.shown.now() };
        view.query(range, after, select)
    }

    /// One page of the whole table, after the place where another ended. All of it is in the first segment.
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, Fault> {
        self.0.shown.now().scan(scan, after)
    }

    /// Every item, as of one moment.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn each(&self, what: impl FnMut(Item)) -> Result<(), Fault> {
        self.0.shown.now().each(what)
    }

    /// One conditional update.
    ///
    /// # Errors
    /// Its condition failed, a transaction with the item is on its way, or it is refused.
    pub async fn update(&self, update: &Update, returning: Returning) -> Result<Metered<Item>, Refused> {
        limits::update(update)?;
        held::<_, Refused>(check::update(update))?;
        let write = Write::Update(update.clone());
        let done = self.one(&update.key, write, returning).await?;
        Ok(Metered { answer: done.answer.item, units: done.units })
    }

    /// One conditional deletion.
    ///
    /// # Errors
    /// As [`Engine::update`].
    pub async fn delete(&self, key: &Key, condition: Option<&Condition>) -> Result<Metered<()>, Refused> {
        limits::condition(condition)?;
        held::<_, Refused>(condition.map_or(Ok(()), check::condition))?;
        let write = Write::Delete { key: key.clone(), condition: condition.cloned() };
        let done = self.one(key, write, Returning::Nothing).await?;
        Ok(Metered { answer: (), units: done.units })
    }

    async fn one(&self, key: &Key, write: Write, returning: Returning) -> Result<Metered<Answer>, Refused> {
        if self.0.line.has(key) {
            return Err(Fault::Contended.into());
        }
        Ok(self.write(Request::One(Cow::Owned(write), returning)).await?)
    }

    /// All writes or none. Whoever asks twice under one token within ten minutes has them done once.
    ///
    /// # Errors
    /// A leg was the cause, another transaction with one of its items is on its way, or it is refused.
    pub async fn transact(&self, writes: &[Write], token: &str) -> Result<Metered<()>, Cancelled> {
        self.transact_when(writes, token, std::future::ready(())).await
    }

    /// As [`Engine::transact`], on its way for as long as `ready` takes: whoever wants its items meanwhile is told so.
    ///
    /// # Errors
    /// As [`Engine::transact`].
    pub async fn transact_when(
        &self,
        writes: &[Write],
        token: &str,
        ready: impl Future<Output = ()>,
    ) -> Result<Metered<()>, Cancelled> {
        limits::transaction(writes)?;
        held::<_, Cancelled>(check::transaction(writes, token))?;
        let fingerprint = token::fingerprint(writes);
        let _on_its_way = self.0.line.announce(writes, token)?;
        ready.await;
        let request = Request::All { writes: Cow::Borrowed(writes), token: Cow::Borrowed(token), fingerprint };
        let done = self.write(request).await?;
        Ok(Metered { answer: (), units: done.units })
    }

    /// Removes up to `most` items whose `expires_at` is this second or before, and says how many.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn sweep(&self, now: u64, most: usize) -> Result<usize, Fault> {
        Ok(self.write(Request::Sweep { now, most }).await?.answer.count)
    }

    /// Puts items that are no news: the stream does not have them.
    ///
    /// # Errors
    /// One of them is none, or the file cannot be written.
    pub async fn fill(&self, items: &[Item]) -> Result<(), Fault> {
        self.write(Request::Fill(Cow::Borrowed(items))).await?;
        Ok(())
    }

    /// The records of the stream behind one, oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn stream(&self, after: u64, most: usize) -> Result<Vec<Record>, Fault> {
        self.0.shown.now().stream(after.max(self.0.trimmed.load(Ordering::Acquire)), most)
    }

    /// All who read the stream have the records up to this one. They go from the file with the next commits.
    pub fn trim(&self, up_to: u64) {
        self.0.trimmed.fetch_max(up_to, Ordering::AcqRel);
    }

    /// Closes the file after the commit under way, whoever else has the table still. From now on nothing is written, and of
    /// what was there only that is read which is in memory.
    pub fn close(&self) {
        let mut slot = self.0.opened.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.is_closed.store(true, Ordering::Release);
        *slot = None;
    }

    /// The newest record's sequence number, whenever there is a newer one.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    /// From now on the indexes show what was written a while ago, as AWS may do. For tests.
    pub fn lag(&self, lag: Lag) {
        self.0.shown.lag(lag);
    }

    /// The indexes show all that is written until now.
    pub fn settle(&self) {
        self.0.shown.settle();
    }

    async fn write(&self, request: Request<'_>) -> Outcome {
        let (turn, request) = match self.0.line.join(request) {
            Standing::First(turn, request) => (turn, request),
            Standing::Behind(told) => match told.await {
                Ok(Heard::Done(outcome)) => return outcome,
                Ok(Heard::Turn(turn, request)) => (turn, request),
                Err(_) => return Err(Failed::Fault(Fault::Unavailable("the writer is gone".to_owned()))),
            },
        };
        if !matches!(self.0.place, Place::File(_, Durability::Power)) {
            return self.write_for_all(&turn, &request);
        }
        // The disk is waited for elsewhere, so that reads go on.
        let (engine, request) = (self.clone(), request.into_owned());
        let done = tokio::task::spawn_blocking(move || engine.write_for_all(&turn, &request)).await;
        done.unwrap_or_else(|error| Err(Failed::Fault(Fault::Unavailable(format!("the writer failed: {error}")))))
    }

    /// Our request and all that wait, in one commit.
    fn write_for_all(&self, turn: &Turn, own: &Request<'_>) -> Outcome {
        let others = turn.others();
        let requests: Vec<_> = std::iter::once(own).chain(others.iter().map(|waiter| &waiter.request)).collect();
        let mut outcomes = self.commit(&requests).into_iter();
        let lost = || Err(Failed::Fault(Fault::Unavailable("a request was lost".to_owned())));
        let outcome = outcomes.next().unwrap_or_else(lost);
        for (waiter, outcome) in others.into_iter().zip(outcomes) {
            // Whoever has gone away does not hear of it.
            drop(waiter.hears.send(Heard::Done(outcome)));
        }
        outcome
    }

    fn commit(&self, requests: &[&Request<'_>]) -> Vec<Outcome> {
        let inner = &self.0;
        let now_ms = (inner.given.clock)();
        let mut slot = inner.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let done = self.reopened(&mut slot, now_ms).and_then(|opened| {
            let trimmed = inner.trimmed.load(Ordering::Acquire);
            let outcomes = writer::commit(opened, requests, &*inner.given.wanted, now_ms, trimmed);
            outcomes.and_then(|outcomes| self.show(opened).map(|()| outcomes)).map_err(|error| error.to_string())
        });
        done.unwrap_or_else(|error| {
            // What is open answers nothing any more, and may not be as the file is.
            if slot.is_some() && self.0.place != Place::Memory {
                tracing::error!(error, "the table's file failed; it is opened anew");
                *slot = None;
                drop(self.reopened(&mut slot, now_ms));
            }
            let unavailable = || Err(Failed::Fault(Fault::Unavailable(format!("the table's file: {error}"))));
            requests.iter().map(|_| unavailable()).collect()
        })
    }

    /// What is open, or opened again.
    fn reopened<'s>(&self, slot: &'s mut Option<Opened>, now_ms: u64) -> Result<&'s mut Opened, String> {
        let opened = match slot.take() {
            Some(opened) => opened,
            None if self.0.is_closed.load(Ordering::Acquire) => return Err("it is closed".to_owned()),
            None => {
                let opened = self.0.place.open(now_ms, &self.0.given.repairing)?;
                self.show(&opened).map_err(|error| error.to_string())?;
                opened
            }
        };
        Ok(slot.insert(opened))
    }

    fn show(&self, opened: &Opened) -> Result<(), redb::Error> {
        self.0.shown.publish(View::of(&opened.database)?);
        let newest = opened.next_record - 1;
        self.0.news.send_if_modified(|known| std::mem::replace(known, newest) != newest);
        Ok(())
    }
}
