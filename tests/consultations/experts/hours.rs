//! An expert's week and absences (§4).

use chrono::TimeDelta;
use domain::ledger::{Currency, Unit};
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::person::id;
use tests::{Person, World, at_once, minute};

const UPDATE: &str = "experts/availability/update/";
const AWAY: &str = "experts/unavailability/";

fn row(day: u8, start: &str, end: &str) -> Json {
    json!({"day_of_week": day, "start_time": start, "end_time": end})
}

async fn publish(expert: &Person, rows: Json) -> Vec<Json> {
    let answer = expert.post(&c(UPDATE), rows).await.is(200);
    assert!(answer["message"].is_string());
    answer["availability"].as_array().unwrap().clone()
}

async fn public(viewer: &Person, expert: &Person) -> Vec<Json> {
    let path = c(&format!("experts/{}/availability/", expert.id));
    viewer.get(&path).await.is(200).as_array().unwrap().clone()
}

async fn an_expert() -> (World, Person, Person) {
    let world = World::new().await;
    let (expert, stranger) = (world.expert("zeno").await, Person::stranger(&world, "stranger"));
    (world, expert, stranger)
}

#[tokio::test]
async fn a_week_is_replaced_as_a_whole_and_shown_by_day_and_start() {
    let (_, expert, stranger) = an_expert().await;
    let rows = publish(
        &expert,
        json!([
            {"day_of_week": "2", "start_time": "13:00:00", "end_time": "24:00", "timezone": "asia/kolkata", "id": 7},
            {"day_of_week": 2, "start_time": "09:00", "end_time": "13:00", "is_available": false, "expert": 5},
            {"day_of_week": 0, "start_time": "00:00", "end_time": "00:00", "timezone": null},
        ]),
    )
    .await;
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            json!([row["day_of_week"], row["start_time"], row["end_time"], row["timezone"], row["is_available"]])
        })
        .collect();
    assert_eq!(
        json!(shown),
        json!([
            [0, "00:00:00", "00:00:00", "UTC", true],
            [2, "09:00:00", "13:00:00", "UTC", false],
            [2, "13:00:00", "00:00:00", "Asia/Kolkata", true],
        ])
    );
    for row in &rows {
        let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "created_at",
            "day_of_week",
            "end_time",
            "expert",
            "id",
            "is_available",
            "start_time",
            "timezone",
            "updated_at",
        ];
        assert_eq!(keys, expected);
        assert_eq!(row["expert"], expert.id);
        assert!(row["created_at"].as_str().unwrap().starts_with("2027-03-01T08:00:"));
    }
    let open: Vec<_> = rows.into_iter().filter(|row| row["is_available"] == true).collect();
    assert_eq!(public(&stranger, &expert).await, open, "the ids too");
    publish(&expert, json!([])).await;
    assert_eq!(public(&stranger, &expert).await, [] as [Json; 0]);
}

#[tokio::test]
async fn fifty_rows_have_fifty_ids_and_new_ones_each_time() {
    let (_, expert, _) = an_expert().await;
    let rows: Vec<_> = (0..50).map(|n| row(n % 7, &format!("{:02}:00", n / 7), &format!("{:02}:05", n / 7))).collect();
    let ids = |rows: Vec<Json>| rows.iter().map(id).collect::<std::collections::BTreeSet<_>>();
    let first = ids(publish(&expert, json!(rows)).await);
    let second = ids(publish(&expert, json!(rows)).await);
    assert_eq!((first.len(), second.len()), (50, 50));
    assert!(first.is_disjoint(&second));
    let too_many: Vec<_> = rows.into_iter().chain([row(0, "20:00", "21:00")]).collect();
    expert.post(&c(UPDATE), json!(too_many)).await.blames("rows");
}

