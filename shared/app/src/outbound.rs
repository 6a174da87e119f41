//! Requests to other people's servers: bounded in time and in size, over a connection of their own, and never led
//! elsewhere by a redirect.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};
use url::Url;

/// Cheap to clone; clones share their connections.
#[derive(Clone)]
pub(crate) struct Outbound {
    /// Made at the first request: most functions never ask, and the system's certificates take a while to read.
    connector: Arc<OnceLock<SharedHttpConnector>>,
    /// For one request, to the last byte of its answer.
    patience: Duration,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

/// What is asked here is answered with a few kilobytes.
const LARGEST_ANSWER_BYTES: usize = 256 * 1024;

/// Whether it is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether nobody can listen on the way there: over TLS, or without leaving this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    is_private && url.username().is_empty() && url.password().is_none()
}

/// A connection kept while a function is frozen is dead when it thaws, and a code cannot be sent twice.
const ONCE: [(&str, &str); 2] = [("accept", "application/json"), ("connection", "close")];

impl Outbound {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { connector: Arc::default(), patience }
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Answer, String> {
        self.ask("GET", url, &ONCE, String::new()).await
    }

    pub(crate) async fn post_form(&self, url: &str, form: String) -> Result<Answer, String> {
        let [accept, close] = ONCE;
        self.ask("POST", url, &[accept, close, ("content-type", "application/x-www-form-urlencoded")], form).await
    }

    /// One attempt. What is said when there is no answer names neither keys nor bodies.
    pub(crate) async fn ask(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Answer, String> {
        let answered = tokio::time::timeout(self.patience, self.send(method, url, headers, body)).await;
        answered.map_err(|_elapsed| "no answer in time".to_owned())?
    }

    async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Answer, String> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).map_err(|error| error.to_string())?;
        request.set_uri(url).map_err(|error| error.to_string())?;
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
