//! `/_local/…`: what a developer and the tests may ask of this process, and nobody else.

mod bounce;
mod mail;

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use engine::Engine;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::Fault;
use crate::embedded::mail::Mail;
use crate::envelope::{bad_request, internal, json_response, not_found, refusal};
use crate::functions::{self, App};
use crate::sources::Sources;

/// How far one call may move the clock. Further away, sums with times would leave their range.
const FARTHEST: TimeDelta = TimeDelta::days(365 * 100);
/// More redeliveries at a time than this would only be a way to run out of memory.
const MOST_TIMES: u64 = 100;

/// What goes on without requests.
#[derive(Debug)]
pub(crate) struct Background {
    pub sources: Arc<Sources>,
    pub mail: Mail,
    pub table: Engine,
}

pub(crate) async fn answer(
    app: &App,
    test_clock: bool,
    background: Option<&Background>,
    request: &Request<Bytes>,
    peer: IpAddr,
) -> Response<Bytes> {
    if !is_of_this_machine(request, peer) {
        return not_found();
    }
    let table = background.map(|background| background.table.clone());
    match request.uri().path().trim_end_matches('/') {
        "/_local/capacity" => get(request, async || functions::capacity(app)).await,
        "/_local/ledger" => get(request, async || functions::ledger(app, table).await).await,
        "/_local/stats" => get(request, async || functions::stats(app, table).await).await,
        "/_local/clock" if request.method() != Method::POST => not_allowed("POST"),
        "/_local/clock" if !test_clock => {
            refusal(StatusCode::FORBIDDEN, "forbidden", "The clock can be moved only when started with --test-clock.")
        }
        "/_local/clock" => match move_clock(app, request.body()) {
            Ok(now) => {
                let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
                json_response(StatusCode::OK, &json!({ "now": now }))
            }
            Err(sentence) => bad_request(sentence),
        },
        path => match background {
            Some(background) => background.answer(path, request).await,
            None => not_found(),
        },
    }
}

/// Whether a person on this machine asks, and not a page of a stranger in their browser.
pub(crate) fn is_of_this_machine(request: &Request<Bytes>, peer: IpAddr) -> bool {
    peer.to_canonical().is_loopback() && is_from_here(request.headers())
}

impl Background {
    async fn answer(&self, path: &str, request: &Request<Bytes>) -> Response<Bytes> {
        match path {
            "/_local/mail" if !is_reading(request) => not_allowed("GET, HEAD"),
            "/_local/mail" => mail::answer(&self.mail, request),
            "/_local/queues" => get(request, async || self.sources.counts().await).await,
            "/_local/tick" | "/_local/redeliver" | "/_local/bounce" if request.method() != Method::POST => {
                not_allowed("POST")
            }
            "/_local/tick" => {
                let sources = self.sources.clone();
                told(request, apart(async move { Ok(sources.tick().await) }).await)
            }
            "/_local/bounce" => match bounce::which(request.body()) {
                Ok((to, kind)) => self.bounce(request, &to, &kind).await,
                Err(sentence) => bad_request(sentence),
            },
            "/_local/redeliver" => match which(request.body()) {
                Ok((queue, times)) => self.redeliver(request, queue, times).await,
                Err(sentence) => bad_request(sentence),
            },
            _ => not_found(),
        }
    }

    async fn bounce(&self, request: &Request<Bytes>, to: &str, kind: &str) -> Response<Bytes> {
        let Some(mail) = self.mail.newest(to) else {
            return refusal(StatusCode::NOT_FOUND, "not_found", "No mail went to this address.");
        };
        let event = bounce::event(&mail, kind);
        let sent = self.sources.send(bounce::QUEUE, event.to_string()).await;
        told(request, sent.map(|()| event))
    }

