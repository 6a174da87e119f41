//! Who goes on, and what befalls them: drawn from one seed, so that every race of a world on one thread can be played again.
//!
//! Whoever asks the table parks. A driver lets one of them go each time nobody can run ([`Scheduler::step`]): with the
//! clock of a paused runtime a sleep ends exactly then. What goes wrong is drawn beside it: a conflict, a lost answer, the
//! death of the process that asked, or that its container is frozen until others think it dead.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use app::Clock;
use chrono::TimeDelta;
use futures_util::FutureExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::faults::{Fault, Moment};

tokio::task_local! {
    static PROCESS: u64;
}

/// How much goes wrong, each of a thousand calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Conflicts, throttling, lost answers.
    pub faults: u32,
    pub deaths: u32,
    /// The process stands still for longer than any function may run.
    pub freezes: u32,
    /// How often whoever went last goes on, while they can.
    pub persistence: u32,
}

/// What becomes of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    Nothing,
    Kept,
    Printed,
}

/// What becomes of a call: it goes well, or something befalls it.
type Fate = Option<(Fault, Moment)>;

struct Parked {
    process: Option<u64>,
    operation: &'static str,
    what: String,
    frozen_until: Option<Instant>,
    go: oneshot::Sender<Fate>,
}

struct Process {
    name: String,
    born: Instant,
    end: Option<AbortHandle>,
    is_frozen: bool,
}

struct State {
    random: StdRng,
    weather: Weather,
    clock: Clock,
    synced: Instant,
    is_on: bool,
    parked: Vec<Parked>,
    processes: BTreeMap<u64, Process>,
    born: u64,
    last: Option<u64>,
    logs: Logs,
    log: Vec<String>,
    turns: u64,
    deaths: u64,
    standstills: u64,
    struck: BTreeMap<String, u64>,
    panic: Option<String>,
}

/// Longer than any function may run, and than any lease.
const FROZEN: std::ops::Range<u64> = 61..200;

/// After this Lambda ends a function.
const LONGEST_RUN: Duration = Duration::from_secs(15);

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Scheduler(Arc<Mutex<State>>);

impl fmt::Debug for Scheduler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scheduler")
    }
}

/// A process that is over.
struct Ends(Scheduler, u64);

impl Drop for Ends {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.processes.remove(&self.1);
        state.parked.retain(|call| call.process != Some(self.1));
    }
}

impl Scheduler {
    /// Nobody parks before [`Scheduler::begin`].
    pub fn new(seed: u64, weather: Weather, logs: Logs) -> Self {
        let state = State {
            random: StdRng::seed_from_u64(seed),
            weather,
            clock: Clock::still(),
            synced: Instant::now(),
            is_on: false,
            parked: Vec::new(),
            processes: BTreeMap::new(),
            born: 0,
            last: None,
            logs,
            log: Vec::new(),
            turns: 0,
            deaths: 0,
            standstills: 0,
            struck: BTreeMap::new(),
            panic: None,
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The clock of the world, which goes as the runtime's does.
    pub fn clock(&self) -> Clock {
        self.state().clock.clone()
    }

    pub fn begin(&self) {
        let mut state = self.state();
        state.synced = Instant::now();
        state.is_on = true;
    }

    /// Looks at the world meanwhile: nobody parks.
    pub async fn aside<T>(&self, look: impl Future<Output = T>) -> T {
        let was_on = std::mem::replace(&mut self.state().is_on, false);
        let seen = look.await;
        self.state().is_on = was_on;
        seen
    }

    /// From now on nothing goes wrong.
    pub fn calms(&self) {
        let mut state = self.state();
        state.weather = Weather { persistence: state.weather.persistence, ..Weather::default() };
        state.parked.iter_mut().for_each(|call| call.frozen_until = None);
    }

    pub fn below(&self, end: usize) -> usize {
        self.state().random.random_range(0..end)
    }

    /// Whether it happens, so often of a thousand times.
    pub fn happens(&self, per_mille: u32) -> bool {
        self.state().random.random_range(0..1000) < per_mille
    }

    pub fn turns(&self) -> u64 {
        self.state().turns
    }

    /// How many processes stood still for longer than a minute, and then went on.
    pub fn standstills(&self) -> u64 {
        self.state().standstills
    }

    /// How many processes have died, or stood still for long.
    pub fn deaths(&self) -> u64 {
        self.state().deaths
    }

    /// How much befell the processes of this name.
    pub fn struck(&self, name: &str) -> u64 {
        self.state().struck.get(name).copied().unwrap_or_default()
    }

    /// Notes what happened, if anybody wants to read it.
    pub fn note(&self, line: impl FnOnce() -> String) {
        self.state().writes(line);
    }

    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// Why a process panicked that nobody waits for.
    pub fn panicked(&self) -> Option<String> {
        self.state().panic.take()
    }

    /// A process that may die: then nobody hears of it any more.
    pub async fn process<T: Send + 'static>(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let id = {
            let mut state = self.state();
            state.born += 1;
            let id = state.born;
            let process = Process { name: name.into(), born: Instant::now(), end: None, is_frozen: false };
            state.processes.insert(id, process);
            id
        };
        let this = self.clone();
        let task = tokio::spawn(PROCESS.scope(id, async move {
            let _ends = Ends(this.clone(), id);
            match AssertUnwindSafe(work).catch_unwind().await {
                Ok(done) => Some(done),
                Err(panic) => {
                    let text = panic.downcast_ref::<String>().cloned();
                    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                    this.state().panic.get_or_insert(text.unwrap_or_default());
                    None
                }
            }
        }));
        if let Some(process) = self.state().processes.get_mut(&id) {
            process.end = Some(task.abort_handle());
        }
        task.await.ok().flatten()
    }

