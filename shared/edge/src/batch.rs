//! Batches of a queue or a stream: each record on its own, and which of them have to come again.

use std::future::Future;

use app::Cause;
use futures_util::{FutureExt, StreamExt, stream};
use serde::Serialize;

/// The answer Lambda expects where `ReportBatchItemFailures` is set: everything else counts as done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Failures {
    /// Does all work, so many at once, each because of what caused it; what failed is logged and named by its identifier.
    pub async fn of<E, F>(work: impl IntoIterator<Item = (String, Option<Cause>, F)>, at_once: usize) -> Self
    where
        E: std::error::Error + Send,
        F: Future<Output = Result<(), E>> + Send,
    {
        let mut done = Vec::new();
        for (item_identifier, cause, work) in work {
            let done_or_failed = async move {
                let error = work.await.err()?;
                tracing::error!(error = chain(&error), item = item_identifier, "a record has to come again");
                Some(Failure { item_identifier })
            };
            done.push(Cause::within(cause, done_or_failed).boxed());
        }
        let failures = stream::iter(done).buffered(at_once).collect::<Vec<_>>().await;
        Self { batch_item_failures: failures.into_iter().flatten().collect() }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_failed_is_named_and_nothing_else() {
        let work =
            ["1", "2", "3"].map(|id| {
                (id.to_owned(), None, async move {
                    if id == "2" { Err(std::io::Error::other("on purpose")) } else { Ok(()) }
                })
            });
        let failures = serde_json::to_string(&Failures::of(work, 2).await).unwrap();
        assert_eq!(failures, r#"{"batchItemFailures":[{"itemIdentifier":"2"}]}"#);
    }
}
