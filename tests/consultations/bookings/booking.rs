//! Booking a consultation: who, when, and what stands in the way.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::{c, wish};
use tests::person::{id, stamp};
use tests::{Person, World, minute};

/// Three days from the beginning: Thursday, eight o'clock.
const START: i64 = 3 * 24 * 60;

const FIELDS: [&str; 27] = [
    "id",
    "user",
    "user_name",
    "expert",
    "consultation_type",
    "scheduled_at",
    "duration_minutes",
    "status",
    "notes",
    "meeting_link",
    "meeting_room_id",
    "meeting_started_at",
    "meeting_ended_at",
    "price",
    "currency",
    "payment_status",
    "payment_due_at",
    "cancellation_reason",
    "rescheduled_from",
    "rescheduled_to",
    "conversation",
    "review",
    "can_be_cancelled",
    "can_be_rescheduled",
    "created_at",
    "updated_at",
    "user_email",
];

const EXPERT: [&str; 17] = [
    "id",
    "name",
    "email",
    "specialty",
    "experience_years",
    "rating",
    "review_count",
    "bio",
    "profile_picture_url",
    "price_per_session",
    "currency",
    "is_active",
    "verification_status",
    "is_verified",
    "created_at",
    "updated_at",
    "",
];

async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    (world, client, expert)
}

