//! The WebSocket API of this process: CloudFront's function, the handshake that waits for
//! `$connect`, and one task for every open connection.
//!
//! Events, limits and close codes are API Gateway's. Functions send through `@connections`, on a
//! listener of its own.

mod connections;
mod conversation;
mod event;
mod line;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::Clock;
use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use serde_json::{Value as Json, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error as Violation;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

pub(crate) use connections::Connections;
pub use connections::client;
pub(crate) use line::Registry;

use crate::edge_function::{self, Verdict};
use crate::envelope;
use crate::invoke::{Failure, Function};
use crate::sockets::line::{Ending, Line};
use crate::{Fault, payload};

/// How long connections may take to end once the process is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// API Gateway's quotas for WebSocket APIs, and how much may wait for one slow reader.
#[derive(Debug, Clone)]
pub struct SocketLimits {
    /// One frame of a client. API Gateway closes with 1009 after a larger one, and lets `message_bytes` through in several;
    /// here so much reaches the function in either case, and if that ends the connection, 1009 is said.
    pub frame_bytes: usize,
    /// One message of a client, more closes with 1009; and one to a client, more is a 413 to the function that sends it.
    pub message_bytes: usize,
    /// Without a message either way; pings do not count. Closes with 1001.
    pub idle: Duration,
    /// Of a connection. Closes with 1001.
    pub life: Duration,
    /// Messages of one connection that functions work on at the same time. AWS knows no such limit, and so keeps no
    /// order; here what one client sends in a row is done in a row.
    pub in_flight: usize,
    /// What may wait to be written to one connection; more closes it.
    pub queue_frames: usize,
    pub queue_bytes: usize,
}

/// The quotas as published, "Quotas for configuring and running a WebSocket API".
impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            frame_bytes: 32 * 1024,
            message_bytes: 128 * 1024,
            idle: Duration::from_secs(10 * 60),
            life: Duration::from_secs(2 * 60 * 60),
            in_flight: 1,
            queue_frames: 1_024,
            queue_bytes: 8 * 1024 * 1024,
        }
    }
}

/// The API: its routes and its connections.
#[derive(Debug)]
pub(crate) struct Sockets {
    routes: HashMap<String, Function>,
    registry: Arc<Registry>,
    clock: Clock,
    port: u16,
    /// Every open connection holds a clone; taken when no more may begin.
    door: Mutex<Option<mpsc::Sender<()>>>,
    last_word: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Sockets {
    /// `routes` as in the template: the function's logical id by route key.
    ///
    /// # Errors
    /// A route names a function that is not here.
    pub(crate) fn new(
        routes: BTreeMap<String, String>,
        functions: &HashMap<String, Function>,
        registry: Arc<Registry>,
        clock: Clock,
        port: u16,
    ) -> Result<Arc<Self>, Fault> {
        let behind = |(key, id): (String, String)| match functions.get(&id) {
            Some(function) => Ok((key, function.clone())),
            None => Err(format!("the socket route {key} leads to {id}, which is not here")),
        };
        let routes = routes.into_iter().map(behind).collect::<Result<_, _>>()?;
        let (door, last_word) = mpsc::channel(1);
        let (door, last_word) = (Mutex::new(Some(door)), tokio::sync::Mutex::new(last_word));
        Ok(Arc::new(Self { routes, registry, clock, port, door, last_word }))
    }

    /// Whether a path is CloudFront's to send to the WebSocket API. Without such an API none is.
    pub(crate) fn takes(&self, path: &str) -> bool {
        !self.routes.is_empty() && (path == "/ws" || path.starts_with("/ws/"))
    }

    /// Answers a handshake: 101 once the function has agreed, else why not.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        request: Request<Bytes>,
        upgrade: OnUpgrade,
        peer: IpAddr,
    ) -> Response<Bytes> {
        let query = request.uri().query().unwrap_or_default();
        let query = match edge_function::decide(request.uri().path(), query, peer) {
            Ok(Verdict::Forward { path, query }) if path == "/" => query,
            // The API has nothing below its stage.
            Ok(Verdict::Forward { .. }) => return envelope::refusal(StatusCode::FORBIDDEN, "forbidden", "Forbidden."),
            Ok(Verdict::Answer(answer)) => return answer,
            Err(fault) => return internal(&fault),
        };
        let agreed = match create_response_with_body(&request, Bytes::new) {
            Ok(agreed) => agreed,
            Err(violation) => return no_handshake(&violation),
        };
        // On a task of its own: a connection whose `$connect` succeeded gets its `$disconnect`, even if the client goes
        // away before the handshake's response.
        let this = self.clone();
        let joining = tokio::spawn(async move { this.join(request, &query, agreed, upgrade, peer).await });
        joining.await.unwrap_or_else(|panic| internal(&panic))
    }

