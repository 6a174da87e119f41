//! Another slot for a booking (§4.3, §5.2).

use serde_json::{Value as Json, json};
use tests::person::id;
use tests::slots::{SLOTS, slot};
use tests::{Person, World, minute};

const START: i64 = 72 * 60;

struct Scene {
    world: World,
    ada: Person,
    tom: Person,
    booking: i64,
    old: i64,
}

impl Scene {
    async fn paid() -> Self {
        let world = World::new().await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let old = tom.opens_slot(minute(START)).await;
        let booking = ada.books_slot(old).await;
        ada.pays_lesson(booking).await;
        Self { world, ada, tom, booking, old }
    }

    async fn at(self, minutes: i64) -> Self {
        self.world.set_clock(minute(minutes));
        Self { ada: self.ada.logs_in().await, tom: self.tom.logs_in().await, ..self }
    }

    async fn moves(&self, who: &Person, slot: i64) -> tests::Answer {
        who.steps(self.booking, "reschedule", json!({"availability_slot": slot, "reason": "Ill"})).await
    }
}

#[tokio::test]
async fn either_moves_it_and_the_old_slot_is_free() {
    for by_student in [true, false] {
        let scene = Scene::paid().await;
        let new = scene.tom.opens_slot(minute(START + 60)).await;
        let who = if by_student { &scene.ada } else { &scene.tom };
        let moved = scene.moves(who, new).await.is(200);
        assert_eq!((&moved["id"], &moved["availability_slot"]), (&json!(scene.booking), &json!(new)));
        assert_eq!((&moved["slot_start"], &moved["status"]), (&json!("2027-03-04T09:00:00Z"), &json!("paid")));
        assert_eq!((&moved["reschedule_reason"], &moved["amount"]), (&json!("Ill"), &json!("50.00")));
        assert_eq!(scene.ada.lesson(scene.booking).await["slot_start"], moved["slot_start"]);
        assert_eq!(scene.ada.slot(scene.old).await["is_booked"], false);
        assert_eq!(scene.ada.slot(new).await["is_booked"], true);
        scene.world.register("ben").await.books_slot(scene.old).await;
        scene.world.is_sound().await;
    }
}

