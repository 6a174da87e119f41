//! Hours are shown in the zone they are kept in: whoever believes what one product shows can book it in another.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::zone::Zone;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::person::stamp;
use tests::{Person, World};

const ZONES: [&str; 10] = [
    "Asia/Kolkata",
    "America/Vancouver",
    "America/St_Johns",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
    "America/Havana",
    "UTC",
];

const HOURS: &str = "/api/user-availability/";

/// The start of a row's hours in the second week of the world, by the clock that the row names.
fn start(row: &Json) -> DateTime<Utc> {
    let monday: NaiveDate = "2027-03-08".parse().unwrap();
    let date = monday + TimeDelta::days(row["day_of_week"].as_i64().unwrap());
    let shown = date.and_time(row["start_time"].as_str().unwrap().parse().unwrap());
    Zone::parse(row["timezone"].as_str().unwrap()).unwrap().instant(shown).unwrap()
}

async fn rows(viewer: &Person, expert: &Person) -> [Vec<Json>; 3] {
    let list = |answer: Json| answer.as_array().unwrap().clone();
    let listed = list(viewer.get(&format!("{HOURS}?user_id={}", expert.id)).await.is(200));
    let profile = viewer.get(&format!("/api/users/{}/", expert.id)).await.is(200);
    let here = list(viewer.get(&c(&format!("experts/{}/availability/", expert.id))).await.is(200));
    [listed, list(profile["availability"].clone()), here]
}

/// Believes what is shown: the first half hour can be had, the one before cannot.
async fn books_what_is_shown(viewer: &Person, expert: &Person, zone: &str) {
    let [listed, profile, here] = rows(viewer, expert).await;
    assert_eq!(listed, profile);
    for row in [&listed[0], &here[0]] {
        assert_eq!((row["timezone"].as_str(), row["start_time"].as_str()), (Some(zone), Some("09:00:00")), "{row}");
    }
    let (as_meeting, as_consultation) = (start(&listed[0]), start(&here[0]));
    assert_eq!(as_meeting, as_consultation);
    let early = as_meeting - TimeDelta::minutes(5);
    viewer.requests(expert, early, 30).await.refuses(400, "outside_availability");
    viewer.consults(expert, early).await.refuses(400, "outside_hours");
    viewer.books(expert, as_meeting, 30).await;
    viewer.consults(expert, as_meeting + TimeDelta::minutes(30)).await.is(201);
    viewer.requests(expert, as_meeting + TimeDelta::minutes(45), 30).await.refuses(400, "outside_availability");
}

#[tokio::test]
async fn what_each_product_shows_can_be_booked_whichever_it_was_published_in() {
    let world = World::new().await;
    let viewer = world.register("viewer").await;
    viewer.buys(30).await;
    for (number, zone) in (0_u8..).zip(ZONES) {
        let row = json!({"day_of_week": number % 7, "start_time": "09:00", "end_time": "10:00"});
        let in_zone = |mut row: Json| {
            row["timezone"] = json!(zone.to_lowercase());
            row
        };
        let there = world.expert(&format!("there{number}")).await;
        there.post(&c("experts/availability/update/"), json!([in_zone(row.clone())])).await.is(200);
        let here = world.expert(&format!("here{number}")).await;
        assert_eq!(here.post(HOURS, in_zone(row.clone())).await.is(201)["timezone"], zone);
        let follows = world.expert(&format!("follows{number}")).await;
        follows.patch("/api/users/me/", json!({"timezone": zone})).await.is(200);
        assert_eq!(follows.post(HOURS, row).await.is(201)["timezone"], zone);
        for expert in [&there, &here, &follows] {
            // One learner is at one place at a time.
            let viewer = world.register(&format!("viewer-of-{}", expert.username)).await;
            books_what_is_shown(&viewer, expert, zone).await;
        }
    }
}

#[tokio::test]
async fn a_row_keeps_its_zone_until_it_is_given_another() {
    let world = World::new().await;
    let expert = world.expert("expert").await;
    let row = json!({"day_of_week": 2, "start_time": "09:00", "end_time": "10:00", "timezone": "Asia/Kolkata"});
    expert.post(&c("experts/availability/update/"), json!([row.clone()])).await.is(200);
    let shown = expert.get(HOURS).await.is(200)[0].clone();
    let one = format!("{HOURS}{}/", shown["id"]);
    assert_eq!(expert.get(&one).await.is(200), shown);
    let without = json!({"day_of_week": 2, "start_time": "11:00", "end_time": "12:00"});
    assert_eq!(expert.put(&one, without.clone()).await.is(200)["timezone"], "Asia/Kolkata");
    assert_eq!(expert.patch(&one, json!({"day_of_week": 3})).await.is(200)["timezone"], "Asia/Kolkata");
    assert_eq!(expert.patch(&one, json!({"timezone": "asia/tokyo"})).await.is(200)["timezone"], "Asia/Tokyo");
    for bad in [json!("Mars/Base"), json!(""), json!(5), Json::Null] {
        expert.patch(&one, json!({"timezone": bad})).await.blames("timezone");
    }
    // The same hours by the same clock are the same row, whether or not the row says so itself.
    expert.patch("/api/users/me/", json!({"timezone": "Asia/Tokyo"})).await.is(200);
    let same = json!({"day_of_week": 3, "start_time": "11:00", "end_time": "12:00"});
    expert.post(HOURS, same.clone()).await.refuses(400, "validation");
    expert.patch("/api/users/me/", json!({"timezone": "UTC"})).await.is(200);
    assert_eq!(expert.post(HOURS, same).await.is(201)["timezone"], "UTC");
}

#[tokio::test]
async fn hours_that_are_closed_are_shown_to_nobody_else() {
    let world = World::new().await;
    let (viewer, expert) = (world.register("viewer").await, world.expert("expert").await);
    let open = json!({"day_of_week": 2, "start_time": "09:00", "end_time": "10:00"});
    let closed = json!({"day_of_week": 3, "start_time": "09:00", "end_time": "10:00", "is_available": false});
    expert.post(&c("experts/availability/update/"), json!([open, closed])).await.is(200);
    for shown in rows(&viewer, &expert).await {
        assert_eq!(shown.iter().map(|row| &row["day_of_week"]).collect::<Vec<_>>(), [&json!(2)]);
    }
    assert_eq!(expert.get(HOURS).await.is(200).as_array().unwrap().len(), 2, "to be changed or removed");
    let thursday: DateTime<Utc> = "2027-03-11T09:00:00Z".parse().unwrap();
    viewer.requests(&expert, thursday, 30).await.refuses(400, "outside_availability");
    assert_eq!(stamp(thursday), "2027-03-11T09:00:00Z");
}
