//! Counts what a task costs: round trips to the table and capacity units, if a counter was set for the task.
//!
//! The counter is task-local, so no function has a parameter for it; without one, nothing is counted.

use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex;

use table::Metered;

tokio::task_local! {
    static CURRENT: Meter;
}

/// What was used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    pub round_trips: u32,
    pub read_units: f64,
    pub write_units: f64,
}

/// A shared counter.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Usage>>);

impl Meter {
    pub fn usage(&self) -> Usage {
        *self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// Runs `future` with everything it asks of the table counted here, and in the counter around this one.
    pub async fn count<F: Future>(&self, future: F) -> F::Output {
        let around = CURRENT.try_with(Clone::clone).ok().filter(|around| !Arc::ptr_eq(&around.0, &self.0));
        let before = self.usage();
        let output = CURRENT.scope(self.clone(), future).await;
        if let Some(around) = around {
            let after = self.usage();
            let mut usage = around.0.lock().unwrap_or_else(|broken| broken.into_inner());
            usage.round_trips += after.round_trips - before.round_trips;
            usage.read_units += after.read_units - before.read_units;
            usage.write_units += after.write_units - before.write_units;
        }
        output
    }

    /// Runs `future` with everything it asks of the table counted here alone.
    pub async fn count_apart<F: Future>(&self, future: F) -> F::Output {
        CURRENT.scope(self.clone(), future).await
    }

    /// The counter of the running task, to hand to a task it spawns.
    pub fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Adds one round trip and what it consumed.
pub(crate) fn note<T>(access: Access, answer: Metered<T>) -> T {
    add(|usage| match access {
        Access::Read => usage.read_units += answer.units,
        Access::Write => usage.write_units += answer.units,
    });
    answer.answer
}

/// Adds a round trip that wrote nothing.
pub(crate) fn note_refused() {
    add(|_| {});
}

fn add(consumed: impl FnOnce(&mut Usage)) {
    let _no_counter_is_set = CURRENT.try_with(|meter| {
        let mut usage = meter.0.lock().unwrap_or_else(|broken| broken.into_inner());
        usage.round_trips += 1;
        consumed(&mut usage);
    });
}
