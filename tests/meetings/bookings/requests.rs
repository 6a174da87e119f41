//! Requesting a meeting (§5).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::meetings::{block, rich_two, two};
use tests::person::{meeting, stamp};
use tests::shape::{has_exactly, time};
use tests::{Person, World, minute};

const PATH: &str = "/api/meetings/";

const MEETING: [&str; 17] = [
    "id",
    "title",
    "description",
    "requester_id",
    "requester_name",
    "expert_id",
    "expert_name",
    "status",
    "category_id",
    "category_name",
    "scheduled_start",
    "scheduled_end",
    "created_at",
    "updated_at",
    "duration_minutes",
    "price_credits",
    "no_show_user_id",
];

fn with(mut body: Json, name: &str, value: impl Into<Json>) -> Json {
    body[name] = value.into();
    body
}

#[tokio::test]
async fn a_request_is_a_pending_meeting_that_both_see() {
    let (_, learner, expert) = two().await;
    learner.patch("/api/users/me/", json!({"first_name": "Lea", "last_name": "Rner"})).await.is(200);
    let mut body = meeting(&expert, minute(60), 45);
    body["description"] = " <b>Lifetimes</b>\n& more ".into();
    body["category_id"] = 1.into();
    let made = learner.post(PATH, body.clone()).await.is(201);
    has_exactly(&made, &MEETING);
    for (name, value) in [
        ("title", body["title"].clone()),
        ("description", body["description"].clone()),
        ("requester_id", json!(learner.id)),
        ("requester_name", json!("Lea Rner")),
        ("expert_id", json!(expert.id)),
        ("expert_name", json!("expert")),
        ("status", json!("pending")),
        ("category_id", json!(1)),
        ("category_name", json!("Software Development")),
        ("scheduled_start", json!(stamp(minute(60)))),
        ("scheduled_end", json!(stamp(minute(105)))),
        ("duration_minutes", json!(45)),
        ("price_credits", json!(1)),
        ("no_show_user_id", Json::Null),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    assert_eq!(time(&made["created_at"]), time(&made["updated_at"]));
    for person in [&learner, &expert] {
        let seen = person.meeting(tests::person::id(&made)).await;
        let mut expected = made.clone();
        expected["reviews"] = json!([]);
        expected["has_reviewed"] = json!(false);
        assert_eq!(seen, expected);
        assert_eq!(person.all(PATH).await, std::slice::from_ref(&made));
    }
}

#[tokio::test]
async fn description_and_category_may_be_left_out() {
    let (_, learner, expert) = rich_two().await;
    let made = learner.post(PATH, meeting(&expert, minute(60), 30)).await.is(201);
    assert_eq!(
        (&made["description"], &made["category_id"], &made["category_name"]),
        (&json!(""), &Json::Null, &Json::Null)
    );
    let made = learner.post(PATH, with(meeting(&expert, minute(120), 30), "category_id", Json::Null)).await.is(201);
    assert_eq!(made["category_id"], Json::Null);
}

#[tokio::test]
async fn every_field_is_checked_and_named() {
    let (_, learner, expert) = two().await;
    let refusal = learner.post(PATH, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["title", "expert_id", "scheduled_start", "scheduled_end"]);
    for (field, bad) in [
        ("title", json!("")),
        ("title", json!("x".repeat(201))),
        ("title", json!(5)),
        ("title", Json::Null),
        ("title", json!("a\u{0}b")),
        ("description", json!("x".repeat(4001))),
        ("description", Json::Null),
        ("description", json!({"a": 1})),
        ("expert_id", json!("somebody")),
        ("expert_id", json!(1.5)),
        ("expert_id", json!(true)),
        ("expert_id", json!(-4)),
        ("expert_id", Json::Null),
        ("expert_id", json!(9_007_199_254_740_993_i64)),
        ("category_id", json!(0)),
        ("category_id", json!(8)),
        ("category_id", json!("law")),
        ("category_id", json!(true)),
        ("scheduled_start", json!("tomorrow")),
        ("scheduled_start", json!(1_800_000_000)),
        ("scheduled_start", Json::Null),
        ("scheduled_start", json!("2027-02-30T10:00:00Z")),
        ("scheduled_end", json!("2027-03-01")),
        ("scheduled_end", json!("")),
        ("scheduled_end", json!(["2027-03-01T10:00:00Z"])),
    ] {
        learner.post(PATH, with(meeting(&expert, minute(60), 30), field, bad)).await.blames(field);
    }
    let longest = with(meeting(&expert, minute(60), 30), "title", "é".repeat(200));
    learner.post(PATH, with(longest, "description", "é".repeat(4000))).await.is(201);
}

#[tokio::test]
async fn any_active_user_but_oneself_can_be_the_expert() {
    let (_, learner, expert) = two().await;
    learner.requests(&learner, minute(60), 30).await.blames("expert_id");
    for unknown in [1, 2, (1 << 53) - 2] {
        let nobody = Person { id: unknown, ..expert.clone() };
        learner.requests(&nobody, minute(60), 30).await.blames("expert_id");
    }
    assert_eq!(learner.credits().await, (1, 0));
    learner.requests(&expert, minute(60), 30).await.is(201);
}

#[tokio::test]
async fn a_block_between_the_two_forbids_meetings_and_messages() {
    let (world, learner, expert) = two().await;
    learner.writes(&expert, "Hello").await.is(201);
    block(&world);
    for (one, other) in [(&learner, &expert), (&expert, &learner)] {
        one.requests(other, minute(60), 30).await.refuses(403, "blocked");
        one.writes(other, "Hello?").await.refuses(403, "blocked");
    }
    world.is_sound().await;
}

#[tokio::test]
async fn a_meeting_starts_in_the_future_and_lasts_up_to_eight_hours() {
    let (_, learner, expert) = rich_two().await;
    for minutes in [0, -1, -600] {
        learner.requests(&expert, minute(minutes), 1000).await.blames("scheduled_start");
    }
    for minutes in [0, -30, 481] {
        learner.requests(&expert, minute(60), minutes).await.blames("scheduled_end");
    }
    let mut body = meeting(&expert, minute(60), 480);
    body["scheduled_end"] = stamp(minute(540) + TimeDelta::seconds(1)).into();
    learner.post(PATH, body).await.blames("scheduled_end");
    learner.requests(&expert, minute(60), 480).await.is(201);
    learner.requests(&expert, minute(600), 1).await.is(201);
    assert_eq!(learner.credits().await, (9, 2));
}

#[tokio::test]
async fn times_may_come_with_any_offset_or_none() {
    let (_, learner, expert) = rich_two().await;
    for (day, (start, end)) in [
        ("T10:00:00Z", "T11:00:00Z"),
        ("T10:00:00", "T11:00"),
        ("T12:00:00+02:00", "T16:30:00+05:30"),
        ("T05:00-05:00", "T06:00:00.500-0500"),
        (" 10:00:00", "t11:00:00z"),
    ]
    .into_iter()
    .enumerate()
    {
        let date = format!("2027-03-1{day}");
        let mut body = meeting(&expert, minute(60), 30);
        body["scheduled_start"] = format!("{date}{start}").into();
        body["scheduled_end"] = format!("{date}{end}").into();
        let made = learner.post(PATH, body).await.is(201);
        assert_eq!(made["scheduled_start"], format!("{date}T10:00:00Z"));
        assert_eq!(made["scheduled_end"], format!("{date}T11:00:00Z"));
    }
}

#[tokio::test]
async fn a_meeting_lies_whole_inside_the_published_hours() {
    let (_, learner, expert) = rich_two().await;
    expert.patch("/api/users/me/", json!({"timezone": "Europe/Berlin"})).await.is(200);
    let hours = json!({"day_of_week": 0, "start_time": "10:00", "end_time": "12:00"});
    expert.post("/api/user-availability/", hours).await.is(201);
    // Ten in Berlin is nine in UTC: an hour after the world began; from 28 March on it is eight.
    let summer = minute(28 * 24 * 60);
    for (start, minutes) in [
        (minute(55), 30),
        (minute(150), 35),
        (minute(30), 300),
        (minute(24 * 60 + 60), 30),
        (summer + TimeDelta::hours(2), 30),
    ] {
        learner.requests(&expert, start, minutes).await.refuses(400, "outside_availability");
    }
    assert_eq!(learner.credits().await, (11, 0));
    learner.requests(&expert, minute(60), 120).await.is(201);
    learner.requests(&expert, summer, 120).await.is(201);
}

#[tokio::test]
async fn a_taken_time_is_answered_with_free_ones() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    third.books(&expert, minute(60), 60).await;
    let answer = learner.requests(&expert, minute(90), 45).await;
    let refusal = answer.refuses(409, "slot_taken");
    let alternatives = refusal["alternatives"].as_array().unwrap();
    assert_eq!(alternatives.len(), 5);
    let mut last = world.now();
    for slot in alternatives {
        has_exactly(slot, &["scheduled_start", "scheduled_end"]);
        let (start, end) = (time(&slot["scheduled_start"]), time(&slot["scheduled_end"]));
        assert_eq!((end - start).num_minutes(), 45);
        assert!(start > last && start < minute(14 * 24 * 60), "ascending, ahead and within two weeks");
        last = start;
    }
    assert_eq!(learner.credits().await, (11, 0));
    for slot in alternatives {
        learner.requests(&expert, time(&slot["scheduled_start"]), 45).await.is(201);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn alternatives_lie_inside_the_hours_and_are_free_for_both() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    for day in [0, 2] {
        let hours = json!({"day_of_week": day, "start_time": "09:00", "end_time": "11:00"});
        expert.post("/api/user-availability/", hours).await.is(201);
    }
    third.books(&expert, minute(60), 60).await;
    learner.books(&third, minute(2 * 24 * 60 + 60), 60).await;
    let refusal = learner.requests(&expert, minute(60), 60).await.refuses(409, "slot_taken");
    let starts: Vec<_> =
        refusal["alternatives"].as_array().unwrap().iter().map(|slot| &slot["scheduled_start"]).collect();
    let expected = ["2027-03-01T10", "2027-03-03T10", "2027-03-08T09", "2027-03-08T10", "2027-03-10T09"];
    assert_eq!(starts, expected.map(|hour| json!(format!("{hour}:00:00Z"))).each_ref());
}

#[tokio::test]
async fn one_cannot_be_in_two_places_on_either_side() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    learner.books(&expert, minute(60), 60).await;
    learner.requests(&third, minute(90), 60).await.refuses(409, "slot_taken");
    expert.requests(&third, minute(90), 60).await.refuses(409, "slot_taken");
    third.requests(&learner, minute(90), 60).await.refuses(409, "slot_taken");
    third.requests(&expert, minute(0) + TimeDelta::minutes(61), 1).await.refuses(409, "slot_taken");
    world.is_sound().await;
}

