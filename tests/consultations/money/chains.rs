//! Money for a booking that was moved again and again before it was paid: it reaches the one that stands.

use domain::booking::Funds;
use domain::ids::BookingId;
use domain::ledger::{Currency, Unit};
use serde_json::Value as Json;
use tests::paying::{INTENTS, TIME_TO_PAY, delivers, is_received, stripe_event};
use tests::person::id;
use tests::{Person, World, minute};

const MOVES: i64 = 120;

/// A consultation for money, and the intent its client asked for before it was moved so often.
async fn moved_often(world: &World) -> (Person, Json, i64) {
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    expert.charges(Unit::Currency(Currency::USD), 20_00).await;
    let day = 24 * 60;
    let mut booking = id(&client.consults(&expert, minute(3 * day)).await.is(201));
    let order = serde_json::json!({"booking": booking, "provider": "stripe"});
    let intent = client.post(INTENTS, order).await.is(201);
    for n in 1..=MOVES {
        booking = id(&client.moves(booking, minute(3 * day + 30 * (n % 20))).await.is(201));
    }
    (client, intent, booking)
}

async fn funds(world: &World, booking: i64) -> Funds {
    world.app.store.booking(BookingId::new(booking).unwrap()).await.unwrap().unwrap().funds
}

fn note(world: &World) -> Json {
    world.table.items().into_iter().find(|item| item["sk"]["S"] == "INTENTS").unwrap()
}

#[tokio::test]
async fn a_booking_moved_a_hundred_and_twenty_times_is_paid_at_the_price_of_one_look() {
    let world = World::new().await;
    let (client, intent, newest) = moved_often(&world).await;
    assert_eq!(note(&world)["booking"]["N"], newest.to_string());
    world.table.faults.forget();
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &intent)).await, false);
    let calls = world.table.faults.calls();
    assert!(calls.len() < 12, "{calls:?}");
    assert_eq!(funds(&world, newest).await, Funds::Held);
    assert_eq!(client.consultation(newest).await["payment_status"], "paid");
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &intent)).await, true);
    world.is_sound().await;
}

#[tokio::test]
async fn a_chain_from_before_its_newest_was_noted_is_followed_to_its_end() {
    let world = World::new().await;
    let (_, intent, newest) = moved_often(&world).await;
    let mut old = note(&world);
    old.as_object_mut().unwrap().remove("booking");
    world.table.import(vec![old]);
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &intent)).await, false);
    assert_eq!(funds(&world, newest).await, Funds::Held);
}

#[tokio::test]
async fn money_that_comes_too_late_for_the_newest_goes_back() {
    let world = World::new().await;
    let (_, intent, newest) = moved_often(&world).await;
    world.advance(TIME_TO_PAY);
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &intent)).await, false);
    assert_eq!(funds(&world, newest).await, Funds::Due);
    let items = world.table.items();
    assert!(items.iter().any(|item| item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("REFUND#P#"))));
    world.is_sound().await;
}
