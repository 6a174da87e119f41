//! What paying asks of the table: round trips, read units and write units, the gate's own taken off.

use app::capacity::RouteCost;
use serde_json::json;
use tests::paying::{Deal, delivers, stripe_event};
use tests::{Setup, World};

fn total(world: &World) -> RouteCost {
    let capacity = world.app.capacity.as_ref().unwrap();
    capacity.snapshot().values().fold(RouteCost::default(), |sum, cost| RouteCost {
        requests: sum.requests + cost.requests,
        read_units: sum.read_units + cost.read_units,
        write_units: sum.write_units + cost.write_units,
        round_trips: sum.round_trips + cost.round_trips,
    })
}

/// Holds one request to its bounds. `gate`: the round trips, and write units, its door takes.
async fn costs<T>(
    world: &World,
    what: &str,
    gate: u8,
    (trips, reads, writes): (u64, f64, f64),
    request: impl Future<Output = T>,
) -> T {
    let before = total(world);
    let result = request.await;
    let after = total(world);
    let cost = (
        after.round_trips - before.round_trips - u64::from(gate),
        after.read_units - before.read_units,
        after.write_units - before.write_units - f64::from(gate),
    );
    println!("{what:<32} {} round trips, {} read units, {} write units", cost.0, cost.1, cost.2);
    assert!(cost.0 <= trips && cost.1 <= reads && cost.2 <= writes, "{what} is dearer than it may be: {cost:?}");
    result
}

#[tokio::test]
async fn paying_asks_no_more_of_the_table_than_it_may() {
    let world = World::with(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = Deal::between(&world, &ada, &bob).await;
    let payment = costs(&world, "pay simulated", 1, (2, 1.0, 20.0), deal.asks("simulated")).await.is(201);
    costs(&world, "show a payment", 1, (1, 1.0, 0.0), deal.payment(&payment)).await;
    costs(&world, "pay again", 1, (1, 1.0, 0.0), deal.asks("simulated")).await.refuses(409, "not_payable");
    let deal = Deal::at(&world, &ada, &bob, tests::paying::money(700, "USD"), tests::minute(60 * 60)).await;
    let payment = costs(&world, "make an intent", 1, (3, 2.0, 4.0), deal.asks("stripe")).await.is(201);
    costs(&world, "find it again", 1, (3, 3.0, 0.0), deal.asks("stripe")).await.is(200);
    let event = stripe_event("evt_1", "succeeded", &payment);
    costs(&world, "an event pays", 0, (3, 3.0, 22.0), delivers(&world, "stripe", &event)).await.is(200);
    costs(&world, "it comes again", 0, (1, 2.0, 0.0), delivers(&world, "stripe", &event)).await.is(200);
    let other = json!({"id": "evt_2", "type": "charge.updated"});
    costs(&world, "an event of another kind", 0, (0, 0.0, 0.0), delivers(&world, "stripe", &other)).await.is(200);
}
