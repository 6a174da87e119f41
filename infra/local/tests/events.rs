//! The sample events: the gateway makes exactly them of the requests behind them.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::DateTime;
use http::Request;
use local::payload::{Origin, event, raw_path, routed_path};
use local::routing::select;
use local::template::{Template, WORKSPACE};
use serde_json::Value as Json;

/// The request a client must have sent for API Gateway to make `event` of it.
fn request_behind(event: &Json) -> Request<Vec<u8>> {
    let http = &event["requestContext"]["http"];
    let path = event["rawPath"].as_str().unwrap();
    let escaped = path.bytes().map(|byte| match byte {
        b'/' => "/".to_owned(),
        byte => format!("%{byte:02X}"),
    });
    let mut uri: String = escaped.collect();
    if let Some(query) = event["rawQueryString"].as_str().filter(|query| !query.is_empty()) {
        uri = format!("{uri}?{query}");
    }
    let mut request = Request::builder().method(http["method"].as_str().unwrap()).uri(uri);
    for (name, value) in event["headers"].as_object().unwrap() {
        let added = ["content-length", "x-amzn-trace-id"].contains(&name.as_str());
        if added || name.starts_with("x-forwarded-") {
            continue;
        }
        // Whatever has a comma may as well have come as two headers.
        for value in value.as_str().unwrap().split(',') {
            request = request.header(name, value);
        }
    }
    if let Some(cookies) = event["cookies"].as_array() {
        let cookies: Vec<_> = cookies.iter().map(|cookie| cookie.as_str().unwrap()).collect();
        request = request.header("cookie", cookies.join("; "));
    }
    let body = event["body"].as_str().unwrap_or_default();
    let is_encoded = event["isBase64Encoded"] == true;
    request.body(if is_encoded { BASE64.decode(body).unwrap() } else { body.into() }).unwrap()
}

fn origin_of(event: &Json) -> Origin {
    let context = &event["requestContext"];
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    Origin {
        account_id: text(&context["accountId"]),
        api_id: text(&context["apiId"]),
        stage: text(&context["stage"]),
        scheme: "https",
        port: 443,
        source_ip: text(&context["http"]["sourceIp"]).parse().unwrap(),
        request_id: text(&context["requestId"]),
        trace_id: text(&event["headers"]["x-amzn-trace-id"]),
        time: DateTime::from_timestamp_millis(context["timeEpoch"].as_i64().unwrap()).unwrap(),
    }
}

#[test]
fn the_requests_behind_the_sample_events_become_those_events_again() {
    let routes = Template::parse(WORKSPACE).unwrap().routes();
    let mut compared = 0;
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events")).unwrap() {
        let path = file.unwrap().path();
        let sample: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        if sample["version"] != "2.0" {
            continue;
        }
        let (head, body) = request_behind(&sample).into_parts();
        let origin = origin_of(&sample);
        let raw = raw_path(head.uri.path());
        let routed = routed_path(&raw, &origin.stage);
        let selected = select(&routes, head.method.as_str(), routed).unwrap();
        assert_eq!(event(&head, &body, &selected, &origin), sample, "{}", path.display());
        compared += 1;
    }
    assert!(compared > 20, "only {compared} sample events");
}
