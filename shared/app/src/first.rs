//! What was read before a command, to decide whether its caller may give it at all.

use std::sync::Mutex;

/// The first decision is about what was read before; later ones, once somebody else was faster, read again.
pub(crate) struct First<T>(Mutex<Option<T>>);

impl<T> First<T> {
    pub(crate) fn new(read: T) -> Self {
        Self(Mutex::new(Some(read)))
    }

    /// `None` from the second time on.
    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner()).take()
    }
}
