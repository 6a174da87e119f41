//! Reminders with a clock that is moved and queues that repeat themselves.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::{Guest, House};

const BOTH: [&str; 2] = ["Meeting in 24 hours", "Meeting in 1 hour"];
const QUEUES: [&str; 2] = ["DueQueue", "MailQueue"];

fn invite(mail: &Json) -> Option<&str> {
    let files = mail["attachments"].as_array().unwrap();
    files.iter().find(|file| file["name"] == "invite.ics").map(|file| file["text"].as_str().unwrap())
}

/// These queues deliver everything they remember ten times more.
async fn all_is_delivered_ten_times_more(house: &House, queues: &[&str]) {
    for queue in queues {
        let again = json!({"queue": queue, "times": 10});
        let told = house.ask("POST", "/_local/redeliver", None, Some(again)).await.is(200);
        assert!(told["messages"].as_u64().unwrap() > 0, "{told}");
        let all = told["messages"].as_u64().map(|messages| messages * 10);
        assert_eq!((&told["failures"], told["deliveries"].as_u64()), (&json!(0), all));
    }
    house.ticks().await;
}

/// One notification and one mail for each.
async fn was_reminded(person: &Guest, expected: &[&str]) {
    let person = person.logs_in().await;
    assert_eq!(person.notices("meeting_reminder").await, expected, "{}", person.username);
    let mut subjects = person.house.subjects(&person).await;
    subjects.retain(|subject| subject.starts_with("Meeting in "));
    assert_eq!(subjects, expected, "{}", person.username);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_and_an_hour_before_each_gets_one_notification_and_one_mail() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let start = house.in_days(3);
    let meeting = ada.books(&bob, start).await;
    bob.declares(meeting, "confirmed").await;
    house.ticks().await;
    for to in [&ada, &bob] {
        let mut subjects = house.subjects(to).await;
        subjects.sort_unstable();
        assert_eq!(subjects, ["Meeting Confirmed", "Meeting Request"], "{}", to.username);
        for mail in house.mails(to).await {
            let file = invite(&mail).expect("an invitation");
            let start = start.format("%Y%m%dT%H%M%SZ").to_string();
            assert!(file.contains("METHOD:REQUEST") && file.contains(&start), "{file}");
        }
    }
    for (before, expected) in [(24 * 60 + 1, &BOTH[..0]), (24 * 60, &BOTH[..1]), (61, &BOTH[..1]), (60, &BOTH[..])] {
        house.ticks_at(start - TimeDelta::minutes(before)).await;
        for person in [&ada, &bob] {
            was_reminded(person, expected).await;
        }
    }
    let counts = (house.mails(&ada).await.len(), house.mails(&bob).await.len());
    for _ in 0..2 {
        all_is_delivered_ten_times_more(&house, &QUEUES).await;
        house.ticks_at(house.now() + TimeDelta::minutes(5)).await;
    }
    assert_eq!((house.mails(&ada).await.len(), house.mails(&bob).await.len()), counts);
    for person in [&ada, &bob] {
        was_reminded(person, &BOTH).await;
    }
    house.is_at_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_reminded_of_a_meeting_that_was_cancelled_or_moved() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let start = house.in_days(3);
    let (cancelled, moved) = (ada.books(&bob, start).await, ada.books(&bob, start + TimeDelta::hours(2)).await);
    for meeting in [cancelled, moved] {
        bob.declares(meeting, "confirmed").await;
    }
    house.ticks_at(start - TimeDelta::minutes(24 * 60 + 30)).await;
    let (ada, bob) = (ada.logs_in().await, bob.logs_in().await);
    ada.declares(cancelled, "cancelled").await;
    let later = [("scheduled_start", 600), ("scheduled_end", 630)];
    let later: Json = later
        .map(|(name, minutes)| (name, tests::person::stamp(start + TimeDelta::minutes(minutes))))
        .into_iter()
        .collect();
    ada.ask("PATCH", &format!("/api/meetings/{moved}/"), Some(later)).await.is(200);
    for minutes in [24 * 60, 22 * 60, 60, 0] {
        house.ticks_at(start - TimeDelta::minutes(minutes)).await;
    }
    house.ticks_at(start + TimeDelta::minutes(60)).await;
    all_is_delivered_ten_times_more(&house, &QUEUES[1..]).await;
    was_reminded(&ada, &[]).await;
    was_reminded(&bob, &[]).await;
    house.is_at_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_request_expires_and_a_finished_meeting_completes() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let start = house.in_days(1);
    let (open, held) = (ada.books(&bob, start).await, ada.books(&bob, start + TimeDelta::hours(1)).await);
    bob.declares(held, "confirmed").await;
    for hours in [-1, 0, 1, 27, 28] {
        house.ticks_at(start + TimeDelta::hours(hours)).await;
    }
    all_is_delivered_ten_times_more(&house, &QUEUES).await;
    let ada = ada.logs_in().await;
    for (meeting, status) in [(open, "expired"), (held, "completed")] {
        assert_eq!(ada.ask("GET", &format!("/api/meetings/{meeting}/"), None).await.is(200)["status"], status);
    }
    house.is_at_rest().await;
}
