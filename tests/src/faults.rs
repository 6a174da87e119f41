//! What can go wrong between the application and its table, made to happen on purpose.
//!
//! The embedded table never conflicts, throttles or loses an answer, so every retry would be untested without this.

use std::sync::Mutex;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process ends here: no answer comes, and nothing is asked any more.
    Death,
    /// It takes as long as the test likes, and then goes well.
    Stall,
    /// The connection breaks.
    Lost,
    /// The service answers 500.
    Down,
    Throttled,
    /// Another transaction has its hands on the item.
    Conflict,
    /// One leg of a transaction was throttled.
    ThrottledLeg,
    /// A batch comes back with nothing read and all its keys unprocessed.
    Partial,
}

impl Fault {
    pub const ERRORS: [Fault; 5] = [Fault::Lost, Fault::Down, Fault::Throttled, Fault::Conflict, Fault::ThrottledLeg];

    /// Whether this can happen to such a call. Reads are not in the way of transactions.
    fn befalls(self, operation: &str) -> bool {
        match self {
            Fault::Conflict => matches!(operation, "TransactWriteItems" | "UpdateItem"),
            Fault::ThrottledLeg => operation == "TransactWriteItems",
            Fault::Partial => operation == "BatchGetItem",
            Fault::Death | Fault::Stall | Fault::Lost | Fault::Down | Fault::Throttled => true,
        }
    }
}

/// Whether the call still took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing was applied.
    Before,
    /// It was applied and only its answer is missing.
    After,
}

/// Which calls are struck, counted from the moment it is armed.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    pub fault: Fault,
    pub moment: Moment,
    /// The first call struck; 1 is the very next one.
    pub at: usize,
    /// How many calls in a row.
    pub times: usize,
    /// Only calls of this operation are counted and struck.
    pub only: Option<&'static str>,
}

impl Strike {
    pub fn once(fault: Fault, moment: Moment, at: usize) -> Self {
        Self { fault, moment, at, times: 1, only: None }
    }

    /// From now on, until disarmed.
    pub fn always(fault: Fault, moment: Moment) -> Self {
        Self { fault, moment, at: 1, times: usize::MAX, only: None }
    }

    pub fn only(self, operation: &'static str) -> Self {
        Self { only: Some(operation), ..self }
    }
}

#[derive(Debug, Default)]
struct State {
    /// Operations asked for since the last reset.
    calls: Vec<String>,
    armed: Option<(Strike, usize)>,
    struck: usize,
    is_dead: bool,
    is_stalled: bool,
}

/// The one place that decides about every call to a table.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
    death: Notify,
    stall: Notify,
    release: Notify,
}

impl Faults {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding it")
    }

    pub fn arm(&self, strike: Strike) {
        *self.state() = State { armed: Some((strike, 0)), ..State::default() };
    }

    /// Everything works again, and a dead process is followed by a new one. Says how many calls were struck.
    pub fn disarm(&self) -> usize {
        std::mem::take(&mut *self.state()).struck
    }

    /// The operations asked for since the last [`Self::arm`], [`Self::disarm`] or [`Self::forget`].
    pub fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    pub fn forget(&self) {
        self.state().calls.clear();
    }

    /// Runs `work` until it is done, or until the process dies in it: then everything it was about to do is dropped.
    pub async fn until_death<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.until(&self.death, |state| state.is_dead) => None,
            result = work => Some(result),
        }
    }

    /// Starts `work` and returns as soon as it stalls as armed; whatever happens next happens in between. Nobody else
    /// stalls. The work goes on with [`Self::release`].
    pub async fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        let running = tokio::spawn(work);
        self.until(&self.stall, |state| state.is_stalled).await;
        running
    }

    pub fn release(&self) {
        self.release.notify_one();
    }

    async fn until(&self, change: &Notify, happened: impl Fn(&State) -> bool) {
        loop {
            let mut changed = std::pin::pin!(change.notified());
            changed.as_mut().enable();
            if happened(&self.state()) {
                return;
            }
            changed.await;
        }
    }

    /// What happens to this call.
    pub(crate) fn judge(&self, operation: &str) -> Option<(Fault, Moment)> {
        let mut state = self.state();
        if state.is_dead {
            return Some((Fault::Death, Moment::Before));
        }
        state.calls.push(operation.to_owned());
        let (strike, seen) = state.armed.as_mut()?;
        if strike.only.is_some_and(|only| only != operation) {
            return None;
        }
        *seen += 1;
        let (strike, seen) = (*strike, *seen);
        if seen < strike.at || seen - strike.at >= strike.times || !strike.fault.befalls(operation) {
            return None;
        }
        state.struck += 1;
        Some((strike.fault, strike.moment))
    }

    pub(crate) fn die(&self) {
        self.state().is_dead = true;
        self.death.notify_waiters();
    }

    pub(crate) async fn stall(&self) {
        self.state().is_stalled = true;
        self.stall.notify_waiters();
        self.release.notified().await;
    }
}
