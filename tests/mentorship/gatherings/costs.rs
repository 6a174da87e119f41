//! What gatherings ask of the table, whatever there is.

use serde_json::{Value as Json, json};
use tests::person::{id, stamp};
use tests::{Costs, Person, World, minute};

fn event(number: i64) -> Json {
    let start = stamp(minute(60 * 24 + number));
    json!({"title": "A walk", "description": "x".repeat(500), "start_time": start})
}

async fn lists(costs: &mut Costs, reader: &Person, how_many: usize) {
    for filter in ["", "&filter=upcoming", "&filter=past", "&organizer=me"] {
        let what = format!("20 of {how_many} events{filter}");
        let trips = if filter == "&filter=upcoming" { 3 } else { 2 };
        let found = costs.of(&what, (trips, 25.0, 0.0), reader.get(&format!("/api/events/?limit=20{filter}"))).await;
        let expected = if filter == "&filter=past" { 0 } else { 20 };
        assert_eq!(found.is(200).as_array().map(Vec::len), Some(expected), "{filter}");
    }
}

#[tokio::test]
async fn gatherings_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (bob, ada) = (world.mentor("bob", 1).await, world.student("ada").await);
    bob.announces(event(0)).await;
    let mut costs = Costs::new(&world);
    let first = id(&costs.of("announce an event", (2, 2.0, 7.0), bob.post("/api/events/", event(1))).await.is(201));
    let path = format!("/api/events/{first}/");
    costs.of("show an event", (1, 3.0, 0.0), ada.get(&path)).await.is(200);
    costs.of("come to it", (2, 3.0, 4.0), ada.comes_to(first)).await.is(200);
    costs.of("come to it again", (1, 3.0, 0.0), ada.comes_to(first)).await.is(200);
    costs.of("do not come", (2, 3.0, 4.0), ada.delete(&format!("{path}rsvp/"))).await.is(200);
    let moved = bob.patch(&path, json!({"location": "The ferry"}));
    costs.of("change an event", (2, 3.0, 8.0), moved).await.is(200);
    costs.of("its calendar file", (1, 3.0, 0.0), ada.get(&format!("{path}ics/"))).await.is(200);
    for number in 2..25 {
        bob.announces(event(number)).await;
    }
    lists(&mut costs, &bob, 25).await;
    for number in 25..225 {
        bob.announces(event(number)).await;
    }
    lists(&mut costs, &bob, 225).await;
    costs.of("call an event off", (2, 3.0, 12.0), bob.delete(&path)).await.is(204);
    costs.hold();
}
