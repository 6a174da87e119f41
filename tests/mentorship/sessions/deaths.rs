//! A function may die between any two of its calls to the table: nothing is left half done, and who asks again gets what
//! they asked for, once.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::person::stamp;
use tests::sessions::{ATTEND, BOOK, session};
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World, minute};

const START: i64 = 72 * 60;

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

struct Scene {
    world: World,
    ada: Person,
    mia: Person,
    admin: Person,
    booking: i64,
}

impl Scene {
    async fn paid(minutes: i64) -> Self {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::default() }).await;
        let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
        let booking = ada.has_session(&mia, minute(START)).await;
        let admin = world.admin().await;
        world.set_clock(minute(minutes));
        let (ada, mia, admin) = (ada.logs_in().await, mia.logs_in().await, admin.logs_in().await);
        Self { world, ada, mia, admin, booking }
    }

    async fn status(&self) -> Json {
        self.ada.session("student", self.booking).await["status"].clone()
    }
}

/// Lets `act` die everywhere, once with a key. Whoever comes again with it hears of success, once.
async fn dies_anywhere<F>(what: &str, minutes: i64, act: F, expected: (&str, (u64, u64), (u64, u64)))
where
    F: Fn(&Scene) -> (Person, String, Json),
{
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = Scene::paid(minutes).await;
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
            assert_eq!(scene.status().await, expected.0, "{what} {moment:?} {nth}");
            assert_eq!((scene.ada.rupees().await, scene.mia.rupees().await), (expected.1, expected.2), "{what} {nth}");
            scene.world.is_sound().await;
            if is_over {
                println!("{what}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

fn step(who: &Person, role: &str, scene: &Scene, step: &str, body: Json) -> (Person, String, Json) {
    (who.clone(), format!("/api/{role}/sessions/{}/{step}/", scene.booking), body)
}

#[tokio::test]
async fn a_booking_that_dies_is_whole_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::new().await;
            let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
            let send = async || ada.post_once("k", BOOK, session(&mia, minute(START))).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(send()).await;
            world.table.faults.disarm();
            world.is_sound().await;
            let is_over = answer.is_some_and(|answer| answer.status == 201);
            world.advance(LEASE);
            let booked = send().await.is(201);
            let listed = ada.get("/api/student/sessions/").await.is(200);
            assert_eq!(listed.as_array().map(Vec::len), Some(1), "{moment:?} {nth}");
            assert_eq!((&listed[0]["id"], &booked["student_id"]), (&booked["id"], &json!(listed[0]["student_id"])));
            world.is_sound().await;
            if is_over {
                println!("book: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_cancellation_that_dies_is_whole_or_nothing() {
    let cancel = |scene: &Scene| step(&scene.ada, "student", scene, "cancel", json!({}));
    dies_anywhere("cancel", 0, cancel, ("cancelled", (0, 0), (0, 0))).await;
    dies_anywhere("cancel late", START - 60, cancel, ("cancelled", (0, 0), (42_500, 0))).await;
}

#[tokio::test]
async fn a_move_that_dies_is_whole_or_nothing() {
    let to = json!({"start_time": stamp(minute(START + 25 * 60))});
    let change = |scene: &Scene| step(&scene.mia, "mentor", scene, "reschedule", to.clone());
    dies_anywhere("move", 0, change, ("confirmed", (0, 50_000), (0, 0))).await;
}

#[tokio::test]
async fn a_dispute_that_dies_is_whole_or_nothing() {
    let dispute = |scene: &Scene| step(&scene.ada, "student", scene, "dispute", json!({"reason": "Nobody came."}));
    dies_anywhere("dispute", START + 1, dispute, ("disputed", (0, 50_000), (0, 0))).await;
}

#[tokio::test]
async fn a_decision_that_dies_is_whole_or_nothing() {
    for (outcome, expected) in
        [("complete", ("completed", (0, 0), (42_500, 0))), ("refund", ("cancelled", (0, 0), (0, 0)))]
    {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let scene = Scene::paid(START + 1).await;
                let reason = json!({"reason": "Nobody came."});
                scene.ada.takes_step("student", scene.booking, "dispute", reason).await.is(200);
                let path = format!("/api/admin/sessions/{}/resolve/", scene.booking);
                let send = async || scene.admin.post_once("k", &path, json!({"outcome": outcome})).await;
                scene.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
                let answer = scene.world.table.faults.until_death(send()).await;
                scene.world.table.faults.disarm();
                scene.world.is_sound().await;
                let is_over = answer.is_some_and(|answer| answer.status == 200);
                scene.world.advance(LEASE);
                send().await.is(200);
                assert_eq!(scene.status().await, expected.0);
                assert_eq!((scene.ada.rupees().await, scene.mia.rupees().await), (expected.1, expected.2));
                if is_over {
                    println!("resolve: {} calls, died {moment:?} each", nth - 1);
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_mark_of_attendance_that_dies_is_whole_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = Scene::paid(START).await;
            let booking = scene.booking;
            let key = |session: Json| json!({"meeting_id": booking, "attendance_key": session["attendance_key"]});
            let for_ada = key(scene.mia.session("mentor", booking).await);
            let for_mia = key(scene.ada.session("student", booking).await);
            scene.ada.post(ATTEND, for_ada).await.is(200);
            scene.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = scene.world.table.faults.until_death(scene.mia.post(ATTEND, for_mia.clone())).await;
            scene.world.table.faults.disarm();
            scene.world.is_sound().await;
            scene.mia.post(ATTEND, for_mia).await.is(200);
            assert_eq!((scene.status().await, scene.mia.rupees().await), (json!("completed"), (42_500, 0)));
            if answer.is_some_and(|answer| answer.status == 200) {
                println!("attend: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}
