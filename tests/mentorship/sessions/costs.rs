//! What the routes of sessions ask of the table.

use serde_json::json;
use tests::razorpay_double::with_razorpay;
use tests::sessions::{ATTEND, BOOK, ORDER, VERIFY, session, verification};
use tests::{Costs, Setup, World, minute};

#[tokio::test]
async fn booking_paying_and_attending_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    // Both have their numbers from now on, and this process knows whose they are.
    let first = ada.takes_session(&mia, minute(24 * 60)).await;
    ada.takes_step("student", first, "cancel", json!({})).await.is(200);
    let mut wish = session(&mia, minute(24 * 60));
    wish["mentor_id"] = json!("M000001");
    let first = ada.post(BOOK, wish).await.is(201)["id"].as_i64().unwrap();
    ada.takes_step("student", first, "cancel", json!({})).await.is(200);
    let mut costs = Costs::new(&world);
    let wish = session(&mia, minute(48 * 60));
    let booked = costs.of("book a session", (2, 5.0, 14.0), ada.post(BOOK, wish)).await.is(201);
    let booking = booked["id"].as_i64().unwrap();
    let mut wish = session(&mia, minute(50 * 60));
    wish["mentor_id"] = json!("m1");
    costs.of("book a session, by number", (2, 5.0, 14.0), ada.post(BOOK, wish)).await.is(201);
    let order = costs.of("order its payment", (4, 3.0, 12.0), ada.post(ORDER, json!({"booking_id": booking}))).await;
    let order = order.is(200)["order_id"].as_str().unwrap().to_owned();
    costs.of("find the order", (3, 3.0, 0.0), ada.post(ORDER, json!({"booking_id": booking}))).await.is(200);
    let shown = verification(booking, &order, "pay_1");
    costs.of("verify a payment", (3, 4.0, 20.0), ada.post(VERIFY, shown.clone())).await.is(200);
    costs.of("verify it again", (2, 4.0, 0.0), ada.post(VERIFY, shown)).await.is(200);
    let path = format!("/api/student/sessions/{booking}/");
    costs.of("show a session", (1, 1.0, 0.0), ada.get(&path)).await.is(200);
    costs.of("list sessions", (2, 3.0, 0.0), ada.get("/api/student/sessions/")).await.is(200);
    let keys = [mia.session("mentor", booking).await, ada.session("student", booking).await];
    world.set_clock(minute(48 * 60));
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    for person in [&ada, &mia] {
        person.get("/api/users/me/").await.is(200);
    }
    let mark = |key: &serde_json::Value| json!({"meeting_id": booking, "attendance_key": key});
    let wrong = json!("AAAAAAAA");
    costs.of("a wrong key", (2, 2.0, 1.0), ada.post(ATTEND, mark(&wrong))).await.refuses(403, "wrong_key");
    let (one, two) = (mark(&keys[0]["attendance_key"]), mark(&keys[1]["attendance_key"]));
    costs.of("mark attendance", (2, 2.0, 6.0), ada.post(ATTEND, one.clone())).await.is(200);
    costs.of("mark it again", (1, 2.0, 0.0), ada.post(ATTEND, one)).await.is(200);
    costs.of("the second mark", (2, 2.0, 24.0), mia.post(ATTEND, two)).await.is(200);
    costs.hold();
}

#[tokio::test]
async fn with_a_provider_a_verification_costs_the_table_no_more() {
    let (world, razorpay) = with_razorpay(Setup::default()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let mut costs = Costs::new(&world);
    let order = costs.of("place an order", (6, 5.0, 16.0), ada.post(ORDER, json!({"booking_id": booking}))).await;
    let order = order.is(200)["order_id"].as_str().unwrap().to_owned();
    razorpay.pays("pay_1", &order);
    costs
        .of("verify a payment", (3, 4.0, 20.0), ada.post(VERIFY, verification(booking, &order, "pay_1")))
        .await
        .is(200);
    costs.hold();
}