#[tokio::test]
async fn by_the_student_a_confirmed_one_waits_again_unless_payment_confirms() {
    for (instant, by_student, status) in
        [(false, true, "paid"), (true, true, "confirmed"), (false, false, "confirmed"), (true, false, "confirmed")]
    {
        let world = World::new().await;
        let (ada, tom) = world.pupil_and_tutor().await;
        if instant {
            tom.confirms_by_payment().await;
        }
        let booking = ada.has_lesson(&tom, minute(START)).await;
        if !instant {
            tom.steps(booking, "confirm", json!({})).await.is(200);
        }
        assert_eq!(ada.lesson(booking).await["status"], "confirmed");
        let new = tom.opens_slot(minute(START + 24 * 60)).await;
        let who = if by_student { &ada } else { &tom };
        let moved = who.steps(booking, "reschedule", json!({"availability_slot": new})).await.is(200);
        assert_eq!(moved["status"], status, "{instant} {by_student}");
        assert_eq!(moved["reschedule_reason"], json!(null));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn an_unpaid_one_is_moved_as_well_and_is_to_be_paid_by_the_same_time() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
    let new = tom.opens_slot(minute(START + 60)).await;
    world.set_clock(minute(10));
    let moved = ada.steps(booking, "reschedule", json!({"availability_slot_id": new})).await.is(200);
    assert_eq!((&moved["status"], &moved["expires_at"]), (&json!("pending"), &json!("2027-03-01T08:15:00Z")));
    world.set_clock(minute(15));
    ada.steps(booking, "reschedule", json!({"availability_slot": new})).await.refuses(409, "invalid_status");
    assert_eq!(ada.slot(new).await["is_booked"], false);
}

#[tokio::test]
async fn until_twelve_hours_before_the_start() {
    for (before, goes) in [(12 * 60 + 1, true), (12 * 60, false)] {
        for by_student in [true, false] {
            let scene = Scene::paid().await;
            let new = scene.tom.opens_slot(minute(START + 24 * 60)).await;
            let scene = scene.at(START - before).await;
            let who = if by_student { &scene.ada } else { &scene.tom };
            assert_eq!(who.lesson(scene.booking).await["can_reschedule"], goes);
            let answer = scene.moves(who, new).await;
            if goes { drop(answer.is(200)) } else { drop(answer.refuses(409, "cutoff_passed")) }
        }
    }
}

#[tokio::test]
async fn a_slot_of_somebody_else_of_another_length_past_or_gone_is_to_blame() {
    let scene = Scene::paid().await;
    let tim = scene.world.tutor("tim", 5_000).await;
    let elsewhere = tim.opens_slot(minute(START + 60)).await;
    let long = id(&scene.tom.post(SLOTS, slot(minute(START + 60), 90)).await.is(201));
    let short = id(&scene.tom.post(SLOTS, slot(minute(START + 180), 30)).await.is(201));
    let soon = scene.tom.opens_slot(minute(5)).await;
    let scene = scene.at(5).await;
    for slot in [elsewhere, long, short, soon, 77] {
        scene.moves(&scene.ada, slot).await.blames("availability_slot");
    }
    scene.ada.steps(scene.booking, "reschedule", json!({})).await.blames("availability_slot");
    let body = json!({"availability_slot": long, "reason": "x".repeat(1_001)});
    scene.ada.steps(scene.booking, "reschedule", body).await.blames("reason");
    // What is wrong with the slot is said before what is wrong with the booking.
    scene.tom.steps(scene.booking, "cancel", json!({})).await.is(200);
    scene.moves(&scene.ada, long).await.blames("availability_slot");
    scene.moves(&scene.ada, scene.tom.opens_slot(minute(START + 600)).await).await.refuses(409, "invalid_status");
}

#[tokio::test]
async fn a_slot_that_is_taken_or_a_student_who_is_busy_stays_so() {
    let scene = Scene::paid().await;
    let ben = scene.world.register("ben").await;
    let taken = scene.tom.opens_slot(minute(START + 60)).await;
    ben.books_slot(taken).await;
    scene.moves(&scene.ada, taken).await.refuses(409, "slot_taken");
    scene.moves(&scene.tom, scene.old).await.refuses(409, "slot_taken");
    let tim = scene.world.tutor("tim", 5_000).await;
    scene.ada.books_slot(tim.opens_slot(minute(START + 120)).await).await;
    let free = scene.tom.opens_slot(minute(START + 130)).await;
    scene.moves(&scene.ada, free).await.refuses(409, "learner_busy");
    scene.moves(&scene.tom, free).await.refuses(409, "learner_busy");
    // What nobody has paid in time is in nobody's way.
    scene.world.set_clock(minute(15));
    scene.moves(&scene.ada, taken).await.is(200);
    scene.moves(&scene.tom, free).await.is(200);
    scene.world.is_sound().await;
}

#[tokio::test]
async fn moved_by_the_tutor_the_student_takes_all_money_back_until_the_new_start() {
    let scene = Scene::paid().await;
    let new = scene.tom.opens_slot(minute(START + 60)).await;
    scene.moves(&scene.tom, new).await.is(200);
    let scene = scene.at(START + 59).await;
    let seen = scene.ada.lesson(scene.booking).await;
    assert_eq!((&seen["can_refund"], &seen["can_reschedule"]), (&json!(true), &json!(false)));
    let refunded = scene.ada.steps(scene.booking, "refund", json!({"reason": "No time"})).await.is(200);
    assert_eq!((&refunded["status"], &refunded["refund_reason"]), (&json!("refunded"), &json!("No time")));
    assert_eq!((scene.ada.cents().await, scene.tom.cents().await), ((0, 0), (0, 0)));
    // Once the student has moved it, the usual hours hold again.
    let scene = Scene::paid().await;
    for (who, at) in [(&scene.tom, 60), (&scene.ada, 120)] {
        let new = scene.tom.opens_slot(minute(START + at)).await;
        scene.moves(who, new).await.is(200);
    }
    let scene = scene.at(START + 120 - 24 * 60).await;
    scene.ada.steps(scene.booking, "refund", json!({})).await.refuses(409, "refund_cutoff_passed");
    scene.world.is_sound().await;
}

#[tokio::test]
async fn administrators_and_strangers_move_nothing_and_a_move_asked_for_twice_is_made_once() {
    let scene = Scene::paid().await;
    let new = scene.tom.opens_slot(minute(START + 60)).await;
    let (admin, ben) = (scene.world.admin().await, scene.world.register("ben").await);
    let bad = json!({"availability_slot": "x"});
    admin.steps(scene.booking, "reschedule", bad.clone()).await.refuses(403, "forbidden");
    ben.steps(scene.booking, "reschedule", bad).await.refuses(404, "not_found");
    let path = format!("/api/v1/bookings/{}/reschedule/", scene.booking);
    let body: Json = json!({"availability_slot": new});
    let first = scene.ada.post_once("k", &path, body.clone()).await.is(200);
    assert_eq!(scene.ada.post_once("k", &path, body).await.is(200), first);
}

#[tokio::test]
async fn an_overlapping_slot_of_the_same_day_takes_over_what_both_share() {
    let scene = Scene::paid().await;
    // The old slot is withdrawn as soon as it is free, and one that overlaps it published: nothing is claimed twice.
    let far = scene.tom.opens_slot(minute(START + 600)).await;
    scene.moves(&scene.tom, far).await.is(200);
    assert_eq!(scene.tom.delete(&format!("{SLOTS}{}/", scene.old)).await.status, 204);
    let near = scene.tom.opens_slot(minute(START + 30)).await;
    scene.moves(&scene.ada, near).await.is(200);
    scene.world.register("ben").await.wants_slot(near).await.refuses(409, "slot_taken");
    scene.world.is_sound().await;
}
