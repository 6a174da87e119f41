//! Booking a session: what is asked for, what is refused, who gets the time.

use chrono::TimeDelta;
use serde_json::json;
use tests::consultations::wish;
use tests::mentorship::m;
use tests::person::{id, meeting, stamp};
use tests::sessions::{BOOK, session};
use tests::{Setup, World, at_once, minute, tally};

#[tokio::test]
async fn a_session_is_held_for_fifteen_minutes_at_the_mentors_price() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_050).await);
    let mut wish = session(&mia, minute(48 * 60));
    wish["duration_minutes"] = json!(90);
    wish["notes"] = json!("What is 'static?");
    wish["service"] = json!("Code review");
    for ignored in ["price", "is_paid", "status", "amount", "service_price", "order_id", "refund_amount"] {
        wish[ignored] = json!("1.00");
    }
    let booked = ada.post(BOOK, wish).await.is(201);
    let made: chrono::DateTime<chrono::Utc> = booked["created_at"].as_str().unwrap().parse().unwrap();
    let expected = json!({
        "id": booked["id"], "booking_id": booked["id"], "meeting_id": booked["id"], "mentor_id": "M000001",
        "mentor_name": booked["mentor_name"], "student_id": "S000001", "student_name": booked["student_name"],
        "subject": "Lifetimes", "service": "Code review", "notes": "What is 'static?",
        "start_time": stamp(minute(48 * 60)), "end_time": stamp(minute(48 * 60 + 90)), "duration_minutes": 90,
        "price": "750.75", "currency": "INR", "status": "pending_payment", "payment_status": "unpaid",
        "is_paid": false, "hold_expires_at": stamp(made + TimeDelta::minutes(15)), "order_id": null, "meeting_link": null,
        "refund_amount": "0.00", "has_feedback": false, "created_at": stamp(made), "updated_at": stamp(made),
    });
    assert_eq!(booked, expected);
    let mut own = ada.session("student", id(&booked)).await;
    assert_eq!(own.as_object_mut().unwrap().remove("attendance_key"), Some(json!(null)));
    assert_eq!(own, expected);
    world.is_sound().await;
}

#[tokio::test]
async fn the_price_is_frozen_and_rounded_half_up() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 1001).await);
    for (hour, minutes, price) in [(48, 90, "15.02"), (50, 15, "2.50"), (52, 60, "10.01")] {
        let mut wish = session(&mia, minute(hour * 60));
        wish["duration_minutes"] = json!(minutes);
        assert_eq!(ada.post(BOOK, wish).await.is(201)["price"], price);
    }
    let newest = ada.get(&m("student/sessions/")).await.is(200)[0].clone();
    mia.asks_by_the_hour(9_999_900).await;
    assert_eq!(ada.session("student", id(&newest)).await["price"], "10.01");
}

#[tokio::test]
async fn what_costs_nothing_is_confirmed_at_once() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 0).await);
    let booked = ada.post(BOOK, session(&mia, minute(48 * 60))).await.is(201);
    assert_eq!(
        (&booked["status"], &booked["price"], &booked["is_paid"]),
        (&json!("confirmed"), &json!("0.00"), &json!(true))
    );
    assert!(booked["meeting_link"].as_str().unwrap().starts_with("https://"), "{booked}");
    let key = |session: serde_json::Value| session["attendance_key"].as_str().map(str::len);
    assert_eq!(key(ada.session("student", id(&booked)).await), Some(8));
    world.settles().await;
    assert_eq!(tests::sessions::told(&world, "ada"), ["Session confirmed"]);
    assert_eq!(tests::sessions::told(&world, "mia"), ["Session confirmed"]);
    assert!(world.mails()[0].invite.is_some());
}

