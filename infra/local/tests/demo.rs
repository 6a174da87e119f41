//! The demo, as a visitor finds it.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local::{Data, Options, Running, start};
use serde_json::{Value, json};

async fn ask(running: &Running, token: &str, method: Method, path: &str, body: Value) -> Value {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", running.base_url))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Full::new(Bytes::from(body.to_string())))
        .unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.unwrap().into_body().collect().await.unwrap();
    serde_json::from_slice(&answer.to_bytes()).unwrap()
}

/// Every demo learner's meetings, by title, with their status.
async fn meetings(running: &Running) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for learner in ["nora.lind", "ben.carter", "aiko.sato", "mateo.ruiz", "hannah.vogel"] {
        let login = json!({"username": learner, "password": "teach-me-something"});
        let session = ask(running, "", Method::POST, "/api/users/login/", login).await;
        let token = session["token"].as_str().unwrap();
        let list = ask(running, token, Method::GET, "/api/meetings/", Value::Null).await;
        for meeting in list.as_array().unwrap() {
            let text = |field: &str| meeting[field].as_str().unwrap().to_owned();
            told.push((text("title"), text("status")));
        }
    }
    told.sort();
    told
}

#[tokio::test]
async fn the_demo_has_meetings_in_every_state_and_is_played_once() {
    let scratch = std::env::temp_dir().join(format!("expertconnect-demo-{}", std::process::id()));
    let options = Options { data: Data::Dir(scratch.clone()), demo: true, ..Options::default() };
    let first = start(options.clone()).await.unwrap();
    let playbill = first.playbill.clone().unwrap();
    assert!(playbill.contains("teach-me-something"), "{playbill}");
    let told = meetings(&first).await;
    assert_eq!(told.len(), 12, "{told:?}");
    for status in ["pending", "confirmed", "cancelled", "completed", "no_show"] {
        assert!(told.iter().any(|(_, is)| is == status), "{status} in {told:?}");
    }
    let experts = ask(&first, "", Method::GET, "/api/v1/consultations/experts/?page_size=50", Value::Null).await;
    assert_eq!((&experts["count"], &experts["results"][0]["is_verified"]), (&json!(13), &json!(true)));
    first.stop().await;

    let second = start(options).await.unwrap();
    assert_eq!(meetings(&second).await, told);
    let ledger = ask(&second, "", Method::GET, "/_local/ledger", Value::Null).await;
    assert_eq!(ledger["entries_sum"], json!({"credit": 0, "INR": 0}));
    for findings in ["mismatched_balances", "orphan_quanta", "orphan_holds"] {
        assert_eq!(ledger[findings], json!([]), "{findings}");
    }
    ask(&second, "", Method::POST, "/_local/tick", Value::Null).await;
    let stats = ask(&second, "", Method::GET, "/_local/stats", Value::Null).await;
    assert_eq!([&stats["wrong"], &stats["late"]], [&json!({}), &json!({})], "{stats}");
    assert!(stats["counters"]["people"].as_i64() > Some(13), "{stats}");
    second.stop().await;
    std::fs::remove_dir_all(scratch).unwrap();
}
