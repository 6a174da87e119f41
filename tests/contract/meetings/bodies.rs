//! What a body may be (§1, "Bodies" and "Input").

use serde_json::json;
use tests::World;
use tests::person::send;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn json_needs_no_content_type_and_takes_parameters() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for kind in [&[][..], &[JSON], &[("content-type", "Application/JSON; charset=utf-8")], &[("content-type", "")]] {
        let me = send(&ada, "PATCH", "/api/users/me/", kind, r#"{"bio": "Hé"}"#).await.is(200);
        assert_eq!(me["bio"], "Hé", "{kind:?}");
    }
}

#[tokio::test]
async fn any_other_content_type_is_refused() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "text/json", "é", "json"] {
        for (method, path) in [("POST", "/api/messages/"), ("PATCH", "/api/users/me/"), ("POST", "/api/users/login/")] {
            let answer = send(&ada, method, path, &[("content-type", kind)], "{}").await;
            assert_eq!(answer.outcome(), (415, "unsupported_media_type"), "{kind}: {answer}");
        }
    }
    // Multipart is for the picture alone.
    let form = [("content-type", "multipart/form-data; boundary=b")];
    send(&ada, "POST", "/api/messages/", &form, "--b--").await.refuses(415, "unsupported_media_type");
}

#[tokio::test]
async fn what_is_no_json_object_is_bad_json() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "{",
        "nonsense",
        "[]",
        "[{}]",
        "1",
        "\"x\"",
        "null",
        "true",
        "{\"bio\": NaN}",
        "{'bio': 'x'}",
        "{\"bio\": \"x\",}",
        "{\"bio\": \"a\", \"bio\": \"b\"}",
        "{\"x\": {\"y\": 1, \"y\": 2}}",
        "{} {}",
        "\u{feff}{}",
        "{\"bio\": \"\\ud800\"}",
        "{\"bio\": \"a\u{1}b\"}",
        "{\"x\": Infinity}",
        "{\"x\": -}",
        &deep,
    ] {
        let answer = send(&ada, "PATCH", "/api/users/me/", &[JSON], body.to_owned()).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(answer.outcome(), (400, "bad_json"), "{shown}: {answer}");
    }
    let answer = send(&ada, "PATCH", "/api/users/me/", &[JSON], &b"{\"bio\": \"\xff\"}"[..]).await;
    answer.refuses(400, "bad_json");
}

#[tokio::test]
async fn json_may_have_a_megabyte() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let sized = |bytes: usize| format!("{{\"x\": \"{}\"}}", "x".repeat(bytes - 9));
    for path in ["/api/users/me/", "/api/meetings/1/"] {
        let whole = send(&ada, "PATCH", path, &[JSON], sized(1024 * 1024)).await;
        assert!(matches!(whole.status, 200 | 404), "{whole}");
        send(&ada, "PATCH", path, &[JSON], sized(1024 * 1024 + 1)).await.refuses(413, "too_large");
    }
    send(&ada, "POST", "/api/users/login/", &[JSON], sized(2 * 1024 * 1024)).await.refuses(413, "too_large");
}

#[tokio::test]
async fn nul_in_a_text_is_refused_and_other_control_characters_are_text() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.patch("/api/users/me/", json!({"headline": "a\u{0}"})).await.blames("headline");
    let odd = "\u{1}\u{7f}\u{200d}\u{202e}\u{fffe}\t\r\n ｆ";
    assert_eq!(ada.patch("/api/users/me/", json!({"headline": odd})).await.is(200)["headline"], odd);
    assert_eq!(ada.writes(&bob, odd).await.is(201)["content"], odd);
}

#[tokio::test]
async fn several_wrong_fields_are_all_named_and_nothing_happens() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let before = ada.get("/api/users/me/").await.is(200);
    let body = json!({"first_name": "Ada", "bio": 7, "timezone": "Mars", "headline": "x".repeat(101)});
    let refusal = ada.patch("/api/users/me/", body).await.refuses(400, "validation");
    let errors = refusal["errors"].as_object().unwrap();
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["bio", "headline", "timezone"]);
    for sentences in errors.values() {
        assert!(sentences.as_array().unwrap().iter().all(|sentence| sentence.as_str().unwrap().ends_with('.')));
    }
    assert_eq!(ada.get("/api/users/me/").await.is(200), before);
}

#[tokio::test]
async fn where_no_body_is_needed_none_is_read() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.writes(&bob, "Hello").await.is(201);
    for kind in [&[][..], &[JSON], &[("content-type", "text/plain")]] {
        send(&bob, "PATCH", "/api/notifications/mark_all_read/", kind, "").await.is(200);
    }
    send(&bob, "POST", "/api/users/logout/", &[("content-type", "text/plain")], "Bye").await.is(200);
}
