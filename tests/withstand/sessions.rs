//! Sessions end for good, and a refresh token works once.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{SessionId, UserId};
use serde_json::json;
use store::{Counted, Gate, Measure, Next, Noted, Presented, Rotation, Session, Transaction};
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
    let mut transaction = Transaction::new();
    store::session_opened(&mut transaction, &session);
    ada.world.app.store.commit(transaction).await.unwrap();
    session
}

async fn rotate(world: &World, session: (UserId, SessionId), from: &str, to: &str) -> Rotation {
    // What came before came in another millisecond.
    world.advance(TimeDelta::milliseconds(1));
    rotate_since(world, session, from, to, world.now()).await
}

/// By a request that arrived at this moment.
async fn rotate_since(
    world: &World,
    session: (UserId, SessionId),
    from: &str,
    to: &str,
    arrived: DateTime<Utc>,
) -> Rotation {
    let now = world.now();
    let next = Next { hash: to.to_owned(), valid_until: now + TimeDelta::days(7) };
    let presented = Presented { hash: from, arrived };
    world
        .app
        .store
        .session_rotate(session.0, session.1, presented, &next, (&|| world.now(), &Transaction::new))
        .await
        .unwrap()
}

async fn is_open(world: &World, (user, id): (UserId, SessionId)) -> bool {
    let measure = Measure { counted: Counted::Request, limit: 1000, noted: Noted::InSteps };
    let gate = world.app.store.gate_session(user, id, measure, world.now()).await.unwrap();
    gate != Gate::Closed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_uses_of_one_refresh_token_one_wins_and_stays_good() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for _ in 0..10 {
        let Session { id, user, .. } = session(&ada).await;
        let arrived = world.now();
        let jobs = (0..20).map(|n| {
            let world = world.clone();
            async move { rotate_since(&world, (user, id), "first", &format!("next{n}"), arrived).await }
        });
        let outcomes = at_once(jobs).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotation::Renewed).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotation::Overtaken).count(), 19, "{outcomes:?}");
        assert!(is_open(&world, (user, id)).await);
        let winner = outcomes.iter().position(|outcome| *outcome == Rotation::Renewed).unwrap();
        let again = rotate(&world, (user, id), &format!("next{winner}"), "later").await;
        assert_eq!(again, Rotation::Renewed);
        // One that comes when all that is over ends the session.
        assert_eq!(rotate(&world, (user, id), "first", "more").await, Rotation::Reused);
        for n in 0..20 {
            let again = rotate(&world, (user, id), &format!("next{n}"), "more").await;
            assert_ne!(again, Rotation::Renewed, "a token of an ended session works");
        }
        assert!(!is_open(&world, (user, id)).await);
    }
}

/// Waits until so many calls of the table have been begun.
async fn begun(world: &World, calls: usize) {
    while world.table.faults.calls().iter().filter(|call| *call == "UpdateItem").count() < calls {
        tokio::task::yield_now().await;
    }
}

/// The exchange is decided at one moment and committed at another, and a second use arrives in between.
#[tokio::test]
async fn a_use_that_arrived_between_the_decision_and_the_commit_of_an_exchange_changes_nothing() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let Session { id, user, .. } = session(&ada).await;
    world.table.faults.arm(Strike { times: 2, ..Strike::once(Fault::Stall, Moment::Before, 1).only("UpdateItem") });
    let first = world.clone();
    let first = tokio::spawn(async move { rotate(&first, (user, id), "first", "a").await });
    begun(&world, 1).await;
    world.advance(TimeDelta::seconds(2));
    let second = world.clone();
    let second = tokio::spawn(async move { rotate(&second, (user, id), "first", "b").await });
    begun(&world, 2).await;
    world.advance(TimeDelta::seconds(2));
    world.table.faults.release();
    assert_eq!(first.await.unwrap(), Rotation::Renewed);
    world.table.faults.release();
    assert_eq!(second.await.unwrap(), Rotation::Overtaken);
    assert!(is_open(&world, (user, id)).await);
    assert_eq!(rotate(&world, (user, id), "a", "c").await, Rotation::Renewed);
    assert_eq!(rotate(&world, (user, id), "first", "d").await, Rotation::Reused);
    assert!(!is_open(&world, (user, id)).await);
}