#[tokio::test]
async fn what_makes_no_sense_is_blamed_on_its_field() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let no_price = world.expert("noa").await;
    let not_approved = world.register("uma").await;
    let good = session(&mia, minute(48 * 60));
    for (field, value, blamed) in [
        ("mentor_id", json!("M999999"), "mentor_id"),
        ("mentor_id", json!("S000001"), "mentor_id"),
        ("mentor_id", json!("x"), "mentor_id"),
        ("mentor_id", json!(null), "mentor_id"),
        ("mentor_id", json!(4711), "mentor_id"),
        ("mentor_id", json!(ada.id), "mentor_id"),
        ("mentor_id", json!(no_price.id), "mentor_id"),
        ("mentor_id", json!(not_approved.id), "mentor_id"),
        ("subject", json!(""), "subject"),
        ("subject", json!("  "), "subject"),
        ("subject", json!("x".repeat(256)), "subject"),
        ("start_time", json!("tomorrow"), "start_time"),
        ("start_time", json!(stamp(minute(-60))), "start_time"),
        ("start_time", json!(stamp(minute(0))), "start_time"),
        ("start_time", json!(stamp(minute(48 * 60 + 1))), "start_time"),
        ("start_time", json!(stamp(minute(366 * 24 * 60))), "start_time"),
        ("duration_minutes", json!(10), "duration_minutes"),
        ("duration_minutes", json!(245), "duration_minutes"),
        ("duration_minutes", json!(62), "duration_minutes"),
        ("duration_minutes", json!("long"), "duration_minutes"),
        ("service", json!("x".repeat(201)), "service"),
        ("notes", json!("x".repeat(2001)), "notes"),
    ] {
        let mut wish = good.clone();
        wish[field] = value.clone();
        let answer = ada.post(BOOK, wish).await;
        assert_eq!(answer.status, 400, "{field} {value} {answer}");
        answer.blames(blamed);
    }
    let mut wish = good.clone();
    wish["time_slot"] = wish["start_time"].take();
    wish.as_object_mut().unwrap().remove("start_time");
    ada.post(BOOK, wish).await.is(201);
}

#[tokio::test]
async fn outside_the_published_hours_nobody_is_booked() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    // The world begins on a Monday.
    mia.opens(&[(2, "09:00", "12:00", "UTC")]).await;
    let at = |day: i64, hour: i64| minute(day * 24 * 60 + (hour - 8) * 60);
    ada.post(BOOK, session(&mia, at(2, 11))).await.is(201);
    for start in [at(2, 12), at(2, 8), at(3, 10)] {
        ada.post(BOOK, session(&mia, start)).await.blames("start_time");
    }
}

#[tokio::test]
async fn a_time_that_is_taken_in_one_product_is_taken_in_every_other() {
    let world = World::new().await;
    let (ada, ben) = (world.student("ada").await, world.student("ben").await);
    let mia = world.mentor("mia", 50_000).await;
    ada.takes_session(&mia, minute(48 * 60)).await;
    ben.post(BOOK, session(&mia, minute(48 * 60 + 30))).await.refuses(409, "slot_taken");
    ben.post("/api/meetings/", meeting(&mia, minute(48 * 60 + 30), 60)).await.refuses(409, "slot_taken");
    ben.consults(&mia, minute(48 * 60 + 30)).await.refuses(409, "slot_taken");
    let other = world.mentor("noa", 50_000).await;
    ada.post(BOOK, session(&other, minute(48 * 60 + 30))).await.refuses(409, "own_overlap");
    // And the other way round.
    ben.post("/api/meetings/", meeting(&mia, minute(60 * 60), 60)).await.is(201);
    ada.post(BOOK, session(&mia, minute(60 * 60))).await.refuses(409, "slot_taken");
    world.is_sound().await;
}

#[tokio::test]
async fn fifty_who_want_one_time_through_three_products_are_one_who_gets_it() {
    let world = World::new().await;
    let mia = world.mentor("mia", 50_000).await;
    let crowd = world.crowd("c", 50).await;
    let start = minute(48 * 60);
    let answers = at_once(crowd.into_iter().enumerate().map(|(number, person)| {
        let mia = mia.clone();
        async move {
            match number % 3 {
                0 => person.post(BOOK, session(&mia, start)).await,
                1 => person.post("/api/meetings/", meeting(&mia, start, 60)).await,
                _ => person.post("/api/v1/consultations/consultations/book/", wish(&mia, start)).await,
            }
        }
    }))
    .await;
    let told = tally(&answers);
    assert_eq!(told.get(&(201, String::new())), Some(&1), "{told:?}");
    assert_eq!(told.get(&(409, "slot_taken".to_owned())), Some(&49), "{told:?}");
    world.is_sound().await;
}

