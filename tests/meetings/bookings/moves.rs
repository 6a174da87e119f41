//! Changing and moving a meeting (§5).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tests::meetings::{block, rich_two, suspend, two};
use tests::person::stamp;
use tests::shape::time;
use tests::{Answer, Person, minute};

fn path(meeting: i64) -> String {
    format!("/api/meetings/{meeting}/")
}

async fn moves(person: &Person, meeting: i64, start: DateTime<Utc>, minutes: i64) -> Answer {
    let end = stamp(start + TimeDelta::minutes(minutes));
    person.patch(&path(meeting), json!({"scheduled_start": stamp(start), "scheduled_end": end})).await
}

#[tokio::test]
async fn the_requester_corrects_title_description_and_category_and_the_status_stays() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    let before = learner.meeting(meeting).await;
    world.advance(TimeDelta::minutes(2));
    let changed = learner.patch(&path(meeting), json!({"title": "Traits"})).await.is(200);
    assert_eq!((&changed["title"], &changed["status"]), (&json!("Traits"), &json!("confirmed")));
    assert_eq!(changed["scheduled_start"], before["scheduled_start"]);
    assert!(time(&changed["updated_at"]) > time(&before["updated_at"]));
    assert!(changed.get("reviews").is_none());
    let changed = learner.put(&path(meeting), json!({"description": "All of them", "category": 7})).await.is(200);
    assert_eq!((&changed["title"], &changed["description"]), (&json!("Traits"), &json!("All of them")));
    assert_eq!(changed["category_name"], "Education and Tutoring");
    let changed = learner.patch(&path(meeting), json!({"category_id": null})).await.is(200);
    assert_eq!((&changed["category_id"], &changed["description"]), (&Json::Null, &json!("All of them")));
    // The same times are no move, and nobody is told of a correction.
    let same = json!({"scheduled_start": before["scheduled_start"], "scheduled_end": before["scheduled_end"]});
    assert_eq!(learner.patch(&path(meeting), same).await.is(200)["status"], "confirmed");
    assert_eq!(expert.all("/api/notifications/").await.len(), 1);
    // From the start on it can still be corrected.
    world.set_clock(minute(65));
    learner.patch(&path(meeting), json!({"title": "Late"})).await.is(200);
}

#[tokio::test]
async fn only_the_requester_changes_and_only_while_it_is_open() {
    let (world, learner, expert) = rich_two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.patch(&path(meeting), json!({"title": "Mine"})).await.refuses(403, "forbidden");
    moves(&expert, meeting, minute(120), 30).await.refuses(403, "forbidden");
    expert.put(&path(meeting), json!({})).await.refuses(403, "forbidden");
    learner.declares(meeting, "cancelled").await.is(200);
    learner.patch(&path(meeting), json!({"title": "Again"})).await.refuses(400, "invalid_transition");
    moves(&learner, meeting, minute(120), 30).await.refuses(400, "invalid_transition");
    // The role is checked before the state.
    expert.patch(&path(meeting), json!({"title": "Mine"})).await.refuses(403, "forbidden");

    let done = learner.books(&expert, minute(60), 30).await;
    expert.declares(done, "confirmed").await.is(200);
    world.set_clock(minute(91));
    learner.declares(done, "completed").await.is(200);
    learner.patch(&path(done), json!({"title": "Again"})).await.refuses(400, "invalid_transition");
    world.is_sound().await;
}

#[tokio::test]
async fn other_times_make_it_pending_again_and_the_credit_stays_held() {
    let (world, learner, expert) = two().await;
    for confirmed in [false, true] {
        let meeting = learner.books(&expert, minute(60), 30).await;
        if confirmed {
            expert.declares(meeting, "confirmed").await.is(200);
        }
        let moved = moves(&learner, meeting, minute(180), 45).await.is(200);
        assert_eq!((&moved["status"], &moved["duration_minutes"]), (&json!("pending"), &json!(45)));
        assert_eq!(moved["scheduled_start"], stamp(minute(180)));
        assert_eq!(learner.credits().await, (0, 1));
        let told = expert.all("/api/notifications/").await;
        assert_eq!(
            (&told[0]["notification_type"], &told[0]["title"]),
            (&json!("meeting_rescheduled"), &json!("Meeting Rescheduled"))
        );
        assert_eq!(told[0]["related_id"], meeting);
        world.is_sound().await;
        expert.declares(meeting, "confirmed").await.is(200);
        learner.declares(meeting, "cancelled").await.is(200);
    }
}

