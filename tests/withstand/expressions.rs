//! The largest requests there are: [`tests::bounds`] holds every request of every test to what DynamoDB takes of one, so
//! here they only have to be made.

use chrono::TimeDelta;
use domain::booking::{Booking, Change, Refusal};
use domain::ids::BookingId;
use domain::interval::Interval;
use serde_json::json;
use store::{Denied, Failed, Transaction};
use tests::{Person, World, minute};

const DAY: i64 = 24 * 60;

/// The booking at another time, under another id, as a change that makes it.
fn made(booking: &Booking, number: i64, start: i64, minutes: i64) -> Change {
    let start = minute(start);
    let interval = Interval::new(start, start + TimeDelta::minutes(minutes)).unwrap();
    let id = BookingId::new(booking.id.get() + number).unwrap();
    let after = Booking { id, root: id, interval, version: 1, ..booking.clone() };
    Change { before: None, after, entry: None, owed: None, facts: Vec::new() }
}

async fn a_booking(world: &World, learner: &Person, expert: &Person) -> Booking {
    let meeting = learner.books(expert, minute(60), 30).await;
    world.app.store.booking(BookingId::new(meeting).unwrap()).await.unwrap().unwrap()
}

async fn commit(world: &World, change: &Change) -> Result<(), Failed<Denied>> {
    world.app.store.booking_commit(Transaction::new(), change, &[]).await
}

/// 145 steps: more than any product lets anybody book, and less than an expression has room for.
#[tokio::test]
async fn twelve_hours_between_the_marks_can_be_claimed_and_nothing_that_touches_them() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let booking = a_booking(&world, &ada, &bob).await;
    let long = made(&booking, 1, DAY + 1, 12 * 60);
    commit(&world, &long).await.unwrap();
    // Every step of it is held, the two it only touches too; what lies before and after is free.
    for at in (DAY - 5..DAY + 12 * 60 + 10).step_by(5) {
        let is_free = at == DAY - 5 || at == DAY + 12 * 60 + 5;
        match commit(&world, &made(&booking, 2 + at, at, 5)).await {
            Ok(()) => assert!(is_free, "{at}"),
            Err(Failed::Refused(Denied::Refusal(refusal))) => {
                assert!(!is_free, "{at}");
                assert_eq!(refusal, domain::Refusal::Booking(Refusal::SlotTaken));
            }
            Err(other) => panic!("{at}: {other:?}"),
        }
    }
    // Moved to another day, within that day, and over midnight.
    let mut before = long.after;
    for start in [3 * DAY + 1, 3 * DAY + 31, 4 * DAY + 10 * 60 + 1] {
        let mut moved = made(&before, 0, start, 12 * 60);
        moved.after.version = before.version + 1;
        moved.before = Some(before);
        commit(&world, &moved).await.unwrap_or_else(|error| panic!("{start}: {error:?}"));
        before = moved.after;
    }
}

/// Whoever writes in every minute of an hour and comes back hours later has the most counters to forget at once.
#[tokio::test]
async fn an_hour_of_requests_can_be_forgotten_at_once() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for _ in 0..61 {
        world.advance(TimeDelta::minutes(1));
        ada.patch("/api/users/me/", json!({})).await.is(200);
    }
    world.advance(TimeDelta::hours(3));
    ada.patch("/api/users/me/", json!({})).await.is(200);
    let gate =
        world.table.items().into_iter().find(|item| {
            item["sk"]["S"] == "GATE" && item.as_object().unwrap().keys().any(|name| name.starts_with('h'))
        });
    let counters =
        |item: &serde_json::Value| item.as_object().unwrap().keys().filter(|name| name.starts_with('h')).count();
    assert_eq!(gate.as_ref().map(counters), Some(1), "{gate:?}");
}