#[tokio::test]
async fn three_unpaid_sessions_are_enough() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let mut sessions = Vec::new();
    for hour in [48, 50, 52] {
        sessions.push(ada.takes_session(&mia, minute(hour * 60)).await);
    }
    ada.post(BOOK, session(&mia, minute(54 * 60))).await.refuses(409, "too_many_holds");
    // Elsewhere others may wait, and somebody else here.
    ada.consults(&world.expert("bob").await, minute(60 * 60)).await.is(201);
    world.student("ben").await.takes_session(&mia, minute(54 * 60)).await;
    // One that is paid makes room, one that is cancelled, and one whose hold has ended, tick or no tick.
    ada.pays_session(sessions[0], "pay_1").await.is(200);
    ada.takes_session(&mia, minute(56 * 60)).await;
    ada.post(BOOK, session(&mia, minute(58 * 60))).await.refuses(409, "too_many_holds");
    ada.takes_step("student", sessions[1], "cancel", json!({})).await.is(200);
    ada.takes_session(&mia, minute(58 * 60)).await;
    ada.post(BOOK, session(&mia, minute(64 * 60))).await.refuses(409, "too_many_holds");
    world.advance(TimeDelta::minutes(15));
    ada.takes_session(&mia, minute(64 * 60)).await;
    world.is_sound().await;
}

#[tokio::test]
async fn ten_holds_at_once_are_three() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let answers = at_once((0..10).map(|number| {
        let (ada, mia) = (ada.clone(), mia.clone());
        async move { ada.post(BOOK, session(&mia, minute((48 + 2 * number) * 60))).await }
    }))
    .await;
    let told = tally(&answers);
    assert_eq!(told.get(&(201, String::new())), Some(&3), "{told:?}");
    world.is_sound().await;
}

#[tokio::test]
async fn only_students_book_and_hear_that_before_anything_else() {
    let world = World::new().await;
    let mia = world.mentor("mia", 50_000).await;
    let noa = world.mentor("noa", 50_000).await;
    noa.alter(|user| user.roles.learner = false).await;
    for body in [session(&mia, minute(48 * 60)), json!({}), session(&noa, minute(48 * 60)), session(&mia, minute(-5))] {
        noa.post(BOOK, body).await.refuses(403, "role_required");
    }
    noa.get(&m("student/sessions/")).await.refuses(403, "role_required");
    noa.get(&m("student/sessions/7/")).await.refuses(403, "role_required");
    world.student("ada").await.get(&m("mentor/sessions/")).await.refuses(403, "role_required");
}

#[tokio::test]
async fn a_block_in_any_product_holds() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let opened = mia.post("/api/v1/consultations/chat/", json!({"expert_id": mia.id})).await;
    assert_eq!(opened.status, 400, "{opened}");
    let chat = ada.post("/api/v1/consultations/chat/", json!({"expert_id": mia.id})).await.is(201);
    mia.post(&format!("/api/v1/consultations/chat/{}/block/", chat["id"]), json!({})).await.is(200);
    ada.post(BOOK, session(&mia, minute(48 * 60))).await.refuses(403, "blocked");
}

#[tokio::test]
async fn a_booking_that_is_sent_again_under_its_key_is_one() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let first = ada.post_once("k", BOOK, session(&mia, minute(48 * 60))).await.is(201);
    for _ in 0..9 {
        assert_eq!(ada.post_once("k", BOOK, session(&mia, minute(48 * 60))).await.is(201), first);
    }
    assert_eq!(ada.get(&m("student/sessions/")).await.is(200).as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_expired_hold_is_over_from_that_second_on() {
    let world = World::new().await;
    let (ada, ben) = (world.student("ada").await, world.student("ben").await);
    let mia = world.mentor("mia", 50_000).await;
    let first = ada.takes_session(&mia, minute(48 * 60)).await;
    world.advance(TimeDelta::seconds(15 * 60));
    let over = ada.session("student", first).await;
    assert_eq!((&over["status"], &over["hold_expires_at"]), (&json!("expired"), &json!(null)));
    ada.post(tests::sessions::ORDER, json!({"booking_id": first})).await.refuses(409, "not_payable");
    ben.takes_session(&mia, minute(48 * 60)).await;
    world.is_sound().await;
}