    /// Parks until this call may go on, and says what befalls it.
    pub(crate) async fn turn(&self, operation: &'static str, what: &(dyn Fn() -> String + Sync)) -> Fate {
        let going = {
            let mut state = self.state();
            if !state.is_on {
                // Time goes on, or ids would be alike.
                state.clock.advance(TimeDelta::milliseconds(1));
                return None;
            }
            state.sync();
            let process = PROCESS.try_with(|process| *process).ok();
            let what = if state.logs == Logs::Nothing { String::new() } else { what() };
            let (go, going) = oneshot::channel();
            state.parked.push(Parked { process, operation, what, frozen_until: None, go });
            going
        };
        going.await.unwrap_or(None)
    }

    /// The end of the process that asks.
    pub(crate) async fn die<T>(&self) -> T {
        if let Ok(process) = PROCESS.try_with(|process| *process) {
            self.state().end(process);
        }
        std::future::pending().await
    }

    /// Everybody has come as far as they could: lets one go. `false` if nobody waits, or those who do stand still.
    pub fn step(&self) -> bool {
        let mut state = self.state();
        state.sync();
        state.end_the_overdue();
        let Some(at) = state.chosen() else { return false };
        let Some(fate) = state.fate(at) else { return true };
        let call = state.parked.remove(at);
        state.turns += 1;
        state.last = call.process;
        let name = call.process.and_then(|id| state.processes.get(&id)).map(|process| process.name.clone());
        if let (Some(name), true) = (&name, fate.is_some()) {
            *state.struck.entry(name.clone()).or_default() += 1;
        }
        state.writes(|| {
            let befalls = fate.map(|(fault, moment)| format!(" → {fault:?} {moment:?}")).unwrap_or_default();
            format!("{}: {} {}{befalls}", name.unwrap_or_default(), call.operation, call.what)
        });
        drop(state);
        // Whoever has gone away meanwhile does not hear of it.
        let _nobody = call.go.send(fate);
        true
    }

    /// Whether nobody is on their way.
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        state.parked.is_empty() && state.processes.is_empty()
    }
}

impl State {
    /// The world's clock goes on as far as the runtime's has.
    fn sync(&mut self) {
        let now = Instant::now();
        let elapsed = now - self.synced;
        self.synced = now;
        self.clock.advance(TimeDelta::from_std(elapsed).expect("no test takes so long"));
    }

