//! `/_local/…`: what a developer and the tests may ask of this process, and nobody else.

use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::Fault;
use crate::envelope::{bad_request, internal, json_response, not_found, refusal};
use crate::rooms::{self, App};

/// How far one call may move the clock. Further away, sums with times would leave their range.
const FARTHEST: TimeDelta = TimeDelta::days(365 * 100);

pub(crate) async fn answer(app: &App, test_clock: bool, request: &Request<Bytes>, peer: IpAddr) -> Response<Bytes> {
    if !peer.to_canonical().is_loopback() || !is_from_here(request.headers()) {
        return not_found();
    }
    match request.uri().path().trim_end_matches('/') {
        "/_local/capacity" => get(request, async || rooms::capacity(app)).await,
        "/_local/ledger" => get(request, async || rooms::ledger(app).await).await,
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
        _ => not_found(),
    }
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
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return not_allowed("GET, HEAD");
    }
    match ask().await {
        Ok(told) => json_response(StatusCode::OK, &told),
        Err(fault) => {
            tracing::error!(%fault, path = request.uri().path(), "a question of our own failed");
            internal()
        }
    }
}

fn not_allowed(allow: &'static str) -> Response<Bytes> {
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
mod tests {
    use super::*;
    use crate::{Options, start};

    fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Bytes::from(body.to_owned())).unwrap()
    }

    const HERE: [(&str, &str); 1] = [("host", "localhost:8000")];

    async fn status(app: &App, request: Request<Bytes>) -> u16 {
        answer(app, true, &request, [127, 0, 0, 1].into()).await.status().as_u16()
    }

    #[tokio::test]
    async fn the_clock_moves_and_goes_on_from_there() {
        let running = start(Options::default()).await.unwrap();
        let app = running.app.clone();
        let body = r#"{"now": "2030-01-02T03:04:05Z"}"#;
        let set = request("POST", "/_local/clock", &HERE, body);
        let told = answer(&app, true, &set, [127, 0, 0, 1].into()).await;
        assert_eq!(told.body(), r#"{"now":"2030-01-02T03:04:05Z"}"#);
        let on = request("POST", "/_local/clock/", &HERE, r#"{"advance_seconds": 3600}"#);
        let told = answer(&app, true, &on, [127, 0, 0, 1].into()).await;
        assert!(std::str::from_utf8(told.body()).unwrap().starts_with(r#"{"now":"2030-01-02T04:04:0"#));
        assert!(app.clock.now().to_rfc3339().starts_with("2030-01-02T04:04:0"));
    }

    #[tokio::test]
    async fn the_clock_stays_without_its_flag_and_for_nonsense() {
        let running = start(Options::default()).await.unwrap();
        let app = running.app.clone();
        let body = r#"{"advance_seconds": 60}"#;
        let set = request("POST", "/_local/clock", &HERE, body);
        let refused = answer(&app, false, &set, [127, 0, 0, 1].into()).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        for body in [
            "",
            "[]",
            "{}",
            r#"{"now": "soon"}"#,
            r#"{"advance_seconds": 1e300}"#,
            r#"{"advance_seconds": 99999999999999}"#,
            r#"{"advance_seconds": 1, "now": "2030-01-02T03:04:05Z"}"#,
        ] {
            assert_eq!(status(&app, request("POST", "/_local/clock", &HERE, body)).await, 400, "{body}");
        }
    }

    #[tokio::test]
    async fn strangers_and_other_paths_find_nothing() {
        let running = start(Options::default()).await.unwrap();
        let app = running.app.clone();
        let ask = |headers: &[(&str, &str)]| request("GET", "/_local/capacity", headers, "");
        assert_eq!(status(&app, ask(&HERE)).await, 200);
        assert_eq!(status(&app, ask(&[("host", "[::1]:8000")])).await, 200);
        assert_eq!(status(&app, ask(&[])).await, 404);
        assert_eq!(status(&app, ask(&[("host", "evil.example:8000")])).await, 404);
        let evil = [("host", "localhost:8000"), ("origin", "https://evil.example")];
        assert_eq!(status(&app, ask(&evil)).await, 404);
        let far = answer(&app, true, &ask(&HERE), [192, 0, 2, 1].into()).await;
        assert_eq!(far.status(), StatusCode::NOT_FOUND);
        assert_eq!(status(&app, request("GET", "/_local/mail", &HERE, "")).await, 404);
        assert_eq!(status(&app, request("POST", "/_local/capacity", &HERE, "")).await, 405);
        assert_eq!(status(&app, request("GET", "/_local/clock", &HERE, "")).await, 405);
    }
}
