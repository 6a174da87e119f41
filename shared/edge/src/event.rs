//! API Gateway events that no request can be made of.
//!
//! The adapter builds a URI out of what the client sent and panics where that is none, which API Gateway shows as a
//! 500. What no URI can be made of is replaced here by what is certain to be refused inside the service.

use crate::page::escape;
use app::Cause;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::HOST;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderName, HeaderValue};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A path that no route has.
const NOWHERE: &str = "/-";

/// A query that no reader accepts.
const UNREADABLE: &str = "%";

/// The request line and headers together stay far below this; http's URIs end at 64 KB.
const LONGEST_BYTES: usize = 32 * 1024;

/// What everything that follows from this request is traced to.
pub(crate) fn cause(request: &LambdaRequest) -> Option<Cause> {
    match request {
        LambdaRequest::ApiGatewayV2(request) => request.request_context.request_id.as_deref().and_then(Cause::new),
        _ => None,
    }
}

pub(crate) fn tidy(request: &mut LambdaRequest) {
    // The only kind there is with the features we use; the enum is open to others.
    if let LambdaRequest::ApiGatewayV2(request) = request {
        tidy_address(request);
        tidy_path(request);
        tidy_body(request);
    }
}

fn tidy_address(request: &mut ApiGatewayV2httpRequest) {
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok());
    let domain = request.request_context.domain_name.as_deref().filter(|domain| is_host(domain));
    if !host.is_some_and(is_host) {
        let host = HeaderValue::from_str(domain.unwrap_or("localhost"));
        request.headers.insert(HOST, host.unwrap_or(HeaderValue::from_static("localhost")));
    }
    let scheme = request.headers.get(&FORWARDED_PROTO).map(HeaderValue::as_bytes);
    if !matches!(scheme, None | Some(b"http" | b"https")) {
        request.headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
    }
}

fn is_host(text: &str) -> bool {
    let plain = text.parse::<Authority>().is_ok_and(|authority| !authority.as_str().contains('@'));
    plain && url::Url::parse(&format!("https://{text}/")).is_ok()
}

fn tidy_path(request: &mut ApiGatewayV2httpRequest) {
    let path = request.raw_path.get_or_insert_default();
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    *path = escape(path);
    // `?` and `#` would move the rest of the path into the query or a fragment.
    if path.contains(['?', '#']) || !is_path(path) {
        *path = NOWHERE.to_owned();
    }
    let query = request.raw_query_string.get_or_insert_default();
    *query = escape(query);
    if !query.is_empty() && !is_path(&format!("/?{query}")) {
        *query = UNREADABLE.to_owned();
    }
}

fn is_path(text: &str) -> bool {
    text.len() <= LONGEST_BYTES && text.is_ascii() && text.parse::<PathAndQuery>().is_ok()
}

/// What calls itself base64 and is not is handed on as it is: it will not be JSON either.
fn tidy_body(request: &mut ApiGatewayV2httpRequest) {
    let body = request.body.as_deref().unwrap_or("");
    if request.is_base64_encoded && STANDARD.decode(body).is_err() {
        request.is_base64_encoded = false;
    }
}
