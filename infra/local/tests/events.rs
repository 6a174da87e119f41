//! The sample events: the gateway makes exactly those of requests, and the functions without an audience take theirs.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::sync::{Arc, Mutex};

use app::background::{Background, Order, Queues, Recording, Sockets};
use app::mail::Post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::DateTime;
use domain::ids::UserId;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::{Context, LambdaEvent};
use local::payload::{Origin, event, raw_path, routed_path};
use local::routing::select;
use local::template::{Template, WORKSPACE};
use local::{Options, Running, start};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

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

/// The functions without an audience, and what they would have sent.
struct Crew {
    running: Running,
    background: Background,
    recording: Recording,
    jobs: Arc<Mutex<Vec<Order>>>,
}

impl Crew {
    async fn assemble() -> Self {
        let running = start(Options { pollers: false, ..Options::default() }).await.unwrap();
        let (recording, jobs) = (Recording::default(), Arc::<Mutex<Vec<Order>>>::default());
        let background = Background {
            app: running.app.clone(),
            sockets: Sockets::Recorded(recording.clone()),
            queues: Queues::Recorded(jobs.clone()),
            post: Post::Recorded(Arc::default()),
        };
        Self { running, background, recording, jobs }
    }

    /// Id and token of somebody new.
    async fn register(&self) -> (UserId, String) {
        let body = json!({"username": "ada", "email": "ada@example.org", "password": "correct horse"}).to_string();
        let request = Request::post(format!("{}/api/users/register/", self.running.base_url))
            .header("content-type", "application/json")
            .body(Full::new(bytes::Bytes::from(body)))
            .unwrap();
        let answer = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
        let answer: Json = serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap();
        (UserId::new(answer["id"].as_i64().unwrap()).unwrap(), answer["token"].as_str().unwrap().to_owned())
    }

    async fn socket(&self, event: Json) -> Json {
        invoke(|event| socket::handle(self.background.clone(), event), event).await
    }

    /// What was pushed last.
    fn heard(&self, connection: &str) -> Json {
        serde_json::from_str(self.recording.frames(connection).last().unwrap()).unwrap()
    }
}

