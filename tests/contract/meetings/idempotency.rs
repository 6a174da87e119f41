//! `Idempotency-Key` (§1): one effect, one answer.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two, two};
use tests::person::{meeting, message, purchase, review, send, skill};
use tests::{Answer, Fault, Moment, Person, Strike, World, minute};

async fn repeats(person: &Person, path: &str, body: Json) -> Answer {
    let first = person.post_once("key", path, body.clone()).await;
    assert_eq!(first.header("idempotent-replayed"), "", "{first}");
    for _ in 0..2 {
        let again = person.post_once("key", path, body.clone()).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{path}");
        assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
    }
    // Without its slash it is the same path.
    let bare = person.post_once("key", path.trim_end_matches('/'), body).await;
    assert_eq!((bare.status, &bare.body), (first.status, &first.body), "{path}");
    first
}

#[tokio::test]
async fn every_post_answers_a_repetition_with_what_it_answered_first() {
    let (world, learner, expert) = rich_two().await;
    let done = complete_a_meeting(&learner, &expert).await;
    let hours = json!({"day_of_week": 0, "start_time": "00:00", "end_time": "00:00"});
    repeats(&learner, "/api/meetings/", meeting(&expert, minute(600), 30)).await.is(201);
    repeats(&learner, "/api/reviews/", review(done, &expert, 5)).await.is(201);
    repeats(&learner, "/api/messages/", message(&expert, "Hello")).await.is(201);
    repeats(&learner, "/api/user-skills/", skill("Rust")).await.is(201);
    repeats(&learner, "/api/user-availability/", hours).await.is(201);
    repeats(&learner, "/api/payments/purchase_credits/", purchase(5)).await.is(200);
    repeats(&learner, "/api/credits/transfer/", json!({"meeting_id": done, "amount": 4})).await.is(200);
    let upload = json!({"content_type": "image/png", "size": 5});
    repeats(&learner, "/api/users/me/profile_picture/", upload).await.is(201);

    assert_eq!(learner.all("/api/meetings/").await.len(), 2);
    assert_eq!(expert.all("/api/messages/").await.len(), 1);
    assert_eq!((learner.credits().await, expert.credits().await), ((11, 1), (5, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn a_refusal_is_repeated_too() {
    let (_, learner, expert) = rich_two().await;
    repeats(&learner, "/api/meetings/", json!({})).await.refuses(400, "validation");
    repeats(&expert, "/api/credits/transfer/", json!({"meeting_id": 1})).await.refuses(404, "not_found");
    let bad =
        send(&learner, "POST", "/api/messages/", &[("idempotency-key", "k"), ("content-type", "text/plain")], "x")
            .await;
    bad.refuses(415, "unsupported_media_type");
}

#[tokio::test]
async fn after_a_lost_race_the_same_request_may_be_tried_again() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    let taken = third.books(&expert, minute(60), 30).await;
    let body = meeting(&expert, minute(60), 30);
    learner.post_once("key", "/api/meetings/", body.clone()).await.refuses(409, "slot_taken");
    third.declares(taken, "cancelled").await.is(200);
    learner.post_once("key", "/api/meetings/", body).await.is(201);
}

#[tokio::test]
async fn the_same_key_for_another_body_is_refused() {
    let (_, learner, expert) = rich_two().await;
    for (path, first, second) in [
        ("/api/messages/", message(&expert, "One"), message(&expert, "Two")),
        ("/api/payments/purchase_credits/", purchase(1), purchase(2)),
        ("/api/user-skills/", skill("Rust"), skill("Go")),
    ] {
        learner.post_once("key", path, first.clone()).await;
        learner.post_once("key", path, second.clone()).await.refuses(422, "idempotency_mismatch");
        learner.post_once("other", path, second).await;
    }
    assert_eq!(learner.credits().await, (14, 0));
    assert_eq!(expert.all("/api/messages/").await.len(), 2);
}

#[tokio::test]
async fn a_key_has_one_to_255_characters() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let path = "/api/payments/purchase_credits/";
    for good in ["x", &"x".repeat(255), "key with blanks", "é🦀", "\"quoted\""] {
        ada.post_once(good, path, purchase(1)).await.is(200);
    }
    for bad in ["", &"x".repeat(256)] {
        ada.post_once(bad, path, purchase(1)).await.refuses(400, "validation");
    }
    assert_eq!(ada.credits().await, (6, 0));
}

#[tokio::test]
async fn answers_with_tokens_are_not_kept() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let login = json!({"username": "ada", "password": Person::PASSWORD});
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let answer = ada.post_once("key", "/api/users/login/", login.clone()).await;
        assert_eq!(answer.header("idempotent-replayed"), "");
        tokens.push(answer.is(200)["token"].clone());
    }
    assert_ne!(tokens[0], tokens[1]);
    let body = json!({"username": "bob", "email": "bob@example.org", "password": Person::PASSWORD});
    let stranger = Person::stranger(&world, "bob");
    stranger.post_once("key", "/api/users/register/", body.clone()).await.is(201);
    stranger.post_once("key", "/api/users/register/", body).await.refuses(400, "validation");
}

#[tokio::test]
async fn without_a_session_a_key_is_worth_nothing() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let nobody = Person::stranger(&world, "nobody");
    ada.post_once("key", "/api/user-skills/", skill("Rust")).await.is(201);
    nobody.post_once("key", "/api/user-skills/", skill("Rust")).await.refuses(401, "not_authenticated");
    ada.post_once("key", "/api/users/logout/", json!({})).await.is(200);
    ada.post_once("key", "/api/users/logout/", json!({})).await.refuses(401, "token_invalid");
    ada.post_once("key", "/api/user-skills/", skill("Rust")).await.refuses(401, "token_invalid");
}

#[tokio::test]
async fn other_methods_pay_no_attention_to_it() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for bio in ["One", "Two"] {
        let body = Some(json!({"bio": bio}));
        let me = ada.send(http::Method::PATCH, "/api/users/me/", body, Some("key")).await.is(200);
        assert_eq!(me["bio"], bio);
    }
    ada.send(http::Method::GET, "/api/users/me/", None, Some("")).await.is(200);
}

#[tokio::test]
async fn while_the_first_one_runs_another_is_told_to_wait() {
    let (world, learner, _) = two().await;
    let path = "/api/payments/purchase_credits/";
    // The first one dies before its transaction and never answers: for all anybody knows it is still running.
    world.table.faults.arm(Strike::once(Fault::Death, Moment::Before, 1).only("TransactWriteItems"));
    let died = world.table.faults.until_death(learner.post_once("key", path, purchase(2))).await;
    assert!(died.is_none());
    world.table.faults.disarm();
    let waiting = learner.post_once("key", path, purchase(2)).await;
    assert_eq!(waiting.header("retry-after").parse::<u32>().unwrap_or(0).clamp(1, 60), 1, "{waiting}");
    waiting.refuses(409, "in_flight");
    learner.post_once("key", path, purchase(3)).await.refuses(422, "idempotency_mismatch");
    assert_eq!(learner.credits().await, (1, 0));
    // Nobody works for a minute: after it the first one is known to be dead.
    world.advance(TimeDelta::seconds(61));
    learner.post_once("key", path, purchase(2)).await.is(200);
    assert_eq!(learner.credits().await, (3, 0));
    world.is_sound().await;
}