    fn writes(&mut self, line: impl FnOnce() -> String) {
        if self.logs == Logs::Nothing {
            return;
        }
        let line = format!("{} {}", self.clock.now().format("%dT%T%.3f"), line());
        match self.logs {
            Logs::Printed => println!("{line}"),
            _ => self.log.push(line),
        }
    }

    fn end(&mut self, process: u64) {
        self.deaths += 1;
        self.parked.retain(|call| call.process != Some(process));
        if let Some(end) = self.processes.get(&process).and_then(|process| process.end.as_ref()) {
            end.abort();
        }
    }

    fn end_the_overdue(&mut self) {
        let is_overdue = |process: &Process| !process.is_frozen && process.born.elapsed() > LONGEST_RUN;
        let overdue: Vec<_> = self.processes.iter().filter(|(_, it)| is_overdue(it)).map(|(id, _)| *id).collect();
        for id in overdue {
            // Who is ended already is ended once.
            let Some(process) = self.processes.get_mut(&id) else { continue };
            if let Some(running) = process.end.take() {
                *self.struck.entry(process.name.clone()).or_default() += 1;
                self.deaths += 1;
                self.parked.retain(|call| call.process != Some(id));
                running.abort();
            }
        }
    }

    fn chosen(&mut self) -> Option<usize> {
        self.parked.retain(|call| !call.go.is_closed());
        let now = Instant::now();
        let can_go = |call: &Parked| call.frozen_until.is_none_or(|until| until <= now);
        let ready: Vec<_> = (0..self.parked.len()).filter(|at| can_go(&self.parked[*at])).collect();
        if ready.is_empty() {
            return None;
        }
        let is_last = |at: &usize| self.last.is_some() && self.parked[*at].process == self.last;
        let same = ready.iter().copied().find(is_last);
        if let Some(at) = same
            && self.random.random_range(0..1000) < self.weather.persistence
        {
            return Some(at);
        }
        Some(ready[self.random.random_range(0..ready.len())])
    }

    /// What befalls a call; `None` if it stands still from now on.
    fn fate(&mut self, at: usize) -> Option<Fate> {
        let Weather { faults, deaths, freezes, .. } = self.weather;
        let operation = self.parked[at].operation;
        let is_write = matches!(operation, "UpdateItem" | "DeleteItem" | "TransactWriteItems" | "Commit");
        let process = self.parked[at].process.filter(|_| self.parked[at].frozen_until.is_none());
        let drawn = self.random.random_range(0..1000);
        let moment = |random: &mut StdRng| if random.random() { Moment::Before } else { Moment::After };
        if drawn < deaths && process.is_some() {
            return Some(Some((Fault::Death, moment(&mut self.random))));
        }
        if (deaths..deaths + freezes).contains(&drawn)
            && let Some(process) = process.and_then(|id| self.processes.get_mut(&id))
        {
            process.is_frozen = true;
            *self.struck.entry(process.name.clone()).or_default() += 1;
            self.deaths += 1;
            self.standstills += 1;
            let seconds = self.random.random_range(FROZEN);
            self.parked[at].frozen_until = Some(Instant::now() + Duration::from_secs(seconds));
            return None;
        }
        if !(deaths + freezes..deaths + freezes + faults).contains(&drawn) || operation == "Commit" {
            return Some(None);
        }
        let possible: &[Fault] = match operation {
            "TransactWriteItems" => {
                &[Fault::Conflict, Fault::Lost, Fault::Down, Fault::Throttled, Fault::ThrottledLeg, Fault::Conflict]
            }
            "UpdateItem" => &[Fault::Conflict, Fault::Lost, Fault::Down, Fault::Throttled],
            "BatchGetItem" => &[Fault::Partial, Fault::Lost, Fault::Throttled],
            _ => &[Fault::Lost, Fault::Throttled],
        };
        let fault = possible[self.random.random_range(0..possible.len())];
        let can_have_been_done = is_write && matches!(fault, Fault::Lost | Fault::Down);
        let moment = if can_have_been_done { moment(&mut self.random) } else { Moment::Before };
        Some(Some((fault, moment)))
    }
}
