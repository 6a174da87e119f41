//! When others are faster, and when the store behind us refuses (§1, "Errors").

use serde_json::json;
use tests::meetings::two;
use tests::{Fault, Moment, Strike, minute};

#[tokio::test]
async fn while_the_store_refuses_everything_answers_503_and_nothing_changes() {
    let (world, learner, expert) = two().await;
    for fault in [Fault::Down, Fault::Throttled, Fault::Lost] {
        world.table.faults.arm(Strike::always(fault, Moment::Before));
        let answers = [
            learner.get("/api/users/me/").await,
            learner.get("/api/meetings/").await,
            learner.requests(&expert, minute(60), 30).await,
            learner.post("/api/users/login/", json!({"username": "learner", "password": "x"})).await,
        ];
        for answer in answers {
            let refusal = answer.refuses(503, "unavailable");
            assert!(!refusal["error"].as_str().unwrap().to_lowercase().contains("dynamo"));
        }
        // What needs no store still works.
        learner.get("/api/health/").await.is(200);
        learner.get("/nowhere").await.refuses(404, "not_found");
        world.table.faults.disarm();
    }
    assert_eq!(learner.credits().await, (1, 0));
    assert!(learner.all("/api/meetings/").await.is_empty());
}

#[tokio::test]
async fn who_loses_every_race_is_told_of_a_conflict() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    world.table.faults.arm(Strike::always(Fault::Conflict, Moment::Before).only("TransactWriteItems"));
    for answer in [expert.declares(meeting, "confirmed").await, learner.declares(meeting, "cancelled").await] {
        assert!(!answer.header("retry-after").is_empty(), "{answer}");
        answer.refuses(409, "conflict");
    }
    world.table.faults.disarm();
    assert_eq!(learner.meeting(meeting).await["status"], "pending");
    expert.declares(meeting, "confirmed").await.is(200);
    world.is_sound().await;
}
