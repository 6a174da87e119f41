//! Weekly hours, and the free times they lead to (§2, §3).

use serde_json::{Value as Json, json};
use tests::meetings::two;
use tests::shape::{has_exactly, ids, time};
use tests::{Person, World, minute};

const PATH: &str = "/api/user-availability/";

fn hours(day: i64, start: &str, end: &str) -> Json {
    json!({"day_of_week": day, "start_time": start, "end_time": end})
}

fn one(id: i64) -> String {
    format!("{PATH}{id}/")
}

async fn publishes(person: &Person, day: i64, start: &str, end: &str) -> i64 {
    tests::person::id(&person.post(PATH, hours(day, start, end)).await.is(201))
}

/// The starts of the free times of an expert, as another sees them.
async fn starts(person: &Person, expert: &Person, query: &str) -> Vec<String> {
    let slots = person.get(&format!("/api/users/{}/available_slots/?{query}", expert.id)).await.is(200);
    slots.as_array().unwrap().iter().map(|slot| slot["scheduled_start"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn hours_are_added_shown_changed_and_removed() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let row = ada.post(PATH, hours(0, "09:00", "17:30:15")).await.is(201);
    let id = tests::person::id(&row);
    let expected = json!({
        "id": id, "user": ada.id, "day_of_week": 0, "day_name": "Monday", "start_time": "09:00:00",
        "end_time": "17:30:15", "timezone": "UTC",
    });
    assert_eq!(row, expected);
    assert_eq!(ada.get(&one(id)).await.is(200), expected);
    assert_eq!(ada.all(PATH).await, [expected]);
    let changed = ada.patch(&one(id), json!({"day_of_week": 6})).await.is(200);
    assert_eq!((&changed["day_name"], &changed["start_time"]), (&json!("Sunday"), &json!("09:00:00")));
    let replaced = ada.put(&one(id), hours(2, "00:00", "00:00")).await.is(200);
    assert_eq!((&replaced["start_time"], &replaced["end_time"]), (&json!("00:00:00"), &json!("00:00:00")));
    ada.delete(&one(id)).await.is(204);
    ada.get(&one(id)).await.refuses(404, "not_found");
    assert!(ada.all(PATH).await.is_empty());
}

#[tokio::test]
async fn what_is_no_day_or_time_is_refused() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let refusal = ada.post(PATH, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["day_of_week", "start_time", "end_time"]);
    let id = publishes(&ada, 0, "09:00", "10:00").await;
    let refusal = ada.put(&one(id), json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["day_of_week", "start_time", "end_time"]);
    ada.patch(&one(id), json!({})).await.is(200);
    for (field, bad) in [
        ("day_of_week", json!(7)),
        ("day_of_week", json!(-1)),
        ("day_of_week", json!("Monday")),
        ("day_of_week", json!(1.5)),
        ("day_of_week", json!(true)),
        ("day_of_week", Json::Null),
        ("start_time", json!("9:00")),
        ("start_time", json!("24:00")),
        ("start_time", json!("09:60")),
        ("start_time", json!("09:00:60")),
        ("start_time", json!("09:00Z")),
        ("start_time", json!("")),
        ("start_time", json!(900)),
        ("end_time", json!("24:00")),
        ("end_time", json!("24:00:00")),
        ("end_time", json!("noon")),
        ("end_time", Json::Null),
    ] {
        let mut body = hours(1, "08:00", "20:00");
        body[field] = bad.clone();
        ada.post(PATH, body).await.blames(field);
        ada.patch(&one(id), json!({field: bad})).await.blames(field);
    }
}

#[tokio::test]
async fn the_end_is_after_the_start_and_only_midnight_may_be_the_end_of_a_day() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (start, end) in [("09:00", "09:00"), ("09:00", "08:59:59"), ("00:00:01", "00:00:01")] {
        ada.post(PATH, hours(0, start, end)).await.blames("end_time");
    }
    let id = publishes(&ada, 0, "23:00", "00:00:00").await;
    assert_eq!(ada.get(&one(id)).await.is(200)["end_time"], "00:00:00");
    ada.patch(&one(id), json!({"end_time": "22:00"})).await.blames("end_time");
    ada.patch(&one(id), json!({"end_time": "00:00:01"})).await.blames("end_time");
}

