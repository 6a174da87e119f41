//! Handshakes over the wire: who comes in, who does not, and why.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::wire::Wire;
use super::{Guest, House};

/// Status and machine word.
async fn refused(house: &House, target: &str, bearer: Option<&str>) -> (u16, String) {
    let (status, body) = Wire::connect(house, target, bearer).await.expect_err("a refusal");
    assert!(body["error"].is_string(), "{target}: {body}");
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

async fn two() -> (House, Guest, Guest) {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    house.ticks().await;
    (house, ada, bob)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_living_session_is_refused_with_401() {
    let (house, ada, bob) = two().await;
    let paths = ["/ws/", "/ws", "/ws/notifications/", "/ws/notifications", &format!("/ws/chat/{}/", bob.id)];
    let gone = ada.logs_in().await;
    gone.post("/api/users/logout/", json!({})).await.is(200);
    for path in paths {
        assert_eq!(refused(&house, path, None).await.0, 401, "{path}");
        assert_eq!(refused(&house, path, Some("a.b.c")).await.0, 401, "{path}");
        for token in ["", "nonsense", &format!("{}x", ada.token), &gone.token] {
            assert_eq!(refused(&house, &format!("{path}?token={token}"), None).await.0, 401, "{path} {token}");
        }
        assert_eq!(refused(&house, path, Some(&gone.token)).await.0, 401, "{path}");
    }
    assert_eq!(house.socket_rows(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_from_the_query_or_the_header_with_and_without_a_slash_at_the_end() {
    let (house, ada, bob) = two().await;
    let mut wires = Vec::new();
    for path in ["/ws".to_owned(), "/ws/notifications".to_owned(), format!("/ws/chat/{}", bob.id)] {
        for path in [path.clone(), format!("{path}/")] {
            wires.push(ada.listens(&path).await);
            wires.push(Wire::connect(&house, &path, Some(&ada.token)).await.unwrap());
        }
    }
    for wire in &mut wires {
        assert!(wire.hears_all().await.is_empty());
    }
    house.has_socket_rows(wires.len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_needs_somebody_else_at_its_other_end() {
    let (house, ada, _) = two().await;
    let own = ada.id.to_string();
    for (receiver, expected) in [
        (own.as_str(), (400, "validation")),
        ("4", (404, "not_found")),
        ("0", (404, "not_found")),
        ("-1", (404, "not_found")),
        ("x", (404, "not_found")),
        ("99999999999999999999", (404, "not_found")),
        ("4%2F5", (404, "not_found")),
    ] {
        for slash in ["", "/"] {
            let target = format!("/ws/chat/{receiver}{slash}?token={}", ada.token);
            let (status, code) = refused(&house, &target, None).await;
            assert_eq!((status, code.as_str()), expected, "{target}");
        }
    }
    for path in ["/ws/chat/", "/ws/chat", "/ws/chat/4/5/6/", "/ws/other/", "/ws//"] {
        let target = format!("{path}?token={}", ada.token);
        assert_eq!(refused(&house, &target, None).await, (404, "not_found".to_owned()), "{path}");
    }
    // Nobody chooses another address by parameter.
    let target = format!("/ws/?address=chat&receiver_id=4&token={}", ada.token);
    assert!(Wire::connect(&house, &target, None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_all_kinds_are_answered_and_leave_the_socket_open() {
    let (house, ada, bob) = two().await;
    let mut wire = ada.listens("/ws/").await;
    for (frame, code) in [
        ("", "bad_json"),
        ("hello", "bad_json"),
        ("[1]", "bad_json"),
        ("{\"type\": \"ping\"", "bad_json"),
        ("\u{0}", "bad_json"),
        (&"[".repeat(10_000), "bad_json"),
        ("{}", "validation"),
        (r#"{"type": 7}"#, "validation"),
        (r#"{"type": "message.delete"}"#, "unknown_type"),
        (r#"{"type": "message.send", "content": "x", "receiver_id": 4}"#, "not_found"),
        (r#"{"type": "message.send", "receiver_id": 4}"#, "validation"),
        (r#"{"type": "resume", "cursor": "forged"}"#, "bad_cursor"),
        (r#"{"type": "signal.offer", "meeting_id": 4, "data": {}}"#, "not_found"),
    ] {
        wire.sends(Message::text(frame)).await;
        let error = wire.hears_of("error").await;
        assert_eq!(error["code"], code, "{frame:.80}: {error}");
    }
    // Whoever says that they are somebody else says it in vain.
    let forged = json!({"type": "message.send", "receiver_id": bob.id, "content": "hello", "sender_id": bob.id,
        "sender": bob.id, "ref": "r"});
    wire.says(forged).await;
    let told = wire.hears_of("message.receive").await;
    assert_eq!((&told["message"]["sender_id"], &told["ref"]), (&json!(ada.id), &json!("r")));
    house.ticks().await;
    assert!(wire.hears_all().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_frames_is_answered_whole() {
    let (_house, ada, _) = two().await;
    let mut wire = ada.listens("/ws/notifications/").await;
    for number in 0..200 {
        wire.says(json!({"type": "ping", "ref": number.to_string()})).await;
    }
    let mut answered: Vec<u32> = Vec::new();
    while answered.len() < 200 {
        answered.push(wire.hears_of("pong").await["ref"].as_str().unwrap().parse().unwrap());
    }
    answered.sort_unstable();
    assert!(answered.iter().copied().eq(0..200));
}
