//! The conversion, on requests and answers a client can really produce, and through the adapter
//! that `lambda_http` uses on AWS.

use bytes::Bytes;
use chrono::TimeZone as _;
use http::{Request, StatusCode};

use super::*;
use crate::invoke::Function;
use crate::routing::{Route, select};

fn origin() -> Origin {
    Origin {
        account_id: "123456789012".into(),
        api_id: "api-id".into(),
        stage: "$default".into(),
        scheme: "https",
        port: 443,
        source_ip: "192.0.2.1".parse().unwrap(),
        request_id: "JKJaXmPLvHcESHA=".into(),
        trace_id: "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e".into(),
        time: Utc.with_ymd_and_hms(2020, 3, 12, 19, 3, 58).unwrap(),
    }
}

fn event_of(request: Request<&[u8]>) -> Json {
    event_at(request, &origin())
}

fn event_at(request: Request<&[u8]>, origin: &Origin) -> Json {
    let routes = [
        Route::new("ANY", "/api/users/me/{proxy+}", "accounts"),
        Route::new("ANY", "/api/users/{proxy+}", "experts"),
        Route::new("ANY", "$default", "platform"),
    ];
    let (head, body) = request.into_parts();
    let path = raw_path(head.uri.path());
    let path = routed_path(&path, &origin.stage);
    let selected = select(&routes, head.method.as_str(), path).unwrap();
    event(&head, body, &selected, origin)
}

#[test]
fn a_request_becomes_the_documented_event() {
    let request = Request::post("/api/users/me/?parameter1=value1&parameter1=value2&parameter2=a%20b")
        .header("Host", "id.execute-api.us-east-1.amazonaws.com")
        .header("User-Agent", "agent")
        .header("Content-Type", "application/json")
        .header("Header2", "value1")
        .header("Header2", "value2")
        .header("Cookie", "cookie1=a; cookie2=b")
        .header("Cookie", "cookie3=c")
        .header("Connection", "keep-alive")
        .body(&br#"{"a": 1}"#[..])
        .unwrap();
    assert_eq!(
        event_of(request),
        json!({
            "version": "2.0",
            "routeKey": "ANY /api/users/me/{proxy+}",
            "rawPath": "/api/users/me/",
            "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=a%20b",
            "cookies": ["cookie1=a", "cookie2=b", "cookie3=c"],
            "headers": {
                "content-length": "8",
                "content-type": "application/json",
                "header2": "value1,value2",
                "host": "id.execute-api.us-east-1.amazonaws.com",
                "user-agent": "agent",
                "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
                "x-forwarded-for": "192.0.2.1",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
            },
            "queryStringParameters": { "parameter1": "value1,value2", "parameter2": "a b" },
            "pathParameters": { "proxy": "" },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST",
                    "path": "/api/users/me/",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "agent",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "ANY /api/users/me/{proxy+}",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_000_u64,
            },
            "body": "{\"a\": 1}",
            "isBase64Encoded": false,
        })
    );
}

#[test]
fn a_request_without_them_has_no_cookies_query_or_body_fields() {
    let event = event_of(Request::get("/").body(&b""[..]).unwrap());
    for absent in ["cookies", "queryStringParameters", "pathParameters", "body"] {
        assert!(event.get(absent).is_none(), "{absent}");
    }
    assert_eq!(event["rawQueryString"], "");
    assert_eq!(event["headers"]["content-length"], "0");
    assert_eq!(event["routeKey"], "$default");
}

#[test]
fn bodies_are_text_only_for_the_content_types_the_service_calls_text() {
    let encoded = |kind: &str| {
        let request = Request::post("/").header("content-type", kind).body(&b"a=b"[..]).unwrap();
        event_of(request)["isBase64Encoded"].as_bool().unwrap()
    };
    for kind in ["application/json", "text/plain; charset=utf-8", "Application/JSON ; v=1", "text/html"] {
        assert!(!encoded(kind), "{kind}");
    }
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", ""] {
        assert!(encoded(kind), "{kind}");
    }
    let bare = event_of(Request::post("/").body(&b"{}"[..]).unwrap());
    assert_eq!((&bare["isBase64Encoded"], &bare["body"]), (&json!(true), &json!("e30=")));
    let broken = Request::post("/").header("content-type", "text/plain").body(&[0xff][..]).unwrap();
    assert_eq!(event_of(broken)["body"], "/w==");
}

#[test]
fn the_path_arrives_decoded_and_cut_at_a_question_mark() {
    assert_eq!(raw_path("/a%20b/%C3%A9/%2e%2e/c"), "/a b/é/../c");
    assert_eq!(raw_path("/a%3Fb=c"), "/a");
    assert_eq!(raw_path("/100%/%zz/%+5"), "/100%/%zz/%+5");
    assert_eq!(raw_path("/%ff"), "/\u{fffd}");
}