#[tokio::test]
async fn time_is_taken_in_steps_of_five_minutes_and_back_to_back_is_no_overlap() {
    let (world, learner, expert) = rich_two().await;
    learner.books(&expert, minute(60), 30).await;
    learner.books(&expert, minute(90), 30).await;
    learner.books(&expert, minute(30), 30).await;
    learner.books(&expert, minute(122), 1).await;
    for (start, minutes) in [(minute(123), 2), (minute(120), 2), (minute(124), 60)] {
        learner.requests(&expert, start, minutes).await.refuses(409, "slot_taken");
    }
    learner.requests(&expert, minute(125), 5).await.is(201);
    world.is_sound().await;
}

#[tokio::test]
async fn what_the_server_owns_is_ignored() {
    let (_, learner, expert) = two().await;
    let mut body = meeting(&expert, minute(60), 30);
    for (name, value) in [
        ("id", json!(7)),
        ("status", json!("completed")),
        ("requester_id", json!(expert.id)),
        ("requester_name", json!("Somebody else")),
        ("price_credits", json!(0)),
        ("created_at", json!("1999-01-01T00:00:00Z")),
        ("no_show_user_id", json!(expert.id)),
    ] {
        body[name] = value;
    }
    let made = learner.post(PATH, body).await.is(201);
    assert_ne!(made["id"], 7);
    assert_eq!((&made["status"], &made["requester_id"]), (&json!("pending"), &json!(learner.id)));
    assert_eq!((&made["price_credits"], &made["requester_name"]), (&json!(1), &json!("learner")));
    assert_eq!(learner.credits().await, (0, 1));
}

