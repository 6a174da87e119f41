//! A service as a client sees it: slashes, envelopes, headers; bodies and hostile requests below.

use super::*;
use crate::body::{Body as Input, QueryOf, Upload};
use crate::form::{Fields, Parse, file, integer, text};
use crate::page::{Listed, Page};
use crate::path::PathId;
use crate::reply::{Created, Done, Json};
use axum::routing::{get, post};
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};

mod bodies;
mod hostile;

const ORIGIN: &str = "https://app.example";

struct Thing {
    title: String,
    size: i64,
}

impl Parse for Thing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.required("title", text(1..=10));
        let size = fields.or("size", integer(0..=9), 0);
        Some(Self { title: title?, size: size? })
    }
}

struct Picture {
    title: Option<String>,
    bytes: usize,
}

impl Parse for Picture {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.optional("title", text(..));
        let picture = fields.optional("picture", file());
        Some(Self { title: title?, bytes: picture?.map_or(0, |file| file.bytes.len()) })
    }
}

fn a_service() -> HttpService {
    let routes = OpenApiRouter::new()
        .route(
            "/api/things/",
            get(list)
                .post(async |Input(thing): Input<Thing>| Created(json!({"title": thing.title, "size": thing.size}))),
        )
        .route("/api/things/{id}/", get(async |PathId(id): PathId<i64>| Json(id)).delete(async || Done))
        .route(
            "/api/picture/",
            post(async |Upload(picture): Upload<Picture>| {
                Json(json!({"title": picture.title, "bytes": picture.bytes}))
            }),
        )
        .route("/api/panic/", get(async || -> Json<u8> { panic!("a secret") }));
    let settings = Settings::read(|name| (name == "CORS_ORIGINS").then(|| ORIGIN.to_owned())).unwrap();
    build(routes, (), &settings, (Metrics::Off, Clock::System), |router| router)
}

async fn list(QueryOf(page): QueryOf<Page>) -> Listed<u16> {
    Listed { items: vec![page.limit], next: Some("next page".to_owned()) }
}

/// What came back: status, headers, body as JSON (`null` if there is none).
async fn ask(request: http::Request<String>) -> (StatusCode, http::HeaderMap, Value) {
    let response = a_service().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    (parts.status, parts.headers, body)
}

async fn call(method: &str, uri: &str) -> (StatusCode, http::HeaderMap, Value) {
    ask(http::Request::builder().method(method).uri(uri).body(String::new()).unwrap()).await
}

#[tokio::test]
async fn every_path_works_with_and_without_its_slash() {
    for uri in ["/api/things/7", "/api/things/7/", "/api/things/7?a=b/c", "/api/things/7/?a=b"] {
        let (status, _, body) = call("GET", uri).await;
        assert_eq!((status, body), (StatusCode::OK, json!(7)), "{uri}");
    }
    let (_, _, body) = call("GET", "/api/things?limit=5").await;
    assert_eq!(body, json!([5]));
    for uri in ["/api/things//", "//api/things/", "/api/things/7%2F", "/api/things%2F7/", "/", "/api"] {
        assert_eq!(call("GET", uri).await.0, StatusCode::NOT_FOUND, "{uri}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_in_the_envelope() {
    for uri in [
        "/api/nothing/",
        "/api/things/abc/",
        "/api/things/0",
        "/api/things/%zz/",
        "/api/things/%00/",
        "/api/things/%ff/",
    ] {
        let (status, _, body) = call("GET", uri).await;
        assert_eq!((status, &body["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{uri}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_with_what_is_allowed() {
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO", "get"] {
        let (status, headers, body) = call(method, "/api/things").await;
        assert_eq!((status, &body["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!("method_not_allowed")), "{method}");
        assert_eq!(headers["allow"], "GET,HEAD,POST", "{method}");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    let (status, headers, body) = call("GET", "/api/panic/").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body, json!({"error": "internal error", "code": "internal"}));
    assert_eq!(headers["x-frame-options"], "DENY");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    for (method, uri) in
        [("GET", "/api/things/"), ("GET", "/nowhere"), ("PUT", "/api/things/"), ("DELETE", "/api/things/1/")]
    {
        let (_, headers, _) = call(method, uri).await;
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(headers["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
        assert!(!headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn a_read_can_be_asked_for_again_cheaply() {
    let (_, headers, _) = call("GET", "/api/things/7").await;
    let etag = headers["etag"].clone();
    let request = http::Request::get("/api/things/7/").header("if-none-match", etag).body(String::new()).unwrap();
    let (status, _, body) = ask(request).await;
    assert_eq!((status, body), (StatusCode::NOT_MODIFIED, Value::Null));
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let (_, get, _) = call("GET", "/api/things/7").await;
    let (status, head, body) = call("HEAD", "/api/things/7").await;
    assert_eq!((status, body), (StatusCode::OK, Value::Null));
    assert_eq!(head["etag"], get["etag"]);
    let (status, _, body) = call("HEAD", "/api/picture/").await;
    assert_eq!((status, body), (StatusCode::METHOD_NOT_ALLOWED, Value::Null));
}

#[tokio::test]
async fn a_list_links_to_its_next_page() {
    let request = http::Request::get("/api/things?limit=5&cursor=x").header("host", "localhost:8000");
    let (_, headers, _) = ask(request.body(String::new()).unwrap()).await;
    assert_eq!(headers["link"], r#"<http://localhost:8000/api/things?limit=5&cursor=next+page>; rel="next""#);
    assert_eq!(call("GET", "/api/things/?limit=%zz").await.0, StatusCode::BAD_REQUEST);
}

async fn cors(method: &str, origin: &str) -> (StatusCode, http::HeaderMap) {
    let request = http::Request::builder().method(method).uri("/api/things/");
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    let (status, headers, _) = ask(request.body(String::new()).unwrap()).await;
    (status, headers)
}

#[tokio::test]
async fn a_configured_origin_may_ask_and_read() {
    let (status, headers) = cors("OPTIONS", ORIGIN).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(headers["access-control-allow-origin"], ORIGIN);
    assert!(headers["access-control-allow-headers"].to_str().unwrap().contains("Idempotency-Key"));
    let (status, headers) = cors("GET", ORIGIN).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["access-control-allow-origin"], ORIGIN);
    assert!(headers["access-control-expose-headers"].to_str().unwrap().contains("ETag"));
    assert!(!headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn another_origin_learns_nothing() {
    for (method, expected) in [("OPTIONS", StatusCode::METHOD_NOT_ALLOWED), ("GET", StatusCode::OK)] {
        for origin in ["https://evil.example", "https://app.example.evil", "null", "*"] {
            let (status, headers) = cors(method, origin).await;
            assert_eq!(status, expected);
            assert!(!headers.contains_key("access-control-allow-origin"));
            assert_eq!(headers["vary"], "Origin");
        }
    }
}

#[tokio::test]
async fn oversized_headers_are_431_in_the_envelope() {
    let request = http::Request::get("/api/things/").header("x-large", "x".repeat(20_000));
    let (status, _, body) = ask(request.body(String::new()).unwrap()).await;
    assert_eq!((status, &body["code"]), (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &json!("too_large")));
}
