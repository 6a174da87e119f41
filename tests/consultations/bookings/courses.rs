//! The course of a consultation: confirmed, cancelled, moved, begun, ended, rated, lapsed.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::person::{id, stamp};
use tests::{Person, Setup, World, minute};

const START: i64 = 3 * 24 * 60;
const DAY: i64 = 24 * 60;

async fn booked() -> (World, Person, Person, i64) {
    let world = World::new().await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    let consultation = id(&client.consults(&expert, minute(START)).await.is(201));
    (world, client, expert, consultation)
}

async fn confirmed() -> (World, Person, Person, i64) {
    let (world, client, expert, consultation) = booked().await;
    expert.does(consultation, "confirm").await.is(200);
    (world, client, expert, consultation)
}

/// Tokens live for a day; the clock is moved by more.
async fn at(world: &World, minutes: i64, people: [&Person; 2]) -> [Person; 2] {
    world.set_clock(minute(minutes));
    [people[0].logs_in().await, people[1].logs_in().await]
}

#[tokio::test]
async fn the_expert_confirms_once_and_before_the_start() {
    let (world, client, expert, consultation) = booked().await;
    client.does(consultation, "confirm").await.refuses(403, "forbidden");
    let answer = expert.does(consultation, "confirm").await.is(200);
    assert_eq!((&answer["status"], &answer["can_be_cancelled"]), (&json!("confirmed"), &json!(true)));
    expert.does(consultation, "confirm").await.refuses(400, "not_pending");
    let late = id(&client.consults(&expert, minute(START + 60)).await.is(201));
    let [_, expert] = at(&world, START + 60, [&client, &expert]).await;
    expert.does(late, "confirm").await.refuses(400, "not_pending");
}

#[tokio::test]
async fn the_client_cancels_until_a_day_before_and_the_expert_until_the_start() {
    for (minutes, can) in [(START - DAY - 1, true), (START - DAY, false)] {
        let (world, client, expert, consultation) = confirmed().await;
        let [client, expert] = at(&world, minutes, [&client, &expert]).await;
        assert_eq!(client.consultation(consultation).await["can_be_cancelled"], can);
        let answer = client
            .post(&c(&format!("consultations/{consultation}/cancel/")), json!({"cancellation_reason": "Ill"}))
            .await;
        if can {
            let body = answer.is(200);
            assert_eq!((&body["status"], &body["cancellation_reason"]), (&json!("cancelled"), &json!("Ill")));
            client.does(consultation, "cancel").await.refuses(400, "cannot_cancel");
            assert_eq!(body["payment_status"], "pending");
            // The time is free at once.
            client.consults(&expert, minute(START)).await.is(201);
        } else {
            answer.refuses(400, "cannot_cancel");
            let [_, expert] = at(&world, START - 1, [&client, &expert]).await;
            expert.does(consultation, "cancel").await.is(200);
        }
        world.is_sound().await;
    }
    let (world, client, expert, consultation) = confirmed().await;
    let [_, expert] = at(&world, START, [&client, &expert]).await;
    expert.does(consultation, "cancel").await.refuses(400, "cannot_cancel");
    let long = json!({"cancellation_reason": "x".repeat(1001)});
    expert.post(&c(&format!("consultations/{consultation}/cancel/")), long).await.blames("cancellation_reason");
    world.is_sound().await;
}

#[tokio::test]
async fn a_moved_consultation_is_a_new_one_in_the_old_ones_place() {
    let (world, client, expert, old) = confirmed().await;
    let before = client.consultation(old).await;
    expert.moves(old, minute(START + DAY)).await.refuses(403, "forbidden");
    let new = client.moves(old, minute(START + DAY)).await.is(201);
    let after = client.consultation(old).await;
    assert_eq!((&after["status"], &after["rescheduled_to"]), (&json!("rescheduled"), &new["id"]));
    assert_eq!((&after["meeting_link"], &after["can_be_cancelled"]), (&Json::Null, &json!(false)));
    assert_eq!((&new["status"], &new["rescheduled_from"]), (&json!("pending"), &json!(old)));
    assert_ne!(new["meeting_room_id"], before["meeting_room_id"]);
    assert_eq!((&new["duration_minutes"], &new["notes"]), (&before["duration_minutes"], &before["notes"]));
    client.moves(old, minute(START + 2 * DAY)).await.refuses(400, "cannot_reschedule");
    client.does(old, "cancel").await.refuses(400, "cannot_cancel");
    // The old time is free, the new one is not.
    let third = world.register("third").await;
    third.consults(&expert, minute(START)).await.is(201);
    third.consults(&expert, minute(START + DAY)).await.refuses(409, "slot_taken");
    world.is_sound().await;
}

