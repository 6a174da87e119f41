//! HTTP ↔ API Gateway payload format 2.0, as the HTTP API does it.
//!
//! Sources: the developer guide's page on Lambda proxy integrations, and, where it is silent
//! (which bodies are base64, that the path arrives decoded), captures published by others from the
//! real service.

mod answer;

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap};
use http::request::Parts;
use serde_json::{Map, Value as Json, json};

pub use answer::response;

use crate::routing::Selected;

/// What a client may send: 10 MB, else the gateway itself answers 413.
pub const REQUEST_LIMIT_BYTES: usize = 10 * 1024 * 1024;
/// What an invocation of a function may carry, either way, as JSON: "6 MB" in the Lambda quotas,
/// exactly this in its error message.
pub const EVENT_LIMIT_BYTES: usize = 6_291_556;
/// Request line and header values together (quota of HTTP APIs).
pub const HEAD_LIMIT_BYTES: usize = 10_240;

/// Headers that end at the gateway.
pub(crate) const HOP_BY_HOP: [header::HeaderName; 7] = [
    header::CONNECTION,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Everything about a request that is not in its bytes.
#[derive(Debug, Clone)]
pub struct Origin {
    pub account_id: String,
    pub api_id: String,
    pub stage: String,
    /// `http` here, `https` on AWS; the function builds absolute links from it.
    pub scheme: &'static str,
    pub port: u16,
    pub source_ip: IpAddr,
    pub request_id: String,
    pub trace_id: String,
    pub time: DateTime<Utc>,
}

/// The path as API Gateway hands it on: percent-decoded, and cut at a decoded `?`.
#[must_use]
pub fn raw_path(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let decoded = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        // `+5` is a number to Rust, not an escape.
        let decoded = decoded.filter(|_| tail[0].is_ascii_hexdigit());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    let mut decoded = String::from_utf8_lossy(&bytes).into_owned();
    if let Some(mark) = decoded.find('?') {
        decoded.truncate(mark);
    }
    decoded
}

/// The path that routes are matched against: a stage other than `$default` is its first segment.
#[must_use]
pub fn routed_path<'a>(raw_path: &'a str, stage: &str) -> &'a str {
    let below = raw_path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    match below {
        Some("") => "/",
        Some(path) if path.starts_with('/') => path,
        _ => raw_path,
    }
}

/// The event a function receives for this request.
#[must_use]
pub fn event(head: &Parts, body: &[u8], selected: &Selected<'_>, origin: &Origin) -> Json {
    let path = raw_path(head.uri.path());
    let query = head.uri.query().unwrap_or_default();
    let host = head.headers.get(header::HOST).map(text).unwrap_or_default();
    let domain = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let route_key = selected.route.key();

    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&head.headers, body.len(), origin),
        "requestContext": {
            "accountId": origin.account_id,
            "apiId": origin.api_id,
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", head.version),
                "sourceIp": origin.source_ip.to_string(),
                "userAgent": head.headers.get(header::USER_AGENT).map(text).unwrap_or_default(),
            },
            "requestId": origin.request_id,
            "routeKey": route_key,
            "stage": origin.stage,
            "time": origin.time.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": origin.time.timestamp_millis(),
        },
        "isBase64Encoded": false,
    });
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let parameters = query_parameters(query);
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(parameters);
    }
    if !selected.path_parameters.is_empty() {
        event["pathParameters"] = json!(selected.path_parameters);
    }
    if !body.is_empty() {
        let (body, encoded) = encode_body(&head.headers, body);
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(encoded);
    }
    event
}

/// Lower-case names, repeated values joined by commas, the cookies taken out, and what the
/// gateway adds.
fn headers(headers: &HeaderMap, length: usize, origin: &Origin) -> Map<String, Json> {
    let mut out = Map::new();
    for name in headers.keys() {
        if name == header::COOKIE || HOP_BY_HOP.contains(name) {
            continue;
        }
        let values: Vec<_> = headers.get_all(name).iter().map(text).collect();
        out.insert(name.as_str().to_owned(), json!(values.join(",")));
    }
    let forwarded = match out.get("x-forwarded-for").and_then(Json::as_str) {
        Some(before) => format!("{before}, {}", origin.source_ip),
        None => origin.source_ip.to_string(),
    };
    out.insert("content-length".into(), json!(length.to_string()));
    out.insert("x-forwarded-for".into(), json!(forwarded));
    out.insert("x-forwarded-port".into(), json!(origin.port.to_string()));
    out.insert("x-forwarded-proto".into(), json!(origin.scheme));
    out.entry("x-amzn-trace-id").or_insert_with(|| json!(origin.trace_id));
    out
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let all: Vec<_> = headers.get_all(header::COOKIE).iter().map(text).collect();
    all.iter()
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .map(str::to_owned)
        .collect()
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::<String, String>::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|before| {
                before.push(',');
                before.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    parameters
}

/// Text for `text/*` and three kinds of `application/*`; base64 for everything else, a form and a
/// missing content type included. Text that is not UTF-8 cannot be a JSON string: base64 too.
fn encode_body(headers: &HeaderMap, body: &[u8]) -> (String, bool) {
    let kind = headers.get(header::CONTENT_TYPE).map(text).unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_text =
        kind.starts_with("text/") || matches!(kind, "application/json" | "application/xml" | "application/javascript");
    match std::str::from_utf8(body) {
        Ok(words) if is_text => (words.to_owned(), false),
        _ => (BASE64.encode(body), true),
    }
}

/// A header value as text; bytes above ASCII that are not UTF-8 are read as Latin-1.
pub(crate) fn text(value: &http::HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(words) => words.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests;
