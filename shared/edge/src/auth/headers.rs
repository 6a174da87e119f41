//! What authentication and limits read of a request and its event, and write: `Authorization`, the sender's address, when it
//! arrived, `X-RateLimit-*`.

use app::App;
use app::error::Quota;
use axum::extract::Request;
use chrono::DateTime;
use domain::Instant;
use http::header::{AUTHORIZATION, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use lambda_http::request::RequestContext;

/// Tells the client its rate limit, what is left of it, and when it starts anew.
pub(crate) fn add_quota(headers: &mut HeaderMap, quota: &Quota) {
    for (name, value) in [
        ("x-ratelimit-limit", i64::from(quota.limit)),
        ("x-ratelimit-remaining", i64::from(quota.remaining)),
        ("x-ratelimit-reset", quota.resets_at),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from(value));
    }
}

/// The token of a request, if its `Authorization` header carries one.
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    headers.get(AUTHORIZATION).and_then(token_in)
}

/// The token in an `Authorization` header. `Bearer` and `Token` are the same to us, in any letter case.
pub fn token_in(header: &HeaderValue) -> Option<String> {
    let (scheme, token) = header.to_str().ok()?.trim().split_once(' ')?;
    let known = ["bearer", "token"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    known.then(|| token.trim().to_owned()).filter(|token| !token.is_empty())
}

/// The address that the limits of a request are counted under.
pub(super) fn sender(app: &App, request: &Request) -> String {
    let seen = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    crate::address(app.origin_key.as_deref(), request.headers(), seen)
}

const LONGEST_AGENT: usize = 255;

/// What the sender's program calls itself.
pub(super) fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    String::from_utf8_lossy(agent).chars().take(LONGEST_AGENT).collect()
}

/// When the gateway had a request, by its own clock; one that came by no gateway is here now.
pub(super) fn arrival(app: &App, request: &Request) -> Instant {
    let epoch = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => Some(context.time_epoch).filter(|epoch| *epoch > 0),
        _ => None,
    };
    epoch.and_then(DateTime::from_timestamp_millis).unwrap_or_else(|| app.clock.now())
}
