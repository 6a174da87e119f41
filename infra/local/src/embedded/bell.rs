//! Rings when something was sent through a client of ours, so that pollers answer at once and
//! still sleep while nothing happens.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::watch;

/// The operations after which there may be something to fetch.
const WRITES: [&str; 2] = ["SendMessage", "SendMessageBatch"];

/// Clones are one bell. As a client's interceptor it rings after every write of that client.
#[derive(Debug, Clone)]
pub(crate) struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::channel(0).0)
    }
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.send_modify(|rings| *rings += 1);
    }

    /// Hears every ring from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

impl Intercept for Bell {
    fn name(&self) -> &'static str {
        "Bell"
    }

    /// After a failure as well: an answer that was lost on the way says nothing about the write.
    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if config.load::<Metadata>().is_some_and(|metadata| WRITES.contains(&metadata.name())) {
            self.ring();
        }
        Ok(())
    }
}
