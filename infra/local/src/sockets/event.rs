//! What a function receives: API Gateway's WebSocket proxy events.
//!
//! Sources: the developer guide's pages on `$context` variables of WebSocket APIs, and captures of
//! the real service among the fixtures of `aws_lambda_events`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use http::header;
use http::request::Parts;
use serde_json::{Value as Json, json};

use super::line::{Ending, Line};
use crate::{payload, random};

const API_ID: &str = "local";
/// The one stage of the API; the template gives it the same name.
const STAGE: &str = "live";

/// `query` is what the edge made of the client's.
pub(super) fn connect(line: &Line, head: &Parts, query: &str, port: u16) -> Json {
    let headers = headers(line, head, port);
    let mut event = json!({
        "headers": last(&headers),
        "multiValueHeaders": headers,
        "requestContext": context(line, "$connect", "CONNECT", &random::request_id(), line.connected_at),
        "isBase64Encoded": false,
    });
    let mut parameters = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        parameters.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(last(&parameters));
        event["multiValueQueryStringParameters"] = json!(parameters);
    }
    event
}

pub(super) fn message(line: &Line, text: &str, request_id: &str, now: DateTime<Utc>) -> Json {
    let mut context = context(line, "$default", "MESSAGE", request_id, now);
    context["messageId"] = json!(random::request_id());
    json!({ "requestContext": context, "body": text, "isBase64Encoded": false })
}

pub(super) fn disconnect(line: &Line, ending: &Ending, now: DateTime<Utc>) -> Json {
    let mut context = context(line, "$disconnect", "DISCONNECT", &random::request_id(), now);
    context["disconnectStatusCode"] = json!(ending.code);
    context["disconnectReason"] = json!(ending.reason);
    // The captures have these four and no others.
    let headers = json!({ "Host": line.domain, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" });
    let several = json!({ "Host": [line.domain], "x-api-key": [""], "X-Forwarded-For": [""], "x-restapi": [""] });
    json!({ "headers": headers, "multiValueHeaders": several, "requestContext": context, "isBase64Encoded": false })
}

fn context(line: &Line, route: &str, kind: &str, request_id: &str, now: DateTime<Utc>) -> Json {
    let mut identity = json!({ "sourceIp": line.source.to_string() });
    if let Some(agent) = &line.user_agent {
        identity["userAgent"] = json!(agent);
    }
    json!({
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": request_id,
        "requestTime": now.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "messageDirection": "IN",
        "stage": STAGE,
        "connectedAt": line.connected_at.timestamp_millis(),
        "requestTimeEpoch": now.timestamp_millis(),
        "identity": identity,
        "requestId": request_id,
        "domainName": line.domain,
        "connectionId": line.id(),
        "apiId": API_ID,
    })
}

fn headers(line: &Line, head: &Parts, port: u16) -> BTreeMap<String, Vec<String>> {
    let mut headers = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in &head.headers {
        if !payload::HOP_BY_HOP.contains(name) && name != header::CONTENT_LENGTH {
            headers.entry(spelled(name.as_str())).or_default().push(payload::text(value));
        }
    }
    let forwarded = headers.remove("X-Forwarded-For").and_then(|before| before.into_iter().next_back());
    let forwarded = forwarded.map_or_else(|| line.source.to_string(), |before| format!("{before}, {}", line.source));
    headers.insert("X-Forwarded-For".into(), vec![forwarded]);
    headers.insert("X-Forwarded-Port".into(), vec![port.to_string()]);
    headers.insert("X-Forwarded-Proto".into(), vec!["http".into()]);
    let trace = || vec![random::trace_id(line.connected_at.timestamp())];
    headers.entry("X-Amzn-Trace-Id".into()).or_insert_with(trace);
    headers
}

/// As API Gateway spells a name in these events: `Sec-WebSocket-Key`.
fn spelled(name: &str) -> String {
    let capital = |part: &str| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    let parts: Vec<_> = name.split('-').map(capital).collect();
    parts.join("-").replace("Websocket", "WebSocket")
}

/// Of several values the single-valued maps have the last.
fn last(several: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, &str> {
    several.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str()))).collect()
}
