//! A tutor's slots: published, changed, taken back (§3.2, §4.3).

use chrono::TimeDelta;
use serde_json::json;
use store::{SlotsChange, Transaction};
use tests::person::{id, stamp};
use tests::shape::has_exactly;
use tests::slots::{SLOTS, slot};
use tests::{Setup, World, at_once, minute, tally};

const START: i64 = 48 * 60;

#[tokio::test]
async fn a_slot_looks_as_documented_and_is_shown_to_everybody_who_is_signed_in() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let made = tom.post(SLOTS, slot(minute(START), 90)).await.is(201);
    has_exactly(
        &made,
        &[
            "id",
            "tutor",
            "tutor_name",
            "tutor_email",
            "start_time",
            "end_time",
            "duration_minutes",
            "is_booked",
            "price",
            "currency",
            "created_at",
            "updated_at",
        ],
    );
    assert_eq!((&made["tutor"], &made["tutor_name"]), (&json!(tom.id), &json!("tom")));
    assert_eq!(made["start_time"], "2027-03-03T08:00:00Z");
    assert_eq!(made["end_time"], "2027-03-03T09:30:00Z");
    assert_eq!((&made["duration_minutes"], &made["is_booked"]), (&json!(90), &json!(false)));
    assert_eq!((&made["price"], &made["currency"]), (&json!("75.00"), &json!("USD")));
    assert_eq!((&made["created_at"], &made["updated_at"]), (&json!("2027-03-01T08:00:00Z"), &made["created_at"]));
    assert_eq!(tom.slot(id(&made)).await, made);
    // The address is for themselves, administrators, and whoever has booked them.
    assert_eq!(made["tutor_email"], "tom@example.org");
    let admin = world.admin().await;
    assert_eq!(admin.slot(id(&made)).await["tutor_email"], "tom@example.org");
    assert_eq!(ada.slot(id(&made)).await["tutor_email"], json!(null));
    ada.books_slot(id(&made)).await;
    let seen = ada.slot(id(&made)).await;
    assert_eq!((&seen["tutor_email"], &seen["is_booked"]), (&json!("tom@example.org"), &json!(true)));
}

#[tokio::test]
async fn a_slot_lies_ahead_on_five_minute_marks_and_lasts_a_quarter_of_an_hour_to_eight_hours() {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    for (start, minutes, field) in [
        (0, 60, "start_time"),
        (-60, 120, "start_time"),
        (61, 59, "start_time"),
        (365 * 24 * 60 + 5, 60, "start_time"),
        (60, 0, "end_time"),
        (60, 10, "end_time"),
        (60, 17, "end_time"),
        (60, 8 * 60 + 5, "end_time"),
        (60, -30, "end_time"),
    ] {
        tom.post(SLOTS, slot(minute(start), minutes)).await.blames(field);
    }
    tom.post(SLOTS, json!({"start_time": stamp(minute(60))})).await.blames("end_time");
    tom.post(SLOTS, json!({"start_time": "soon", "end_time": stamp(minute(60))})).await.blames("start_time");
    for (start, minutes) in [(5, 15), (60, 8 * 60), (365 * 24 * 60, 60)] {
        tom.post(SLOTS, slot(minute(start), minutes)).await.is(201);
    }
    // An offset is allowed, and no offset is UTC.
    let body = json!({"start_time": "2027-03-02T10:00:00+05:30", "end_time": "2027-03-02T05:30:00"});
    let made = tom.post(SLOTS, body).await.is(201);
    assert_eq!((&made["start_time"], &made["duration_minutes"]), (&json!("2027-03-02T04:30:00Z"), &json!(60)));
}

