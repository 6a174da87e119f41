//! What goes wrong in the machinery, as opposed to what a rule refuses.

/// Machinery. Logged once at the edge with its chain; never shown.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The table throttles us, is away, or did not answer, after all retries. A later try may succeed.
    #[error("the table refuses for now: {0}")]
    Unavailable(String),
    /// Too many others wrote the same items at the same time, after all retries.
    #[error("lost against other writers")]
    Contended,
    /// The table said something that a program error must have caused.
    #[error("the table refused a request as wrong: {0}")]
    Rejected(String),
    /// An item does not read as what its key says it is.
    #[error("item {key}: attribute {attribute} is missing or malformed")]
    Corrupt { key: String, attribute: &'static str },
}

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Failed<R> {
    /// A condition failed; this is what it means.
    #[error("refused")]
    Refused(R),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<table::Fault> for Fault {
    fn from(fault: table::Fault) -> Self {
        match fault {
            table::Fault::Unavailable(text) => Self::Unavailable(text),
            table::Fault::Contended => Self::Contended,
            table::Fault::Rejected(text) => Self::Rejected(text),
        }
    }
}