    async fn redeliver(&self, request: &Request<Bytes>, queue: String, times: u32) -> Response<Bytes> {
        let sources = self.sources.clone();
        match apart(async move { sources.redeliver(&queue, times).await }).await {
            Ok(None) => refusal(StatusCode::NOT_FOUND, "not_found", "There is no such queue."),
            Ok(Some(answer)) => told(request, Ok(answer)),
            Err(fault) => told(request, Err(fault)),
        }
    }
}

/// On a task of its own: a client that goes away must not leave a batch half handled.
async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T, Fault>> + Send + 'static) -> Result<T, Fault> {
    tokio::spawn(work).await?
}

/// `{"queue": name, "times": n}`; once if not said how often.
fn which(body: &[u8]) -> Result<(String, u32), &'static str> {
    let body: Json = serde_json::from_slice(body).map_err(|_| "The body is not JSON.")?;
    let queue = body["queue"].as_str().ok_or("queue is not the name of a queue.")?;
    let times = match &body["times"] {
        Json::Null => Some(1),
        times => times.as_u64(),
    };
    let times = times.filter(|times| (1..=MOST_TIMES).contains(times)).and_then(|times| u32::try_from(times).ok());
    Ok((queue.to_owned(), times.ok_or("times is not a number from 1 to 100.")?))
}

/// A page of a stranger, loaded in a browser on this machine, also comes from loopback. Its
/// requests carry its origin, or, after rebinding its name, its own name as the host.
fn is_from_here(headers: &HeaderMap) -> bool {
    let is_here = |authority: &str| {
        let name = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => authority,
        };
        matches!(name, "localhost" | "127.0.0.1" | "[::1]")
    };
    let value = |name: header::HeaderName| headers.get(name).map(HeaderValue::to_str);
    let host = matches!(value(header::HOST), Some(Ok(host)) if is_here(host));
    let origin = match value(header::ORIGIN) {
        None => true,
        Some(Ok(origin)) => origin.strip_prefix("http://").is_some_and(is_here),
        Some(Err(_)) => false,
    };
    host && origin
}

async fn get(request: &Request<Bytes>, ask: impl AsyncFnOnce() -> Result<Json, Fault>) -> Response<Bytes> {
    if !is_reading(request) {
        return not_allowed("GET, HEAD");
    }
    told(request, ask().await)
}

pub(crate) fn is_reading(request: &Request<Bytes>) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn told(request: &Request<Bytes>, answer: Result<Json, Fault>) -> Response<Bytes> {
    match answer {
        Ok(told) => json_response(StatusCode::OK, &told),
        Err(fault) => {
            tracing::error!(%fault, path = request.uri().path(), "a question of our own failed");
            internal()
        }
    }
}

pub(crate) fn not_allowed(allow: &'static str) -> Response<Bytes> {
    let mut response =
        refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This method is not allowed here.");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}

/// `{"advance_seconds": n}` or `{"now": "…Z"}`.
fn move_clock(app: &App, body: &[u8]) -> Result<DateTime<Utc>, &'static str> {
    let body: Json = serde_json::from_slice(body).map_err(|_| "The body is not JSON.")?;
    let now = app.clock.now();
    let target = match (&body["advance_seconds"], &body["now"]) {
        (Json::Number(seconds), Json::Null) => seconds
            .as_i64()
            .and_then(TimeDelta::try_seconds)
            .and_then(|delta| now.checked_add_signed(delta))
            .ok_or("advance_seconds is not a number of seconds.")?,
        (Json::Null, Json::String(time)) => {
            DateTime::parse_from_rfc3339(time).map_err(|_| "now is not an ISO-8601 time.")?.with_timezone(&Utc)
        }
        _ => return Err("Give either advance_seconds or now."),
    };
    if (target - now).abs() > FARTHEST {
        return Err("That is too far away.");
    }
    app.clock.set(target);
    // The clock counts milliseconds and may stand a fraction of one before what was asked for.
    Ok(app.clock.now().max(target))
}

#[cfg(test)]
mod tests;
