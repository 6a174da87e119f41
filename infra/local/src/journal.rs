//! The last requests, for whoever wants to see what they did and what that cost the table.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use store::meter::Usage;

/// Older ones are forgotten.
const KEPT: usize = 500;

/// One request that a function has answered.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// As the answer's header `apigw-requestid` says it, and the function's log.
    pub id: String,
    pub at: DateTime<Utc>,
    pub method: String,
    /// Without the query, which may hold a token.
    pub path: String,
    pub status: u16,
    pub took: Duration,
    pub usage: Usage,
}

#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<VecDeque<Entry>>);

impl Journal {
    pub(crate) fn add(&self, entry: Entry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push_front(entry);
        entries.truncate(KEPT);
    }

    /// The newest first.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