#[tokio::test]
async fn an_error_names_the_row_and_the_field_and_the_old_week_stays() {
    let (_, expert, stranger) = an_expert().await;
    publish(&expert, json!([row(0, "09:00", "10:00")])).await;
    let before = public(&stranger, &expert).await;
    let good = row(1, "09:00", "10:00");
    for (bad, field) in [
        (json!({"start_time": "09:00", "end_time": "10:00"}), "day_of_week"),
        (json!({"day_of_week": 0, "end_time": "10:00"}), "start_time"),
        (json!({"day_of_week": 0, "start_time": "09:00"}), "end_time"),
        (row(7, "09:00", "10:00"), "day_of_week"),
        (json!({"day_of_week": -1, "start_time": "09:00", "end_time": "10:00"}), "day_of_week"),
        (json!({"day_of_week": true, "start_time": "09:00", "end_time": "10:00"}), "day_of_week"),
        (row(0, "24:00", "10:00"), "start_time"),
        (row(0, "9:00", "10:00"), "start_time"),
        (row(0, "09:01", "10:00"), "start_time"),
        (row(0, "09:00", "10:00:30"), "end_time"),
        (row(0, "09:00", "25:00"), "end_time"),
        (row(0, "10:00", "10:00"), "end_time"),
        (row(0, "10:00", "09:00"), "end_time"),
        (row(1, "09:55", "11:00"), "start_time"),
        (json!({"day_of_week": 0, "start_time": 9, "end_time": "10:00"}), "start_time"),
        (json!({"day_of_week": 0, "start_time": "09:00", "end_time": "10:00", "timezone": "Mars/Base"}), "timezone"),
        (json!({"day_of_week": 0, "start_time": "09:00", "end_time": "10:00", "is_available": "yes"}), "is_available"),
    ] {
        expert.post(&c(UPDATE), json!([good, bad])).await.blames(&format!("1.{field}"));
    }
    expert.post(&c(UPDATE), json!([good, 5])).await.blames("1");
    let both = expert.post(&c(UPDATE), json!([{"day_of_week": 9}, good, {"day_of_week": 0}])).await;
    let errors = both.refuses(400, "validation")["errors"].clone();
    let fields: Vec<_> = errors.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["0.day_of_week", "0.end_time", "0.start_time", "2.end_time", "2.start_time"]);
    for no_array in [json!({}), json!({"rows": []}), json!("[]"), json!(null), json!(5)] {
        expert.post(&c(UPDATE), no_array).await.refuses(400, "bad_json");
    }
    expert.send(http::Method::POST, &c(UPDATE), None, None).await.refuses(400, "bad_json");
    assert_eq!(public(&stranger, &expert).await, before);
}

#[tokio::test]
async fn rows_may_touch_and_overlap_only_in_another_zone() {
    let (_, expert, _) = an_expert().await;
    let touching =
        [row(3, "10:00", "12:00"), row(3, "09:00", "10:00"), row(3, "12:00", "00:00"), row(4, "00:00", "01:00")];
    publish(&expert, json!(touching)).await;
    let elsewhere = json!({"day_of_week": 3, "start_time": "10:30", "end_time": "11:00", "timezone": "Asia/Tokyo"});
    publish(&expert, json!([touching[0], elsewhere])).await;
    // A row without a zone is in the account's.
    expert.patch("/api/users/me/", json!({"timezone": "Asia/Tokyo"})).await.is(200);
    expert.post(&c(UPDATE), json!([touching[0], elsewhere])).await.blames("1.start_time");
}

#[tokio::test]
async fn hours_are_one_set_for_all_products() {
    let (_, expert, stranger) = an_expert().await;
    expert.patch("/api/users/me/", json!({"timezone": "Europe/Vienna"})).await.is(200);
    let made = expert.post("/api/user-availability/", row(4, "08:00:30", "09:00")).await.is(201);
    let shown = &public(&stranger, &expert).await[0];
    assert_eq!((&shown["id"], &shown["timezone"]), (&made["id"], &json!("Europe/Vienna")));
    assert_eq!(shown["start_time"], "08:00:30");
    let mine = publish(&expert, json!([row(5, "10:00", "11:00")])).await;
    assert_eq!(mine[0]["timezone"], "Europe/Vienna");
    let theirs = expert.get("/api/user-availability/").await.is(200);
    assert_eq!((theirs.as_array().unwrap().len(), id(&theirs[0])), (1, id(&mine[0])));
    // From now on the row keeps the zone it was published in.
    expert.patch("/api/users/me/", json!({"timezone": "UTC"})).await.is(200);
    assert_eq!(public(&stranger, &expert).await[0]["timezone"], "Europe/Vienna");
}

