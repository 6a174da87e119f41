//! Headers of every request and response: the public URL, security headers, CORS.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    self, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, SET_COOKIE,
    VARY,
};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use lambda_http::RequestExt;

/// What the response needs to know of its request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    origin: String,
    path: String,
    query: String,
}

impl Asked {
    /// `public_url` is the origin clients use, if it differs from the request's `Host`.
    pub(crate) fn of(request: &Request<Body>, public_url: Option<&str>) -> Self {
        let raw_path = request.raw_http_path();
        let path = if raw_path.is_empty() { request.uri().path() } else { raw_path };
        Self {
            method: request.method().clone(),
            headers: request.headers().clone(),
            origin: public_url.map_or_else(|| origin(request.uri(), request.headers()), str::to_owned),
            path: path.to_owned(),
            query: request.uri().query().unwrap_or("").to_owned(),
        }
    }

    /// Scheme and host, such as `https://api.example.com`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// As the client wrote it, with the stage if there is one.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn query(&self) -> &str {
        &self.query
    }
}

/// Lambda's adapter puts scheme and host into the URI; a plain HTTP server leaves them in the headers.
pub(crate) fn origin(uri: &Uri, headers: &HeaderMap) -> String {
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let forwarded = header(HeaderName::from_static("x-forwarded-proto")).filter(|p| ["http", "https"].contains(p));
    let scheme = uri.scheme_str().or(forwarded).unwrap_or("http");
    let host = header(HOST).and_then(|host| host.parse::<Authority>().ok());
    let host = uri.authority().map(Authority::as_str).map(str::to_owned).or(host.map(|h| h.to_string()));
    format!("{scheme}://{}", host.as_deref().unwrap_or("localhost"))
}

/// API Gateway's own limit is 10 KB for the request line and all headers.
const LARGEST_HEAD_BYTES: usize = 16 * 1024;

pub(crate) fn head_is_too_large(request: &Request<Body>) -> bool {
    let line = request.uri().path_and_query().map_or(0, |uri: &PathAndQuery| uri.as_str().len());
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    line + headers > LARGEST_HEAD_BYTES
}

const SECURITY: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
];

/// Security headers of every response.
pub(crate) fn secure(headers: &mut HeaderMap) {
    headers.extend(SECURITY);
}

/// API Gateway's payload 2.0 has one value per header name, and the adapter would send the first of several.
pub(crate) fn join_repeated(headers: &mut HeaderMap) {
    let repeated = |name: &HeaderName| name != SET_COOKIE && headers.get_all(name).iter().count() > 1;
    let names: Vec<_> = headers.keys().filter(|name| repeated(name)).cloned().collect();
    for name in names {
        let values: Vec<_> = headers.get_all(&name).iter().map(HeaderValue::as_bytes).collect();
        if let Ok(joined) = HeaderValue::from_bytes(&values.join(&b", "[..])) {
            headers.insert(name, joined);
        }
    }
}

/// Cross-origin requests, from the configured origins only; a start with `*` among them is refused. The one cookie
/// there is belongs to a sign-in that a browser is led through, so credentials are never allowed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cors {
    origins: Vec<HeaderValue>,
}

impl Cors {
    pub(crate) fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Self {
        let origins = origins.into_iter().map(|origin| origin.trim().trim_end_matches('/'));
        Self {
            origins: origins
                .filter(|origin| !origin.is_empty())
                .filter_map(|o| HeaderValue::from_str(o).ok())
                .collect(),
        }
    }

    fn allowed(&self, asked: &HeaderMap) -> Option<HeaderValue> {
        let origin = asked.get(ORIGIN)?;
        self.origins.iter().find(|allowed| *allowed == origin).cloned()
    }

    /// The response to a browser's preflight request from an allowed origin. From others it is an `OPTIONS` like any other.
    pub(crate) fn preflight(&self, asked: &Asked) -> Option<Response> {
        if asked.method != Method::OPTIONS || !asked.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        self.allowed(&asked.headers)?;
        let headers = [
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key, If-None-Match"),
            (ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        Some((StatusCode::NO_CONTENT, headers).into_response())
    }

    pub(crate) fn allow(&self, asked: &Asked, headers: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.allowed(&asked.headers) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            let exposed = "ETag, Link, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset";
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_origin_is_none() {
        for origin in ["https://evil.example", "*", "null"] {
            let asked = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
            assert_eq!(Cors::new(["https://app.example.org"]).allowed(&asked), None, "{origin}");
            assert!(origin == "*" || Cors::new(["*"]).allowed(&asked).is_none(), "{origin}");
        }
    }
}
