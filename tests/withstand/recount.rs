//! The recount of the platform's counters: nothing can be missing or changed without its notice.

use serde_json::{Value as Json, json};
use tests::meetings::complete_a_meeting;
use tests::paying::Deal;
use tests::{Setup, World};

async fn counted_world() -> World {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    ada.buys(5).await;
    Deal::between(&world, &ada, &bob).await.asks("simulated").await.is(201);
    bob.publishes("Looms", "9.00").await;
    complete_a_meeting(&ada, &bob).await;
    world.settles().await;
    world
}

/// Whether the counters are not what was added to them, and whether something is not counted.
async fn found(world: &World) -> (bool, bool) {
    let recount = world.app.store.recount().await.expect("the table reads");
    (!recount.wrong().is_empty(), !recount.late().is_empty())
}

fn begins(item: &Json, with: &str) -> bool {
    item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(with))
}

/// How many courses there are.
fn is_totals(item: &Json) -> bool {
    item["pk"]["S"] == "COURSES" && item["sk"]["S"] == "TOTALS"
}

#[tokio::test]
async fn a_counter_that_was_spoiled_is_found_and_so_is_one_that_is_gone() {
    let world = counted_world().await;
    assert_eq!(found(&world).await, (false, false));
    let mut tried = 0;
    for shard in world.table.items().into_iter().filter(|item| begins(item, "STATS") || is_totals(item)) {
        for (name, value) in shard.as_object().unwrap().clone() {
            let Some(count) = value["N"].as_str().filter(|_| name != "shape") else { continue };
            let mut spoiled = shard.clone();
            spoiled[&name] = json!({"N": (count.parse::<i64>().unwrap() + 1).to_string()});
            world.table.import(vec![spoiled]);
            assert_eq!(found(&world).await, (true, false), "nobody notices another {name}");
            tried += 1;
        }
        world.table.remove(&shard);
        assert_eq!(found(&world).await, (true, false), "nobody misses {shard}");
        world.table.import(vec![shard]);
    }
    assert!(tried > 5, "{tried} counters");
    assert_eq!(found(&world).await, (false, false));
}

#[tokio::test]
async fn what_is_not_counted_or_was_counted_as_something_else_is_found() {
    let world = counted_world().await;
    let noted: Vec<_> = world.table.items().into_iter().filter(|item| begins(item, "COUNTED#")).collect();
    assert_eq!(noted.len(), 5, "two people, two bookings, a payment: {noted:?}");
    for mark in noted {
        world.table.remove(&mark);
        assert_eq!(found(&world).await, (true, true), "nobody misses {mark}");
        let mut changed = mark.clone();
        changed["counts"] = json!({"M": {"people": {"N": "7"}}});
        world.table.import(vec![changed]);
        assert_eq!(found(&world).await, (true, true), "nobody notices another {mark}");
        world.table.import(vec![mark]);
    }
    // A course is counted in its own transaction, so that it is gone is a counter that is wrong.
    let is_course = |item: &Json| begins(item, "COURSE#") && item["sk"]["S"] == "COURSE";
    let courses: Vec<_> = world.table.items().into_iter().filter(is_course).collect();
    assert_eq!(courses.len(), 1);
    for course in courses {
        world.table.remove(&course);
        assert_eq!(found(&world).await, (true, false), "nobody misses {course}");
        world.table.import(vec![course]);
    }
    for item in world.table.items().into_iter().filter(|item| begins(item, "B#")) {
        world.table.remove(&item);
        assert_eq!(found(&world).await, (false, true), "nobody misses {item}");
        world.table.import(vec![item]);
    }
    assert_eq!(found(&world).await, (false, false));
}
