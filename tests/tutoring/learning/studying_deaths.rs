//! A function may die between any two of its calls to the table while somebody enrols, pays or studies: it is done or not,
//! and who asks again gets it once.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::courses::{ENROLLMENTS, course};
use tests::paying::{INTENTS, delivers, plain_event};
use tests::person::id;
use tests::{Answer, Fault, Moment, Person, Strike, World};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

struct Scene {
    world: World,
    ada: Person,
    bob: Person,
    course: i64,
    lesson: i64,
}

async fn offered(price: &str) -> Scene {
    let world = World::new().await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    let course = ada.publishes("Looms", price).await;
    let lesson = ada.adds_lesson(course, "Warps").await;
    Scene { world, ada, bob, course, lesson }
}

/// Lets `act` die at each of its calls, once; `comes_again` is what its caller does then. True once nobody died any more.
async fn dies_at<T>(world: &World, (moment, nth): (Moment, usize), act: impl Future<Output = T>) -> bool {
    let faults = &world.table.faults;
    faults.arm(Strike::once(Fault::Death, moment, nth));
    let answered = faults.until_death(act).await;
    faults.disarm();
    world.is_sound().await;
    world.advance(LEASE);
    answered.is_some()
}

impl Scene {
    async fn enrollments(&self) -> Vec<Json> {
        self.bob.rows("enrollments/").await
    }

    async fn enroll_once(&self) -> Answer {
        self.bob.post_once("k", &course(self.course, "enroll/"), json!({})).await
    }
}

#[tokio::test]
async fn an_enrolment_that_dies_is_whole_or_nothing() {
    for (price, status) in [("0.00", "active"), ("5.00", "pending")] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let scene = offered(price).await;
                let is_over = dies_at(&scene.world, (moment, nth), scene.enroll_once()).await;
                let again = scene.enroll_once().await;
                assert!(matches!(again.status, 200 | 201), "{again}");
                let rows = scene.enrollments().await;
                assert_eq!((rows.len(), &rows[0]["status"]), (1, &json!(status)), "{moment:?} {nth}");
                let seen = scene.bob.get(&course(scene.course, "")).await.is(200);
                assert_eq!(seen["is_enrolled"], status == "active");
                assert_eq!(scene.bob.rows("lessons/").await.len(), usize::from(status == "active"));
                scene.ada.delete(&course(scene.course, "")).await.refuses(409, "has_enrollments");
                scene.world.is_sound().await;
                if is_over {
                    println!("enrol for {price}: {} calls, died {moment:?} each", nth - 1);
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_payment_in_one_request_that_dies_is_whole_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = offered("10.00").await;
            let enrollment = id(&scene.bob.enrolls(scene.course).await.is(201));
            let order = json!({"enrollment": enrollment, "provider": "simulated"});
            let send = async || scene.bob.post_once("k", INTENTS, order.clone()).await;
            let is_over = dies_at(&scene.world, (moment, nth), send()).await;
            assert_eq!(send().await.is(201)["status"], "succeeded", "{moment:?} {nth}");
            assert_eq!(scene.enrollments().await[0]["status"], "active");
            assert_eq!(scene.ada.purse().await.0, "8.50");
            scene.world.is_sound().await;
            if is_over {
                println!("pay at once: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_event_whose_receiver_dies_acts_once_when_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = offered("10.00").await;
            let enrollment = id(&scene.bob.enrolls(scene.course).await.is(201));
            let payment = scene.bob.wants_to_pay(enrollment, "paypal").await.is(201);
            let event = plain_event("evt_1", "succeeded", &payment);
            let send = async || delivers(&scene.world, "paypal", &event).await;
            let is_over = dies_at(&scene.world, (moment, nth), send()).await;
            send().await.is(200);
            assert_eq!(send().await.is(200)["duplicate"], true, "{moment:?} {nth}");
            let path = format!("{ENROLLMENTS}{enrollment}/");
            assert_eq!(scene.bob.get(&path).await.is(200)["status"], "active");
            assert_eq!(scene.ada.purse().await, ("8.50".to_owned(), "8.50".to_owned()));
            scene.world.is_sound().await;
            if is_over {
                println!("event: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn progress_that_dies_is_counted_once_when_it_is_said_again() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = offered("0.00").await;
            scene.bob.takes(scene.course).await;
            let said = json!({"lesson": scene.lesson, "is_completed": true, "time_spent": 7});
            let send = async || scene.bob.post_once("k", tests::courses::PROGRESS, said.clone()).await;
            let is_over = dies_at(&scene.world, (moment, nth), send()).await;
            let again = send().await;
            assert_eq!(again.is(201)["is_completed"], true, "{moment:?} {nth}");
            let summary = scene.bob.get(&course(scene.course, "progress/")).await.is(200);
            assert_eq!((&summary["percent"], &summary["time_spent"]), (&json!(100), &json!(7)));
            assert_eq!(scene.enrollments().await[0]["percent"], 100);
            assert_eq!(scene.bob.rows("progress/").await.len(), 1);
            if is_over {
                println!("study: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}
