//! Nobody floods somebody else's mailbox with bookings, and no calendar hears of the end of what it never held.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::person::{id, stamp};
use tests::{Person, Setup, World, minute};

const MOST: usize = 20;
const BOOKINGS: usize = 30;

async fn two() -> (World, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (learner, expert) = (world.register("learner").await, world.expert("expert").await);
    learner.buys(100).await;
    world.settles().await;
    (world, learner, expert)
}

fn count(world: &World, reader: &str, subject: &str) -> usize {
    world.subjects_to(reader).iter().filter(|found| found.starts_with(subject)).count()
}

fn half_hour(n: usize) -> chrono::DateTime<chrono::Utc> {
    minute(2 * 24 * 60 + 30 * i64::try_from(n).unwrap())
}

#[tokio::test]
async fn of_thirty_meetings_asked_for_in_a_day_twenty_are_mailed_and_all_are_listed() {
    let (world, learner, expert) = two().await;
    let mut meetings = Vec::new();
    for n in 0..BOOKINGS {
        meetings.push(learner.books(&expert, half_hour(n), 30).await);
        world.settles().await;
    }
    assert_eq!(count(&world, "expert", "Meeting Request"), MOST);
    assert_eq!(expert.all("/api/notifications/").await.len(), BOOKINGS);
    // The end of what was mailed is mailed, of the rest it is not.
    for meeting in [meetings[0], meetings[BOOKINGS - 1], meetings[BOOKINGS - 2]] {
        learner.declares(meeting, "cancelled").await.is(200);
        world.settles().await;
    }
    assert_eq!(count(&world, "expert", "Meeting Cancelled"), 1);
    // What is confirmed is in the mail from then on.
    let muted = meetings[BOOKINGS - 3];
    expert.declares(muted, "confirmed").await.is(200);
    learner.declares(muted, "cancelled").await.is(200);
    world.settles().await;
    assert_eq!(count(&world, "learner", "Meeting Confirmed"), 1);
    // Somebody else, and another day, are not meant.
    let other = world.register("other").await;
    other.books(&expert, half_hour(60), 30).await;
    world.settles().await;
    assert_eq!(count(&world, "expert", "Meeting Request"), MOST + 1);
    world.set_clock(minute(24 * 60));
    let learner = learner.logs_in().await;
    learner.books(&expert, half_hour(61), 30).await;
    world.settles().await;
    assert_eq!(count(&world, "expert", "Meeting Request"), MOST + 2);
}

#[tokio::test]
async fn of_thirty_consultations_both_are_mailed_of_twenty() {
    let (world, learner, expert) = two().await;
    let mut booked = Vec::new();
    for n in 0..BOOKINGS {
        booked.push(id(&learner.consults(&expert, half_hour(n)).await.is(201)));
    }
    world.settles().await;
    assert_eq!(count(&world, "expert", "New consultation request"), MOST);
    assert_eq!(count(&world, "learner", "Consultation booked"), MOST);
    let listed = expert.get(&c("notifications/?page_size=100")).await.is(200);
    assert_eq!(listed["count"], BOOKINGS);
    for booking in booked {
        learner.does(booking, "cancel").await.is(200);
    }
    world.settles().await;
    assert_eq!(count(&world, "expert", "Consultation cancelled"), MOST);
    assert_eq!(count(&world, "learner", "Consultation cancelled"), MOST);
}

/// A job that is delivered again does not count again.
#[tokio::test]
async fn a_mail_that_is_delivered_twice_counts_once() {
    let (world, learner, expert) = two().await;
    for n in 0..MOST {
        learner.books(&expert, half_hour(n), 30).await;
        assert!(world.carries_out().await);
        let jobs = world.background.take_jobs();
        for _ in 0..3 {
            let messages: Vec<_> = jobs.iter().map(|job| world.queued(*job)).collect();
            world.delivers(&messages).await;
        }
    }
    assert_eq!(count(&world, "expert", "Meeting Request"), MOST);
}

/// Delivers what is in the queue: the messages that come again.
async fn delivered(world: &World, waiting: Vec<Json>) -> Vec<Json> {
    assert!(world.carries_out().await);
    let fresh = world.background.take_jobs().into_iter().map(|job| world.queued(job));
    let messages: Vec<_> = waiting.into_iter().chain(fresh).collect();
    let again = world.delivers(&messages).await;
    let comes_again = |message: &Json| again.iter().any(|id| message["messageId"] == id.as_str());
    messages.into_iter().filter(comes_again).collect()
}

#[tokio::test]
async fn of_a_meeting_moved_all_day_where_it_has_come_to_rest_is_mailed() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, half_hour(0), 30).await;
    world.settles().await;
    let mut waiting = Vec::new();
    for n in 1..=BOOKINGS {
        let times = json!({"scheduled_start": stamp(half_hour(n)), "scheduled_end": stamp(half_hour(n + 1))});
        learner.patch(&format!("/api/meetings/{meeting}/"), times).await.is(200);
        waiting = delivered(&world, waiting).await;
    }
    let moved = || count(&world, "expert", "Meeting Rescheduled");
    assert_eq!((moved(), waiting.is_empty()), (MOST, false));
    world.advance(TimeDelta::minutes(15));
    assert_eq!(delivered(&world, waiting).await, [] as [Json; 0]);
    assert_eq!(moved(), MOST + 1);
    let last = world.mails().into_iter().rfind(|mail| mail.subject.starts_with("Meeting Rescheduled")).unwrap();
    let start = half_hour(BOOKINGS).format("DTSTART:%Y%m%dT%H%M%SZ").to_string();
    assert!(last.invite.as_ref().unwrap().contains(&start), "{last:?}");
}

#[tokio::test]
async fn a_move_that_waits_is_not_mailed_after_the_end() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, half_hour(0), 30).await;
    world.settles().await;
    let mut waiting = Vec::new();
    for n in 1..=BOOKINGS {
        let times = json!({"scheduled_start": stamp(half_hour(n)), "scheduled_end": stamp(half_hour(n + 1))});
        learner.patch(&format!("/api/meetings/{meeting}/"), times).await.is(200);
        waiting = delivered(&world, waiting).await;
    }
    expert.declares(meeting, "confirmed").await.is(200);
    assert_eq!(delivered(&world, waiting).await, [] as [Json; 0]);
    assert_eq!(count(&world, "learner", "Meeting Confirmed"), 1);
    learner.declares(meeting, "cancelled").await.is(200);
    world.settles().await;
    assert_eq!(count(&world, "expert", "Meeting Rescheduled"), MOST);
    assert_eq!(count(&world, "expert", "Meeting Cancelled"), 1);
}
