//! Requests to providers: over a connection of their own, bounded in time and in size.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};

/// No answer to what is asked here has more than a few kilobytes.
const LARGEST_ANSWER_BYTES: usize = 256 * 1024;

/// The way to one provider. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub(super) struct Wire {
    /// Made at the first request: most functions never ask, and the system's certificates take a while to read.
    connector: Arc<OnceLock<SharedHttpConnector>>,
    base_url: String,
    /// For one request, to the last byte of its answer.
    patience: Duration,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

impl Wire {
    pub(super) fn to(base_url: &str, patience: Duration) -> Self {
        Self { connector: Arc::default(), base_url: base_url.to_owned(), patience }
    }

    /// One attempt. What is said when there is no answer names neither keys nor bodies.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Answer, String> {
        let answered = tokio::time::timeout(self.patience, self.send(method, path, headers, body)).await;
        answered.map_err(|_elapsed| "no answer in time".to_owned())?
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Answer, String> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).map_err(|error| error.to_string())?;
        request.set_uri(format!("{}{path}", self.base_url)).map_err(|error| error.to_string())?;
        for (name, value) in headers {
            // A key that is no header is a mistake in the secret, and must not stand in the log.
            request.headers_mut().try_insert(*name, (*value).to_owned()).map_err(|_| (*name).to_owned())?;
        }
        let response = self.connector().call(request).await.map_err(|error| error.to_string())?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = Limited::new(response.into_body(), LARGEST_ANSWER_BYTES).collect().await;
        Ok(Answer { status, headers, body: body.map_err(|error| error.to_string())?.to_bytes().to_vec() })
    }

    fn connector(&self) -> &SharedHttpConnector {
        self.connector.get_or_init(|| {
            SharedHttpConnector::new(Connector::builder().tls_provider(Tls::Rustls(CryptoMode::AwsLc)).build())
        })
    }
}
