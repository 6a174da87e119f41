//! Batches of a queue or a stream: each record on its own, and which of them have to come again.

use std::future::Future;

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
    pub fn is_empty(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    /// Waits for all work; what failed is logged and named by its identifier.
    pub async fn of<E, F>(work: impl IntoIterator<Item = (String, F)>) -> Self
    where
        E: std::error::Error,
        F: Future<Output = Result<(), E>>,
    {
        let done = work.into_iter().map(|(item_identifier, work)| async move {
            let error = work.await.err()?;
            tracing::error!(error = chain(&error), item = item_identifier, "a record has to come again");
            Some(Failure { item_identifier })
        });
        let failures = futures_util::future::join_all(done).await;
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
        let work = ["1", "2", "3"].map(|id| {
            (id.to_owned(), async move { if id == "2" { Err(std::io::Error::other("on purpose")) } else { Ok(()) } })
        });
        let failures = serde_json::to_string(&Failures::of(work).await).unwrap();
        assert_eq!(failures, r#"{"batchItemFailures":[{"itemIdentifier":"2"}]}"#);
    }
}