#[tokio::test]
async fn the_very_same_row_again_is_refused_and_the_fifty_first_too() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let first = publishes(&ada, 0, "09:00", "10:00").await;
    ada.post(PATH, hours(0, "09:00:00", "10:00")).await.refuses(400, "validation");
    let other = publishes(&ada, 1, "09:00", "10:00").await;
    ada.patch(&one(other), json!({"day_of_week": 0})).await.refuses(400, "validation");
    ada.delete(&one(other)).await.is(204);
    for number in 1..50 {
        publishes(&ada, number % 7, "09:00", &format!("11:{number:02}")).await;
    }
    ada.post(PATH, hours(0, "12:00", "13:00")).await.refuses(400, "validation");
    ada.delete(&one(first)).await.is(204);
    publishes(&ada, 0, "12:00", "13:00").await;
}

#[tokio::test]
async fn rows_are_listed_by_day_then_start_and_others_may_read_them() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let mut expected = Vec::new();
    for (day, start) in [(0, "08:00"), (0, "10:00"), (3, "07:30"), (6, "00:00")] {
        expected.push((day, start, publishes(&ada, day, start, "23:00").await));
    }
    let early = publishes(&ada, 0, "06:00", "07:00").await;
    let order: Vec<_> = [early].into_iter().chain(expected.iter().map(|(.., id)| *id)).collect();
    assert_eq!(ids(&ada.all(PATH).await), order);
    assert_eq!(ids(&ada.all(&format!("{PATH}?limit=2")).await), order);
    assert_eq!(ids(&bob.all(&format!("{PATH}?user_id={}&limit=1", ada.id)).await), order);
    assert!(bob.all(PATH).await.is_empty());
    assert!(bob.all(&format!("{PATH}?user_id=1")).await.is_empty());
    bob.get(&format!("{PATH}?user_id=x")).await.blames("user_id");
    let row = one(early);
    bob.get(&row).await.refuses(404, "not_found");
    bob.put(&row, hours(1, "09:00", "10:00")).await.refuses(404, "not_found");
    bob.patch(&row, json!({"day_of_week": 1})).await.refuses(404, "not_found");
    bob.delete(&row).await.refuses(404, "not_found");
    assert_eq!(ids(&ada.all(PATH).await), order);
}

#[tokio::test]
async fn free_times_follow_one_another_from_the_start_of_each_window() {
    let (_, learner, expert) = two().await;
    publishes(&expert, 0, "09:10", "11:00").await;
    publishes(&expert, 1, "10:00", "11:00").await;
    let slots = learner.get(&format!("/api/users/{}/available_slots/", expert.id)).await.is(200);
    let first = &slots[0];
    has_exactly(first, &["scheduled_start", "scheduled_end"]);
    assert_eq!((time(&first["scheduled_end"]) - time(&first["scheduled_start"])).num_minutes(), 60);
    assert_eq!(starts(&learner, &expert, "").await, ["2027-03-01T09:10:00Z", "2027-03-02T10:00:00Z"]);
    let half_hours = ["2027-03-01T09:10:00Z", "2027-03-01T09:40:00Z", "2027-03-01T10:10:00Z"];
    assert_eq!(starts(&learner, &expert, "minutes=30&days=1").await, half_hours);
    // Only what is ahead: it is eight o'clock, and from= may say later.
    assert_eq!(starts(&learner, &expert, "minutes=30&days=1&from=2027-03-01T09:45:00Z").await, half_hours[2..]);
    assert_eq!(starts(&learner, &expert, "minutes=30&days=1&from=2027-03-01T10:45:00%2B01:00").await, half_hours[2..]);
    assert_eq!(starts(&learner, &expert, "minutes=30&days=1&from=2020-03-01T00:00:00Z").await, [""; 0]);
}

#[tokio::test]
async fn overlapping_and_touching_rows_are_one_window() {
    let (_, learner, expert) = two().await;
    for (start, end) in [("09:00", "10:00"), ("09:30", "10:30"), ("10:30", "12:00")] {
        publishes(&expert, 0, start, end).await;
    }
    let expected = ["2027-03-01T09:00:00Z", "2027-03-01T10:30:00Z"];
    assert_eq!(starts(&learner, &expert, "minutes=90&days=1").await, expected);
    learner.requests(&expert, minute(90), 150).await.is(201);
}

#[tokio::test]
async fn midnight_joins_two_days() {
    let (_, learner, expert) = two().await;
    publishes(&expert, 0, "23:00", "00:00").await;
    publishes(&expert, 1, "00:00", "01:00").await;
    assert_eq!(starts(&learner, &expert, "minutes=120").await, ["2027-03-01T23:00:00Z"]);
    learner.requests(&expert, minute(15 * 60), 120).await.is(201);
}

