//! DynamoDB's failures, told apart.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;
use table::{Fault, Reason};

/// Codes after which the same request may succeed a moment later.
const PASSING: [&str; 6] = [
    "ThrottlingException",
    "ThrottlingError",
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "InternalServerError",
];

const CONFLICTS: [&str; 3] = ["TransactionConflictException", "TransactionConflict", "TransactionInProgressException"];

pub(crate) fn fault<E, R>(error: &SdkError<E, R>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let code = error.code().unwrap_or_default();
    let text = match error.message() {
        Some(message) => format!("{code}: {message}"),
        None => DisplayErrorContext(error).to_string(),
    };
    let answered_5xx = matches!(error, SdkError::ServiceError(_)) && code.is_empty();
    match error {
        _ if CONFLICTS.contains(&code) => Fault::Contended,
        _ if PASSING.contains(&code) || answered_5xx => Fault::Unavailable(text),
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            Fault::Unavailable(text)
        }
        _ => Fault::Rejected(text),
    }
}

/// What became of a leg of a cancelled transaction.
pub(crate) fn reason(reason: &CancellationReason) -> Reason {
    match reason.code().unwrap_or_default() {
        "" | "None" => Reason::None,
        "ConditionalCheckFailed" => Reason::ConditionFailed,
        code if CONFLICTS.contains(&code) => Reason::Conflict,
        code if PASSING.contains(&code) => Reason::Passing(code.to_owned()),
        code => Reason::Wrong(code.to_owned()),
    }
}
