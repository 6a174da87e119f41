//! What paying asks of the table: round trips, read units and write units, the gate's own taken off.

use serde_json::json;
use tests::paying::{Deal, delivers, stripe_event};
use tests::{Asked, Setup, World};

/// Holds one request to its bounds. `has_gate`: whether its door takes something, too.
async fn costs<T>(
    world: &World,
    what: &str,
    has_gate: bool,
    (trips, reads, writes): (u64, f64, f64),
    request: impl Future<Output = T>,
) -> T {
    let before = Asked::of(world);
    let result = request.await;
    let after = Asked::of(world);
    let cost = if has_gate { after.beside_the_gate(before) } else { after.without_a_gate(before) };
    println!("{what:<32} {} round trips, {} read units, {} write units", cost.0, cost.1, cost.2);
    assert!(cost.0 <= trips && cost.1 <= reads && cost.2 <= writes, "{what} is dearer than it may be: {cost:?}");
    result
}

#[tokio::test]
async fn paying_asks_no_more_of_the_table_than_it_may() {
    let world = World::with(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = Deal::between(&world, &ada, &bob).await;
    let payment = costs(&world, "pay simulated", true, (2, 1.0, 16.0), deal.asks("simulated")).await.is(201);
    costs(&world, "show a payment", true, (1, 1.0, 0.0), deal.payment(&payment)).await;
    costs(&world, "pay again", true, (1, 1.0, 0.0), deal.asks("simulated")).await.refuses(409, "not_payable");
    let deal = Deal::at(&world, &ada, &bob, tests::paying::money(700, "USD"), tests::minute(60 * 60)).await;
    let payment = costs(&world, "make an intent", true, (3, 2.0, 4.0), deal.asks("stripe")).await.is(201);
    costs(&world, "find it again", true, (3, 3.0, 0.0), deal.asks("stripe")).await.is(200);
    let event = stripe_event("evt_1", "succeeded", &payment);
    costs(&world, "an event pays", false, (3, 3.0, 18.0), delivers(&world, "stripe", &event)).await.is(200);
    costs(&world, "it comes again", false, (1, 2.0, 0.0), delivers(&world, "stripe", &event)).await.is(200);
    let other = json!({"id": "evt_2", "type": "charge.updated"});
    costs(&world, "an event of another kind", false, (0, 0.0, 0.0), delivers(&world, "stripe", &other)).await.is(200);
}
