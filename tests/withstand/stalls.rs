//! A function that stands still between two calls while others go on: what it had read is no longer so.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::courses::COURSES;
use tests::person::{id, meeting, stamp};
use tests::{Answer, Fault, Moment, Person, Strike, World, minute};
use tokio::task::JoinHandle;

fn stall(operation: &'static str, nth: usize) -> Strike {
    Strike::once(Fault::Stall, Moment::Before, nth).only(operation)
}

#[tokio::test]
async fn whoever_lost_their_claim_on_a_key_while_they_stood_still_does_nothing_any_more() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(1).await;
    let slow = {
        let (ada, body) = (ada.clone(), meeting(&bob, minute(60), 30));
        async move { ada.post_once("key", "/api/meetings/", body).await }
    };
    world.table.faults.arm(stall("TransactWriteItems", 1));
    let slow = world.table.faults.start(slow).await;
    world.advance(TimeDelta::seconds(61));
    let fast = ada.post_once("key", "/api/meetings/", meeting(&bob, minute(60), 30)).await.is(201);
    ada.declares(id(&fast), "cancelled").await.is(200);
    world.table.faults.release();
    // Its time is free again, so nothing but the lost claim stands in its way.
    slow.await.unwrap().refuses(409, "in_flight");
    assert_eq!(ada.all("/api/meetings/").await.len(), 1);
    assert_eq!(ada.post_once("key", "/api/meetings/", meeting(&bob, minute(60), 30)).await.is(201), fast);
    world.is_sound().await;
}

#[tokio::test]
async fn a_meeting_cancelled_while_it_was_being_moved_stays_cancelled() {
    for (operation, nth) in [("BatchGetItem", 2), ("TransactWriteItems", 1)] {
        let world = World::new().await;
        let (ada, bob) = (world.register("ada").await, world.register("bob").await);
        let held = ada.books(&bob, minute(60), 30).await;
        let times = json!({"scheduled_start": stamp(minute(75)), "scheduled_end": stamp(minute(105))});
        world.table.faults.arm(stall(operation, nth));
        let moving = {
            let ada = ada.clone();
            async move { ada.patch(&format!("/api/meetings/{held}/"), times).await }
        };
        let moving = world.table.faults.start(moving).await;
        bob.declares(held, "cancelled").await.is(200);
        world.table.faults.release();
        moving.await.unwrap().refuses(400, "invalid_transition");
        assert_eq!(ada.meeting(held).await["status"], "cancelled");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_move_decided_on_a_calendar_that_changed_meanwhile_is_decided_again() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.register("ada").await, world.register("bob").await, world.register("eve").await);
    let held = ada.books(&bob, minute(60), 30).await;
    let times = json!({"scheduled_start": stamp(minute(75)), "scheduled_end": stamp(minute(105))});
    world.table.faults.arm(stall("TransactWriteItems", 1));
    let moving = {
        let ada = ada.clone();
        async move { ada.patch(&format!("/api/meetings/{held}/"), times).await }
    };
    let moving = world.table.faults.start(moving).await;
    eve.books(&bob, minute(180), 30).await;
    world.table.faults.release();
    moving.await.unwrap().is(200);
    eve.buys(1).await;
    eve.requests(&bob, minute(100), 30).await.refuses(409, "slot_taken");
    eve.requests(&bob, minute(60), 15).await.is(201);
    world.is_sound().await;
}

