//! What goes wrong in the machinery, as opposed to what a rule refuses.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

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

/// Codes after which the same request may succeed a moment later.
const PASSING: [&str; 6] = [
    "ThrottlingException",
    "ThrottlingError",
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "InternalServerError",
];

pub(crate) const CONFLICTS: [&str; 3] =
    ["TransactionConflictException", "TransactionConflict", "TransactionInProgressException"];

/// Whether a code DynamoDB gives, for a request or for one leg of a transaction, means "try again".
pub(crate) fn is_passing(code: &str) -> bool {
    PASSING.contains(&code)
}

impl Fault {
    pub(crate) fn of<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let code = error.code().unwrap_or_default();
        let text = match error.message() {
            Some(message) => format!("{code}: {message}"),
            None => aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string(),
        };
        let answered_5xx = matches!(error, SdkError::ServiceError(_)) && code.is_empty();
        match error {
            _ if CONFLICTS.contains(&code) => Self::Contended,
            _ if is_passing(code) || answered_5xx => Self::Unavailable(text),
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
                Self::Unavailable(text)
            }
            _ => Self::Rejected(text),
        }
    }
}
