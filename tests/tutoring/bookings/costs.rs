//! What slots and bookings ask of the table. What is logged for administrators rides in a
//! notification, for no unit of its own.

use serde_json::json;
use tests::paying::INTENTS;
use tests::slots::{BOOKINGS, SLOTS, slot};
use tests::{Costs, World, minute};

const START: i64 = 48 * 60;

#[tokio::test]
async fn slots_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    for n in 0..20 {
        tom.opens_slot(minute(START + 60 * n)).await;
    }
    let id = tom.opens_slot(minute(START + 60 * 20)).await;
    let path = format!("{SLOTS}{id}/");
    let mut costs = Costs::new(&world);
    let new = slot(minute(START + 60 * 30), 60);
    costs.of("publish a slot", (4, 3.0, 6.0), tom.post(SLOTS, new)).await.is(201);
    costs.of("show a slot", (2, 3.0, 0.0), ada.get(&path)).await.is(200);
    costs.of("list a tutor's slots", (3, 4.0, 0.0), ada.get(&format!("{SLOTS}?tutor={}", tom.id))).await.is(200);
    costs.of("list all slots", (3, 5.0, 0.0), ada.get(SLOTS)).await.is(200);
    costs.of("list free slots", (2, 5.0, 0.0), ada.get(&format!("{SLOTS}?is_booked=false"))).await.is(200);
    let change = json!({"end_time": tests::person::stamp(minute(START + 60 * 20 + 90))});
    costs.of("change a slot", (3, 4.0, 9.0), tom.patch(&path, change)).await.is(200);
    costs.of("take a slot back", (2, 4.0, 9.0), tom.delete(&path)).await.is(204);
    costs.hold();
}

#[tokio::test]
async fn bookings_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let mut slots = Vec::new();
    for n in 0..6 {
        slots.push(tom.opens_slot(minute(START + 60 * n)).await);
    }
    let mut costs = Costs::new(&world);
    // This process has met the slots: else it first looks whose they are, in one trip more. That two have met is written
    // with their first booking.
    let wish = |slot: i64| json!({"availability_slot": slot});
    let first = costs.of("book, the first of two", (2, 5.0, 15.0), ada.post(BOOKINGS, wish(slots[0]))).await.is(201);
    let booked = costs.of("book", (2, 5.0, 13.0), ada.post(BOOKINGS, wish(slots[1]))).await.is(201);
    let (booking, first) = (booked["id"].as_i64().unwrap(), first["id"].as_i64().unwrap());
    let pay = json!({"booking": booking, "provider": "simulated"});
    costs.of("pay", (3, 4.0, 18.0), ada.post(INTENTS, pay)).await.is(201);
    let path = format!("{BOOKINGS}{booking}/");
    costs.of("show a booking", (1, 4.0, 0.0), ada.get(&path)).await.is(200);
    costs.of("list bookings", (3, 6.0, 0.0), ada.get(BOOKINGS)).await.is(200);
    costs.of("change notes", (2, 4.0, 4.0), ada.patch(&path, json!({"notes": "x"}))).await.is(200);
    let moved = costs.of("reschedule", (3, 8.0, 12.0), ada.post(&format!("{path}reschedule/"), wish(slots[4]))).await;
    moved.is(200);
    costs.of("confirm", (2, 4.0, 10.0), tom.post(&format!("{path}confirm/"), json!({}))).await.is(200);
    let off = format!("{BOOKINGS}{first}/cancel/");
    costs.of("cancel, unpaid", (2, 4.0, 15.0), ada.post(&off, json!({}))).await.is(200);
    world.set_clock(minute(START + 60 * 4));
    let (ada, tom) = (ada.logs_in().await, tom.logs_in().await);
    for person in [&ada, &tom] {
        person.get("/api/v1/auth/me/").await.is(200);
    }
    let path = format!("{path}complete/");
    costs.of("complete, the first word", (2, 4.0, 6.0), ada.post(&path, json!({}))).await.is(200);
    costs.of("complete, the second", (2, 4.0, 14.0), tom.post(&path, json!({}))).await.is(200);
    costs.of("complete again", (1, 4.0, 0.0), tom.post(&path, json!({}))).await.is(200);
    costs.hold();
}
