//! Free times of an expert on a date (§5).

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, World};

async fn slots(viewer: &Person, expert: &Person, query: &str) -> Json {
    viewer.get(&c(&format!("experts/{}/time-slots/?{query}", expert.id))).await.is(200)
}

/// The starts, without date and seconds where they are all of `date`.
async fn starts(viewer: &Person, expert: &Person, query: &str) -> Vec<String> {
    let found = slots(viewer, expert, query).await;
    let list = |name: &str| found[name].as_array().unwrap().clone();
    let both: Vec<_> = list("slots").iter().map(|slot| slot["start"].clone()).collect();
    assert_eq!(list("available_slots"), both, "the same order");
    both.iter().map(|start| start.as_str().unwrap().trim_end_matches(":00Z").to_owned()).collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A world whose clock shows this.
async fn world_at(now: &str) -> World {
    let world = World::new().await;
    world.set_clock(at(now));
    world
}

#[tokio::test]
async fn a_client_in_vancouver_sees_when_an_expert_in_kolkata_is_there_in_the_week_the_clocks_change() {
    // Daylight saving time ends on Sunday 2026-11-01 in most of North America; in Vancouver it stays for good.
    let world = world_at("2026-10-30T12:00:00Z").await;
    let (expert, client) = (world.expert("asha").await, world.register("client").await);
    client.patch("/api/users/me/", json!({"timezone": "America/Vancouver"})).await.is(200);
    expert.opens(&[(5, "09:00", "10:00", "Asia/Kolkata"), (0, "09:00", "10:00", "Asia/Kolkata")]).await;
    assert_eq!(starts(&client, &expert, "date=2026-10-31").await, ["2026-10-31T03:30", "2026-10-31T04:00"]);
    let monday = slots(&client, &expert, "date=2026-11-02&duration=45").await;
    assert_eq!(
        monday,
        json!({
            "date": "2026-11-02",
            "expert_id": expert.id,
            "duration_minutes": 45,
            "available_slots": ["2026-11-02T03:30:00Z"],
            "slots": [{
                "start": "2026-11-02T03:30:00Z",
                "end": "2026-11-02T04:15:00Z",
                "local": "2026-11-02T09:00:00",
                "utc_offset": "+05:30",
                "timezone": "Asia/Kolkata",
            }],
        })
    );
    // 20:30 in Vancouver, still at seven hours from UTC.
    let vancouver = domain::zone::Zone::parse("America/Vancouver").unwrap();
    assert_eq!(vancouver.shows(at("2026-11-02T03:30:00Z")).to_rfc3339(), "2026-11-01T20:30:00-07:00");
}

#[tokio::test]
async fn an_expert_in_vancouver_keeps_the_clock_and_one_in_new_york_changes_it() {
    let world = world_at("2026-10-30T12:00:00Z").await;
    let stranger = Person::stranger(&world, "stranger");
    for (name, zone, saturday, monday) in [
        ("vera", "America/Vancouver", ("2026-10-31T16:00", "-07:00"), ("2026-11-02T16:00", "-07:00")),
        ("nina", "America/New_York", ("2026-10-31T13:00", "-04:00"), ("2026-11-02T14:00", "-05:00")),
    ] {
        let expert = world.expert(name).await;
        expert.opens(&[(5, "09:00", "09:30", zone), (0, "09:00", "09:30", zone)]).await;
        for (date, (start, offset)) in [("2026-10-31", saturday), ("2026-11-02", monday)] {
            let found = slots(&stranger, &expert, &format!("date={date}")).await;
            assert_eq!(found["available_slots"], json!([format!("{start}:00Z")]));
            assert_eq!(
                (&found["slots"][0]["utc_offset"], &found["slots"][0]["timezone"]),
                (&json!(offset), &json!(zone))
            );
        }
    }
}

#[tokio::test]
async fn the_hour_that_is_skipped_and_the_one_that_comes_twice_are_counted_in_real_time() {
    let world = world_at("2027-03-20T12:00:00Z").await;
    let (expert, stranger) = (world.expert("bea").await, Person::stranger(&world, "stranger"));
    expert.opens(&[(6, "01:30", "03:30", "Europe/Berlin")]).await;
    // At 01:00 UTC the clocks go from 02:00 to 03:00.
    let march = slots(&stranger, &expert, "date=2027-03-28").await;
    let locals: Vec<_> =
        march["slots"].as_array().unwrap().iter().map(|slot| slot["local"].as_str().unwrap()).collect();
    assert_eq!(march["available_slots"], json!(["2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z"]));
    assert_eq!(locals, ["2027-03-28T01:30:00", "2027-03-28T03:00:00"]);
    // At 01:00 UTC they go from 03:00 back to 02:00.
    let october = starts(&stranger, &expert, "date=2027-10-31").await;
    assert_eq!(october.len(), 6);
    assert_eq!((october[0].as_str(), october[5].as_str()), ("2027-10-30T23:30", "2027-10-31T02:00"));
}

#[tokio::test]
async fn what_is_in_the_calendar_is_not_offered_whoever_made_it_and_on_whichever_side() {
    let world = World::new().await;
    let (expert, client) = (world.expert("zeno").await, world.register("client").await);
    let other = world.expert("other").await;
    expert.opens(&[(1, "09:00", "12:00", "UTC")]).await;
    let all = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"];
    let free = async |but: &[&str]| {
        let expected: Vec<_> =
            all.iter().filter(|time| !but.contains(time)).map(|time| format!("2027-03-02T{time}")).collect();
        assert_eq!(starts(&client, &expert, "date=2027-03-02").await, expected);
    };
    free(&[]).await;
    let meeting = client.requests(&expert, at("2027-03-02T09:30:00Z"), 30).await.is(201);
    free(&["09:30"]).await;
    let lesson = expert.requests(&other, at("2027-03-02T10:50:00Z"), 15).await.is(201);
    free(&["09:30", "10:30", "11:00"]).await;
    client.declares(tests::person::id(&meeting), "cancelled").await.is(200);
    free(&["10:30", "11:00"]).await;
    expert.declares(tests::person::id(&lesson), "cancelled").await.is(200);
    free(&[]).await;
    assert_eq!(
        starts(&client, &expert, "date=2027-03-02&duration=90").await,
        ["09:00", "09:30", "10:00", "10:30"].map(|time| format!("2027-03-02T{time}"))
    );
}

#[tokio::test]
async fn a_booking_over_midnight_and_hours_of_several_zones_are_seen_on_all_days_they_touch() {
    let world = World::new().await;
    let (expert, client) = (world.expert("zeno").await, world.register("client").await);
    expert.opens(&[(2, "00:00", "01:00", "Pacific/Kiritimati"), (2, "23:00", "24:00", "Pacific/Honolulu")]).await;
    // Kiritimati is 14 hours ahead, Honolulu 10 behind: the same date is 24 hours apart.
    let all = ["2027-03-02T10:00", "2027-03-02T10:30", "2027-03-04T09:00", "2027-03-04T09:30"];
    assert_eq!(starts(&client, &expert, "date=2027-03-03").await, all);
    let far = slots(&client, &expert, "date=2027-03-03").await;
    assert_eq!(far["slots"][3]["local"], "2027-03-03T23:30:00");
    client.requests(&expert, at("2027-03-02T10:15:00Z"), 15).await.is(201);
    assert_eq!(starts(&client, &expert, "date=2027-03-03").await, all[1..]);
}

#[tokio::test]
async fn absences_past_times_and_closed_rows_are_not_offered() {
    let world = World::new().await;
    let (expert, stranger) = (world.expert("zeno").await, Person::stranger(&world, "stranger"));
    let rows = json!([
        {"day_of_week": 0, "start_time": "07:00", "end_time": "10:00"},
        {"day_of_week": 1, "start_time": "17:30", "end_time": "20:00"},
        {"day_of_week": 2, "start_time": "09:00", "end_time": "10:00", "is_available": false},
    ]);
    expert.post(&c("experts/availability/update/"), rows).await.is(200);
    world.set_clock(at("2027-03-01T08:30:00Z"));
    assert_eq!(starts(&stranger, &expert, "date=2027-03-01").await, ["2027-03-01T09:00", "2027-03-01T09:30"]);
    assert_eq!(starts(&stranger, &expert, "date=2027-03-03").await, [""; 0], "closed");
    assert_eq!(starts(&stranger, &expert, "date=2027-03-04").await, [""; 0], "no row");
    assert_eq!(starts(&stranger, &expert, "date=2027-02-22").await, [""; 0], "past");
    assert_eq!(starts(&stranger, &expert, "date=9999-12-27").await.len(), 6, "far");
    assert_eq!(starts(&stranger, &expert, "date=0001-01-01").await, [""; 0]);
    let absence = json!({"start_date": "2027-03-03", "end_date": "2027-03-03", "timezone": "Asia/Kolkata"});
    let absence = expert.post(&c("experts/unavailability/"), absence).await.is(201);
    // From 18:30 on the 2nd it is the 3rd in Kolkata.
    assert_eq!(starts(&stranger, &expert, "date=2027-03-02").await, ["2027-03-02T17:30", "2027-03-02T18:00"]);
    expert.delete(&c(&format!("experts/unavailability/{}/", absence["id"]))).await.is(204);
    assert_eq!(starts(&stranger, &expert, "date=2027-03-02").await.len(), 5);
}

#[tokio::test]
async fn whoever_has_no_hours_or_takes_no_bookings_has_no_slots() {
    let world = World::new().await;
    let (expert, stranger) = (world.expert("zeno").await, Person::stranger(&world, "stranger"));
    let found = slots(&stranger, &expert, "date=2027-03-02").await;
    assert_eq!((&found["available_slots"], &found["slots"]), (&json!([]), &json!([])));
    assert_eq!(found["duration_minutes"], 30);
    expert.opens(&[(1, "09:00", "10:00", "UTC")]).await;
    assert_eq!(starts(&stranger, &expert, "date=2027-03-02").await.len(), 2);
    expert.patch(&c("experts/me/"), json!({"is_active": false})).await.is(200);
    assert_eq!(starts(&stranger, &expert, "date=2027-03-02").await, [""; 0]);
    expert.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Suspended).await;
    let path = c(&format!("experts/{}/time-slots/?date=2027-03-02", expert.id));
    stranger.get(&path).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_date_and_a_length_are_exactly_that() {
    let world = World::new().await;
    let (expert, stranger) = (world.expert("zeno").await, Person::stranger(&world, "stranger"));
    let path = |query: &str| c(&format!("experts/{}/time-slots/?{query}", expert.id));
    for query in [
        "",
        "date=",
        "date=tomorrow",
        "date=2027-3-2",
        "date=20270302",
        "date=2027-02-30",
        "date=2027-03-02T00:00:00Z",
        "date=02-03-2027",
        "date=2027-03-02&date=2027-03-03",
    ] {
        stranger.get(&path(query)).await.blames("date");
    }
    for minutes in ["0", "14", "10", "121", "125", "31", "-30", "x", "", "30.5", "true"] {
        stranger.get(&path(&format!("date=2027-03-02&duration={minutes}"))).await.blames("duration");
    }
    for minutes in [15, 120, 45] {
        assert_eq!(
            slots(&stranger, &expert, &format!("date=2027-03-02&duration={minutes}")).await["duration_minutes"],
            minutes
        );
    }
}

#[tokio::test]
async fn hours_made_elsewhere_follow_the_accounts_zone() {
    let world = World::new().await;
    let (expert, stranger) = (world.expert("zeno").await, Person::stranger(&world, "stranger"));
    expert.patch("/api/users/me/", json!({"timezone": "Asia/Kathmandu"})).await.is(200);
    let row = json!({"day_of_week": 1, "start_time": "09:00", "end_time": "09:30"});
    expert.post("/api/user-availability/", row).await.is(201);
    let found = slots(&stranger, &expert, "date=2027-03-02").await;
    assert_eq!(found["slots"][0]["utc_offset"], "+05:45");
    assert_eq!(found["available_slots"], json!(["2027-03-02T03:15:00Z"]));
}