#[test]
fn a_stage_other_than_the_default_is_part_of_the_path_but_not_of_the_route() {
    let origin = Origin { stage: "dev".into(), ..origin() };
    let event = event_at(Request::get("/dev/api/users/7").body(&b""[..]).unwrap(), &origin);
    assert_eq!(event["rawPath"], "/dev/api/users/7");
    assert_eq!(event["requestContext"]["http"]["path"], "/dev/api/users/7");
    assert_eq!(event["routeKey"], "ANY /api/users/{proxy+}");
    assert_eq!(event["pathParameters"]["proxy"], "7");
    assert_eq!(routed_path("/device", "dev"), "/device");
    assert_eq!(routed_path("/dev", "dev"), "/");
}

#[test]
fn the_forwarded_headers_of_a_client_are_extended_or_replaced() {
    let request = Request::get("/")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-proto", "gopher")
        .body(&b""[..])
        .unwrap();
    let headers = event_of(request)["headers"].clone();
    assert_eq!(headers["x-forwarded-for"], "203.0.113.9, 192.0.2.1");
    assert_eq!(headers["x-forwarded-proto"], "https");
}

#[test]
fn an_answer_becomes_a_response() {
    let answer = json!({
        "statusCode": 201,
        "headers": { "Content-Type": "application/json", "x-n": 7, "content-length": "999" },
        "multiValueHeaders": { "link": ["<a>", "<b>"] },
        "cookies": ["a=1; Path=/", "b=2"],
        "body": "{}",
        "isBase64Encoded": false,
    });
    let response = response(answer.to_string().as_bytes()).unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["x-n"], "7");
    assert!(!response.headers().contains_key("content-length"));
    let all = |name| response.headers().get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(all("set-cookie"), ["a=1; Path=/", "b=2"]);
    assert_eq!(all("link"), ["<a>", "<b>"]);
    assert_eq!(response.body(), "{}");
}

#[test]
fn a_binary_answer_is_decoded() {
    let answer = json!({"statusCode": 200, "body": BASE64.encode([0, 255]), "isBase64Encoded": true});
    assert_eq!(&response(answer.to_string().as_bytes()).unwrap().body()[..], [0, 255]);
}

#[test]
fn an_answer_without_a_status_is_the_body_of_a_200() {
    let response = response(br#"{"hello": "you"}"#).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.body(), r#"{"hello":"you"}"#);
}

#[test]
fn a_broken_answer_is_an_error() {
    for answer in [
        &b"not json"[..],
        br#"{"statusCode": 99}"#,
        br#"{"statusCode": "abc"}"#,
        br#"{"statusCode": 200, "body": "!", "isBase64Encoded": true}"#,
        br#"{"statusCode": 200, "body": {}}"#,
        br#"{"statusCode": 200, "headers": {"bad name": "x"}}"#,
        br#"{"statusCode": 200, "headers": {"x": "a\nb"}}"#,
    ] {
        assert!(response(answer).is_err(), "{}", String::from_utf8_lossy(answer));
    }
}

/// A room that tells what it received.
fn mirror() -> Function {
    let router = axum::Router::new().fallback(async |request: axum::extract::Request| {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let headers: BTreeMap<_, _> =
            head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let told = json!({
            "method": head.method.as_str(), "uri": head.uri.to_string(), "headers": headers,
            "body": BASE64.encode(body),
        });
        let kind = [("content-type", "application/json"), ("set-cookie", "a=1"), ("set-cookie", "b=2")];
        (StatusCode::CREATED, axum::response::AppendHeaders(kind), told.to_string())
    });
    Function::routing(router)
}

async fn through_the_adapter(request: Request<&[u8]>) -> http::Response<Bytes> {
    let event = event_of(request).to_string().into_bytes();
    response(&mirror().invoke(event).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_survives_the_adapter_of_the_lambda_runtime() {
    let body = [0_u8, 1, 2, 255];
    let request = Request::put("/api/users/a%20b/?tag=1&tag=2&q=%C3%A9")
        .header("host", "localhost:8000")
        .header("cookie", "one=1; two=2")
        .header("content-type", "image/png")
        .body(&body[..])
        .unwrap();
    let response = through_the_adapter(request).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let told: Json = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(told["method"], "PUT");
    assert_eq!(told["uri"], "https://localhost:8000/api/users/a%20b/?tag=1&tag=2&q=%C3%A9");
    assert_eq!(told["headers"]["cookie"], "one=1; two=2");
    assert_eq!(told["body"], BASE64.encode(body));
}

#[tokio::test]
async fn odd_paths_and_headers_survive_the_adapter_too() {
    for path in ["/%00", "/a%0Ab", "//x//", "/%5C..%5C", "/a%23b", "/%E2%82%AC/{}", "/a%3F?x=1"] {
        let request = Request::get(path)
            .header("host", "localhost")
            .header("x-odd", http::HeaderValue::from_bytes(b"caf\xe9 \xc3\xa9").unwrap())
            .body(&b""[..])
            .unwrap();
        assert_eq!(through_the_adapter(request).await.status(), StatusCode::CREATED, "{path}");
    }
}
