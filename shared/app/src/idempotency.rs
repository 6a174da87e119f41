//! Keeping an answer with its effect, and deciding anew when somebody else was faster.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use store::{Claim, Denied, SavedResponse, Transaction};

use crate::{Common, Error, Result};

/// Makes of a result the answer to be kept.
type Render<'a, T> = &'a (dyn Fn(&T) -> SavedResponse + Send + Sync);

/// How a command keeps its answer for a request that carried an idempotency key. Without a key it keeps nothing.
pub struct SaveResponse<'a, T> {
    claimed: Option<(&'a Claim, Render<'a, T>)>,
}

impl<'a, T> SaveResponse<'a, T> {
    pub fn nothing() -> Self {
        Self { claimed: None }
    }

    pub fn under(claim: &'a Claim, render: Render<'a, T>) -> Self {
        Self { claimed: Some((claim, render)) }
    }

    pub(crate) fn is_claimed(&self) -> bool {
        self.claimed.is_some()
    }

    /// A transaction that keeps the answer to `result`, if it has to be kept, and awaits the command's own legs. An answer
    /// too large for that is not kept: repeated, the command meets the conditions of its own legs.
    pub(crate) fn begin(&self, result: &T) -> Transaction<Denied> {
        let mut transaction = Transaction::new();
        if let Some((claim, render)) = &self.claimed {
            let answer = render(result);
            if answer.can_be_saved() {
                transaction.save_response(claim, &answer, Denied::ClaimLost);
            }
        }
        transaction
    }
}

/// Runs a decision again, from its first read, while others get in between: about a second and a half, with jitter.
pub(crate) async fn retry_stale<T, F>(decide: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let patience = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(12)
        .with_jitter();
    match decide.retry(patience).when(|error| matches!(error, Error::Common(Common::Stale))).await {
        Err(Error::Common(Common::Stale)) => Err(Error::Common(Common::Contended)),
        result => result,
    }
}
