//! A function may die between any two of its calls to the table: nothing is left half done, and who asks again gets what
//! they asked for, once.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::slots::{BOOKINGS, SLOTS, slot};
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World, minute};

const START: i64 = 72 * 60;

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

struct Scene {
    world: World,
    ada: Person,
    tom: Person,
    admin: Person,
    booking: i64,
    /// Another slot.
    free: i64,
}

impl Scene {
    async fn paid(minutes: i64) -> Self {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::default() }).await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let booking = ada.has_lesson(&tom, minute(START)).await;
        let free = tom.opens_slot(minute(START + 60)).await;
        let admin = world.admin().await;
        world.set_clock(minute(minutes));
        let (ada, tom, admin) = (ada.logs_in().await, tom.logs_in().await, admin.logs_in().await);
        Self { world, ada, tom, admin, booking, free }
    }

    fn path(&self, step: &str) -> String {
        format!("{BOOKINGS}{}/{step}/", self.booking)
    }
}

/// What holds whenever it is done.
type Done = (&'static str, (u64, u64), (u64, u64));

/// Lets `act` die everywhere, once with a key. Whoever comes again with it hears of success, once.
async fn dies_anywhere<F>(what: &str, minutes: i64, arrange: &[(&str, Json)], act: F, expected: Done)
where
    F: Fn(&Scene) -> (Person, String, Json),
{
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = Scene::paid(minutes).await;
            for (step, body) in arrange {
                scene.ada.post(&scene.path(step), body.clone()).await.is(200);
            }
            let (who, path, body) = act(&scene);
            let send = async || -> Answer { who.post_once("k", &path, body.clone()).await };
            scene.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = scene.world.table.faults.until_death(send()).await;
            scene.world.table.faults.disarm();
            scene.world.is_sound().await;
            let is_over = answer.is_some_and(|answer| answer.status == 200);
            scene.world.advance(LEASE);
            let again = send().await.is(200);
            assert_eq!(send().await.is(200), again, "{what} {moment:?} {nth}");
            assert_eq!(scene.ada.lesson(scene.booking).await["status"], expected.0, "{what} {moment:?} {nth}");
            assert_eq!((scene.ada.cents().await, scene.tom.cents().await), (expected.1, expected.2), "{what} {nth}");
            scene.world.is_sound().await;
            if is_over {
                println!("{what}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

const HELD: (u64, u64) = (0, 5_000);
const NOTHING: (u64, u64) = (0, 0);
const EARNED: (u64, u64) = (4_250, 0);

#[tokio::test]
async fn a_booking_and_a_slot_that_die_are_whole_or_nothing() {
    for books in [true, false] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let world = World::new().await;
                let (ada, tom) = world.pupil_and_tutor().await;
                let body = json!({"availability_slot": tom.opens_slot(minute(START)).await});
                let send = async || match books {
                    true => ada.post_once("k", BOOKINGS, body.clone()).await,
                    false => tom.post_once("k", SLOTS, slot(minute(START + 60), 60)).await,
                };
                world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
                let answer = world.table.faults.until_death(send()).await;
                world.table.faults.disarm();
                world.is_sound().await;
                let is_over = answer.is_some_and(|answer| answer.status == 201);
                world.advance(LEASE);
                let made = send().await.is(201);
                let listed = if books { ada.get(BOOKINGS).await } else { tom.get(SLOTS).await }.is(200);
                assert_eq!(listed["count"], if books { 1 } else { 2 }, "{moment:?} {nth}");
                let found = listed["results"].as_array().unwrap().iter().any(|row| row["id"] == made["id"]);
                assert!(found, "{listed}");
                world.is_sound().await;
                if is_over {
                    println!("{}: {} calls, died {moment:?} each", if books { "book" } else { "publish" }, nth - 1);
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_confirmation_that_dies_is_whole_or_nothing() {
    let act = |scene: &Scene| (scene.tom.clone(), scene.path("confirm"), json!({}));
    dies_anywhere("confirm", 0, &[], act, ("confirmed", HELD, NOTHING)).await;
}

#[tokio::test]
async fn a_cancellation_or_refund_that_dies_is_whole_or_nothing() {
    for (step, minutes, expected) in [
        ("cancel", 0, ("refunded", NOTHING, NOTHING)),
        ("cancel", START - 13 * 60, ("cancelled", NOTHING, EARNED)),
        ("refund", 0, ("refunded", NOTHING, NOTHING)),
    ] {
        let act = |scene: &Scene| (scene.ada.clone(), scene.path(step), json!({"reason": "Ill"}));
        dies_anywhere(step, minutes, &[], act, expected).await;
    }
}

#[tokio::test]
async fn a_move_that_dies_is_whole_or_nothing() {
    let act = |scene: &Scene| (scene.tom.clone(), scene.path("reschedule"), json!({"availability_slot": scene.free}));
    dies_anywhere("reschedule", 0, &[], act, ("paid", HELD, NOTHING)).await;
}

#[tokio::test]
async fn a_second_word_that_dies_is_whole_or_nothing() {
    let act = |scene: &Scene| (scene.tom.clone(), scene.path("complete"), json!({}));
    dies_anywhere("complete", START, &[("complete", json!({}))], act, ("completed", NOTHING, EARNED)).await;
}

#[tokio::test]
async fn a_dispute_and_its_decision_that_die_are_whole_or_nothing() {
    let complaint = json!({"reason": "Nobody came."});
    let act = |scene: &Scene| (scene.ada.clone(), scene.path("dispute"), json!({"reason": "Nobody came."}));
    dies_anywhere("dispute", START, &[], act, ("paid", HELD, NOTHING)).await;
    for (outcome, expected) in
        [("complete", ("completed", NOTHING, EARNED)), ("refund", ("refunded", NOTHING, NOTHING))]
    {
        let act = |scene: &Scene| (scene.admin.clone(), scene.path("resolve"), json!({"outcome": outcome}));
        dies_anywhere("resolve", START, &[("dispute", complaint.clone())], act, expected).await;
    }
}

#[tokio::test]
async fn a_slot_that_is_changed_or_taken_back_by_somebody_who_dies_is_whole() {
    for deletes in [true, false] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let scene = Scene::paid(0).await;
                let path = format!("{SLOTS}{}/", scene.free);
                let change = json!({"end_time": tests::person::stamp(minute(START + 150))});
                let send = async || match deletes {
                    true => scene.tom.delete(&path).await,
                    false => scene.tom.patch(&path, change.clone()).await,
                };
                scene.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
                let answer = scene.world.table.faults.until_death(send()).await;
                scene.world.table.faults.disarm();
                let is_over = answer.is_some_and(|answer| answer.status < 300);
                let again = send().await;
                assert!(matches!(again.status, 200 | 204 | 404), "{again}");
                let booked = scene.ada.wants_slot(scene.free).await;
                match deletes {
                    true => booked.blames("availability_slot"),
                    false => assert_eq!(booked.is(201)["duration_minutes"], 90),
                }
                scene.world.is_sound().await;
                if is_over {
                    break;
                }
            }
        }
    }
}
