//! Logging in and out, and what a token is worth (§1, §2).

use chrono::TimeDelta;
use serde_json::json;
use tests::meetings::suspend;
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Person, World, minute};

fn login(username: &str, password: &str) -> serde_json::Value {
    json!({"username": username, "password": password})
}

#[tokio::test]
async fn one_logs_in_by_username_or_email_in_any_letter_case() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let stranger = Person::stranger(&world, "stranger");
    for name in ["ada", "ADA", "ada@example.org", "Ada@EXAMPLE.org"] {
        let account = stranger.post("/api/users/login/", login(name, Person::PASSWORD)).await.is(200);
        has_exactly(&account, &["id", "username", "email", "first_name", "last_name", "token"]);
        assert_eq!((account["id"].as_i64(), &account["username"]), (Some(ada.id), &json!("ada")));
        stranger.clone().signed(&account).get("/api/users/me/").await.is(200);
    }
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    world.register("ada").await;
    let stranger = Person::stranger(&world, "stranger");
    let mut answers = Vec::new();
    for body in [
        login("ada", "wrong password"),
        login("nobody", "wrong password"),
        login("nobody@example.org", Person::PASSWORD),
        login("ada", &Person::PASSWORD.to_uppercase()),
        login("ada", &format!("{} ", Person::PASSWORD)),
        login(" ada", Person::PASSWORD),
    ] {
        let answer = stranger.post("/api/users/login/", body).await;
        assert_eq!(answer.outcome(), (401, "invalid_credentials"), "{answer}");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
        answers.push(answer.bytes);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn a_login_needs_both_fields() {
    let world = World::new().await;
    let stranger = Person::stranger(&world, "stranger");
    let refusal = stranger.post("/api/users/login/", json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["username", "password"]);
    stranger.post("/api/users/login/", json!({"username": "ada"})).await.blames("password");
    stranger.post("/api/users/login/", json!({"password": "x"})).await.blames("username");
    stranger.post("/api/users/login/", json!({"username": ["ada"], "password": "x"})).await.blames("username");
}

#[tokio::test]
async fn only_the_right_password_learns_that_an_account_is_suspended() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    suspend(&ada).await;
    ada.post("/api/users/login/", login("ada", "wrong password")).await.refuses(401, "invalid_credentials");
    ada.post("/api/users/login/", login("ada", Person::PASSWORD)).await.refuses(403, "account_suspended");
}

#[tokio::test]
async fn a_suspension_ends_every_session_and_hides_the_person() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.adds_skill("Rust").await;
    let second = ada.logs_in().await;
    suspend(&ada).await;
    for session in [&ada, &second] {
        session.get("/api/users/me/").await.refuses(401, "token_invalid");
        session
            .post("/api/messages/", json!({"receiver_id": bob.id, "content": "Hi"}))
            .await
            .refuses(401, "token_invalid");
    }
    bob.get(&format!("/api/users/{}/", ada.id)).await.refuses(404, "not_found");
    bob.get(&format!("/api/users/{}/available_slots/", ada.id)).await.refuses(404, "not_found");
    assert!(bob.all("/api/users/").await.is_empty());
    assert!(bob.all("/api/users/?skill=rust").await.is_empty());
    bob.requests(&ada, minute(60), 30).await.blames("expert_id");
    bob.writes(&ada, "Hello?").await.blames("receiver_id");
}

#[tokio::test]
async fn bearer_and_token_are_the_same() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let token = ada.token.clone().unwrap();
    for value in
        [format!("Bearer {token}"), format!("Token {token}"), format!("bearer {token}"), format!("TOKEN {token}")]
    {
        send(&ada, "GET", "/api/users/me/", &[("authorization", &value)], "").await.is(200);
    }
}

#[tokio::test]
async fn without_a_good_token_one_is_told_which_way_it_is_bad() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let token = ada.token.clone().unwrap();
    let elsewhere = World::new().await.register("ada").await;
    let nobody = Person::stranger(&world, "nobody");
    let answer = nobody.get("/api/users/me/").await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.refuses(401, "not_authenticated");

    for value in ["", "Bearer", "Bearer ", &token, &format!("Basic {token}"), "Basic YWRhOmFkYQ=="] {
        let answer = send(&ada, "GET", "/api/users/me/", &[("authorization", value)], "").await;
        assert_eq!(answer.outcome(), (401, "not_authenticated"), "{value}");
    }
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwianRpIjoiMSIsImlhdCI6MCwiZXhwIjo5OTk5OTk5OTk5fQ.";
    let cut = &token[..token.len() - 3];
    for bad in ["x", "a.b.c", unsigned, cut, &format!("{token}x"), &format!("{token} {token}")] {
        let answer = send(&ada, "GET", "/api/users/me/", &[("authorization", &format!("Bearer {bad}"))], "").await;
        assert_eq!(answer.outcome(), (401, "token_invalid"), "{bad}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    // The same key signs in every world of these tests, but this world knows no such person.
    Person { token: elsewhere.token, ..nobody }.get("/api/users/me/").await.refuses(401, "token_invalid");
}

#[tokio::test]
async fn a_token_is_good_for_a_day() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    world.advance(TimeDelta::hours(24) - TimeDelta::minutes(1));
    ada.get("/api/users/me/").await.is(200);
    world.advance(TimeDelta::minutes(1));
    let answer = ada.get("/api/users/me/").await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.refuses(401, "token_expired");
    ada.logs_in().await.get("/api/users/me/").await.is(200);
}

#[tokio::test]
async fn logging_out_ends_this_token_at_once_and_no_other() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let other = ada.logs_in().await;
    let answer = send(&ada, "POST", "/api/users/logout/", &[], "").await.is(200);
    has_exactly(&answer, &["success", "message"]);
    assert_eq!(answer["success"], true);
    assert!(answer["message"].is_string());
    for path in ["/api/users/me/", "/api/meetings/", "/api/credits/balance/", "/api/messages/", "/api/users/"] {
        ada.get(path).await.refuses(401, "token_invalid");
    }
    ada.post("/api/users/logout/", json!({})).await.refuses(401, "token_invalid");
    ada.post("/api/user-skills/", json!({})).await.refuses(401, "token_invalid");
    other.get("/api/users/me/").await.is(200);
    other.post("/api/users/logout/", json!({"anything": 1})).await.is(200);
    other.get("/api/users/me/").await.refuses(401, "token_invalid");
    ada.logs_in().await.get("/api/users/me/").await.is(200);
}
