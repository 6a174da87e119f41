//! The one clock. Tests and the local gateway's `--test-clock` can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// The system's time and so many milliseconds; it goes on ticking.
    Shifted(Arc<AtomicI64>),
    /// Milliseconds since 1970; it stands still until it is moved.
    Still(Arc<AtomicI64>),
}

/// What the machine says, whatever the clock was moved to: signatures are checked by others, in their time.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
pub(crate) fn machine_time() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

impl Clock {
    pub fn shifted() -> Self {
        Self::Shifted(Arc::default())
    }

    pub fn still() -> Self {
        Self::Still(Arc::default())
    }

    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::System => machine_time(),
            Clock::Shifted(shift) => {
                let shift = TimeDelta::milliseconds(shift.load(Ordering::Relaxed));
                machine_time().checked_add_signed(shift).unwrap_or(DateTime::<Utc>::MAX_UTC)
            }
            Clock::Still(now) => {
                DateTime::from_timestamp_millis(now.load(Ordering::Relaxed)).unwrap_or(DateTime::<Utc>::MAX_UTC)
            }
        }
    }

    /// Moves the clock; `false` if it cannot be moved.
    pub fn advance(&self, by: TimeDelta) -> bool {
        match self {
            Clock::System => false,
            Clock::Shifted(milliseconds) | Clock::Still(milliseconds) => {
                milliseconds.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
                true
            }
        }
    }

    /// Sets the clock; `false` if it cannot be moved.
    pub fn set(&self, now: DateTime<Utc>) -> bool {
        match self {
            Clock::System => false,
            Clock::Shifted(shift) => {
                // Rounded up: whoever sets the clock to a moment does not want to meet the one before it.
                shift.store((now - machine_time()).num_milliseconds() + 1, Ordering::Relaxed);
                true
            }
            Clock::Still(milliseconds) => {
                milliseconds.store(now.timestamp_millis(), Ordering::Relaxed);
                true
            }
        }
    }
}
