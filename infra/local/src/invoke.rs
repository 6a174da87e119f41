//! A function as the gateway sees it: an event's JSON in, an answer's JSON out.
//!
//! Between the two runs exactly what the Lambda runtime is given on AWS.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lambda_http::request::LambdaRequest;
use lambda_http::{Context, LambdaEvent, Service};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::meter::Meter;
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use crate::Fault;

/// API Gateway's integration timeout; it cannot be raised for HTTP APIs.
const TIMEOUT: Duration = Duration::from_secs(30);

type Invocation = BoxFuture<'static, Result<Vec<u8>, Fault>>;

/// One function. Clones share it; invocations run at the same time, each as Lambda would run it
/// in an environment of its own.
#[derive(Clone)]
pub(crate) struct Function(Arc<dyn Fn(Vec<u8>) -> Invocation + Send + Sync>);

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Function")
    }
}

/// Why a function gave no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Longer than the gateway waits. The function goes on, as it does on AWS.
    TimedOut,
    /// It failed, panicked or answered what is not JSON.
    Failed(Fault),
}

impl Function {
    /// Hosts what the Lambda runtime would be given.
    pub(crate) fn hosting<S>(handler: S) -> Self
    where
        S: Service<LambdaEvent<LambdaRequest>> + Clone + Send + Sync + 'static,
        S::Response: Serialize,
        S::Error: fmt::Debug + Send,
        S::Future: Send,
    {
        Self(Arc::new(move |event| {
            let handler = handler.clone();
            async move {
                let event: LambdaRequest = serde_json::from_slice(&event)?;
                let event = LambdaEvent::new(event, context());
                let answer = handler.oneshot(event).await.map_err(|error| format!("{error:?}"))?;
                Ok(serde_json::to_vec(&answer)?)
            }
            .boxed()
        }))
    }

    /// Hosts the handler of a function that no request wakes.
    pub(crate) fn serving<E, A, F>(handle: impl Fn(LambdaEvent<E>) -> F + Clone + Send + Sync + 'static) -> Self
    where
        E: DeserializeOwned,
        A: Serialize,
        F: Future<Output = Result<A, lambda_runtime::Error>> + Send,
    {
        Self(Arc::new(move |event| {
            let handle = handle.clone();
            async move {
                let event: E = serde_json::from_slice(&event)?;
                let answer = handle(LambdaEvent::new(event, context())).await?;
                Ok(serde_json::to_vec(&answer)?)
            }
            .boxed()
        }))
    }

    /// A router without the rest of a room, for tests.
    #[cfg(test)]
    pub(crate) fn routing(router: axum::Router) -> Self {
        Self::hosting(tower::service_fn(move |event: LambdaEvent<LambdaRequest>| {
            // Called at once: the adapter itself cannot move between threads, its future can.
            lambda_http::Adapter::from(router.clone()).call(event)
        }))
    }

    /// Runs the function on a task of its own, so that neither a client that goes away nor a
    /// panic ends anything but this invocation.
    ///
    /// # Errors
    /// It took longer than the gateway waits, or failed.
    pub(crate) async fn invoke(&self, event: Vec<u8>) -> Result<Vec<u8>, Failure> {
        self.begin(event).1.await
    }

    /// As [`Function::invoke`], and tells apart when the function begins: tasks do not begin in the
    /// order in which they are made.
    pub(crate) fn begin(
        &self,
        event: Vec<u8>,
    ) -> (oneshot::Receiver<()>, impl Future<Output = Result<Vec<u8>, Failure>> + use<>) {
        spawned((self.0)(event))
    }

    /// As [`Function::invoke`], with everything it asks of the table counted.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn invoke_counted(&self, event: Vec<u8>, meter: &Meter) -> Result<Vec<u8>, Failure> {
        let (work, meter) = ((self.0)(event), meter.clone());
        spawned(async move { meter.count(work).await }.boxed()).1.await
    }
}

fn spawned(work: Invocation) -> (oneshot::Receiver<()>, impl Future<Output = Result<Vec<u8>, Failure>> + use<>) {
    let (beginning, begun) = oneshot::channel();
    let running = tokio::spawn(async move {
        // Not everybody wants to know.
        let _ = beginning.send(());
        work.await
    });
    let answer = async move {
        match tokio::time::timeout(TIMEOUT, running).await {
            Err(_) => Err(Failure::TimedOut),
            Ok(Err(panic)) => Err(Failure::Failed(panic.into())),
            Ok(Ok(answer)) => answer.map_err(Failure::Failed),
        }
    };
    (begun, answer)
}

fn context() -> Context {
    let mut context = Context::default();
    context.request_id = crate::random::request_id();
    context
}
