//! Random bytes in every place a client can put them: always an answer, never a panic, never a 5xx.

use super::*;
use lambda_http::Context as LambdaContext;

/// Numbers that repeat with their seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    /// Pieces that mean something to some parser, and noise.
    fn text(&mut self, pieces: &[&str]) -> String {
        let mut text = String::new();
        for _ in 0..self.roll(8) {
            match self.roll(4) {
                0 => text.push(char::from_u32(self.roll(0x3000) as u32).unwrap_or('\u{fffd}')),
                _ => text.push_str(self.pick(pieces)),
            }
        }
        text
    }
}

const PATHS: [&str; 14] =
    ["/api", "/things", "/", "//", "%", "%00", "%2F", "%ff", "..", "7", "picture", "?", "#", "/api/things/7"];
const QUERIES: [&str; 12] = ["limit", "=", "&", "cursor", "5", "%", "%zz", "+", "<", "\"", "%00", "limit=5"];
const BODIES: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    "\"title\"",
    ":",
    ",",
    "\"a\"",
    "1e999",
    "-",
    "\\u",
    "\"\\ud800\"",
    "null",
    "NaN",
    "--b",
    "\r\n",
    "\r\n\r\n",
    "Content-Disposition: form-data; name=\"picture\"; filename=\"x\"",
    "{\"title\":\"a\"}",
    "\0",
];
const TYPES: [&str; 5] =
    ["", "application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain"];
const HEADERS: [&str; 8] = ["*", "\"a\"", "W/", ",", "é", "Bearer ", "localhost:8000", "://@"];
const METHODS: [&str; 8] = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "FOO", "CONNECT"];

fn assert_calm(status: u16, input: &dyn std::fmt::Debug) {
    assert!((200..500).contains(&status), "{status} to {input:?}");
}

#[tokio::test]
async fn random_requests_get_a_calm_answer() {
    let (mut dice, service) = (Dice(0x5eed), a_service());
    for _ in 0..10_000 {
        let uri = format!("{}?{}", dice.text(&PATHS), dice.text(&QUERIES));
        let request = http::Request::builder()
            .method(dice.pick(&METHODS))
            .uri(&uri)
            .header("content-type", dice.pick(&TYPES))
            .header("if-none-match", dice.text(&HEADERS))
            .header("host", dice.text(&HEADERS))
            .header("origin", dice.text(&HEADERS))
            .body(dice.text(&BODIES));
        // What is no URI or header at all never leaves the server that reads the socket.
        let Ok(request) = request else { continue };
        let shown = format!("{request:?}");
        assert_calm(service.clone().oneshot(request).await.unwrap().status().as_u16(), &shown);
    }
}

/// A payload 2.0 event as API Gateway would build it of such a request.
fn event(dice: &mut Dice) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": dice.text(&PATHS),
        "rawQueryString": dice.text(&QUERIES),
        "headers": {
            "content-type": dice.pick(&TYPES),
            "host": dice.text(&HEADERS),
            "x-forwarded-proto": dice.text(&["http", "https", "javascript", ":", "/"]),
            "if-none-match": dice.text(&HEADERS),
        },
        "requestContext": {
            "stage": dice.pick(&["$default", "prod"]),
            "domainName": dice.pick(&["api.example.com", "", "a b"]),
            "http": {"method": dice.pick(&METHODS), "path": "/", "sourceIp": "127.0.0.1", "userAgent": ""},
        },
        "body": dice.text(&BODIES),
        "isBase64Encoded": dice.roll(2) == 0,
    })
}

async fn invoke(service: &HttpService, event: &Value) -> Value {
    let payload = serde_json::from_str(&event.to_string()).unwrap();
    let answer = Handler::from(service.clone()).oneshot(LambdaEvent::new(payload, LambdaContext::default())).await;
    serde_json::to_value(answer.unwrap()).unwrap()
}

#[tokio::test]
async fn random_events_get_a_calm_answer() {
    let (mut dice, service) = (Dice(0xe7e7), a_service());
    for _ in 0..10_000 {
        let mut event = event(&mut dice);
        // No server hands control characters in headers on.
        for header in event["headers"].as_object_mut().unwrap().values_mut() {
            *header = header.as_str().unwrap().replace(|c: char| c.is_control(), "").into();
        }
        assert_calm(invoke(&service, &event).await["statusCode"].as_u64().unwrap() as u16, &event.to_string());
    }
}

#[tokio::test]
async fn an_event_of_a_named_stage_reaches_its_route_and_links_back_with_the_stage() {
    let mut dice = Dice(1);
    let mut event = event(&mut dice);
    event["rawPath"] = "/prod/api/things".into();
    event["rawQueryString"] = "limit=5&a=<ż>".into();
    event["headers"] = json!({"host": "x.example.com", "x-forwarded-proto": "https"});
    event["requestContext"]["stage"] = "prod".into();
    event["requestContext"]["http"]["method"] = "GET".into();
    let answer = invoke(&a_service(), &event).await;
    assert_eq!(answer["body"], "[5]");
    let link = r#"<https://x.example.com/prod/api/things?limit=5&a=%3C%C5%BC%3E&cursor=next+page>; rel="next""#;
    assert_eq!(answer["headers"]["link"], link);
}
