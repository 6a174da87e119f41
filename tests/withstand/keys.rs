//! One idempotency key, one effect, one answer: however many requests carry it at the same moment.

use serde_json::{Value as Json, json};
use tests::person::{meeting, message, purchase, skill};
use tests::{Fault, Moment, Person, Strike, World, at_once, minute};

/// Sends the same request under the same key many times at once and once more afterwards: the one answer all got.
async fn send_at_once(person: &Person, path: &'static str, body: &Json) -> Json {
    let jobs = (0..40).map(|_| {
        let (person, body) = (person.clone(), body.clone());
        async move { person.post_once("the same", path, body).await }
    });
    let answers = at_once(jobs).await;
    let settled = person.post_once("the same", path, body.clone()).await;
    for answer in &answers {
        match answer.outcome() {
            (200 | 201, _) => assert_eq!(answer.body, settled.body, "{answer}"),
            outcome => {
                assert_eq!(outcome, (409, "in_flight"), "{answer}");
                assert!(!answer.header("retry-after").is_empty(), "{answer}");
            }
        }
    }
    assert!(answers.iter().any(|answer| answer.status < 300), "nobody got an answer");
    assert_eq!(settled.header("idempotent-replayed"), "true", "{settled}");
    settled.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_meeting_is_requested_once() {
    let world = World::new().await;
    let (learner, expert) = (world.register("learner").await, world.register("expert").await);
    learner.buys(5).await;
    let body = meeting(&expert, minute(60), 30);
    let kept = send_at_once(&learner, "/api/meetings/", &body).await;
    assert_eq!(learner.all("/api/meetings/").await.len(), 1);
    assert_eq!(learner.meeting(kept["id"].as_i64().unwrap()).await["title"], kept["title"]);
    assert_eq!(learner.credits().await, (5, 1));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credits_are_bought_once() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let kept = send_at_once(&ada, "/api/payments/purchase_credits/", &purchase(7)).await;
    assert_eq!(kept["new_balance"], 8);
    assert_eq!(ada.credits().await, (8, 0));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_is_sent_once() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    send_at_once(&ada, "/api/messages/", &message(&bob, "Hello")).await;
    assert_eq!(bob.all("/api/messages/").await.len(), 1);
    assert_eq!(bob.all("/api/notifications/").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_skill_is_added_once() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    send_at_once(&ada, "/api/user-skills/", &skill("Rust")).await;
    assert_eq!(ada.all("/api/user-skills/").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tip_is_given_once() {
    let world = World::new().await;
    let (learner, expert) = (world.register("learner").await, world.register("expert").await);
    learner.buys(5).await;
    let held = learner.books(&expert, minute(60), 30).await;
    expert.declares(held, "confirmed").await.is(200);
    world.set_clock(minute(91));
    expert.declares(held, "completed").await.is(200);
    let body = json!({"meeting_id": held, "amount": 3});
    let kept = send_at_once(&learner, "/api/credits/transfer/", &body).await;
    assert_eq!(kept["new_balance"], 3);
    assert_eq!((learner.credits().await, expert.credits().await), ((3, 0), (4, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn what_a_repetition_was_told_already_is_the_answer() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let path = "/api/payments/purchase_credits/";
    let faults = &world.table.faults;
    faults.arm(Strike::once(Fault::Stall, Moment::After, 1).only("TransactWriteItems"));
    let first = ada.clone();
    let first = faults.start(async move { first.post_once("the same", path, purchase(7)).await }).await;
    let told = ada.post_once("the same", path, purchase(7)).await.is(200);
    ada.buys(2).await;
    faults.release();
    assert_eq!(first.await.expect("it ends").is(200), told);
    assert_eq!(ada.post_once("the same", path, purchase(7)).await.is(200), told);
    assert_eq!(ada.credits().await, (10, 0));
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused_and_with_another_person_or_path_is_another_key() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let path = "/api/payments/purchase_credits/";
    ada.post_once("k", path, purchase(2)).await.is(200);
    ada.post_once("k", path, purchase(3)).await.refuses(422, "idempotency_mismatch");
    bob.post_once("k", path, purchase(3)).await.is(200);
    ada.post_once("k", "/api/user-skills/", skill("Rust")).await.is(201);
    assert_eq!((ada.credits().await, bob.credits().await), ((3, 0), (4, 0)));
}

#[tokio::test]
async fn after_a_day_a_key_is_new_again() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let path = "/api/payments/purchase_credits/";
    ada.post_once("k", path, purchase(2)).await.is(200);
    world.advance(chrono::TimeDelta::hours(25));
    let ada = ada.logs_in().await;
    ada.post_once("k", path, purchase(3)).await.is(200);
    assert_eq!(ada.credits().await, (6, 0));
}
