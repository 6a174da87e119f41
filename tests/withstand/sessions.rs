//! Sessions end for good, and a refresh token works once.

use chrono::TimeDelta;
use domain::ids::{SessionId, UserId};
use store::{Gate, Next, Rotation, Session};
use tests::{Fault, Moment, Person, Strike, World, at_once};

async fn session(ada: &Person) -> Session {
    let now = ada.world.now();
    let session = Session {
        id: ada.world.app.mint.session(now),
        user: UserId::new(ada.id).unwrap(),
        refresh_hash: "first".to_owned(),
        created_at: now,
        used_at: now,
        valid_until: now + TimeDelta::days(7),
        address: String::new(),
        agent: String::new(),
    };
    ada.world.app.store.session_open(&session).await.unwrap();
    session
}

async fn rotate(world: &World, session: (UserId, SessionId), from: &str, to: &str) -> Rotation {
    let now = world.now();
    let next = Next { hash: to.to_owned(), valid_until: now + TimeDelta::days(7) };
    world.app.store.session_rotate(session.0, session.1, from, &next, now).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_uses_of_one_refresh_token_one_wins_and_the_session_is_over() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for _ in 0..10 {
        let Session { id, user, .. } = session(&ada).await;
        let jobs = (0..20).map(|n| {
            let world = world.clone();
            async move { rotate(&world, (user, id), "first", &format!("next {n}")).await }
        });
        let outcomes = at_once(jobs).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotation::Renewed).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotation::Reused).count(), 19, "{outcomes:?}");
        for n in 0..20 {
            let again = rotate(&world, (user, id), &format!("next {n}"), "later").await;
            assert_ne!(again, Rotation::Renewed, "a token of an ended session works");
        }
        let gate = world.app.store.gate_session(user, id, store::Counted::Request, world.now()).await.unwrap();
        assert_eq!(gate, Gate::Closed);
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
    let Session { id, user, .. } = session(&ada).await;
    for fault in [Fault::Lost, Fault::Down] {
        world.table.faults.arm(Strike::once(fault, Moment::After, 1).only("UpdateItem"));
        assert_eq!(rotate(&world, (user, id), "first", "second").await, Rotation::Renewed);
        assert_eq!(world.table.faults.disarm(), 1);
        assert_eq!(rotate(&world, (user, id), "second", "first").await, Rotation::Renewed);
    }
}

#[tokio::test]
async fn a_rotation_whose_answers_were_all_lost_is_found_to_have_happened() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let Session { id, user, .. } = session(&ada).await;
    world.table.faults.arm(Strike::always(Fault::Lost, Moment::After).only("UpdateItem"));
    assert_eq!(rotate(&world, (user, id), "first", "second").await, Rotation::Renewed);
    assert!(world.table.faults.disarm() > 1);
    assert_eq!(rotate(&world, (user, id), "second", "third").await, Rotation::Renewed);
}

#[tokio::test]
async fn the_end_of_a_session_is_remembered_as_long_as_a_token_of_it_could_work() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let Session { id, user, .. } = session(&ada).await;
    let (mut newest, store) = ("first".to_owned(), &world.app.store);
    for week in 0..4 {
        world.advance(TimeDelta::days(6));
        let next = format!("{week}");
        assert_eq!(rotate(&world, (user, id), &newest, &next).await, Rotation::Renewed);
        newest = next;
    }
    store.session_end(user, id, world.now()).await.unwrap();
    // Others that end make the gate forget the ends of old sessions; this one was prolonged a moment ago.
    for _ in 0..3 {
        let other = session(&ada).await;
        store.session_end(user, other.id, world.now()).await.unwrap();
        assert!(!store.session_lives(user, id).await.unwrap());
        assert_eq!(rotate(&world, (user, id), &newest, "more").await, Rotation::Unknown);
    }
    world.advance(TimeDelta::days(15));
    let other = session(&ada).await;
    store.session_end(user, other.id, world.now()).await.unwrap();
    let gates: Vec<_> = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "GATE").collect();
    let ended = gates.iter().find_map(|gate| gate["ended"]["NS"].as_array()).unwrap();
    assert_eq!(*ended, [serde_json::json!(other.id.to_string())], "what ended long ago is forgotten");
}
