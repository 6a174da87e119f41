//! The answers the gateway gives itself, in the same envelope and with the same security headers
//! as the functions': a client must not be able to tell who refused it.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value as Json, json};

const SECURITY: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
];

/// `{"error": sentence, "code": word}`.
pub(crate) fn refusal(status: StatusCode, code: &str, sentence: &str) -> Response<Bytes> {
    json_response(status, &json!({ "error": sentence, "code": code }))
}

pub(crate) fn json_response(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = content("application/json", Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response
}

/// A 200 of any content type that must not be stored.
pub(crate) fn content(kind: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in SECURITY {
        headers.insert(name, value);
    }
    response
}

pub(crate) fn bad_request(sentence: &str) -> Response<Bytes> {
    refusal(StatusCode::BAD_REQUEST, "bad_request", sentence)
}

/// Where a large file has another way in, that is what it is told (`consultations.md` §12).
pub(crate) fn too_large(path: &str) -> Response<Bytes> {
    let has_another_way = ["/api/v1/consultations/", "/api/student/", "/api/mentor/"];
    if has_another_way.iter().any(|group| path.starts_with(group)) {
        let sentence = "The request is too large. Send a large file by way of uploads/.";
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "use_upload", sentence);
    }
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large.")
}

pub(crate) fn not_found() -> Response<Bytes> {
    refusal(StatusCode::NOT_FOUND, "not_found", "There is nothing here.")
}

pub(crate) fn internal() -> Response<Bytes> {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error.")
}

pub(crate) fn unavailable() -> Response<Bytes> {
    let mut response = refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "The service did not answer in time. Please try again.",
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
