//! What the clock does to bookings (§5.2, §5.6).

use serde_json::json;
use tests::{Person, Setup, World, minute};

const START: i64 = 72 * 60;
/// A quarter of an hour after the end.
const DECIDED: i64 = START + 75;

async fn paid() -> (World, Person, Person, i64) {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::live() }).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.has_lesson(&tom, minute(START)).await;
    (world, ada, tom, booking)
}

async fn status(ada: &Person, booking: i64) -> serde_json::Value {
    ada.logs_in().await.lesson(booking).await["status"].clone()
}

#[tokio::test]
async fn what_nobody_pays_is_cancelled_and_both_are_told() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
    world.reaches(14).await;
    assert_eq!(status(&ada, booking).await, "pending");
    world.reaches(16).await;
    let seen = ada.lesson(booking).await;
    assert_eq!((&seen["status"], &seen["cancel_reason"]), (&json!("cancelled"), &json!("payment_timeout")));
    for person in ["ada", "tom"] {
        assert_eq!(
            world.told(person).iter().filter(|told| told.starts_with("Lesson cancelled")).count(),
            1,
            "{person}"
        );
    }
    world.is_sound().await;
}

#[tokio::test]
async fn a_confirmed_one_is_completed_a_quarter_of_an_hour_after_the_end() {
    let (world, ada, tom, booking) = paid().await;
    tom.steps(booking, "confirm", json!({})).await.is(200);
    world.reaches(DECIDED - 1).await;
    assert_eq!(status(&ada, booking).await, "confirmed");
    world.reaches(DECIDED).await;
    assert_eq!(status(&ada, booking).await, "completed");
    assert_eq!((ada.cents().await, tom.cents().await), ((0, 0), (4_250, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn one_that_was_never_confirmed_is_refunded_then() {
    let (world, ada, tom, booking) = paid().await;
    world.reaches(DECIDED - 1).await;
    assert_eq!(status(&ada, booking).await, "paid");
    world.reaches(DECIDED).await;
    assert_eq!(status(&ada, booking).await, "refunded");
    assert_eq!((ada.cents().await, tom.cents().await), ((0, 0), (0, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn a_dispute_stops_the_clock() {
    for is_confirmed in [true, false] {
        let (world, ada, tom, booking) = paid().await;
        if is_confirmed {
            tom.steps(booking, "confirm", json!({})).await.is(200);
        }
        world.set_clock(minute(START));
        let ada = ada.logs_in().await;
        ada.steps(booking, "dispute", json!({"reason": "Nobody came."})).await.is(200);
        world.reaches(DECIDED + 24 * 60).await;
        let seen = ada.logs_in().await.lesson(booking).await;
        assert_eq!(seen["disputed"], true);
        assert_eq!(ada.cents().await, (0, 5_000));
        world.admin().await.steps(booking, "resolve", json!({"outcome": "complete"})).await.is(200);
        assert_eq!((ada.cents().await, tom.cents().await), ((0, 0), (4_250, 0)));
        world.is_sound().await;
    }
}

fn reminders(world: &World, person: &str) -> Vec<String> {
    world.told(person).into_iter().filter(|subject| subject.starts_with("Your lesson starts")).collect()
}

#[tokio::test]
async fn both_are_reminded_a_day_and_an_hour_before_once_paid_or_confirmed() {
    for is_confirmed in [true, false] {
        let (world, _, tom, booking) = paid().await;
        if is_confirmed {
            tom.steps(booking, "confirm", json!({})).await.is(200);
        }
        for at in [START - 24 * 60 - 1, START - 24 * 60, START - 24 * 60 + 1, START - 60, START - 59, START] {
            world.reaches(at).await;
        }
        for person in ["ada", "tom"] {
            let expected = ["Your lesson starts in 24 hours", "Your lesson starts in 1 hour"];
            assert_eq!(reminders(&world, person), expected, "{person} {is_confirmed}");
        }
        let list = tom.logs_in().await.all("/api/notifications/").await;
        let ours = list.iter().filter(|notice| notice["title"].as_str().unwrap().starts_with("Your lesson starts"));
        assert_eq!(ours.count(), 2);
    }
}

#[tokio::test]
async fn a_moment_that_was_past_when_it_was_paid_is_skipped() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(5 * 60)).await).await;
    for at in [1, 2] {
        world.reaches(at).await;
    }
    assert!(reminders(&world, "ada").is_empty());
    ada.pays_lesson(booking).await;
    for at in [3, 4 * 60, 4 * 60 + 1] {
        world.reaches(at).await;
    }
    assert_eq!(reminders(&world, "ada"), ["Your lesson starts in 1 hour"]);
}

#[tokio::test]
async fn nobody_is_reminded_of_what_is_unpaid_or_off_and_of_what_was_moved_at_its_new_time() {
    let (world, ada, tom, booking) = paid().await;
    let off = ada.has_lesson(&tom, minute(START + 120)).await;
    tom.steps(off, "cancel", json!({})).await.is(200);
    let new = tom.opens_slot(minute(START + 24 * 60)).await;
    ada.steps(booking, "reschedule", json!({"availability_slot": new})).await.is(200);
    world.reaches(START - 24 * 60 + 121).await;
    assert!(reminders(&world, "ada").is_empty());
    world.reaches(START).await;
    world.reaches(START + 23 * 60).await;
    assert_eq!(reminders(&world, "ada"), ["Your lesson starts in 24 hours", "Your lesson starts in 1 hour"]);
}

#[tokio::test]
async fn what_has_ended_is_looked_at_no_more() {
    for step in ["cancel", "refund"] {
        let (world, _, tom, booking) = paid().await;
        tom.steps(booking, step, json!({})).await.is(200);
        world.settles().await;
        for at in [START - 24 * 60, START - 60, DECIDED, DECIDED + 1] {
            world.set_clock(minute(at));
            assert_eq!(world.ticks().await, 0, "{step}, at minute {at}");
        }
    }
}
