//! Booking a slot (§3.2, §5.1, §5.2).

use chrono::TimeDelta;
use domain::ledger::{Amount, Unit};
use serde_json::{Value as Json, json};
use tests::consultations::talk::{at, opened};
use tests::person::id;
use tests::shape::has_exactly;
use tests::slots::{BOOKINGS, SLOTS, dollars, slot};
use tests::{Person, World, minute};

const START: i64 = 48 * 60;

pub(super) const KEYS: [&str; 31] = [
    "id",
    "student",
    "student_name",
    "student_email",
    "tutor",
    "tutor_name",
    "tutor_email",
    "course",
    "course_title",
    "availability_slot",
    "slot_start",
    "slot_end",
    "duration_minutes",
    "is_trial_lesson",
    "status",
    "amount",
    "platform_fee",
    "tutor_earnings",
    "currency",
    "expires_at",
    "meeting_link",
    "notes",
    "student_confirmed",
    "tutor_confirmed",
    "disputed",
    "can_refund",
    "can_reschedule",
    "cancel_reason",
    "reschedule_reason",
    "refund_reason",
    "created_at",
];

#[tokio::test]
async fn a_booking_looks_as_documented_and_waits_a_quarter_of_an_hour_to_be_paid() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let slot = tom.opens_slot(minute(START)).await;
    let body =
        json!({"availability_slot_id": slot, "notes": " Lifetimes ", "amount": "0.01", "status": "paid", "student": 1});
    let booked = ada.post(BOOKINGS, body).await.is(201);
    let keys: Vec<_> = KEYS.into_iter().chain(["updated_at"]).collect();
    has_exactly(&booked, &keys);
    let expected = json!({
        "student": ada.id, "student_name": "ada", "student_email": "ada@example.org",
        "tutor": tom.id, "tutor_name": "tom", "tutor_email": "tom@example.org",
        "course": null, "course_title": null, "availability_slot": slot,
        "slot_start": "2027-03-03T08:00:00Z", "slot_end": "2027-03-03T09:00:00Z", "duration_minutes": 60,
        "is_trial_lesson": true, "status": "pending", "amount": "50.00", "platform_fee": "7.50",
        "tutor_earnings": "42.50", "currency": "USD", "expires_at": "2027-03-01T08:15:00Z", "meeting_link": null,
        "notes": "Lifetimes", "student_confirmed": false, "tutor_confirmed": false, "disputed": false,
        "can_refund": false, "can_reschedule": true, "cancel_reason": null, "reschedule_reason": null,
        "refund_reason": null, "created_at": "2027-03-01T08:00:00Z", "updated_at": "2027-03-01T08:00:00Z",
        "id": booked["id"],
    });
    assert_eq!(booked, expected);
    assert_eq!(ada.lesson(id(&booked)).await, expected);
    assert_eq!(tom.lesson(id(&booked)).await, expected, "the tutor may move it as well");
    ada.pays_lesson(id(&booked)).await;
    let paid = ada.lesson(id(&booked)).await;
    assert_eq!(
        (&paid["status"], &paid["expires_at"], &paid["can_refund"]),
        (&json!("paid"), &json!(null), &json!(true))
    );
    assert_eq!((ada.cents().await, tom.cents().await), ((0, 5_000), (0, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn strangers_do_not_know_a_booking_and_administrators_see_all() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.has_lesson(&tom, minute(START)).await;
    let path = format!("{BOOKINGS}{booking}/");
    let ben = world.register("ben").await;
    ben.get(&path).await.refuses(404, "not_found");
    ben.patch(&path, json!({"notes": 7})).await.refuses(404, "not_found");
    ben.delete(&path).await.refuses(404, "not_found");
    ben.steps(booking, "cancel", json!({"reason": 7})).await.refuses(404, "not_found");
    ben.signed_out().get(&path).await.refuses(401, "not_authenticated");
    let admin = world.admin().await;
    let seen = admin.lesson(booking).await;
    assert_eq!((&seen["student_email"], &seen["can_refund"]), (&json!("ada@example.org"), &json!(true)));
    assert_eq!(seen["can_reschedule"], false);
}

/// Books an own slot of so many minutes.
async fn price(tom: &Person, ada: &Person, at: i64, minutes: i64) -> Json {
    let slot = id(&tom.post(SLOTS, slot(minute(START + at), minutes)).await.is(201));
    let booked = ada.wants_slot(slot).await.is(201);
    json!([booked["amount"], booked["platform_fee"], booked["tutor_earnings"], booked["currency"]])
}

#[tokio::test]
async fn the_price_is_the_hourly_rate_by_the_minute_half_up_else_that_of_a_lesson() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let terms = async |hourly: Option<u64>, session: Option<u64>| {
        let amount = |minor: Option<u64>| minor.map(|minor| Amount { unit: dollars(), minor });
        tom.alter(|user| {
            let expert = user.expert.as_mut().unwrap();
            (expert.hourly, expert.price) = (amount(hourly), amount(session));
        })
        .await;
    };
    terms(Some(2_501), Some(9_900)).await;
    assert_eq!(price(&tom, &ada, 0, 30).await, json!(["12.51", "1.88", "10.63", "USD"]), "12.505 half-up; 1.8765 too");
    assert_eq!(price(&tom, &ada, 60, 45).await, json!(["18.76", "2.81", "15.95", "USD"]), "18.7575");
    terms(Some(2), None).await;
    assert_eq!(price(&tom, &ada, 120, 15).await, json!(["0.01", "0.00", "0.01", "USD"]), "0.005 is a cent");
    terms(None, Some(1_990)).await;
    assert_eq!(price(&tom, &ada, 180, 120).await, json!(["19.90", "2.99", "16.91", "USD"]), "2.985");
    // A rate of nothing is a price, too.
    terms(Some(0), Some(1_990)).await;
    assert_eq!(price(&tom, &ada, 300, 60).await, json!(["0.00", "0.00", "0.00", "USD"]));
    terms(None, None).await;
    let slot = tom.opens_slot(minute(START + 400)).await;
    assert_eq!(tom.slot(slot).await["price"], json!(null));
    ada.wants_slot(slot).await.blames("availability_slot");
    world.is_sound().await;
}

#[tokio::test]
async fn what_was_booked_keeps_its_price() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
    tom.alter(|user| user.expert.as_mut().unwrap().hourly = Some(Amount { unit: dollars(), minor: 1 })).await;
    assert_eq!(ada.lesson(booking).await["amount"], "50.00");
    ada.pays_lesson(booking).await;
    assert_eq!(ada.cents().await, (0, 5_000));
}