#[tokio::test]
async fn until_an_exchange_is_answered_a_second_use_of_its_token_changes_nothing() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let Session { id, user, .. } = session(&ada).await;
    world.table.faults.arm(Strike::once(Fault::Stall, Moment::After, 1).only("UpdateItem"));
    let first = world.clone();
    let first = world.table.faults.start(async move { rotate(&first, (user, id), "first", "a").await }).await;
    // Committed, and nobody has heard of it. Whoever comes now notes when; whoever comes after that is late.
    assert_eq!(rotate(&world, (user, id), "first", "b").await, Rotation::Overtaken);
    assert!(is_open(&world, (user, id)).await);
    world.table.faults.release();
    assert_eq!(first.await.unwrap(), Rotation::Renewed);
    world.advance(TimeDelta::milliseconds(2));
    assert_eq!(rotate(&world, (user, id), "first", "c").await, Rotation::Reused);
}

#[tokio::test]
async fn each_exchange_of_a_session_is_judged_by_its_own_time() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for uses in [1, 2, 5, 12] {
        for (token, offset) in (0..uses).flat_map(|token| [(token, -500), (token, 500)]) {
            let Session { id, user, .. } = session(&ada).await;
            let mut times = Vec::new();
            for n in 0..uses {
                world.advance(TimeDelta::seconds(1));
                let (from, to) = (if n == 0 { "first".to_owned() } else { format!("t{n}") }, format!("t{}", n + 1));
                assert_eq!(rotate(&world, (user, id), &from, &to).await, Rotation::Renewed);
                times.push(world.now());
            }
            let from = if token == 0 { "first".to_owned() } else { format!("t{token}") };
            let arrived = times[token] + TimeDelta::milliseconds(offset);
            let outcome = rotate_since(&world, (user, id), &from, "x", arrived).await;
            // What was exchanged longer ago than is remembered was used late.
            let early = offset < 0 && uses - token <= 8;
            let expected = if early { Rotation::Overtaken } else { Rotation::Reused };
            assert_eq!(outcome, expected, "token {token} of {uses}, {offset} ms from its exchange");
            assert_eq!(is_open(&world, (user, id)).await, early);
        }
    }
}

#[tokio::test]
async fn a_session_from_before_exchanges_were_remembered_is_judged_by_its_last() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (offset, expected) in [(-1, Rotation::Overtaken), (0, Rotation::Overtaken), (1, Rotation::Reused)] {
        let Session { id, user, .. } = session(&ada).await;
        assert_eq!(rotate(&world, (user, id), "first", "second").await, Rotation::Renewed);
        let at = |item: &serde_json::Value| item["id"]["N"] == json!(id.to_string());
        let mut item = world.table.items().into_iter().find(|item| item["refresh"].is_object() && at(item)).unwrap();
        item.as_object_mut().unwrap().retain(|name, _| !name.starts_with("x_"));
        let used_at: i64 = item["used_at"]["N"].as_str().unwrap().parse().unwrap();
        world.table.import(vec![item]);
        let arrived = DateTime::from_timestamp_millis(used_at).unwrap() + TimeDelta::milliseconds(offset);
        assert_eq!(rotate_since(&world, (user, id), "first", "x", arrived).await, expected);
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
    store.session_end(Transaction::new(), user, id, world.now()).await.unwrap();
    // Others that end make the gate forget the ends of old sessions; this one was prolonged a moment ago.
    for _ in 0..3 {
        let other = session(&ada).await;
        store.session_end(Transaction::new(), user, other.id, world.now()).await.unwrap();
        assert!(!store.session_lives(user, id).await.unwrap());
        assert_eq!(rotate(&world, (user, id), &newest, "more").await, Rotation::Unknown);
    }
    world.advance(TimeDelta::days(15));
    let other = session(&ada).await;
    store.session_end(Transaction::new(), user, other.id, world.now()).await.unwrap();
    let gates: Vec<_> = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "GATE").collect();
    let ended = gates.iter().find_map(|gate| gate["ended"]["NS"].as_array()).unwrap();
    assert_eq!(*ended, [serde_json::json!(other.id.to_string())], "what ended long ago is forgotten");
}