#[tokio::test]
async fn hours_are_read_in_the_experts_zone_with_its_daylight_saving() {
    let (_, learner, expert) = two().await;
    expert.patch("/api/users/me/", json!({"timezone": "Europe/Berlin"})).await.is(200);
    publishes(&expert, 0, "09:00", "10:00").await;
    // Berlin turned its clocks on Sunday, 28 March 2027.
    assert_eq!(starts(&learner, &expert, "from=2027-03-22T00:00Z&days=7").await, ["2027-03-22T08:00:00Z"]);
    assert_eq!(starts(&learner, &expert, "from=2027-03-29T00:00Z&days=7").await, ["2027-03-29T07:00:00Z"]);
    expert.patch("/api/users/me/", json!({"timezone": "America/New_York"})).await.is(200);
    assert_eq!(starts(&learner, &expert, "from=2027-03-08T00:00Z&days=7").await, ["2027-03-08T14:00:00Z"]);
    assert_eq!(starts(&learner, &expert, "from=2027-03-15T00:00Z&days=7").await, ["2027-03-15T13:00:00Z"]);
}

#[tokio::test]
async fn without_published_hours_times_begin_at_each_full_hour() {
    let (world, learner, expert) = two().await;
    world.set_clock(minute(20));
    let all = starts(&learner, &expert, "days=1&minutes=45").await;
    assert_eq!((all.len(), all[0].as_str(), all[1].as_str()), (24, "2027-03-01T09:00:00Z", "2027-03-01T10:00:00Z"));
    assert_eq!(starts(&learner, &expert, "days=14&minutes=5").await.len(), 200);
    assert_eq!(starts(&learner, &expert, "").await.len(), 7 * 24);
}

#[tokio::test]
async fn what_either_has_booked_is_not_free() {
    let (world, learner, expert) = two().await;
    let third = world.register("third").await;
    publishes(&expert, 0, "09:00", "12:00").await;
    let meeting = third.books(&expert, minute(60), 60).await;
    assert_eq!(starts(&learner, &expert, "days=1").await, ["2027-03-01T10:00:00Z", "2027-03-01T11:00:00Z"]);
    learner.books(&third, minute(120), 60).await;
    assert_eq!(starts(&learner, &expert, "days=1").await, ["2027-03-01T11:00:00Z"]);
    third.declares(meeting, "cancelled").await.is(200);
    assert_eq!(starts(&learner, &expert, "days=1").await, ["2027-03-01T09:00:00Z", "2027-03-01T11:00:00Z"]);
}

#[tokio::test]
async fn every_free_time_can_be_requested() {
    let (_, learner, expert) = two().await;
    publishes(&expert, 0, "09:00", "10:30").await;
    learner.buys(5).await;
    let all = starts(&learner, &expert, "days=1&minutes=30").await;
    assert_eq!(all.len(), 3);
    for start in all {
        learner.requests(&expert, start.parse().unwrap(), 30).await.is(201);
    }
    assert_eq!(starts(&learner, &expert, "days=1&minutes=30").await, [""; 0]);
}

#[tokio::test]
async fn a_question_about_free_times_has_bounds() {
    let (_, learner, expert) = two().await;
    for (query, field) in [
        ("days=0", "days"),
        ("days=15", "days"),
        ("days=x", "days"),
        ("minutes=4", "minutes"),
        ("minutes=481", "minutes"),
        ("minutes=", "minutes"),
        ("from=tomorrow", "from"),
        ("from=", "from"),
    ] {
        learner.get(&format!("/api/users/{}/available_slots/?{query}", expert.id)).await.blames(field);
    }
    for query in ["days=14&minutes=480", "days=1&minutes=5", "from=9999-12-31T23:59:59Z", "from=1970-01-01T00:00:00Z"] {
        starts(&learner, &expert, query).await;
    }
}

#[tokio::test]
async fn changing_hours_never_touches_meetings_already_made() {
    let (_, learner, expert) = two().await;
    let row = publishes(&expert, 0, "09:00", "10:00").await;
    let meeting = learner.books(&expert, minute(60), 60).await;
    let before = learner.meeting(meeting).await;
    expert.patch(&one(row), json!({"day_of_week": 4})).await.is(200);
    expert.patch("/api/users/me/", json!({"timezone": "Asia/Tokyo"})).await.is(200);
    expert.delete(&one(row)).await.is(204);
    assert_eq!(learner.meeting(meeting).await, before);
    expert.declares(meeting, "confirmed").await.is(200);
}