#[tokio::test]
async fn what_costs_nothing_is_paid_at_once() {
    let world = World::new().await;
    let (ada, tom) = (world.register("ada").await, world.tutor("tom", 0).await);
    let booked = ada.wants_slot(tom.opens_slot(minute(START)).await).await.is(201);
    assert_eq!((&booked["status"], &booked["expires_at"]), (&json!("paid"), &json!(null)));
    let confirmed = tom.steps(id(&booked), "confirm", json!({})).await.is(200);
    assert_eq!(confirmed["status"], "confirmed");
}

#[tokio::test]
async fn a_slot_that_is_unknown_past_or_ones_own_is_to_blame() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let soon = tom.opens_slot(minute(5)).await;
    for body in [
        json!({}),
        json!({"availability_slot": "x"}),
        json!({"availability_slot": 0}),
        json!({"availability_slot": 77}),
    ] {
        ada.post(BOOKINGS, body).await.blames("availability_slot");
    }
    tom.wants_slot(soon).await.blames("availability_slot");
    world.set_clock(minute(5));
    ada.wants_slot(soon).await.blames("availability_slot");
    let gone = tom.opens_slot(minute(120)).await;
    assert_eq!(tom.delete(&format!("{SLOTS}{gone}/")).await.status, 204);
    ada.wants_slot(gone).await.blames("availability_slot");
    let slot = tom.opens_slot(minute(240)).await;
    ada.post(BOOKINGS, json!({"availability_slot": slot, "course": 77})).await.blames("course");
    ada.post(BOOKINGS, json!({"availability_slot": slot, "notes": "x".repeat(2001)})).await.blames("notes");
    tom.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Rejected).await;
    ada.wants_slot(slot).await.blames("availability_slot");
}

