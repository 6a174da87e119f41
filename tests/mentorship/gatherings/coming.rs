//! Who comes (§5.5): counted exactly, said twice without harm, until it is over.

use chrono::TimeDelta;
use serde_json::json;
use store::Kind;
use tests::community::stored;
use tests::person::stamp;
use tests::{Fault, Moment, Person, Strike, World, at_once, minute};

async fn walk(organiser: &Person) -> i64 {
    let walk = json!({"title": "A walk", "description": "Along the river.", "start_time": stamp(minute(60 * 24 * 7))});
    organiser.announces(walk).await
}

/// That what is shown is what is stored.
async fn holds(reader: &Person, event: i64) -> usize {
    let shown = reader.get(&format!("/api/events/{event}/")).await.is(200);
    let listed = &reader.all("/api/events/").await[0];
    let coming = stored(&reader.world, Kind::Coming, ("gathering", event));
    assert_eq!((&shown["rsvp_count"], &listed["rsvp_count"]), (&json!(coming), &json!(coming)));
    assert_eq!(shown["rsvped"], listed["rsvped"]);
    coming
}

#[tokio::test]
async fn fifty_people_who_come_at_once_are_counted_exactly() {
    let world = World::new().await;
    let bob = world.mentor("bob", 50_000).await;
    let event = walk(&bob).await;
    let crowd = world.crowd("ada", 50).await;
    at_once(crowd.iter().cloned().map(|person| async move { person.comes_to(event).await.is(200) })).await;
    assert_eq!(holds(&crowd[0], event).await, 50);
    let stay = |person: Person| async move { person.delete(&format!("/api/events/{event}/rsvp/")).await.is(200) };
    at_once(crowd[..20].iter().cloned().map(stay)).await;
    assert_eq!(holds(&crowd[0], event).await, 30);
    assert_eq!(crowd[0].get(&format!("/api/events/{event}/")).await.is(200)["rsvped"], json!(false));
    assert_eq!(crowd[30].get(&format!("/api/events/{event}/")).await.is(200)["rsvped"], json!(true));
}

#[tokio::test]
async fn saying_it_twice_changes_nothing() {
    let world = World::new().await;
    let (bob, ada) = (world.mentor("bob", 50_000).await, world.student("ada").await);
    let event = walk(&bob).await;
    for _ in 0..10 {
        assert_eq!(ada.comes_to(event).await.is(200), json!({"rsvped": true, "rsvp_count": 1}));
    }
    let at_once_too = at_once((0..10).map(|_| {
        let ada = ada.clone();
        async move { ada.delete(&format!("/api/events/{event}/rsvp/")).await.is(200)["rsvped"].clone() }
    }))
    .await;
    assert!(at_once_too.iter().all(|rsvped| *rsvped == json!(false)));
    assert_eq!(holds(&ada, event).await, 0);
    ada.comes_to(event + 1).await.refuses(404, "not_found");
    ada.delete(&format!("/api/events/{}/rsvp/", event + 1)).await.refuses(404, "not_found");
}

#[tokio::test]
async fn nobody_comes_to_what_is_over() {
    let world = World::new().await;
    let (bob, ada) = (world.mentor("bob", 50_000).await, world.student("ada").await);
    let event = walk(&bob).await;
    ada.comes_to(event).await.is(200);
    world.advance(TimeDelta::days(7));
    let (bob, ada) = (bob.logs_in().await, ada.logs_in().await);
    bob.comes_to(event).await.refuses(409, "event_over");
    ada.delete(&format!("/api/events/{event}/rsvp/")).await.refuses(409, "event_over");
    assert_eq!(holds(&ada, event).await, 1);
}

#[tokio::test]
async fn a_death_or_a_rush_leaves_a_count_that_holds() {
    let world = World::new().await;
    let (bob, ada) = (world.mentor("bob", 50_000).await, world.student("ada").await);
    let event = walk(&bob).await;
    for comes in [true, false] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let faults = &world.table.faults;
                faults.arm(Strike::once(Fault::Death, moment, nth));
                let path = format!("/api/events/{event}/rsvp/");
                let done = faults
                    .until_death(async {
                        if comes { ada.post(&path, json!({})).await } else { ada.delete(&path).await }
                    })
                    .await;
                faults.disarm();
                holds(&ada, event).await;
                if let Some(answer) = done {
                    assert_eq!(answer.is(200)["rsvped"], json!(comes));
                    break;
                }
            }
        }
    }
    let strike = Strike { times: 3, ..Strike::once(Fault::Conflict, Moment::Before, 1) };
    world.table.faults.arm(strike.only("TransactWriteItems"));
    assert_eq!(ada.comes_to(event).await.is(200)["rsvp_count"], json!(1));
    world.table.faults.disarm();
    assert_eq!((holds(&bob, event).await, stored(&world, Kind::GatheringSpare, ("gathering", event))), (1, 1));
    world.advance(TimeDelta::minutes(12));
    assert_eq!(bob.comes_to(event).await.is(200)["rsvp_count"], json!(2));
    assert_eq!((holds(&bob, event).await, stored(&world, Kind::GatheringSpare, ("gathering", event))), (2, 0));
}