#[tokio::test]
async fn of_parallel_updates_one_whole_week_wins() {
    let (_, expert, stranger) = an_expert().await;
    let weeks: Vec<Json> = (0..4_u8).map(|n| json!([row(n, "09:00", "10:00"), row(n, "11:00", "12:00")])).collect();
    let jobs = weeks.iter().cloned().map(|week| {
        let expert = expert.clone();
        Box::pin(async move { publish(&expert, week).await })
    });
    let answers = at_once(jobs).await;
    let last = public(&stranger, &expert).await;
    assert!(answers.contains(&last), "{last:?}");
}

#[tokio::test]
async fn a_repeated_request_with_a_key_has_one_effect() {
    let (_, expert, stranger) = an_expert().await;
    let first = expert.post_once("k1", &c(UPDATE), json!([row(0, "09:00", "10:00")])).await.is(200);
    publish(&expert, json!([])).await;
    let again = expert.post_once("k1", &c(UPDATE), json!([row(0, "09:00", "10:00")])).await.is(200);
    assert_eq!(first, again);
    assert!(public(&stranger, &expert).await.is_empty());
    let absence = json!({"start_date": "2027-03-02", "end_date": "2027-03-02"});
    let first = expert.post_once("k2", &c(AWAY), absence.clone()).await.is(201);
    assert_eq!(expert.post_once("k2", &c(AWAY), absence).await.is(201), first);
    assert_eq!(away(&expert).await.len(), 1);
}

async fn away(expert: &Person) -> Vec<Json> {
    expert.get(&c(AWAY)).await.is(200).as_array().unwrap().clone()
}

#[tokio::test]
async fn an_absence_is_announced_listed_by_start_and_taken_back() {
    let (world, expert, _) = an_expert().await;
    let june =
        json!({"start_date": "2027-06-01", "end_date": "2027-06-30", "timezone": "europe/berlin", "reason": "<sun>"});
    let june = expert.post(&c(AWAY), june).await.is(201);
    assert_eq!(june["conflicting_consultations"], json!([]));
    assert_eq!(june["expert"], expert.id);
    for (field, value) in
        [("start_date", "2027-06-01"), ("end_date", "2027-06-30"), ("timezone", "Europe/Berlin"), ("reason", "<sun>")]
    {
        assert_eq!(june[field], value);
    }
    let may = expert.post(&c(AWAY), json!({"start_date": "2027-05-01", "end_date": "2027-05-01"})).await.is(201);
    assert_eq!((&may["timezone"], &may["reason"]), (&json!("UTC"), &json!("")));
    let list = away(&expert).await;
    assert_eq!(list.iter().map(id).collect::<Vec<_>>(), [id(&may), id(&june)]);
    let keys: Vec<_> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["created_at", "end_date", "expert", "id", "reason", "start_date", "timezone"]);

    let other = world.expert("other").await;
    let path = |id: i64| c(&format!("{AWAY}{id}/"));
    other.delete(&path(id(&may))).await.refuses(404, "not_found");
    expert.delete(&c("experts/unavailability/abc/")).await.refuses(404, "not_found");
    expert.delete(&path(id(&may))).await.is(204);
    expert.delete(&path(id(&may))).await.refuses(404, "not_found");
    assert_eq!(away(&expert).await.iter().map(id).collect::<Vec<_>>(), [id(&june)]);
    world.set_clock("2027-06-30T21:59:59Z".parse().unwrap());
    let expert = expert.logs_in().await;
    assert_eq!(away(&expert).await.len(), 1);
    world.advance(TimeDelta::seconds(1));
    assert_eq!(away(&expert).await.len(), 0, "midnight in Berlin");
}

#[tokio::test]
async fn an_absence_is_in_the_zone_of_the_hours_unless_it_says_another() {
    let (_, expert, _) = an_expert().await;
    let in_zone =
        |day: u8, zone: &str| json!({"day_of_week": day, "start_time": "09:00", "end_time": "10:00", "timezone": zone});
    publish(&expert, json!([in_zone(3, "Asia/Tokyo"), in_zone(1, "Asia/Kolkata")])).await;
    let absence = json!({"start_date": "2027-05-01", "end_date": "2027-05-01"});
    assert_eq!(expert.post(&c(AWAY), absence).await.is(201)["timezone"], "Asia/Kolkata");
}