fn names(object: &Json) -> Vec<&str> {
    let mut names: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names: Vec<_> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_free_video_consultation_is_pending_and_has_a_room_for_the_two() {
    let (world, client, expert) = two().await;
    let wanted = json!({"expert": expert.id.to_string(), "consultation_type": "video", "scheduled_at": stamp(minute(START)),
        "duration_minutes": "45", "notes": "  Why?\n", "status": "confirmed", "price": 0.5, "user": 7});
    let booked = client.post(&c("consultations/book/"), wanted).await.is(201);
    let consultation = client.consultation(id(&booked)).await;
    assert_eq!(names(&consultation), sorted(&FIELDS));
    assert_eq!(names(&consultation["expert"]), sorted(&EXPERT));
    assert_eq!(names(&booked), sorted(&FIELDS[..26]));
    for (name, expected) in [
        ("user", json!(client.id)),
        ("user_name", json!("client")),
        ("user_email", json!("client@example.org")),
        ("consultation_type", json!("video")),
        ("scheduled_at", json!("2027-03-04T08:00:00Z")),
        ("duration_minutes", json!(45)),
        ("status", json!("pending")),
        ("notes", json!("  Why?\n")),
        ("price", Json::Null),
        ("currency", Json::Null),
        ("payment_status", json!("pending")),
        ("payment_due_at", Json::Null),
        ("cancellation_reason", json!("")),
        ("conversation", Json::Null),
        ("review", Json::Null),
        ("can_be_cancelled", json!(true)),
        ("can_be_rescheduled", json!(true)),
    ] {
        assert_eq!(consultation[name], expected, "{name}");
    }
    assert_eq!((&consultation["expert"]["id"], &consultation["expert"]["email"]), (&json!(expert.id), &Json::Null));
    let room = consultation["meeting_room_id"].as_str().unwrap();
    assert!(room.len() >= 32 && !room.contains("client"), "{room}");
    assert_eq!(consultation["meeting_link"], format!("https://meet.jit.si/{room}"));
    let theirs = expert.consultation(id(&booked)).await;
    assert_eq!((&theirs["meeting_room_id"], &theirs["can_be_rescheduled"]), (&json!(room), &json!(false)));
    assert_eq!(theirs["expert"]["email"], "expert@example.org");
    world.is_sound().await;
}

#[tokio::test]
async fn strangers_see_nothing_and_administrators_see_no_link() {
    let (world, client, expert) = two().await;
    let (stranger, admin) = (world.register("stranger").await, world.admin().await);
    let consultation = id(&client.consults(&expert, minute(START)).await.is(201));
    let path = c(&format!("consultations/{consultation}/"));
    let unknown = stranger.get(&c("consultations/12345/")).await;
    assert_eq!(stranger.get(&path).await.refuses(404, "not_found"), unknown.refuses(404, "not_found"));
    let seen = admin.get(&path).await.is(200);
    assert_eq!((&seen["meeting_link"], &seen["meeting_room_id"]), (&Json::Null, &Json::Null));
    assert_eq!((&seen["can_be_cancelled"], &seen["expert"]["email"]), (&json!(false), &json!("expert@example.org")));
    for command in ["confirm", "cancel", "start", "end"] {
        admin.does(consultation, command).await.refuses(403, "forbidden");
        stranger.does(consultation, command).await.refuses(404, "not_found");
        Person::stranger(&world, "nobody").does(consultation, command).await.refuses(401, "not_authenticated");
        admin.does(4, command).await.refuses(404, "not_found");
    }
    admin.get(&c(&format!("consultations/{consultation}/meeting-link/"))).await.refuses(403, "forbidden");
    admin.moves(consultation, minute(START + 60)).await.refuses(403, "forbidden");
    stranger.moves(consultation, minute(START + 60)).await.refuses(404, "not_found");
    admin
        .post(&c(&format!("consultations/{consultation}/rate/")), json!({"rating": 5}))
        .await
        .refuses(403, "forbidden");
    client.get(&c("consultations/nonsense/")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_a_consultation_is_refused_by_field() {
    let (_world, client, expert) = two().await;
    let good = wish(&expert, minute(START));
    for (field, bad) in [
        ("expert_id", json!(null)),
        ("expert_id", json!(2)),
        ("expert_id", json!(true)),
        ("expert_id", json!(client.id + 2)),
        ("consultation_type", json!("email")),
        ("consultation_type", json!(1)),
        ("scheduled_at", json!("tomorrow")),
        ("scheduled_at", json!(stamp(minute(START) + TimeDelta::minutes(3)))),
        ("scheduled_at", json!(stamp(minute(START) + TimeDelta::seconds(1)))),
        ("scheduled_at", json!(stamp(minute(0)))),
        ("scheduled_at", json!(stamp(minute(731 * 24 * 60)))),
        ("scheduled_at", json!("9999-12-31T23:55:00Z")),
        ("duration_minutes", json!(10)),
        ("duration_minutes", json!(125)),
        ("duration_minutes", json!(31)),
        ("duration_minutes", json!(null)),
        ("notes", json!("x".repeat(2001))),
        ("notes", json!("a\u{0}b")),
        ("notes", json!(7)),
    ] {
        let mut body = good.clone();
        body[field] = bad.clone();
        let answer = client.post(&c("consultations/book/"), body).await;
        assert_eq!(answer.outcome(), (400, "validation"), "{field} {bad}: {answer}");
        assert!(answer.body["errors"][field].is_array(), "{field} {bad}: {answer}");
    }
    client.post(&c("consultations/book/"), json!([])).await.refuses(400, "bad_json");
    expert.consults(&expert, minute(START)).await.refuses(400, "own_profile");
    let furthest = minute(730 * 24 * 60);
    client.consults(&expert, furthest).await.is(201);
}

#[tokio::test]
async fn only_an_approved_active_and_unsuspended_expert_can_be_booked() {
    let (world, client, expert) = two().await;
    let plain = world.register("plain").await;
    client.consults(&plain, minute(START)).await.blames("expert_id");
    expert.alter(|user| user.expert.as_mut().unwrap().is_active = false).await;
    client.consults(&expert, minute(START)).await.blames("expert_id");
    for standing in domain::expert::Standing::ALL {
        expert
            .alter(|user| {
                let expert = user.expert.as_mut().unwrap();
                (expert.standing, expert.is_active) = (standing, true);
            })
            .await;
        let answer = client.consults(&expert, minute(START)).await;
        if standing == domain::expert::Standing::Approved {
            answer.is(201);
        } else {
            answer.blames("expert_id");
        }
    }
    // Suspended as an expert, they cannot be asked for a meeting either.
    expert.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Suspended).await;
    client.requests(&expert, minute(START + 120), 30).await.blames("expert_id");
    // But they can act as a client.
    let other = world.expert("other").await;
    expert.consults(&other, minute(START + 300)).await.is(201);
}

#[tokio::test]
async fn outside_the_hours_other_times_are_offered() {
    let (world, client, expert) = two().await;
    expert.opens(&[(3, "09:00", "10:00", "UTC"), (3, "10:00", "11:00", "UTC")]).await;
    let refused = client.consults(&expert, minute(START)).await.refuses(400, "outside_hours");
    let offered = refused["alternatives"].as_array().unwrap();
    assert_eq!(offered[0], "2027-03-04T09:00:00Z", "{refused}");
    // Over the seam of two rows, and not only on the half hours.
    let mut over = wish(&expert, minute(START + 105));
    over["duration_minutes"] = json!(30);
    client.post(&c("consultations/book/"), over).await.is(201);
    client.consults(&expert, minute(START + 165)).await.refuses(400, "outside_hours");
    assert_eq!(world.is_sound().await, 2);
}

#[tokio::test]
async fn a_taken_time_is_refused_on_either_side_of_the_table_and_in_every_facade() {
    let (world, client, expert) = two().await;
    let other = world.expert("other").await;
    client.consults(&expert, minute(START)).await.is(201);
    let third = world.register("third").await;
    let taken = third.consults(&expert, minute(START)).await.refuses(409, "slot_taken");
    let offered = taken["alternatives"].as_array().unwrap();
    assert!(!offered.is_empty() && offered.len() <= 5, "{taken}");
    for start in offered {
        assert!(start.as_str().unwrap().ends_with('Z') && start != &json!(stamp(minute(START))), "{taken}");
    }
    client.consults(&other, minute(START + 15)).await.refuses(409, "own_conflict");
    // Busy as a client is busy as an expert.
    let expert_client = world.expert("both").await;
    expert_client.consults(&other, minute(START + 60)).await.is(201);
    third.consults(&expert_client, minute(START + 60)).await.refuses(409, "slot_taken");
    // What touches does not overlap.
    third.consults(&expert, minute(START + 30)).await.is(201);
    // A meeting of ExpertConnect takes the time here, and the reverse.
    third.requests(&expert, minute(START + 120), 60).await.is(201);
    client.consults(&expert, minute(START + 150)).await.refuses(409, "slot_taken");
    client.requests(&expert, minute(START + 30), 60).await.refuses(409, "slot_taken");
    world.is_sound().await;
}

#[tokio::test]
async fn whoever_is_blocked_cannot_book() {
    let (world, client, expert) = two().await;
    client.writes(&expert, "Hello").await.is(201);
    let mut shared = world.table.items().into_iter().find(|item| item["sk"]["S"] == "Z").unwrap();
    shared["low_blocks"] = json!({"BOOL": true});
    world.table.import(vec![shared]);
    client.consults(&expert, minute(START)).await.refuses(403, "blocked");
}

#[tokio::test]
async fn a_booking_that_is_sent_twice_with_one_key_is_one() {
    let (world, client, expert) = two().await;
    let body = wish(&expert, minute(START));
    let first = client.post_once("k", &c("consultations/book/"), body.clone()).await.is(201);
    let again = client.post_once("k", &c("consultations/book/"), body).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &first));
    let confirm = c(&format!("consultations/{}/confirm/", id(&first)));
    let confirmed = expert.post_once("c", &confirm, json!({})).await.is(200);
    assert_eq!(expert.post_once("c", &confirm, json!({})).await.is(200), confirmed);
    expert.post(&confirm, json!({})).await.refuses(400, "not_pending");
    assert_eq!(world.app.store.stock().await.unwrap().owned.len(), 1);
}

