//! `@connections`: how functions reach open connections, on a listener of its own.
//!
//! A web page cannot use it: it would have to know the port and a connection's id, and to sign,
//! which a browser does only after a preflight that is refused here.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use chrono::SecondsFormat;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value as Json, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::line::{Line, Registry};
use crate::{Fault, payload};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// A client for [`crate::Running::connections_url`].
#[must_use]
pub fn client(endpoint: &str) -> Client {
    let config = aws_sdk_apigatewaymanagement::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

/// The listener, not yet served.
#[derive(Debug)]
pub(crate) struct Connections {
    listener: TcpListener,
    pub url: String,
}

impl Connections {
    /// # Errors
    /// This machine has no free port.
    pub(crate) async fn bind() -> Result<Self, Fault> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    /// Serves until dropped.
    pub(crate) async fn serve(self, registry: Arc<Registry>) {
        let mut conversations = JoinSet::new();
        loop {
            let accepted = self.listener.accept().await;
            // Ended ones are forgotten as we go.
            while conversations.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) => {
                    conversations.spawn(converse(stream, registry.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to @connections was not accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }
}

async fn converse(stream: TcpStream, registry: Arc<Registry>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    let service = service_fn(move |request| {
        let registry = registry.clone();
        async move { Ok::<_, Infallible>(answer(request, &registry).await.map(Full::new)) }
    });
    let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to @connections ended early");
    }
}

async fn answer(request: Request<Incoming>, registry: &Registry) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    let signed = head.headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
    if !signed {
        return error(StatusCode::FORBIDDEN, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    let path = payload::raw_path(head.uri.path());
    let Some(id) = path.strip_prefix("/@connections/") else {
        return error(StatusCode::NOT_FOUND, "NotFoundException", "Not Found");
    };
    // Read before anything is answered, or the client may see a reset instead.
    let reading = Limited::new(body, registry.limits.message_bytes).collect();
    let body = match tokio::time::timeout(crate::BODY_WITHIN, reading).await {
        Ok(Ok(body)) => body.to_bytes(),
        Err(_) => {
            let sentence = "The body did not come in time";
            let mut late = error(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", sentence);
            late.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            return late;
        }
        Ok(Err(_)) => {
            let sentence = "Message size exceeds the limit";
            let mut refused = error(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", sentence);
            refused.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            return refused;
        }
    };
    let Some(line) = registry.find(id) else { return gone() };
    match head.method {
        Method::POST => post(&line, body, registry),
        Method::GET => json_response(StatusCode::OK, &about(&line)),
        Method::DELETE => {
            line.dismiss();
            empty(StatusCode::NO_CONTENT)
        }
        _ => error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowedException", "Method Not Allowed"),
    }
}

fn post(line: &Line, body: Bytes, registry: &Registry) -> Response<Bytes> {
    let Ok(text) = Utf8Bytes::try_from(body) else {
        return error(StatusCode::BAD_REQUEST, "BadRequestException", "The message is not text");
    };
    match line.post(text, registry) {
        Ok(()) => empty(StatusCode::OK),
        Err(_) => gone(),
    }
}

fn about(line: &Line) -> Json {
    let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({
        "connectedAt": time(line.connected_at),
        "identity": { "sourceIp": line.source.to_string(), "userAgent": line.user_agent.as_deref().unwrap_or_default() },
        "lastActiveAt": time(line.active_at()),
    })
}

fn gone() -> Response<Bytes> {
    error(StatusCode::GONE, "GoneException", "The connection is no longer available")
}

fn error(status: StatusCode, kind: &'static str, sentence: &str) -> Response<Bytes> {
    let mut response = json_response(status, &json!({ "message": sentence }));
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(kind));
    response
}

fn json_response(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = empty(status);
    *response.body_mut() = Bytes::from(body.to_string());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
