//! Reminders, expiry and completion by themselves, and the mails (`expertconnect.md` §6).

use chrono::TimeDelta;
use serde_json::json;
use tests::person::stamp;
use tests::{Person, Setup, World, minute};

/// Three days from the beginning: Thursday, eight o'clock.
const START: i64 = 3 * 24 * 60;

async fn two() -> (World, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(5).await;
    ada.patch("/api/users/me/", json!({"timezone": "Asia/Kolkata", "first_name": "Ada"})).await.is(200);
    bob.patch("/api/users/me/", json!({"timezone": "America/Vancouver"})).await.is(200);
    world.settles().await;
    (world, ada, bob)
}

async fn confirmed(ada: &Person, bob: &Person) -> i64 {
    let meeting = ada.books(bob, minute(START), 60).await;
    ada.world.settles().await;
    bob.declares(meeting, "confirmed").await.is(200);
    ada.world.settles().await;
    meeting
}

/// Tokens live for a day; the clock is moved by more.
async fn reminders(world: &World, person: &Person) -> Vec<String> {
    let told = person.logs_in().await.all("/api/notifications/").await;
    let reminders = told.iter().rev().filter(|notice| notice["notification_type"] == "meeting_reminder");
    let titles: Vec<_> = reminders.map(|notice| notice["title"].as_str().unwrap().to_owned()).collect();
    let mails: Vec<_> =
        world.subjects_to(&person.username).into_iter().filter(|s| s.starts_with("Meeting in")).collect();
    assert_eq!(titles, mails, "one mail for each notification");
    titles
}

async fn minutes_pass(world: &World, to: i64) {
    world.set_clock(minute(to));
    world.settles().await;
}

const BOTH: [&str; 2] = ["Meeting in 24 hours", "Meeting in 1 hour"];

#[tokio::test]
async fn a_confirmed_meeting_reminds_both_a_day_and_an_hour_before() {
    let (world, ada, bob) = two().await;
    confirmed(&ada, &bob).await;
    for (at, expected) in [
        (START - 24 * 60 - 1, &BOTH[..0]),
        (START - 24 * 60, &BOTH[..1]),
        (START - 24 * 60 + 1, &BOTH[..1]),
        (START - 61, &BOTH[..1]),
        (START - 60, &BOTH[..]),
        (START - 1, &BOTH[..]),
        (START + 30, &BOTH[..]),
    ] {
        minutes_pass(&world, at).await;
        for person in [&ada, &bob] {
            assert_eq!(reminders(&world, person).await, expected, "{} at {at}", person.username);
        }
    }
}

#[tokio::test]
async fn a_reminder_names_the_start_in_its_readers_zone_and_carries_no_invitation() {
    let (world, ada, bob) = two().await;
    confirmed(&ada, &bob).await;
    minutes_pass(&world, START - 60).await;
    let mails = world.mails();
    let to = |name: &str| {
        mails.iter().rfind(|letter| letter.to.starts_with(name) && letter.subject == BOTH[1]).expect("a reminder")
    };
    // 2027-03-04T08:00Z; Vancouver stays at -7 since 2026.
    for (name, local) in [("ada", "13:30"), ("bob", "01:00")] {
        let letter = to(name);
        assert!(letter.text.contains(local) && letter.text.contains("08:00"), "{}", letter.text);
        assert!(letter.html.contains(local) && letter.invite.is_none());
    }
    assert!(to("bob").text.contains("Ada"));
}

#[tokio::test]
async fn nobody_is_reminded_of_what_is_pending_cancelled_or_moved() {
    let (world, ada, bob) = two().await;
    ada.books(&bob, minute(START + 120), 60).await;
    let cancelled = ada.books(&bob, minute(START + 240), 60).await;
    let moved = confirmed(&ada, &bob).await;
    bob.declares(cancelled, "confirmed").await.is(200);
    bob.declares(cancelled, "cancelled").await.is(200);
    let later = json!({"scheduled_start": stamp(minute(2 * START)), "scheduled_end": stamp(minute(2 * START + 60))});
    ada.patch(&format!("/api/meetings/{moved}/"), later).await.is(200);
    for at in [START - 24 * 60, START - 60, START, START + 200] {
        minutes_pass(&world, at).await;
    }
    assert!(reminders(&world, &ada).await.is_empty() && reminders(&world, &bob).await.is_empty());
    bob.logs_in().await.declares(moved, "confirmed").await.is(200);
    minutes_pass(&world, 2 * START - 24 * 60).await;
    minutes_pass(&world, 2 * START - 60).await;
    assert_eq!(reminders(&world, &ada).await, BOTH);
}