#[tokio::test]
async fn to_anybody_else_a_meeting_does_not_exist() {
    let world = World::new().await;
    let (learner, expert) = (world.register("learner").await, world.register("expert").await);
    let stranger = world.register("stranger").await;
    let id = learner.books(&expert, minute(60), 30).await;
    for (person, id) in [(&stranger, id), (&learner, 1), (&learner, id + 1)] {
        person.get(&format!("{PATH}{id}/")).await.refuses(404, "not_found");
        person.patch(&format!("{PATH}{id}/"), json!({"title": "Mine"})).await.refuses(404, "not_found");
        person.put(&format!("{PATH}{id}/"), json!({"title": "Mine"})).await.refuses(404, "not_found");
        person.declares(id, "cancelled").await.refuses(404, "not_found");
    }
    assert!(stranger.all(PATH).await.is_empty());
    for bad in ["x", "0", "-1", "1.0", "9007199254740993", "99999999999999999999999"] {
        learner.get(&format!("{PATH}{bad}/")).await.refuses(404, "not_found");
        learner
            .patch(&format!("{PATH}{bad}/update_status/"), json!({"status": "confirmed"}))
            .await
            .refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_meeting_cannot_be_deleted() {
    let (_, learner, expert) = two().await;
    let id = learner.books(&expert, minute(60), 30).await;
    let answer = learner.delete(&format!("{PATH}{id}/")).await;
    assert!(answer.header("allow").contains("PATCH"), "{:?}", answer.headers);
    answer.refuses(405, "method_not_allowed");
    learner.meeting(id).await;
}
