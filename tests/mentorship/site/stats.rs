//! How many people there are (§3.7): counters that the stream feeds, right whatever comes twice, late or not at all.

use app::serials;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use local::{Plan, backfill};
use serde_json::{Value as Json, json};
use store::shapes::Shapes;
use tests::meetings::{complete_a_meeting, suspend};
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World, at_once, minute};

const STATS: &str = "/api/platform-stats/";

async fn counted(world: &World) -> (i64, i64, i64) {
    let stats = Person::stranger(world, "nobody").get(STATS).await.is(200);
    let number = |name: &str| stats[name].as_i64().expect("a number");
    (number("total_students"), number("total_mentors"), number("total_sessions"))
}

/// Needs the number of a student for the first time.
async fn enters(person: &Person) {
    let app = &person.world.app;
    let user = app.store.user(UserId::new(person.id).unwrap()).await.unwrap().unwrap();
    serials::ensure(app, user, Seat::Learner).await.unwrap();
}

/// Three students, two mentors and one completed session; of others there are more.
async fn story(world: &World) -> (Person, Person) {
    let (ada, bob) = (world.student("ada").await, world.mentor("bob", 50_000).await);
    world.mentor("cem", 0).await;
    world.student("never.came").await;
    ada.buys(10).await;
    for person in [&ada, &bob, &world.student("dan").await] {
        enters(person).await;
    }
    complete_a_meeting(&ada, &bob).await;
    let open = ada.books(&bob, world.now() + chrono::TimeDelta::days(3), 30).await;
    bob.declares(open, "confirmed").await.is(200);
    (ada, bob)
}

#[tokio::test]
async fn what_happens_is_counted_and_what_ends_is_not() {
    let world = World::with(Setup::live()).await;
    assert_eq!(counted(&world).await, (0, 0, 0));
    let (ada, bob) = story(&world).await;
    assert!(world.carries_out().await);
    assert_eq!(counted(&world).await, (3, 2, 1));
    suspend(&bob).await;
    ada.patch("/api/users/me/", json!({"bio": "Algebra"})).await.is(200);
    enters(&ada).await;
    assert!(world.carries_out().await);
    assert_eq!(counted(&world).await, (3, 1, 1));
    bob.alter(|user| user.is_suspended = false).await;
    assert!(world.carries_out().await);
    assert_eq!(counted(&world).await, (3, 2, 1));
}

#[tokio::test]
async fn sessions_of_every_product_count_once_they_are_completed() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let (held, other) = (ada.has_session(&mia, minute(24 * 60)).await, ada.has_session(&mia, minute(48 * 60)).await);
    let keys = [ada.session("student", held).await, mia.session("mentor", held).await];
    ada.takes_step("student", other, "cancel", json!({})).await.is(200);
    world.set_clock(minute(24 * 60));
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    ada.attends(held, &keys[1]["attendance_key"]).await.is(200);
    assert!(world.carries_out().await);
    assert_eq!(counted(&world).await.2, 0);
    mia.attends(held, &keys[0]["attendance_key"]).await.is(200);
    assert!(world.carries_out().await);
    // Both have their numbers by now, for sessions show them.
    assert_eq!(counted(&world).await, (1, 1, 1));
}

#[tokio::test]
async fn each_record_counts_once_however_often_and_in_whatever_order_it_comes() {
    let world = World::with(Setup::live()).await;
    let (_, bob) = story(&world).await;
    suspend(&bob).await;
    let records = world.unread_records();
    for _ in 0..2 {
        assert_eq!(world.outbox(&records).await, Vec::<String>::new());
        assert_eq!(counted(&world).await, (3, 1, 1));
    }
    let reversed: Vec<Json> = records.iter().rev().cloned().collect();
    assert_eq!(world.outbox(&reversed).await, Vec::<String>::new());
    assert_eq!(counted(&world).await, (3, 1, 1));
    let copies = (0..5).map(|_| {
        let (world, records) = (world.clone(), records.clone());
        async move { world.outbox(&records).await }
    });
    at_once(copies).await;
    assert_eq!(counted(&world).await, (3, 1, 1));
}

#[tokio::test]
async fn a_later_record_that_comes_first_has_the_last_word() {
    let world = World::with(Setup::live()).await;
    let (_, bob) = story(&world).await;
    suspend(&bob).await;
    let reversed: Vec<Json> = world.unread_records().into_iter().rev().collect();
    assert_eq!(world.outbox(&reversed).await, Vec::<String>::new());
    assert_eq!(counted(&world).await, (3, 1, 1));
}

#[tokio::test]
async fn whoever_dies_counting_counts_it_once_when_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        let world = World::with(Setup::live()).await;
        story(&world).await;
        let records = world.unread_records();
        let faults = &world.table.faults;
        for nth in 1..100 {
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = faults.until_death(world.outbox(&records)).await;
            faults.disarm();
            if answered.is_some() {
                break;
            }
        }
        assert_eq!(world.outbox(&records).await, Vec::<String>::new());
        assert_eq!(counted(&world).await, (3, 2, 1));
    }
}

#[tokio::test]
async fn a_table_from_before_is_counted_by_backfill_once() {
    let world = World::with(Setup::live()).await;
    let (_, bob) = story(&world).await;
    let records = world.unread_records();
    let run = async || backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
    let dry = Plan { dry_run: true, ..Plan::default() };
    backfill(&world.app.store, &Shapes::today(), &dry).await.unwrap();
    assert_eq!(counted(&world).await, (0, 0, 0));
    for _ in 0..2 {
        run().await;
        assert_eq!(counted(&world).await, (3, 2, 1));
    }
    // What the stream still holds is counted already, and what comes now is news.
    assert_eq!(world.outbox(&records).await, Vec::<String>::new());
    assert_eq!(counted(&world).await, (3, 2, 1));
    suspend(&bob).await;
    assert!(world.carries_out().await);
    assert_eq!(counted(&world).await, (3, 1, 1));
}

#[tokio::test]
async fn backfill_beside_the_stream_counts_nobody_twice() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let (there, records) = (world.clone(), world.unread_records());
    let stream = tokio::spawn(async move { there.outbox(&records).await });
    backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
    stream.await.unwrap();
    assert!(world.carries_out().await);
    assert_eq!(counted(&world).await, (3, 2, 1));
}

#[tokio::test]
async fn what_they_cost_does_not_grow_with_the_table() {
    let world = World::with(Setup::live()).await;
    for person in world.crowd("student", 40).await {
        enters(&person).await;
    }
    assert!(world.carries_out().await);
    let mut costs = Costs::new(&world);
    let nobody = Person::stranger(&world, "nobody");
    let stats = costs.of("platform statistics", (1, 1.0, 0.0), nobody.get(STATS)).await.is(200);
    assert_eq!(stats["total_students"], 40);
    costs.of("site status", (1, 1.0, 0.0), nobody.get("/api/site-status/")).await.is(200);
    costs.hold();
}