#[tokio::test]
async fn a_reminder_that_was_due_before_the_confirmation_is_not_sent() {
    let (world, ada, bob) = two().await;
    let meeting = ada.books(&bob, minute(START), 60).await;
    minutes_pass(&world, START - 3 * 60).await;
    bob.logs_in().await.declares(meeting, "confirmed").await.is(200);
    world.settles().await;
    assert!(reminders(&world, &ada).await.is_empty());
    minutes_pass(&world, START - 60).await;
    assert_eq!(reminders(&world, &ada).await, BOTH[1..]);
}

#[tokio::test]
async fn a_late_schedule_still_reminds_while_it_helps() {
    for (late, expected) in [
        (START - 2 * 60, &BOTH[..1]), // the day's, as more than an hour is left
        (START - 60, &BOTH[1..]),     // only the hour's
        (START - 1, &BOTH[1..]),
        (START, &BOTH[..0]),
    ] {
        let (world, ada, bob) = two().await;
        confirmed(&ada, &bob).await;
        minutes_pass(&world, late).await;
        assert_eq!(reminders(&world, &ada).await, expected, "{late}");
        assert_eq!(reminders(&world, &bob).await, expected, "{late}");
    }
}

#[tokio::test]
async fn an_unanswered_request_expires_and_a_finished_meeting_completes_by_themselves() {
    let (world, ada, bob) = two().await;
    let open = ada.books(&bob, minute(START + 180), 60).await;
    let done = confirmed(&ada, &bob).await;
    minutes_pass(&world, START + 180).await;
    let (ada, bob) = (ada.logs_in().await, bob.logs_in().await);
    assert_eq!(ada.meeting(open).await["status"], "expired");
    assert_eq!(ada.meeting(done).await["status"], "confirmed");
    minutes_pass(&world, START + 60 + 24 * 60 - 1).await;
    assert_eq!(ada.logs_in().await.meeting(done).await["status"], "confirmed");
    minutes_pass(&world, START + 60 + 24 * 60).await;
    let (ada, bob) = (ada.logs_in().await, bob.logs_in().await);
    assert_eq!(ada.meeting(done).await["status"], "completed");
    assert_eq!((ada.credits().await, bob.credits().await), ((5, 0), (2, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn requests_confirmations_moves_and_cancellations_carry_an_invitation_of_one_series() {
    let (world, ada, bob) = two().await;
    let meeting = confirmed(&ada, &bob).await;
    let later = json!({"scheduled_start": stamp(minute(START + 60)), "scheduled_end": stamp(minute(START + 90))});
    ada.patch(&format!("/api/meetings/{meeting}/"), later).await.is(200);
    world.settles().await;
    bob.declares(meeting, "cancelled").await.is(200);
    world.settles().await;
    let mails = world.mails();
    let line = |file: &str, name: &str| {
        let lines: Vec<_> = file.split("\r\n").filter(|line| line.split([':', ';']).next() == Some(name)).collect();
        assert_eq!(lines.len(), 1, "{name} in {file}");
        lines[0].to_owned()
    };
    let told: Vec<_> = mails
        .iter()
        .map(|letter| {
            let folded = letter.invite.as_deref().expect("an invitation");
            assert!(folded.split("\r\n").all(|line| line.len() <= 75) && !folded.replace("\r\n", "").contains('\n'));
            let file = &folded.replace("\r\n ", "");
            let value = |name: &str| line(file, name).split_once(':').unwrap().1.to_owned();
            assert!(line(file, "ATTENDEE").ends_with(&format!("mailto:{}", letter.to)), "{file}");
            assert!(letter.text.contains("Ownership and borrowing"), "{}", letter.text);
            (
                letter.subject.as_str(),
                value("METHOD"),
                value("STATUS"),
                value("SEQUENCE"),
                value("DTSTART"),
                value("UID"),
            )
        })
        .collect();
    let uid = told[0].5.clone();
    let told: Vec<_> = told
        .iter()
        .map(|(a, b, c, d, e, f)| {
            assert_eq!(*f, uid);
            (*a, b.as_str(), c.as_str(), d.as_str(), e.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Meeting Request", "REQUEST", "TENTATIVE", "0", "20270304T080000Z"),
            ("Meeting Confirmed", "REQUEST", "CONFIRMED", "0", "20270304T080000Z"),
            ("Meeting Rescheduled", "REQUEST", "TENTATIVE", "1", "20270304T090000Z"),
            ("Meeting Cancelled", "CANCEL", "CANCELLED", "2", "20270304T090000Z"),
        ]
        .map(|step| [step, step])
        .concat()
    );
}

#[tokio::test]
async fn whoever_was_sent_an_invitation_is_sent_its_end_with_or_without_a_notification() {
    for (end, titles) in [("ada", 0), ("bob", 1), ("nobody", 1)] {
        let (world, ada, bob) = two().await;
        let meeting = ada.books(&bob, minute(START), 60).await;
        world.settles().await;
        match end {
            "ada" => drop(ada.declares(meeting, "cancelled").await.is(200)),
            "bob" => drop(bob.declares(meeting, "cancelled").await.is(200)),
            _ => world.set_clock(minute(START)),
        }
        world.settles().await;
        world.settles().await;
        let mails = world.mails();
        let [ref request @ .., ref one, ref other] = mails[..] else { panic!("{mails:?}") };
        assert_eq!(request.len(), 2);
        let subject = if end == "nobody" { "Meeting Expired" } else { "Meeting Cancelled" };
        let mut to = [one, other].map(|letter| {
            assert_eq!(letter.subject, subject);
            let file = letter.invite.as_deref().expect("a calendar file");
            assert!(file.contains("METHOD:CANCEL\r\n") && file.contains("STATUS:CANCELLED\r\n"), "{file}");
            assert!(file.contains("SEQUENCE:1\r\n") && file.contains("DTSTART:20270304T080000Z\r\n"), "{file}");
            letter.to.as_str()
        });
        to.sort_unstable();
        assert_eq!(to, ["ada@example.org", "bob@example.org"], "{end}");
        let told = ada.logs_in().await.all("/api/notifications/").await;
        assert_eq!(told.iter().filter(|notice| notice["title"] == subject).count(), titles, "{end}");
    }
}

#[tokio::test]
async fn everybody_is_welcomed_once_and_what_people_typed_is_escaped() {
    let (world, ada, bob) = two().await;
    assert_eq!(world.subjects_to("ada"), ["Welcome to ExpertConnect"]);
    ada.patch("/api/users/me/", json!({"last_name": "<b>Bold</b>"})).await.is(200);
    let request = json!({
        "title": "<script>alert(1)</script>", "expert_id": bob.id,
        "scheduled_start": stamp(minute(START)), "scheduled_end": stamp(minute(START) + TimeDelta::minutes(30)),
    });
    ada.post("/api/meetings/", request).await.is(201);
    world.settles().await;
    let mails = world.mails();
    let letter = mails.last().unwrap();
    assert_eq!(letter.subject, "Meeting Request");
    let to: Vec<_> = mails.iter().map(|letter| letter.to.as_str()).collect();
    assert!(to.len() == 2 && to.contains(&"ada@example.org") && to.contains(&"bob@example.org"), "{to:?}");
    assert!(!letter.html.contains("<script>") && !letter.html.contains("<b>Bold"), "{}", letter.html);
    assert!(letter.text.contains("<script>alert(1)</script>"));
    assert_eq!(world.subjects_to("bob"), ["Welcome to ExpertConnect", "Meeting Request"]);
    assert_eq!(world.subjects_to("ada"), ["Welcome to ExpertConnect", "Meeting Request"]);
}