#[tokio::test]
async fn an_absence_that_makes_no_sense_is_refused() {
    let (_, expert, _) = an_expert().await;
    for (from, to, field) in [
        ("2027-05-02", "2027-05-01", "end_date"),
        ("2027-02-28", "2027-02-28", "end_date"),
        ("2027-05-01", "2028-05-01", "end_date"),
        ("2027-5-1", "2027-05-02", "start_date"),
        ("2027-05-01T00:00:00Z", "2027-05-02", "start_date"),
        ("2027-05-01", "2027-02-30", "end_date"),
        ("9999-12-31", "9999-12-31", "end_date"),
    ] {
        expert.post(&c(AWAY), json!({"start_date": from, "end_date": to})).await.blames(field);
    }
    for (name, value) in [("timezone", json!("Mars")), ("reason", json!("x".repeat(201))), ("reason", json!(5))] {
        expert
            .post(&c(AWAY), json!({"start_date": "2027-05-01", "end_date": "2027-05-02", name: value}))
            .await
            .blames(name);
    }
    let missing = expert.post(&c(AWAY), json!({})).await.refuses(400, "validation");
    assert_eq!(missing["errors"].as_object().unwrap().len(), 2);
    expert.post(&c(AWAY), json!({"start_date": "2027-05-01", "end_date": "2028-04-30"})).await.is(201);
    expert.post(&c(AWAY), json!({"start_date": "2027-02-01", "end_date": "2027-03-01"})).await.is(201);
    assert_eq!(away(&expert).await.len(), 2);
}

#[tokio::test]
async fn there_are_at_most_a_hundred_absences_ahead_and_all_of_parallel_ones_last() {
    let (world, expert, _) = an_expert().await;
    let absence =
        |day: u32| json!({"start_date": format!("2027-03-{day:02}"), "end_date": format!("2027-03-{day:02}")});
    for _ in 0..98 {
        expert.post(&c(AWAY), absence(1)).await.is(201);
    }
    let jobs = (0..4).map(|n| {
        let (expert, body) = (expert.clone(), absence(10 + n));
        Box::pin(async move { expert.post(&c(AWAY), body).await })
    });
    let answers = at_once(jobs).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
    assert_eq!(away(&expert).await.len(), 100);
    expert.post(&c(AWAY), absence(20)).await.blames("start_date");
    world.advance(TimeDelta::days(1));
    let expert = expert.logs_in().await;
    expert.post(&c(AWAY), absence(20)).await.is(201);
    assert_eq!(away(&expert).await.len(), 3, "those that are over make room");
}

#[tokio::test]
async fn bookings_that_lie_in_an_absence_are_named_and_stay() {
    let (world, expert, _) = an_expert().await;
    let (client, other) = (world.register("client").await, world.expert("other").await);
    client.buys(10).await;
    expert.buys(10).await;
    let day = 24 * 60;
    let second = client.books(&expert, minute(day + 120), 30).await;
    let first = client.books(&expert, minute(day), 60).await;
    expert.declares(first, "confirmed").await.is(200);
    let cancelled = client.books(&expert, minute(day + 240), 60).await;
    client.declares(cancelled, "cancelled").await.is(200);
    let elsewhere = client.books(&expert, minute(3 * day), 60).await;
    let as_client = expert.books(&other, minute(day + 600), 60).await;
    let absence = json!({"start_date": "2027-03-02", "end_date": "2027-03-02"});
    let added = expert.post(&c(AWAY), absence).await.is(201);
    assert_eq!(added["conflicting_consultations"], json!([first, second]));
    for booking in [first, second, elsewhere, as_client] {
        assert_ne!(expert.meeting(booking).await["status"], "cancelled");
    }
}

#[tokio::test]
async fn a_consultation_nobody_paid_for_in_time_is_in_no_absence_s_way() {
    let (world, expert, _) = an_expert().await;
    let client = world.register("client").await;
    expert.charges(Unit::Currency(Currency::USD), 20_00).await;
    expert.opens(&[(1, "09:00", "17:00", "UTC")]).await;
    let lapsed = id(&client.consults(&expert, minute(27 * 60)).await.is(201));
    let absence = json!({"start_date": "2027-03-02", "end_date": "2027-03-02"});
    let added = expert.post(&c(AWAY), absence.clone()).await.is(201);
    assert_eq!(added["conflicting_consultations"], json!([lapsed]));
    // The schedule has not come by.
    world.advance(TimeDelta::hours(3));
    let expert = expert.logs_in().await;
    let added = expert.post(&c(AWAY), absence).await.is(201);
    assert_eq!(added["conflicting_consultations"], json!([]));
}