fn sample(name: &str) -> Json {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/{}.json"), name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// As the runtime does: from JSON into the function's own type, and its answer back.
async fn invoke<E, A, F>(handle: impl FnOnce(LambdaEvent<E>) -> F, event: Json) -> Json
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, lambda_runtime::Error>>,
{
    let event = serde_json::from_value(event).unwrap();
    serde_json::to_value(handle(LambdaEvent::new(event, Context::default())).await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_sample_events_of_sockets_open_one_speak_over_it_and_close_it() {
    let crew = Crew::assemble().await;
    let (ada, token) = crew.register().await;
    let connect = sample("socket-connect");
    let connection = connect["requestContext"]["connectionId"].as_str().unwrap().to_owned();
    for name in ["socket-connect", "socket-connect-chat"] {
        let refused = crew.socket(sample(name)).await;
        assert_eq!(refused["statusCode"], 401, "{name}: the token is none");
        assert!(refused["body"].as_str().unwrap().contains("\"error\""), "{refused}");
    }
    let signed = |mut event: Json| {
        event["queryStringParameters"]["token"] = json!(token);
        event["multiValueQueryStringParameters"]["token"] = json!([token]);
        event
    };
    let refused = crew.socket(signed(sample("socket-connect-chat"))).await;
    assert_eq!(refused["statusCode"], 404, "there is nobody to talk to");
    assert_eq!(crew.socket(signed(connect)).await, json!({"statusCode": 200}));
    assert_eq!(crew.background.app.store.sockets(ada).await.unwrap().len(), 1);

    assert_eq!(crew.socket(sample("socket-message")).await, json!({"statusCode": 200}));
    let error = crew.heard(&connection);
    assert_eq!((&error["type"], &error["code"], &error["ref"]), (&json!("error"), &json!("not_found"), &json!("1")));
    assert_eq!(crew.socket(sample("socket-message-no-json")).await, json!({"statusCode": 200}));
    assert_eq!(crew.heard(&connection)["code"], "bad_json");

    assert_eq!(crew.socket(sample("socket-disconnect")).await, json!({"statusCode": 200}));
    assert!(crew.background.app.store.sockets(ada).await.unwrap().is_empty());
    crew.socket(sample("socket-message")).await;
    assert!(crew.recording.is_gone(&connection), "whoever speaks over a socket nobody knows is sent away");
    crew.running.stop().await;
}

#[tokio::test]
async fn the_sample_batch_of_the_stream_asks_for_the_mail_of_its_notification() {
    let crew = Crew::assemble().await;
    let answer = invoke(|event| outbox::handle(crew.background.clone(), event), sample("outbox-stream")).await;
    assert_eq!(answer, json!({"batchItemFailures": []}));
    let jobs: Vec<_> = crew.jobs.lock().unwrap().iter().map(|job| job.to_text()).collect();
    let asked = sample("delivery-mail")["Records"][0]["body"].as_str().unwrap().to_owned();
    assert_eq!(jobs, [asked], "it is the job of the other sample");
    crew.running.stop().await;
}

#[tokio::test]
async fn the_sample_event_of_the_schedule_finds_nothing_due_in_an_empty_table() {
    let crew = Crew::assemble().await;
    let found = invoke(|event| reminders::handle(crew.background.clone(), event), sample("reminders-tick")).await;
    assert_eq!(found, json!({"bookings": 0, "more": false}));
    crew.running.stop().await;
}

#[tokio::test]
async fn the_sample_messages_of_the_queues_are_jobs_but_for_the_one_that_is_none() {
    let crew = Crew::assemble().await;
    for (name, undone) in [("delivery-due", vec![1]), ("delivery-mail", vec![])] {
        let event = sample(name);
        let ids = undone.iter().map(|index: &usize| json!({"itemIdentifier": event["Records"][*index]["messageId"]}));
        let expected = json!({"batchItemFailures": ids.collect::<Vec<_>>()});
        // Nobody has this booking or this notification: there is nothing to do.
        let answer = invoke(|event| delivery::handle(crew.background.clone(), event), event).await;
        assert_eq!(answer, expected, "{name}");
    }
    crew.running.stop().await;
}

#[tokio::test]
async fn the_sample_reports_of_ses_are_taken_in_but_for_the_one_that_is_none() {
    let crew = Crew::assemble().await;
    let event = sample("feedback-bounce");
    let undone = json!({"batchItemFailures": [{"itemIdentifier": event["Records"][2]["messageId"]}]});
    // Nobody of this number ever got a mail.
    let answer = invoke(|event| feedback::handle(crew.background.clone(), event), event.clone()).await;
    assert_eq!(answer, undone);
    crew.running.stop().await;
}

#[tokio::test]
async fn the_sample_job_to_write_a_report_is_one_and_the_other_message_is_none() {
    let crew = Crew::assemble().await;
    let event = sample("reporting-write");
    let undone = json!({"batchItemFailures": [{"itemIdentifier": event["Records"][1]["messageId"]}]});
    // Nobody has asked for it.
    let answer = invoke(|event| reporting::handle(crew.background.clone(), event), event.clone()).await;
    assert_eq!(answer, undone);
    crew.running.stop().await;
}

/// The status of an answer over the wire, and its body.
async fn answered(running: &Running, request: Request<Vec<u8>>) -> (u16, Json) {
    let (mut head, body) = request.into_parts();
    head.uri = format!("{}{}", running.base_url, head.uri).parse().unwrap();
    head.headers.remove("host");
    let request = Request::from_parts(head, Full::new(bytes::Bytes::from(body)));
    let answer = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
}

#[tokio::test]
async fn the_sample_event_of_stripe_is_believed_here_unless_another_secret_is_set() {
    let event = sample("credits-webhook");
    let time = origin_of(&event).time;
    for (secret, expected) in [(None, 200), (Some("whsec_other"), 400), (Some(""), 400)] {
        let env = secret.map(|secret| ("STRIPE_WEBHOOK_SECRET".to_owned(), secret.to_owned())).into_iter().collect();
        let running = start(Options { pollers: false, env, ..Options::default() }).await.unwrap();
        assert!(running.app.clock.set(time));
        let (status, body) = answered(&running, request_behind(&event)).await;
        assert_eq!(status, expected, "{secret:?}: {body}");
        if status == 200 {
            assert_eq!(body, json!({"received": true, "duplicate": false}), "nobody has this payment");
        }
        running.stop().await;
    }
}

#[test]
fn every_sample_event_is_run_or_made_here() {
    const RUN: [&str; 11] = [
        "delivery-due",
        "delivery-mail",
        "feedback-bounce",
        "outbox-stream",
        "reminders-tick",
        "reporting-write",
        "socket-connect",
        "socket-connect-chat",
        "socket-disconnect",
        "socket-message",
        "socket-message-no-json",
    ];
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(RUN.contains(&name) || sample(name)["version"] == "2.0", "{name}");
    }
}