#[tokio::test]
async fn a_slot_is_booked_once_and_nobody_is_at_two_places() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (ben, tim) = (world.register("ben").await, world.tutor("tim", 5_000).await);
    let (one, other) = (tom.opens_slot(minute(START)).await, tim.opens_slot(minute(START + 30)).await);
    let booking = ada.books_slot(one).await;
    ben.wants_slot(one).await.refuses(409, "slot_taken");
    ada.wants_slot(one).await.refuses(409, "slot_taken");
    ada.wants_slot(other).await.refuses(409, "learner_busy");
    // Cancelled, it is free again.
    ada.steps(booking, "cancel", json!({})).await.is(200);
    ada.books_slot(other).await;
    ben.books_slot(one).await;
    world.is_sound().await;
}

#[tokio::test]
async fn what_nobody_paid_is_free_from_the_very_second_tick_or_not() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let ben = world.register("ben").await;
    let slot = tom.opens_slot(minute(START)).await;
    let booking = ada.books_slot(slot).await;
    world.set_clock(minute(15) - TimeDelta::seconds(1));
    ben.wants_slot(slot).await.refuses(409, "slot_taken");
    world.set_clock(minute(15));
    assert_eq!(ben.slot(slot).await["is_booked"], false);
    let seen = ada.lesson(booking).await;
    assert_eq!((&seen["status"], &seen["cancel_reason"]), (&json!("cancelled"), &json!("payment_timeout")));
    assert_eq!((&seen["can_reschedule"], &seen["expires_at"]), (&json!(false), &json!(null)));
    for person in [&ada, &tom] {
        person.steps(booking, "cancel", json!({})).await.refuses(409, "invalid_status");
    }
    world.admin().await.steps(booking, "cancel", json!({})).await.refuses(409, "invalid_status");
    ben.books_slot(slot).await;
    ada.wants_slot(slot).await.refuses(409, "slot_taken");
    world.is_sound().await;
}

#[tokio::test]
async fn a_block_made_elsewhere_forbids_booking() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let slot = tom.opens_slot(minute(START)).await;
    let booking = ada.books_slot(tom.opens_slot(minute(START + 60)).await).await;
    let room = opened(&ada, &tom).await;
    tom.post(&at(room, "block"), json!({})).await.is(200);
    ada.wants_slot(slot).await.refuses(403, "blocked");
    ada.steps(booking, "reschedule", json!({"availability_slot": slot})).await.refuses(403, "blocked");
}

#[tokio::test]
async fn only_the_first_booking_with_a_tutor_is_a_trial_lesson() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let tim = world.tutor("tim", 5_000).await;
    let booked = async |tutor: &Person, at: i64| ada.wants_slot(tutor.opens_slot(minute(at)).await).await.is(201);
    assert_eq!(booked(&tom, START).await["is_trial_lesson"], true);
    assert_eq!(booked(&tom, START + 60).await["is_trial_lesson"], false);
    assert_eq!(booked(&tim, START + 120).await["is_trial_lesson"], true);
    let ben = world.register("ben").await;
    let slot = tom.opens_slot(minute(START + 180)).await;
    assert_eq!(ben.wants_slot(slot).await.is(201)["is_trial_lesson"], true);
}

#[tokio::test]
async fn a_booking_asked_for_twice_with_one_key_is_made_once() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let body = json!({"availability_slot": tom.opens_slot(minute(START)).await});
    let first = ada.post_once("k", BOOKINGS, body.clone()).await.is(201);
    assert_eq!(ada.post_once("k", BOOKINGS, body.clone()).await.is(201), first);
    assert_eq!(ada.get(BOOKINGS).await.is(200)["count"], 1);
    ada.post(BOOKINGS, body).await.refuses(409, "slot_taken");
}

#[tokio::test]
async fn a_price_in_credits_is_held_at_once() {
    let world = World::new().await;
    let (ada, tom) = (world.register("ada").await, world.expert("tom").await);
    tom.charges(Unit::Credit, 1).await;
    let booked = ada.wants_slot(tom.opens_slot(minute(START)).await).await.is(201);
    assert_eq!((&booked["status"], &booked["amount"]), (&json!("paid"), &json!("1.00")));
    assert_eq!((&booked["platform_fee"], ada.credits().await), (&json!("0.00"), (0, 1)));
    ada.wants_slot(tom.opens_slot(minute(START + 60)).await).await.refuses(409, "insufficient_funds");
    world.is_sound().await;
}