#[tokio::test]
async fn its_own_old_time_counts_as_free() {
    let (world, client, expert, old) = confirmed().await;
    let new = id(&client.moves(old, minute(START + 15)).await.is(201));
    let body = json!({"scheduled_at": stamp(minute(START)), "duration_minutes": 60});
    let longer = client.post(&c(&format!("consultations/{new}/reschedule/")), body).await.is(201);
    assert_eq!(longer["duration_minutes"], 60);
    world.is_sound().await;
    let third = world.register("third").await;
    third.consults(&expert, minute(START + 60)).await.is(201);
    let answer = client.moves(id(&longer), minute(START + 30)).await;
    assert!(answer.refuses(409, "slot_taken")["alternatives"].is_array());
    assert_eq!(client.consultation(id(&longer)).await["status"], "pending", "nothing changed");
    world.is_sound().await;
}

#[tokio::test]
async fn it_is_moved_until_half_a_day_before() {
    for (minutes, can) in [(START - DAY / 2 - 1, true), (START - DAY / 2, false)] {
        let (world, client, expert, old) = confirmed().await;
        let [client, _] = at(&world, minutes, [&client, &expert]).await;
        assert_eq!(client.consultation(old).await["can_be_rescheduled"], can);
        let answer = client.moves(old, minute(START + DAY)).await;
        if can {
            answer.is(201)
        } else {
            answer.refuses(400, "cannot_reschedule")
        };
    }
    let (world, client, expert, old) = booked().await;
    client.moves(old, minute(0)).await.blames("scheduled_at");
    expert.opens(&[(3, "08:00", "12:00", "UTC")]).await;
    client.moves(old, minute(START - 60)).await.refuses(400, "outside_hours");
    client.moves(old, minute(START + 60)).await.is(201);
    world.is_sound().await;
}