#[tokio::test]
async fn only_approved_tutors_publish_and_only_the_tutor_changes() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (mia, admin) = (world.new_mentor("mia").await, world.admin().await);
    ada.post(SLOTS, slot(minute(START), 60)).await.refuses(403, "forbidden");
    admin.post(SLOTS, slot(minute(START), 60)).await.refuses(403, "forbidden");
    mia.post(SLOTS, json!({})).await.refuses(403, "not_approved");
    tom.signed_out().post(SLOTS, slot(minute(START), 60)).await.refuses(401, "not_authenticated");
    let path = format!("{SLOTS}{}/", tom.opens_slot(minute(START)).await);
    let other = world.tutor("tim", 5_000).await;
    for person in [&ada, &admin, &other, &mia] {
        person.patch(&path, json!({"end_time": "soon"})).await.refuses(403, "forbidden");
        person.delete(&path).await.refuses(403, "forbidden");
        person.get(&path).await.is(200);
    }
    ada.delete(&format!("{SLOTS}77/")).await.refuses(404, "not_found");
    ada.get(&format!("{SLOTS}nothing/")).await.refuses(404, "not_found");
    // Of somebody who is not approved any more nobody else sees anything, and they change nothing.
    tom.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Rejected).await;
    ada.get(&path).await.refuses(404, "not_found");
    ada.delete(&path).await.refuses(404, "not_found");
    for person in [&tom, &admin] {
        person.get(&path).await.is(200);
    }
    tom.delete(&path).await.refuses(403, "not_approved");
}

#[tokio::test]
async fn slots_of_one_tutor_touch_and_never_overlap_whoever_races() {
    let world = World::new().await;
    let (tom, tim) = (world.tutor("tom", 5_000).await, world.tutor("tim", 5_000).await);
    tom.opens_slot(minute(START)).await;
    tom.opens_slot(minute(START + 60)).await;
    tim.opens_slot(minute(START)).await;
    tom.post(SLOTS, slot(minute(START + 30), 15)).await.refuses(409, "slot_overlap");
    tom.post(SLOTS, slot(minute(START - 60), 8 * 60)).await.refuses(409, "slot_overlap");
    // Twenty at once, each a quarter of an hour after the one before: of four that overlap one is left.
    let jobs = (0..20).map(|n| {
        let tim = tim.clone();
        async move { tim.post(SLOTS, slot(minute(START + 600 + 15 * n), 60)).await }
    });
    let answers = at_once(jobs).await;
    let told = tally(&answers);
    let made = told.get(&(201, String::new())).copied().unwrap_or_default();
    assert!((3..=5).contains(&made), "{told:?}");
    assert!(told.keys().all(|(status, code)| *status == 201 || ["slot_overlap", "conflict"].contains(&code.as_str())));
    let mut listed = tim.get(&format!("{SLOTS}?tutor={}", tim.id)).await.is(200)["results"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 1 + made);
    listed.sort_by_key(|slot| slot["start_time"].to_string());
    for pair in listed.windows(2) {
        assert!(pair[0]["end_time"].as_str() <= pair[1]["start_time"].as_str(), "{pair:?}");
    }
}

#[tokio::test]
async fn a_slot_gets_other_times_while_nothing_is_booked_in_it() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let id = tom.opens_slot(minute(START)).await;
    tom.opens_slot(minute(START + 120)).await;
    let path = format!("{SLOTS}{id}/");
    assert_eq!(tom.patch(&path, json!({})).await.is(200), tom.slot(id).await);
    world.advance(TimeDelta::minutes(1));
    let later =
        tom.patch(&path, json!({"end_time": stamp(minute(START + 90)), "tutor": 1, "price": "0"})).await.is(200);
    assert_eq!((&later["duration_minutes"], &later["id"], &later["price"]), (&json!(90), &json!(id), &json!("75.00")));
    assert_ne!(later["updated_at"], later["created_at"]);
    assert_eq!(tom.slot(id).await, later);
    tom.patch(&path, json!({"end_time": stamp(minute(START + 125))})).await.refuses(409, "slot_overlap");
    tom.patch(&path, json!({"end_time": stamp(minute(START))})).await.blames("end_time");
    tom.patch(&path, json!({"start_time": stamp(minute(-5))})).await.blames("start_time");
    ada.books_slot(id).await;
    tom.patch(&path, json!({"end_time": stamp(minute(START + 60))})).await.refuses(409, "slot_booked");
    tom.delete(&path).await.refuses(409, "slot_booked");
    // Sixteen minutes later nobody has paid: whether or not the schedule came by, it is free.
    world.set_clock(minute(17));
    let moved = tom.patch(&path, json!({"start_time": stamp(minute(START + 30))})).await.is(200);
    assert_eq!((&moved["is_booked"], &moved["duration_minutes"]), (&json!(false), &json!(60)));
    assert_eq!(tom.delete(&path).await.status, 204);
    tom.get(&path).await.refuses(404, "not_found");
    tom.delete(&path).await.refuses(404, "not_found");
    world.is_sound().await;
}

