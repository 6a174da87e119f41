//! Sessions end for good, and a refresh token works once.

use chrono::TimeDelta;
use domain::ids::UserId;
use store::{Gate, Rotation, Session};
use tests::{Fault, Moment, Strike, World, at_once};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_uses_of_one_refresh_token_one_wins_and_the_session_is_over() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for round in 0..10 {
        let now = world.now() + TimeDelta::seconds(round);
        let user = UserId::new(ada.id).unwrap();
        let id = world.app.mint.session(now);
        let session = Session {
            id,
            user,
            refresh_hash: "first".to_owned(),
            created_at: now,
            expires_at: now + TimeDelta::days(7),
        };
        world.app.store.session_open(&session).await.unwrap();
        let jobs = (0..20).map(|n| {
            let world = world.clone();
            async move { world.app.store.session_rotate(id, "first", &format!("next {n}"), now).await.unwrap() }
        });
        let outcomes = at_once(jobs).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotation::Renewed(user)).count(), 1);
        assert!(outcomes.contains(&Rotation::Reused));
        for n in 0..20 {
            let again = world.app.store.session_rotate(id, &format!("next {n}"), "later", now).await.unwrap();
            assert_eq!(again, Rotation::Unknown, "a token of an ended session works");
        }
        assert_eq!(world.app.store.gate_session(user, id, store::Counted::Request, now).await.unwrap(), Gate::Closed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_logout_was_answered_nothing_passes_with_its_token() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let elsewhere = ada.logs_in().await;
    let jobs = (0..30).map(|n| {
        let ada = ada.clone();
        async move {
            if n == 15 {
                ada.post("/api/users/logout/", serde_json::json!({})).await.is(200);
            }
            let answer = ada.get("/api/users/me/").await;
            assert!(n != 15 || answer.status == 401, "{answer}");
        }
    });
    at_once(jobs).await;
    ada.get("/api/users/me/").await.refuses(401, "token_invalid");
    elsewhere.get("/api/users/me/").await.is(200);
}

#[tokio::test]
async fn a_rotation_whose_answer_was_lost_is_not_taken_for_a_theft() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let (now, user) = (world.now(), UserId::new(ada.id).unwrap());
    let id = world.app.mint.session(now);
    let session =
        Session { id, user, refresh_hash: "first".to_owned(), created_at: now, expires_at: now + TimeDelta::days(7) };
    world.app.store.session_open(&session).await.unwrap();
    world.table.faults.arm(Strike::once(Fault::Lost, Moment::After, 1));
    assert_eq!(world.app.store.session_rotate(id, "first", "second", now).await.unwrap(), Rotation::Renewed(user));
    assert_eq!(world.table.faults.disarm(), 1);
    assert_eq!(world.app.store.session_rotate(id, "second", "third", now).await.unwrap(), Rotation::Renewed(user));
}