#[tokio::test]
async fn the_cut_offs_are_configured_and_frozen_into_the_booking() {
    let env = [("REFUND_CUTOFF_HOURS", "2".to_owned()), ("RESCHEDULE_CUTOFF_HOURS", "1".to_owned())];
    let world = World::with(Setup { env: env.into(), ..Setup::default() }).await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    let consultation = id(&client.consults(&expert, minute(START)).await.is(201));
    let [client, _] = at(&world, START - 121, [&client, &expert]).await;
    assert_eq!(client.consultation(consultation).await["can_be_cancelled"], true);
    world.advance(TimeDelta::minutes(1));
    let seen = client.consultation(consultation).await;
    assert_eq!((&seen["can_be_cancelled"], &seen["can_be_rescheduled"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn it_begins_around_its_time_and_ends_once_it_has_begun() {
    let (world, client, expert, consultation) = booked().await;
    client.does(consultation, "start").await.refuses(400, "not_confirmed");
    client.does(consultation, "end").await.refuses(400, "not_confirmed");
    expert.does(consultation, "confirm").await.is(200);
    client.does(consultation, "start").await.refuses(400, "too_early");
    client.does(consultation, "end").await.refuses(400, "not_started");
    let [client, expert] = at(&world, START - 16, [&client, &expert]).await;
    client.does(consultation, "start").await.refuses(400, "too_early");
    world.set_clock(minute(START - 15));
    let begun = client.does(consultation, "start").await.is(200);
    assert_eq!(begun["meeting_started_at"], stamp(minute(START - 15)));
    expert.does(consultation, "end").await.refuses(400, "too_early");
    world.set_clock(minute(START + 5));
    let again = expert.does(consultation, "start").await.is(200);
    assert_eq!(again["meeting_started_at"], stamp(minute(START - 15)), "a second call changes nothing");
    let ended = expert.does(consultation, "end").await.is(200);
    assert_eq!((&ended["status"], &ended["meeting_ended_at"]), (&json!("completed"), &json!(stamp(minute(START + 5)))));
    world.set_clock(minute(START + 9));
    assert_eq!(client.does(consultation, "end").await.is(200)["meeting_ended_at"], ended["meeting_ended_at"]);
    client.does(consultation, "start").await.refuses(400, "not_confirmed");
    client.does(consultation, "cancel").await.refuses(400, "cannot_cancel");
    world.is_sound().await;
}

#[tokio::test]
async fn nobody_begins_it_two_hours_after_its_end() {
    let (world, client, expert, consultation) = confirmed().await;
    let [client, _] = at(&world, START + 30 + 121, [&client, &expert]).await;
    client.does(consultation, "start").await.refuses(400, "too_late");
    world.set_clock(minute(START + 30 + 120) - TimeDelta::seconds(30));
    client.does(consultation, "start").await.is(200);
}

#[tokio::test]
async fn it_completes_by_itself_a_day_after_its_end() {
    let world = World::with(Setup::live()).await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    let consultation = id(&client.consults(&expert, minute(START)).await.is(201));
    expert.does(consultation, "confirm").await.is(200);
    world.settles().await;
    for (minutes, status) in [(START + 30 + DAY - 1, "confirmed"), (START + 30 + DAY, "completed")] {
        world.set_clock(minute(minutes));
        world.settles().await;
        let client = client.logs_in().await;
        assert_eq!(client.consultation(consultation).await["status"], status);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn an_unconfirmed_one_is_over_at_its_start_with_or_without_a_tick() {
    let (world, client, expert, consultation) = booked().await;
    world.set_clock(minute(START) - TimeDelta::seconds(1));
    let client = client.logs_in().await;
    assert_eq!(client.consultation(consultation).await["status"], "pending");
    world.set_clock(minute(START));
    let seen = client.consultation(consultation).await;
    let (status, reason) = (&seen["status"], &seen["cancellation_reason"]);
    assert_eq!((status, reason), (&json!("cancelled"), &json!("Not confirmed in time")));
    assert_eq!((&seen["meeting_link"], &seen["updated_at"]), (&Json::Null, &json!(stamp(minute(START)))));
    let past = client.get(&c("consultations/past/")).await.is(200);
    assert_eq!((&past["count"], &past["results"][0]["status"]), (&json!(1), &json!("cancelled")));
    client.does(consultation, "cancel").await.refuses(400, "cannot_cancel");
    // Its time can be booked, by anybody and in every façade.
    let third = world.register("third").await;
    third.consults(&expert, minute(START + 5)).await.is(201);
    client.consults(&expert, minute(START + 35)).await.is(201);
    world.is_sound().await;
    let seen = client.consultation(consultation).await;
    assert_eq!((&seen["status"], &seen["cancellation_reason"]), (&json!("cancelled"), &json!("Not confirmed in time")));
}

#[tokio::test]
async fn a_client_rates_a_completed_consultation_once() {
    let (world, client, expert, consultation) = confirmed().await;
    let rate = c(&format!("consultations/{consultation}/rate/"));
    client.post(&rate, json!({"rating": 5})).await.refuses(400, "not_completed");
    let [client, expert] = at(&world, START, [&client, &expert]).await;
    client.does(consultation, "start").await.is(200);
    client.does(consultation, "end").await.is(200);
    expert.post(&rate, json!({"rating": 5})).await.refuses(403, "forbidden");
    for bad in [json!({}), json!({"rating": 0}), json!({"rating": 6}), json!({"rating": true}), json!({"rating": 2.5})]
    {
        client.post(&rate, bad).await.blames("rating");
    }
    let body = json!({"rating": "4", "review_text": "<b>Good</b>", "is_anonymous": true});
    let review = client.post(&rate, body).await.is(201);
    for (name, expected) in [
        ("consultation", json!(consultation)),
        ("rating", json!(4)),
        ("review_text", json!("<b>Good</b>")),
        ("is_anonymous", json!(true)),
        ("reviewer_name", json!("client")),
    ] {
        assert_eq!(review[name], expected, "{name}");
    }
    client.post(&rate, json!({"rating": 1})).await.refuses(400, "already_reviewed");
    let seen = expert.consultation(consultation).await;
    assert_eq!((&seen["review"]["rating"], &seen["review"]["reviewer_name"]), (&json!(4), &Json::Null));
    assert_eq!((&seen["expert"]["rating"], &seen["expert"]["review_count"]), (&json!(4), &json!(1)));
    assert_eq!(client.consultation(consultation).await["review"], review);
    let told = expert.get("/api/notifications/").await.is(200);
    assert!(!told.to_string().contains("client rated"), "{told}");
}

#[tokio::test]
async fn a_meeting_of_expertconnect_shows_here_and_takes_no_commands_here_and_the_reverse() {
    let (_world, client, expert, consultation) = booked().await;
    let meeting = client.books(&expert, minute(START + 60), 30).await;
    let seen = client.consultation(meeting).await;
    assert_eq!((&seen["status"], &seen["consultation_type"]), (&json!("pending"), &json!("video")));
    assert_eq!((&seen["currency"], &seen["price"], &seen["meeting_link"]), (&json!("credit"), &json!(1), &Json::Null));
    assert_eq!((&seen["can_be_cancelled"], &seen["payment_status"]), (&json!(false), &json!("paid")));
    expert.does(meeting, "confirm").await.refuses(400, "not_pending");
    client.does(meeting, "cancel").await.refuses(400, "cannot_cancel");
    client.moves(meeting, minute(START + 120)).await.refuses(400, "cannot_reschedule");
    client.does(meeting, "start").await.refuses(400, "not_confirmed");
    client.does(meeting, "end").await.refuses(400, "not_confirmed");
    client
        .post(&c(&format!("consultations/{meeting}/rate/")), json!({"rating": 5}))
        .await
        .refuses(400, "not_completed");
    let shown = client.meeting(consultation).await;
    assert_eq!((&shown["status"], &shown["price_credits"]), (&json!("pending"), &json!(0)));
    expert.declares(consultation, "confirmed").await.refuses(400, "invalid_transition");
    client.declares(consultation, "cancelled").await.refuses(400, "invalid_transition");
    let change = json!({"title": "Mine"});
    client.patch(&format!("/api/meetings/{consultation}/"), change).await.refuses(400, "invalid_transition");
}

#[tokio::test]
async fn who_may_not_hears_that_before_anything_is_said_about_what_they_sent() {
    let (world, client, expert, consultation) = booked().await;
    let (stranger, admin) = (world.register("stranger").await, world.admin().await);
    for (command, bad) in [
        ("reschedule", json!({})),
        ("reschedule", json!({"scheduled_at": stamp(minute(0))})),
        ("rate", json!({"rating": 9})),
        ("cancel", json!({"cancellation_reason": 1})),
    ] {
        let path = c(&format!("consultations/{consultation}/{command}/"));
        stranger.post(&path, bad.clone()).await.refuses(404, "not_found");
        admin.post(&path, bad.clone()).await.refuses(403, "forbidden");
        if command != "cancel" {
            expert.post(&path, bad.clone()).await.refuses(403, "forbidden");
        }
        client.post(&path, bad).await.refuses(400, "validation");
    }
    client.get(&c("experts/consultations/?status=x&page=0")).await.refuses(403, "not_expert");
}

#[tokio::test]
async fn a_moved_consultation_takes_its_conversation_along_and_its_old_time_is_offered() {
    let (world, client, expert, old) = booked().await;
    let conversation = client.post(&c("chat/"), json!({"consultation_id": old})).await.is(201)["id"].clone();
    expert.opens(&[(3, "08:00", "09:00", "UTC")]).await;
    let third = world.register("third").await;
    third.consults(&expert, minute(START + 30)).await.is(201);
    // Half an hour later is taken; its own time, and only that, is left on this day.
    let refused = client.moves(old, minute(START + 30)).await.refuses(409, "slot_taken");
    assert_eq!(refused["alternatives"][0], stamp(minute(START)), "{refused}");
    let new = client.moves(old, minute(START + 7 * DAY)).await.is(201);
    assert_eq!(new["conversation"], conversation);
    let found = client.post(&c("chat/"), json!({"expert_id": expert.id})).await.is(200);
    assert_eq!((&found["id"], &found["consultation"]), (&conversation, &new["id"]));
}

#[tokio::test]
async fn the_other_product_sees_it_end_at_that_second_too() {
    let (world, client, _expert, consultation) = booked().await;
    world.set_clock(minute(START));
    let client = client.logs_in().await;
    assert_eq!(client.meeting(consultation).await["status"], "expired");
    assert_eq!(client.all("/api/meetings/?status=pending").await.len(), 0);
    assert_eq!(client.all("/api/meetings/?status=expired").await[0]["status"], "expired");
}

#[tokio::test]
async fn whose_step_it_never_is_hears_so_also_of_a_booking_made_in_the_other_product() {
    let (world, client, expert, _) = booked().await;
    let meeting = client.books(&expert, minute(START + DAY), 30).await;
    client.does(meeting, "confirm").await.refuses(403, "forbidden");
    expert.does(meeting, "confirm").await.refuses(400, "not_pending");
    world.is_sound().await;
}
