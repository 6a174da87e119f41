//! What the table answers.

use crate::{Item, Key};

/// An answer, and the capacity units it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Metered<T> {
    pub answer: T,
    pub units: f64,
}

/// What one round trip brought of a range or of the whole table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paged {
    pub items: Vec<Item>,
    /// How many there are, also when only that was asked.
    pub count: usize,
    /// The key attributes behind which it goes on; absent at the end.
    pub next: Option<Item>,
}

/// What one round trip brought of several keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    pub items: Vec<Item>,
    /// What has to be asked for again.
    pub unprocessed: Vec<Key>,
}

/// Why the table did not do what it was asked, although no condition failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It throttles us, is away, or did not answer. A later try may succeed.
    #[error("the table refuses for now: {0}")]
    Unavailable(String),
    /// Others wrote the same items at the same time. Nothing was written.
    #[error("lost against other writers")]
    Contended,
    /// It said something that a program error must have caused.
    #[error("the table refused a request as wrong: {0}")]
    Rejected(String),
}

/// Why a single write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The item as it stands, empty if there is none.
    #[error("the condition failed")]
    Condition(Item),
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Cancelled {
    /// What became of each leg, in order.
    #[error("cancelled")]
    Because(Vec<Reason>),
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What became of one leg of a cancelled transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was not the cause.
    None,
    ConditionFailed,
    /// Another write of the item was in the way.
    Conflict,
    /// DynamoDB could not do it now.
    Passing(String),
    /// DynamoDB's word for what is wrong with it.
    Wrong(String),
}