    async fn join(
        self: Arc<Self>,
        request: Request<Bytes>,
        query: &str,
        mut agreed: Response<Bytes>,
        upgrade: OnUpgrade,
        peer: IpAddr,
    ) -> Response<Bytes> {
        // Held until the end of the conversation.
        let Some(guest) = self.guest() else { return envelope::unavailable() };
        let (head, _) = request.into_parts();
        let line = Arc::new(Line::new(&head, peer, self.clock.now()));
        let event = event::connect(&line, &head, query, self.port);
        let answer = match self.routes.get("$connect") {
            Some(function) => function.invoke(event.to_string().into_bytes()).await,
            None => Ok(br#"{"statusCode": 200}"#.to_vec()),
        };
        let verdict = verdict(answer);
        if !verdict.status().is_success() {
            return verdict;
        }
        let protocol = verdict.headers().get(header::SEC_WEBSOCKET_PROTOCOL).cloned();
        agreed.headers_mut().extend(protocol.map(|chosen| (header::SEC_WEBSOCKET_PROTOCOL, chosen)));
        // From here on functions find it: what they send waits for the upgrade.
        self.registry.enter(line.clone());
        tokio::spawn(async move {
            conversation::hold(self, line, upgrade).await;
            drop(guest);
        });
        agreed
    }

    fn guest(&self) -> Option<mpsc::Sender<()>> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hands a message to the function; returns once it has begun, so that messages begin in the
    /// order in which they came.
    async fn message(&self, line: &Arc<Line>, text: &str, permit: OwnedSemaphorePermit) {
        let request_id = crate::random::request_id();
        let Some(function) = self.routes.get("$default") else {
            return complain(line, &self.registry, "Forbidden", &request_id);
        };
        let event = event::message(line, text, &request_id, self.clock.now());
        let (begun, answer) = function.begin(event.to_string().into_bytes());
        let (line, registry) = (line.clone(), self.registry.clone());
        tokio::spawn(async move {
            if let Err(failure) = answer.await {
                tracing::error!(?failure, "a function failed on a message");
                complain(&line, &registry, "Internal server error", &request_id);
            }
            drop(permit);
        });
        // An error means that it has ended already.
        let _ = begun.await;
    }

    /// `$disconnect`, best effort as on AWS: only the end of the process waits for its outcome.
    async fn farewell(&self, line: &Line, ending: &Ending) {
        let Some(function) = self.routes.get("$disconnect") else { return };
        let event = event::disconnect(line, ending, self.clock.now());
        if let Err(failure) = function.invoke(event.to_string().into_bytes()).await {
            tracing::error!(?failure, "a function failed on the end of a connection");
        }
    }

    /// Refuses new connections, closes every open one with 1001 and waits for every `$disconnect`.
    pub(crate) async fn close(&self) {
        drop(self.door.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.registry.end_all(&Ending::going_away());
        let mut last_word = self.last_word.lock().await;
        let all_gone = async {
            // A handshake under way may still succeed: its connection is closed at once.
            while timeout(Duration::from_millis(100), last_word.recv()).await.is_err() {
                self.registry.end_all(&Ending::going_away());
            }
        };
        if timeout(GRACE, all_gone).await.is_err() {
            tracing::warn!("some WebSockets did not end in time");
        }
    }
}

/// What API Gateway tells a client whose message came to nothing.
fn complain(line: &Line, registry: &Registry, message: &str, request_id: &str) {
    let told = json!({ "message": message, "connectionId": line.id(), "requestId": request_id });
    // A client that has gone needs no close frame.
    let _ = line.post(told.to_string().into(), registry);
}

/// The function's answer to `$connect`: a success, or what the client is to hear instead.
fn verdict(answer: Result<Vec<u8>, Failure>) -> Response<Bytes> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Failure::TimedOut) => return envelope::unavailable(),
        Err(Failure::Failed(fault)) => return internal(&fault),
    };
    // Unlike an HTTP API's format 2.0, this one does not infer a 200.
    let has_status = serde_json::from_slice::<Json>(&answer).is_ok_and(|answer| answer["statusCode"].is_number());
    let response = match payload::response(&answer) {
        Ok(response) if has_status => response,
        Ok(_) => return internal(&"an answer to $connect without a status"),
        Err(fault) => return internal(&fault),
    };
    if response.status().is_success() { response } else { refusal(&response) }
}

/// The function's words under the headers of every refusal.
fn refusal(response: &Response<Bytes>) -> Response<Bytes> {
    let status = response.status();
    let mut refused = match response.body().is_empty() {
        true => envelope::refusal(status, "refused", "The connection was refused."),
        false => envelope::content("application/json", response.body().clone()),
    };
    *refused.status_mut() = status;
    if status == StatusCode::UNAUTHORIZED {
        refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let patience = response.headers().get(header::RETRY_AFTER).cloned();
    refused.headers_mut().extend(patience.map(|seconds| (header::RETRY_AFTER, seconds)));
    refused
}

fn no_handshake(violation: &Violation) -> Response<Bytes> {
    let upgrade = |sentence| {
        let mut response = envelope::refusal(StatusCode::UPGRADE_REQUIRED, "upgrade_required", sentence);
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        response
    };
    match violation {
        Violation::Protocol(
            ProtocolError::MissingConnectionUpgradeHeader | ProtocolError::MissingUpgradeWebSocketHeader,
        ) => upgrade("This address speaks WebSocket only."),
        Violation::Protocol(ProtocolError::MissingSecWebSocketVersionHeader) => {
            upgrade("This address speaks version 13 of WebSocket only.")
        }
        _ => envelope::bad_request("This is not a WebSocket handshake."),
    }
}

fn internal(fault: &dyn std::fmt::Display) -> Response<Bytes> {
    tracing::error!(%fault, "a handshake failed");
    envelope::internal()
}

#[cfg(test)]
mod tests;