#[tokio::test]
async fn a_move_takes_the_new_time_and_frees_the_old_one_in_one_step() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    let meeting = learner.books(&expert, minute(60), 60).await;
    // It may overlap itself.
    moves(&learner, meeting, minute(90), 60).await.is(200);
    third.requests(&expert, minute(60), 30).await.is(201);
    moves(&learner, meeting, minute(75), 60).await.refuses(409, "slot_taken");
    assert_eq!(learner.meeting(meeting).await["scheduled_start"], stamp(minute(90)));
    // Only the start, or only the end.
    let longer = learner.patch(&path(meeting), json!({"scheduled_end": stamp(minute(180))})).await.is(200);
    assert_eq!((&longer["scheduled_start"], &longer["duration_minutes"]), (&json!(stamp(minute(90))), &json!(90)));
    let shorter = learner.patch(&path(meeting), json!({"scheduled_start": stamp(minute(150))})).await.is(200);
    assert_eq!(shorter["duration_minutes"], 30);
    world.is_sound().await;
}

#[tokio::test]
async fn a_taken_new_time_is_answered_with_alternatives() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    third.books(&expert, minute(120), 30).await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    let before = learner.meeting(meeting).await;
    let refusal = moves(&learner, meeting, minute(120), 30).await.refuses(409, "slot_taken");
    assert_eq!(refusal["alternatives"].as_array().unwrap().len(), 5);
    assert_eq!(learner.meeting(meeting).await, before);
    world.is_sound().await;
}

#[tokio::test]
async fn all_rules_of_a_request_hold_for_a_move() {
    let (world, learner, expert) = rich_two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    world.set_clock(minute(30));
    moves(&learner, meeting, minute(29), 30).await.blames("scheduled_start");
    moves(&learner, meeting, minute(120), 0).await.blames("scheduled_end");
    moves(&learner, meeting, minute(120), 481).await.blames("scheduled_end");
    let hours = json!({"day_of_week": 0, "start_time": "09:00", "end_time": "12:00"});
    expert.post("/api/user-availability/", hours).await.is(201);
    moves(&learner, meeting, minute(300), 30).await.refuses(400, "outside_availability");
    for (field, bad) in [
        ("title", json!("")),
        ("title", json!("x".repeat(201))),
        ("title", Json::Null),
        ("description", json!("x".repeat(4001))),
        ("category_id", json!(99)),
        ("scheduled_start", json!("soon")),
        ("scheduled_start", Json::Null),
        ("scheduled_end", json!(5)),
    ] {
        learner.patch(&path(meeting), json!({field: bad})).await.blames(field);
    }
    moves(&learner, meeting, minute(120), 30).await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn a_meeting_cannot_be_moved_across_a_block_or_with_somebody_who_is_gone() {
    let (world, learner, expert) = two().await;
    learner.writes(&expert, "Hello").await.is(201);
    let meeting = learner.books(&expert, minute(60), 30).await;
    block(&world);
    moves(&learner, meeting, minute(120), 30).await.refuses(403, "blocked");
    learner.patch(&path(meeting), json!({"title": "Traits"})).await.is(200);
    suspend(&expert).await;
    moves(&learner, meeting, minute(120), 30).await.blames("expert_id");
    learner.declares(meeting, "cancelled").await.is(200);
    assert_eq!(learner.credits().await, (1, 0));
}

#[tokio::test]
async fn from_the_start_on_it_is_too_late_to_move() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(minute(60));
    moves(&learner, meeting, minute(120), 30).await.refuses(400, "too_late");
    learner.patch(&path(meeting), json!({"scheduled_end": stamp(minute(120))})).await.refuses(400, "too_late");
    assert_eq!(learner.meeting(meeting).await["status"], "confirmed");
    world.is_sound().await;
}

#[tokio::test]
async fn a_move_cannot_change_parties_status_or_price() {
    let (world, learner, expert) = two().await;
    let third = world.register("third").await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    let wanted = json!({
        "expert_id": third.id, "requester_id": third.id, "status": "completed", "price_credits": 0, "id": 9,
        "no_show_user_id": expert.id, "title": "Traits",
    });
    let mut expected = learner.meeting(meeting).await;
    let changed = learner.patch(&path(meeting), wanted).await.is(200);
    for name in ["reviews", "has_reviewed"] {
        expected.as_object_mut().unwrap().remove(name);
    }
    expected["title"] = "Traits".into();
    expected["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, expected);
}