#[tokio::test]
async fn an_expert_of_other_products_is_booked_inside_their_slots_and_that_marks_them() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    // With nothing published they can be asked for any time.
    for start in [START - 300, START - 120] {
        ada.consults(&tom, minute(start)).await.is(201);
    }
    // What is booked at that time marks a slot as soon as it is published, and one that gets such times.
    let made = tom.post(SLOTS, slot(minute(START - 300), 60)).await.is(201);
    assert_eq!([&made["is_booked"], &tom.slot(id(&made)).await["is_booked"]], [true, true]);
    let before = tom.opens_slot(minute(START - 180)).await;
    assert_eq!(tom.slot(before).await["is_booked"], false);
    let longer = json!({"end_time": stamp(minute(START - 105))});
    assert_eq!(tom.patch(&format!("{SLOTS}{before}/"), longer).await.is(200)["is_booked"], true);
    let (id, other) = (tom.opens_slot(minute(START)).await, tom.opens_slot(minute(START + 120)).await);
    assert_eq!(ada.consults(&tom, minute(START + 90)).await.status, 400);
    ada.consults(&tom, minute(START + 45)).await.refuses(400, "outside_hours");
    ada.consults(&tom, minute(START + 30)).await.is(201);
    assert_eq!(ada.slot(id).await["is_booked"], true);
    assert_eq!(ada.slot(other).await["is_booked"], false);
    world.register("ben").await.wants_slot(id).await.refuses(409, "slot_taken");
    // Times that are offered elsewhere lie inside slots.
    let path = format!("/api/v1/consultations/experts/{}/slots/?date=2027-03-03&duration=60", tom.id);
    let offered = ada.get(&path).await;
    if offered.status == 200 {
        assert!(offered.body.to_string().contains("10:00"), "{offered}");
    }
}

#[tokio::test]
async fn a_tutor_has_at_most_three_thousand_slots_ahead() {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    let user = domain::ids::UserId::new(tom.id).unwrap();
    let app = &world.app;
    let quarter = |n: i64| {
        let interval = domain::interval::Interval::lasting(minute(60 + 15 * n), TimeDelta::minutes(15)).unwrap();
        domain::slot::Slot::new(domain::ids::SlotId::new(n + 1).unwrap(), interval)
    };
    let all = domain::slot::Slots::of((0..2_999).map(quarter).collect());
    let seen = app.store.absences(user).await.unwrap();
    let first = quarter(0);
    let change = SlotsChange { before: None, after: Some(&first), all };
    app.store.slots_save(Transaction::new(), user, &seen, &change).await.unwrap();
    tom.opens_slot(minute(60 + 15 * 3_000)).await;
    tom.post(SLOTS, slot(minute(60 + 15 * 3_100), 60)).await.refuses(409, "too_many_slots");
    // What is over makes room.
    world.set_clock(minute(80));
    tom.logs_in().await.opens_slot(minute(60 + 15 * 3_100)).await;
}

#[tokio::test]
async fn a_slot_asked_for_twice_with_one_key_is_published_once() {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    let first = tom.post_once("k", SLOTS, slot(minute(START), 60)).await.is(201);
    assert_eq!(tom.post_once("k", SLOTS, slot(minute(START), 60)).await.is(201), first);
    tom.post_once("k", SLOTS, slot(minute(START + 60), 60)).await.refuses(422, "idempotency_mismatch");
    let listed = tom.get(&format!("{SLOTS}?tutor={}", tom.id)).await.is(200);
    assert_eq!(listed["count"], 1);
}