#[tokio::test]
async fn only_a_video_consultation_has_a_room_and_only_while_it_is_ahead() {
    let (world, client, expert) = two().await;
    for mode in ["chat", "phone"] {
        let mut body = wish(&expert, minute(START + if mode == "chat" { 0 } else { 30 }));
        body["consultation_type"] = json!(mode);
        let booked = client.post(&c("consultations/book/"), body).await.is(201);
        let link = client.get(&c(&format!("consultations/{}/meeting-link/", id(&booked)))).await.is(200);
        assert_eq!(link, json!({"meeting_link": null, "meeting_room_id": null}));
        assert_eq!(booked["consultation_type"], mode);
    }
    for client in [&client, &world.register("third").await] {
        // Found or made, the conversation of the two belongs to the booking.
        let mut body = wish(&expert, minute(START + if client.username == "third" { 240 } else { 180 }));
        body["consultation_type"] = json!("chat");
        let booked = client.post(&c("consultations/book/"), body).await.is(201);
        let conversation = client.post(&c("chat/"), json!({"expert_id": expert.id})).await.is(200);
        assert_eq!(booked["conversation"], conversation["id"]);
        assert_eq!(conversation["consultation"], booked["id"]);
        assert_eq!(client.consultation(id(&booked)).await["conversation"], conversation["id"]);
    }
    let booked = client.consults(&expert, minute(START + 60)).await.is(201);
    assert_eq!(booked["conversation"], Json::Null);
    let opened = expert.post(&c("chat/"), json!({"consultation_id": id(&booked)})).await.is(200);
    assert_eq!(client.consultation(id(&booked)).await["conversation"], opened["id"], "it is linked when somebody asks");
    let path = c(&format!("consultations/{}/meeting-link/", id(&booked)));
    let link = expert.get(&path).await.is(200);
    assert_eq!(link["meeting_room_id"], booked["meeting_room_id"]);
    expert.does(id(&booked), "cancel").await.is(200);
    assert_eq!(client.get(&path).await.is(200)["meeting_link"], Json::Null);
    assert_eq!(client.consultation(id(&booked)).await["meeting_room_id"], Json::Null);
    world.is_sound().await;
}
