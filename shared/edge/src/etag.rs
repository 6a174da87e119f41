//! `ETag` and `If-None-Match`: a client that polls pays for what changed.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;

/// 96 bits: two different bodies of one URL never meet by chance.
const TAG_BYTES: usize = 12;

/// Tags the 200 to a read, or makes it a 304 if the client already has it. Other answers are not to be kept at all.
pub(crate) async fn tag(is_read: bool, asked: &HeaderMap, mut response: Response) -> Response {
    if !is_read || response.status() != StatusCode::OK {
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().entry(CACHE_CONTROL).or_insert(no_store);
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Our bodies are in memory already; collecting one can fail only if a handler streamed from something that broke.
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        tracing::error!("an answer's body broke off");
        return axum::response::IntoResponse::into_response(crate::problem::Problem::internal());
    };
    let etag = parts.headers.entry(ETAG).or_insert_with(|| of(&body)).clone();
    parts.headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if matches(asked, &etag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(body))
}

fn of(body: &Bytes) -> HeaderValue {
    let hash = digest(&SHA256, body);
    let tag = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..TAG_BYTES]);
    HeaderValue::try_from(format!("\"{tag}\"")).expect("base64 is a header value")
}

/// RFC 9110, 13.1.2: any of the list, compared weakly, or `*`.
fn matches(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(ours) = etag.to_str().map(opaque) else {
        return false;
    };
    let sent = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|list| list.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(if_none_match: &'static str) -> Response {
        let mut asked = HeaderMap::new();
        asked.insert(IF_NONE_MATCH, HeaderValue::from_static(if_none_match));
        tag(true, &asked, Response::new(Body::from("[1]"))).await
    }

    #[tokio::test]
    async fn a_read_is_tagged_and_the_same_body_has_the_same_tag() {
        let (first, second) = (answer("").await, answer("\"other\"").await);
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CACHE_CONTROL], "private, no-cache");
        assert_eq!(first.headers()[ETAG], second.headers()[ETAG]);
        assert_eq!(first.into_body().collect().await.unwrap().to_bytes(), "[1]");
    }

    #[tokio::test]
    async fn a_client_that_has_it_gets_304_without_a_body() {
        let etag = answer("").await.headers()[ETAG].to_str().unwrap().to_owned();
        for sent in [etag.clone(), format!("W/{etag}"), format!("\"a\", {etag} ,\"b\""), "*".to_owned()] {
            let response = answer(String::leak(sent)).await;
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(response.headers()[ETAG], *etag);
            assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
        }
    }

    #[tokio::test]
    async fn errors_and_writes_are_not_tagged_and_not_kept() {
        let mut error = Response::new(Body::empty());
        *error.status_mut() = StatusCode::NOT_FOUND;
        let write = tag(false, &HeaderMap::new(), Response::new(Body::empty())).await;
        for response in [tag(true, &HeaderMap::new(), error).await, write] {
            assert!(response.headers().get(ETAG).is_none());
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        }
    }
}