#[tokio::test]
async fn a_notification_called_unread_while_all_are_being_marked_is_marked_by_the_next_call() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let first = id(&bob.writes(&ada, "one").await.is(201));
    bob.writes(&ada, "two").await.is(201);
    ada.patch(&format!("/api/notifications/{first}/"), json!({"is_read": true})).await.is(200);
    world.advance(TimeDelta::minutes(5));
    let mark_all = || {
        let ada = ada.clone();
        async move { ada.patch("/api/notifications/mark_all_read/", json!({})).await }
    };
    // It has listed the first as read, and is about to mark the second, or to remember how far it came.
    for nth in [2, 3] {
        ada.patch(&format!("/api/notifications/{first}/"), json!({"is_read": true})).await.is(200);
        world.table.faults.arm(stall("UpdateItem", nth));
        let marking = world.table.faults.start(mark_all()).await;
        ada.patch(&format!("/api/notifications/{first}/"), json!({"is_read": false})).await.is(200);
        world.table.faults.release();
        marking.await.unwrap().is(200);
        assert_eq!(mark_all().await.is(200)["updated"], 1, "update {nth} stalled");
        bob.writes(&ada, "another").await.is(201);
        world.advance(TimeDelta::minutes(5));
    }
}

/// Most reads read the gate, and every fifth writes what was counted. The list itself is a query.
#[tokio::test]
async fn nothing_passes_with_a_session_that_ended_while_its_read_was_under_way() {
    for (before, operation) in [(0, "GetItem"), (4, "UpdateItem")] {
        let world = World::new().await;
        let ada = world.register("ada").await;
        for _ in 0..before {
            ada.get("/api/notifications/").await.is(200);
        }
        world.table.faults.arm(stall(operation, 1));
        let reading = {
            let ada = ada.clone();
            async move { ada.get("/api/notifications/").await }
        };
        let reading = world.table.faults.start(reading).await;
        ada.post("/api/users/logout/", json!({})).await.is(200);
        world.table.faults.release();
        reading.await.unwrap().refuses(401, "token_invalid");
    }
}

/// Whoever deletes this stands still just before it is done.
async fn deletes_slowly(person: &Person, path: &str) -> JoinHandle<Answer> {
    let (slow, path) = (person.clone(), path.to_owned());
    person.world.table.faults.arm(stall("TransactWriteItems", 1));
    person.world.table.faults.start(async move { slow.delete(&path).await }).await
}

#[tokio::test]
async fn of_two_deletions_of_a_course_the_second_finds_nothing() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let path = format!("{COURSES}{}/", ada.publishes("Looms", "0.00").await);
    let slow = deletes_slowly(&ada, &path).await;
    ada.delete(&path).await.is(204);
    world.table.faults.release();
    slow.await.unwrap().refuses(404, "not_found");
    world.is_sound().await;
}

#[tokio::test]
async fn a_course_renamed_and_hidden_while_it_is_deleted_is_counted_and_found_no_more() {
    let world = World::new().await;
    let (ada, admin) = (world.mentor("ada", 2_500).await, world.admin().await);
    let path = format!("{COURSES}{}/", ada.publishes("Looms", "0.00").await);
    let slow = deletes_slowly(&ada, &path).await;
    ada.patch(&path, json!({"title": "Warps", "is_published": false})).await.is(200);
    world.table.faults.release();
    slow.await.unwrap().is(204);
    let courses = admin.get("/api/v1/admin/stats/").await.is(200)["courses"].clone();
    assert_eq!(courses, json!({"total": 0, "published": 0}));
    let is_word = |item: &Json| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("FIND#COURSE#"));
    assert!(!world.table.items().iter().any(is_word), "nothing is found under its words");
    world.is_sound().await;
}

#[tokio::test]
async fn an_event_that_was_made_longer_while_it_is_deleted_is_listed_no_more() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let body = json!({"title": "A walk", "description": "Along the river.", "start_time": stamp(minute(60))});
    let path = format!("/api/events/{}/", id(&ada.post("/api/events/", body).await.is(201)));
    let slow = deletes_slowly(&ada, &path).await;
    ada.patch(&path, json!({"end_time": stamp(minute(60 * 24 * 3))})).await.is(200);
    world.table.faults.release();
    slow.await.unwrap().is(204);
    assert!(!world.table.items().iter().any(|item| item["sk"]["S"] == "LONG"), "nor as one that goes on for days");
}
