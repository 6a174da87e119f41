//! Who comes in, and what the function is told.

use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::ClientRequestBuilder;

use super::*;

#[tokio::test]
async fn the_function_decides_who_comes_in_and_what_others_hear() {
    let stage = Stage::usual().await;
    let refused = stage.refused("/ws/notifications/?token=bad").await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(*refused.body(), json!({ "error": "Who are you?", "code": "unauthorized" }));
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    assert_eq!(refused.headers()["x-content-type-options"], "nosniff");
    assert_eq!(refused.headers()["content-type"], "application/json");

    let refused = stage.refused("/ws/?token=often").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "7");
    let refused = stage.refused("/ws/?token=curt").await;
    assert_eq!((refused.status(), &refused.body()["code"]), (StatusCode::NOT_FOUND, &json!("refused")));
}

#[tokio::test]
async fn a_function_that_fails_or_says_nothing_is_a_500_without_internal_text() {
    let stage = Stage::usual().await;
    for target in ["/ws/?token=panic", "/ws/?token=odd"] {
        let refused = stage.refused(target).await;
        assert_eq!(refused.status(), StatusCode::INTERNAL_SERVER_ERROR, "{target}");
        assert_eq!(*refused.body(), json!({ "error": "Internal error.", "code": "internal" }));
    }
}

#[tokio::test]
async fn an_address_of_nobody_never_reaches_the_function() {
    let mut stage = Stage::usual().await;
    let refused = stage.refused("/ws/chat/7/8/extra?token=good").await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    assert_eq!(*refused.body(), json!({ "error": "Not found.", "code": "not_found" }));
    assert!(stage.events.try_recv().is_err());
}

/// Sends a request and reads the answer's head and whatever came with it.
async fn raw(stage: &Stage, request: &str) -> String {
    let address = stage.running.base_url.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_is_no_handshake_is_told_so() {
    let mut stage = Stage::usual().await;
    let head = "host: localhost\r\nconnection: close";
    let upgrade = "host: localhost\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    for (request, status, code) in [
        (format!("GET /ws/ HTTP/1.1\r\n{head}\r\n\r\n"), 426, "upgrade_required"),
        (format!("GET /ws/nowhere HTTP/1.1\r\n{head}\r\n\r\n"), 404, "not_found"),
        (
            format!("GET /ws/ HTTP/1.1\r\n{upgrade}\r\nconnection: upgrade, close\r\nsec-websocket-version: 8\r\n\r\n"),
            426,
            "upgrade_required",
        ),
        (
            format!(
                "POST /ws/ HTTP/1.1\r\n{upgrade}\r\nconnection: upgrade, close\r\nsec-websocket-version: 13\r\n\r\n"
            ),
            400,
            "bad_request",
        ),
        (
            "GET /ws/ HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: short\r\n\r\n"
                .to_owned(),
            400,
            "bad_request",
        ),
    ] {
        let answer = raw(&stage, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}{answer}");
        assert!(
            answer.contains(&format!("\"code\":\"{code}\"")) || answer.contains("\"code\": \"not_found\""),
            "{answer}"
        );
    }
    assert!(stage.events.try_recv().is_err());
}

#[tokio::test]
async fn paths_next_to_the_sockets_are_http() {
    let stage = Stage::usual().await;
    let answer = raw(&stage, "GET /wsx HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

#[tokio::test]
async fn the_connect_event_is_api_gateways() {
    let mut stage = Stage::usual().await;
    let url = stage.url("/ws/chat/a%26b/?token=good&x=1&x=2&address=all");
    let request = ClientRequestBuilder::new(url.parse().unwrap())
        .with_header("User-Agent", "tests")
        .with_header("X-Forwarded-For", "192.0.2.1");
    let (_socket, _) = connect_async(request).await.unwrap();
    let event = stage.event().await;
    let context = &event["requestContext"];
    assert_eq!(
        event["queryStringParameters"],
        json!({ "address": "chat", "receiver_id": "a&b", "token": "good", "x": "2" })
    );
    assert_eq!(event["multiValueQueryStringParameters"]["x"], json!(["1", "2"]));
    assert_eq!(event["headers"]["User-Agent"], "tests");
    assert_eq!(event["headers"]["Sec-WebSocket-Version"], "13");
    assert_eq!(event["headers"]["X-Forwarded-For"], "192.0.2.1, 127.0.0.1");
    assert_eq!(event["multiValueHeaders"]["User-Agent"], json!(["tests"]));
    assert!(event["headers"].get("Upgrade").is_none() && event.get("body").is_none());
    assert_eq!(context["routeKey"], "$connect");
    assert_eq!(context["stage"], "live");
    assert_eq!(context["domainName"], "127.0.0.1");
    assert_eq!(context["identity"], json!({ "sourceIp": "127.0.0.1", "userAgent": "tests" }));
    assert_eq!(context["connectedAt"], context["requestTimeEpoch"]);
    assert!(context["connectionId"].as_str().unwrap().ends_with('='));
    assert!(context.get("messageId").is_none() && context.get("disconnectStatusCode").is_none());
}

#[tokio::test]
async fn all_three_events_are_what_functions_take() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = connect_async(stage.url("/ws/?token=good")).await.unwrap();
    say(&mut socket, "hello").await;
    assert_eq!(heard(&mut socket).await, "hello");
    socket.close(None).await.unwrap();
    for kind in ["CONNECT", "MESSAGE", "DISCONNECT"] {
        let event: ApiGatewayWebsocketProxyRequest = serde_json::from_value(stage.event().await).unwrap();
        let context = &event.request_context;
        assert_eq!(context.event_type.as_deref(), Some(kind));
        assert_eq!(context.connection_id.as_ref().map(String::len), Some(16));
        assert_eq!(context.message_id.is_some(), kind == "MESSAGE");
        assert_eq!(event.body.as_deref(), (kind == "MESSAGE").then_some("hello"));
        assert_eq!(event.query_string_parameters.first("token"), (kind == "CONNECT").then_some("good"));
        assert_eq!(context.disconnect_status_code, (kind == "DISCONNECT").then_some(1005));
        assert!(context.connected_at <= context.request_time_epoch);
    }
}

#[tokio::test]
async fn the_function_chooses_the_subprotocol() {
    let stage = Stage::usual().await;
    let url = stage.url("/ws/?token=subprotocol").parse().unwrap();
    let request = ClientRequestBuilder::new(url).with_sub_protocol("chat").with_sub_protocol("other");
    let (_socket, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "chat");
}
