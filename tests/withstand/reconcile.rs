//! The check every other test here relies on: nothing can be missing or changed without its notice.

use serde_json::{Value as Json, json};
use tests::{World, minute};

/// A meeting of every kind: requested, confirmed, completed with a tip, cancelled, missed.
async fn busy_world() -> World {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(20).await;
    let mut meetings = Vec::new();
    for hour in 1..=4 {
        meetings.push(ada.books(&bob, minute(60 * hour), 60).await);
    }
    ada.declares(meetings[0], "cancelled").await.is(200);
    for meeting in &meetings[1..] {
        bob.declares(*meeting, "confirmed").await.is(200);
    }
    world.set_clock(minute(60 * 6));
    bob.declares(meetings[1], "completed").await.is(200);
    ada.post("/api/credits/transfer/", json!({"meeting_id": meetings[1], "amount": 4})).await.is(200);
    ada.declares(meetings[2], "no_show").await.is(200);
    bob.declares(meetings[3], "no_show").await.is(200);
    ada.books(&bob, minute(60 * 48), 60).await;
    let confirmed = bob.books(&ada, minute(60 * 72), 60).await;
    ada.declares(confirmed, "confirmed").await.is(200);
    world
}

async fn is_sound(world: &World) -> bool {
    world.app.store.stock().await.expect("the table reads").is_sound()
}

fn kind(item: &Json) -> &str {
    let (pk, sk) = (item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap());
    if pk.starts_with("L#") { "entry" } else { sk.split('#').next().unwrap() }
}

#[tokio::test]
async fn a_missing_booking_balance_entry_or_claimed_day_is_found() {
    let world = busy_world().await;
    assert!(is_sound(&world).await);
    let mut tried = std::collections::BTreeMap::new();
    for item in world.table.items() {
        // The day of meetings that have all ended may be gone.
        let is_over = item["sk"]["S"] == "DAY#2027-03-01";
        if !["entry", "BALANCE", "BOOKING", "DAY"].contains(&kind(&item)) || is_over {
            continue;
        }
        world.table.remove(&item);
        assert!(!is_sound(&world).await, "nobody misses {item}");
        *tried.entry(kind(&item).to_owned()).or_insert(0) += 1;
        world.table.import(vec![item]);
    }
    assert!(is_sound(&world).await);
    let expected = [("BALANCE", 2), ("BOOKING", 6), ("DAY", 4), ("entry", 14)];
    assert_eq!(tried, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
}

#[tokio::test]
async fn an_amount_a_state_or_a_step_that_was_changed_is_found() {
    let world = busy_world().await;
    for item in world.table.items() {
        let changes: &[(&str, Json)] = match kind(&item) {
            "BALANCE" => &[("spendable", json!({"N": "99"})), ("held", json!({"N": "99"}))],
            "BOOKING" => {
                &[("funds", json!({"S": "free"})), ("paid_out", json!({"N": "7"})), ("price", json!({"N": "2"}))]
            }
            "DAY" => &[("busy", json!({"NS": ["287"]}))],
            _ => continue,
        };
        for (attribute, value) in changes {
            // What a price is, matters as long as it is held.
            if *attribute == "price" && item["funds"]["S"] != "held" {
                continue;
            }
            let mut changed = item.clone();
            changed[*attribute] = value.clone();
            world.table.import(vec![changed]);
            assert!(!is_sound(&world).await, "nobody notices another {attribute} in {item}");
        }
        world.table.import(vec![item]);
    }
    assert!(is_sound(&world).await);
}
