//! What the two are told, by notification and by mail with its calendar file.

use chrono::TimeDelta;
use serde_json::json;
use tests::background::Letter;
use tests::consultations::c;
use tests::person::id;
use tests::{Person, Setup, World, minute};

const START: i64 = 3 * 24 * 60;

async fn two() -> (World, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    client.patch("/api/users/me/", json!({"timezone": "America/Vancouver"})).await.is(200);
    expert.patch("/api/users/me/", json!({"timezone": "Asia/Kolkata", "first_name": "<i>Eva"})).await.is(200);
    world.settles().await;
    (world, client, expert)
}

fn newest(world: &World, to: &str) -> Letter {
    world.mails().into_iter().rfind(|letter| letter.to == format!("{to}@example.org")).unwrap()
}

fn line<'a>(invite: &'a str, name: &str) -> &'a str {
    let found = invite.lines().find(|line| line.split([':', ';']).next() == Some(name));
    found.unwrap_or_else(|| panic!("no {name} in {invite}")).trim_end()
}

async fn titles(person: &Person) -> Vec<String> {
    let told = person.logs_in().await.all("/api/notifications/").await;
    told.iter().rev().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn both_hear_of_every_turn_and_their_calendars_follow() {
    let (world, client, expert) = two().await;
    let booked = id(&client.consults(&expert, minute(START)).await.is(201));
    world.settles().await;
    assert_eq!(world.subjects_to("client").last().unwrap(), "Consultation booked");
    assert_eq!(world.subjects_to("expert").last().unwrap(), "New consultation request");
    let (mine, theirs) = (newest(&world, "client"), newest(&world, "expert"));
    let invite = mine.invite.clone().unwrap();
    let uid = line(&invite, "UID").to_owned();
    for (name, expected) in [
        ("METHOD", "METHOD:REQUEST"),
        ("STATUS", "STATUS:TENTATIVE"),
        ("SEQUENCE", "SEQUENCE:0"),
        ("DTSTART", "DTSTART:20270304T080000Z"),
        ("DTEND", "DTEND:20270304T083000Z"),
    ] {
        assert_eq!(line(&invite, name), expected);
    }
    assert!(invite.contains("client@example.org") && !invite.contains("expert@example.org"), "{invite}");
    assert!(
        mine.text.contains("01:00–01:30") && mine.text.contains("08:00 UTC"),
        "in Vancouver and in UTC: {}",
        mine.text
    );
    assert!(theirs.text.contains("13:30"), "in Kolkata: {}", theirs.text);
    assert!(theirs.text.contains("client") && mine.text.contains("Eva"), "both are named");
    assert!(mine.html.contains("&lt;i&gt;Eva") || mine.html.contains("&#60;i&#62;Eva"), "{}", mine.html);
    assert!(mine.text.contains(&format!("/consultations/{booked}")), "{}", mine.text);
    let room = client.consultation(booked).await["meeting_room_id"].as_str().unwrap().to_owned();
    assert!(!mine.text.contains(&room) && !mine.html.contains(&room) && !invite.contains(&room), "mails carry no link");

    expert.does(booked, "confirm").await.is(200);
    world.settles().await;
    for person in ["client", "expert"] {
        assert_eq!(world.subjects_to(person).last().unwrap(), "Consultation confirmed");
        let invite = newest(&world, person).invite.unwrap();
        assert_eq!((line(&invite, "STATUS"), line(&invite, "UID")), ("STATUS:CONFIRMED", uid.as_str()));
    }
    assert_eq!(titles(&expert).await, ["New consultation request"], "the expert knows that they confirmed");
    assert_eq!(titles(&client).await, ["Consultation booked", "Consultation confirmed"]);

    let moved = id(&client.moves(booked, minute(START + 24 * 60)).await.is(201));
    world.settles().await;
    for person in ["client", "expert"] {
        assert_eq!(world.subjects_to(person).last().unwrap(), "Consultation rescheduled");
        let invite = newest(&world, person).invite.unwrap();
        assert_eq!((line(&invite, "SEQUENCE"), line(&invite, "UID")), ("SEQUENCE:1", uid.as_str()));
        assert_eq!(line(&invite, "STATUS"), "STATUS:TENTATIVE");
    }
    let reason = json!({"cancellation_reason": "No <b>time"});
    client.post(&c(&format!("consultations/{moved}/cancel/")), reason).await.is(200);
    world.settles().await;
    for person in ["client", "expert"] {
        assert_eq!(world.subjects_to(person).last().unwrap(), "Consultation cancelled");
        let letter = newest(&world, person);
        assert!(letter.text.contains("No <b>time") && !letter.html.contains("<b>time"));
        let invite = letter.invite.unwrap();
        assert_eq!((line(&invite, "METHOD"), line(&invite, "STATUS")), ("METHOD:CANCEL", "STATUS:CANCELLED"));
        assert_eq!((line(&invite, "SEQUENCE"), line(&invite, "UID")), ("SEQUENCE:2", uid.as_str()));
    }
}

#[tokio::test]
async fn both_are_reminded_of_the_time_it_has_now_and_once() {
    let (world, client, expert) = two().await;
    let booked = id(&client.consults(&expert, minute(START)).await.is(201));
    expert.does(booked, "confirm").await.is(200);
    let moved = id(&client.moves(booked, minute(START + 24 * 60)).await.is(201));
    expert.does(moved, "confirm").await.is(200);
    world.settles().await;
    let reminders = |person: &str| {
        let subjects = world.subjects_to(person).into_iter();
        subjects.filter(|subject| subject.starts_with("Reminder")).collect::<Vec<_>>()
    };
    for (minutes, expected) in [
        (START - 24 * 60, 0),
        (START - 60, 0),
        (START, 1),
        (START + 1, 1),
        (START + 24 * 60 - 60, 2),
        (START + 24 * 60 - 1, 2),
    ] {
        world.set_clock(minute(minutes));
        world.settles().await;
        world.settles().await;
        for person in ["client", "expert"] {
            let both = ["Reminder: consultation in 24 hours", "Reminder: consultation in 1 hour"];
            assert_eq!(reminders(person), both[..expected], "{minutes}");
        }
    }
}

#[tokio::test]
async fn a_tick_tells_both_that_nobody_confirmed_in_time() {
    let (world, client, expert) = two().await;
    client.consults(&expert, minute(60)).await.is(201);
    world.settles().await;
    world.set_clock(minute(60) + TimeDelta::seconds(1));
    world.settles().await;
    world.settles().await;
    for (name, person) in [("client", &client), ("expert", &expert)] {
        let subjects = world.subjects_to(name);
        assert_eq!(subjects.iter().filter(|subject| *subject == "Consultation cancelled").count(), 1, "{subjects:?}");
        assert_eq!(titles(person).await.last().unwrap(), "Consultation cancelled");
        assert!(newest(&world, name).text.contains("Not confirmed in time"));
    }
    world.is_sound().await;
}
