//! What the clock does to sessions.

use serde_json::json;
use tests::{Person, Setup, World, minute};

const START: i64 = 48 * 60;
/// A day after the end.
const DECIDED: i64 = START + 25 * 60;

async fn paid(world: &World) -> (Person, Person, i64) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.has_session(&mia, minute(START)).await;
    (ada, mia, booking)
}

async fn passes(world: &World, minutes: i64) {
    world.set_clock(minute(minutes));
    for _ in 0..2 {
        world.ticks().await;
        world.settles().await;
    }
}

#[tokio::test]
async fn a_hold_that_ends_is_written_down_without_a_word() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(START)).await;
    passes(&world, 16).await;
    let session = ada.session("student", booking).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("expired"), &json!("unpaid")));
    assert!(world.mails().is_empty());
    world.is_sound().await;
}

#[tokio::test]
async fn with_one_mark_it_is_completed_a_day_after_the_end_and_without_it_is_a_no_show() {
    for marked in [true, false] {
        let world = World::with(Setup::live()).await;
        let (ada, mia, booking) = paid(&world).await;
        let key = mia.session("mentor", booking).await["attendance_key"].clone();
        world.set_clock(minute(START));
        let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
        if marked {
            ada.attends(booking, &key).await.is(200);
        }
        passes(&world, DECIDED - 1).await;
        let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
        assert_eq!(ada.session("student", booking).await["status"], "confirmed");
        passes(&world, DECIDED).await;
        passes(&world, DECIDED + 1).await;
        let session = ada.session("student", booking).await;
        let expected = if marked { ("completed", "paid", 42_500) } else { ("no_show", "refunded", 0) };
        assert_eq!((&session["status"], &session["payment_status"]), (&json!(expected.0), &json!(expected.1)));
        assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (expected.2, 0)));
        let subject = if marked { "Session completed" } else { "Session missed" };
        assert_eq!(tests::sessions::told(&world, "mia").iter().filter(|told| *told == subject).count(), 1);
        world.is_sound().await;
    }
}

#[tokio::test]
async fn both_are_reminded_twice_and_of_the_newest_time_only() {
    let world = World::with(Setup::live()).await;
    let (ada, _, booking) = paid(&world).await;
    let to = json!({"start_time": tests::person::stamp(minute(START + 24 * 60))});
    ada.takes_step("student", booking, "reschedule", to).await.is(200);
    world.settles().await;
    for minutes in [START - 24 * 60, START - 60, START, START + 1, START + 23 * 60, START + 23 * 60 + 1] {
        passes(&world, minutes).await;
    }
    for person in ["ada", "mia"] {
        let told = tests::sessions::told(&world, person);
        let reminders: Vec<_> = told.iter().filter(|subject| subject.starts_with("Reminder")).collect();
        assert_eq!(reminders, ["Reminder: session in 24 hours", "Reminder: session in 1 hour"], "{told:?}");
    }
}

#[tokio::test]
async fn what_has_ended_is_looked_at_no_more() {
    for way in ["paid", "unpaid", "moved away"] {
        let world = World::with(Setup::live()).await;
        let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
        let booking = match way {
            "unpaid" => ada.takes_session(&mia, minute(START)).await,
            _ => ada.has_session(&mia, minute(START)).await,
        };
        if way == "moved away" {
            let to = json!({"start_time": tests::person::stamp(minute(START + 24 * 60))});
            ada.takes_step("student", booking, "reschedule", to).await.is(200);
        }
        mia.takes_step("mentor", booking, "cancel", json!({})).await.is(200);
        world.settles().await;
        for minutes in [START - 24 * 60, START - 60, START, START + 25 * 60, START + 24 * 60] {
            world.set_clock(minute(minutes));
            assert_eq!(world.ticks().await, 0, "{way}, at minute {minutes}");
        }
    }
}

#[tokio::test]
async fn a_suspended_mentors_sessions_are_called_off_paid_or_not() {
    let world = World::with(Setup::live()).await;
    let (ada, mia, paid) = paid(&world).await;
    let unpaid = ada.takes_session(&mia, minute(START + 120)).await;
    let order = ada.orders_session(unpaid).await;
    let admin = world.admin().await;
    tests::consultations::vetting::suspends(&admin, &mia, "Complaints").await.is(200);
    for (booking, payment) in [(paid, "refunded"), (unpaid, "unpaid")] {
        let session = ada.session("student", booking).await;
        assert_eq!((&session["status"], &session["payment_status"]), (&json!("cancelled"), &json!(payment)));
    }
    // Money that comes all the same goes back.
    let shown = tests::sessions::verification(unpaid, &order, "pay_late");
    ada.post(tests::sessions::VERIFY, shown).await.refuses(409, "not_payable");
    assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (0, 0)));
    world.settles().await;
    let told = tests::sessions::told(&world, "ada");
    assert_eq!(told.iter().filter(|subject| *subject == "Session cancelled").count(), 2, "{told:?}");
    world.is_sound().await;
}
