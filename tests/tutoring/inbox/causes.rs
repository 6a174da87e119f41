//! What becomes of accounts, bookings, money and messages, in the lists of whom it concerns: by category, and whether a mail
//! goes with it (`tutoring.md` §7, §8).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::tutoring::people::{PROFILE, tutor};
use tests::tutoring::rows;
use tests::{Person, Setup, World, minute};

use super::notifications::PATH;

const START: i64 = 72 * 60;

/// Titles and types of what somebody was told of some kind, in order.
async fn told(person: &Person, category: &str) -> Vec<(String, String)> {
    person.world.settles().await;
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let found = rows(person, &format!("{PATH}?category={category}&ordering=created_at")).await;
    assert!(found.iter().all(|row| row["category"] == category && row["user"] == person.id), "{found:?}");
    found.iter().map(|row| (text(&row["title"]), text(&row["notification_type"]))).collect()
}

async fn is_told(person: &Person, category: &str, expected: &[(&str, &str)]) {
    let found = told(person, category).await;
    let found: Vec<_> = found.iter().map(|(title, kind)| (title.as_str(), kind.as_str())).collect();
    assert_eq!(found, expected, "{} {category}", person.username);
    // Whatever has a mail was mailed under the same words, once.
    let subjects = person.world.subjects_to(person.username.trim_end_matches("@example.org"));
    for (title, kind) in expected {
        let mails = subjects.iter().filter(|subject| subject.starts_with(title)).count();
        let listed = expected.iter().filter(|(other, _)| other == title).count();
        assert_eq!(mails, if *kind == "both" { listed } else { 0 }, "{} {title}: {subjects:?}", person.username);
    }
}

#[tokio::test]
async fn an_application_is_told_to_every_administrator_and_its_verdict_to_the_tutor() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let [tess, tim] = [world.applicant("tess").await.person, world.applicant("tim").await.person];
    let arrived = ("Your tutor application has arrived", "both");
    is_told(&root, "tutor_approval", &[("New tutor application", "both"); 2]).await;
    root.post(&tutor(tess.id, "approve/"), json!({})).await.is(200);
    root.post(&tutor(tim.id, "reject/"), json!({"reason": "No papers"})).await.is(200);
    is_told(&tess, "tutor_approval", &[arrived, ("Your tutor profile is approved", "both")]).await;
    is_told(&tim, "tutor_approval", &[arrived, ("Your tutor profile was not approved", "both")]).await;
    let verdict = &rows(&tim, &format!("{PATH}?category=tutor_approval")).await[0];
    assert!(verdict["message"].as_str().unwrap().contains("No papers"), "{verdict}");
    assert_eq!((&verdict["metadata"], &verdict["link"]), (&json!({}), &Json::Null));
    assert_eq!(told(&root, "general").await, [], "of a sign-in there is a mail alone");
}

#[tokio::test]
async fn a_lesson_is_told_from_its_booking_to_its_end_and_what_it_brought_until_it_is_paid_out() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let (ada, tess) = (world.pupil("ada").await, world.applicant("tess").await);
    root.post(&tutor(tess.person.id, "approve/"), json!({})).await.is(200);
    tess.person.patch(PROFILE, json!({"hourly_rate": "50.00"})).await.is(200);
    let (student, teacher) = (&ada.person, &tess.person);
    let booking = student.has_lesson(teacher, minute(START)).await;
    is_told(teacher, "booking", &[("New booking", "in_app")]).await;
    is_told(student, "payment", &[("Payment received", "both")]).await;
    assert_eq!((told(student, "booking").await, told(teacher, "payment").await), (vec![], vec![]));
    teacher.steps(booking, "confirm", json!({})).await.is(200);
    let later = teacher.opens_slot(minute(START + 60)).await;
    teacher.steps(booking, "reschedule", json!({"availability_slot": later})).await.is(200);
    is_told(student, "booking", &[("Lesson confirmed", "both"), ("Lesson moved", "both")]).await;
    is_told(teacher, "booking", &[("New booking", "in_app"), ("Lesson confirmed", "both")]).await;
    let row = &rows(student, &format!("{PATH}?category=booking")).await[0];
    assert_eq!(row["metadata"], json!({"booking": booking}));
    assert_eq!(row["link"], json!(format!("{}/bookings/{booking}", world.app.settings.frontend_url)));
    // Of another one nothing becomes.
    let other = student.has_lesson(teacher, minute(START + 240)).await;
    student.steps(other, "cancel", json!({})).await.is(200);
    for person in [student, teacher] {
        assert_eq!(told(person, "booking").await.pop().unwrap(), ("Lesson cancelled".into(), "both".into()));
    }
    for time in [START + 60 - 24 * 60, START] {
        world.reaches(time).await;
    }
    let (here, there) = (ada.logs_in().await.person, tess.logs_in().await.person);
    for person in [&here, &there] {
        let both = [("Your lesson starts in 24 hours", "both"), ("Your lesson starts in 1 hour", "both")];
        is_told(person, "reminder", &both).await;
    }
    world.set_clock(minute(START + 60));
    let (ada, tess) = (ada.logs_in().await, tess.logs_in().await);
    let (student, teacher) = (&ada.person, &tess.person);
    for person in [student, teacher] {
        person.steps(booking, "complete", json!({})).await.is(200);
    }
    for person in [student, teacher] {
        is_told(person, "lesson", &[("Lesson completed", "in_app")]).await;
    }
    teacher.alter(|user| user.email_verified = true).await;
    let wish = json!({"amount": "40.00", "payout_details": {"account": "tess@example.org"}});
    let asked = teacher.post("/api/v1/withdrawals/", wish).await.is(201);
    let root = root.logs_in().await;
    for step in ["approve", "complete"] {
        root.post(&format!("/api/v1/withdrawals/{}/{step}/", asked["id"]), json!({})).await.is(200);
        world.advance(TimeDelta::milliseconds(10));
    }
    let steps = ["Withdrawal requested", "Withdrawal approved", "Withdrawal completed"].map(|title| (title, "both"));
    is_told(teacher, "withdrawal", &steps).await;
    let row = &rows(teacher, &format!("{PATH}?category=withdrawal")).await[0];
    assert_eq!(row["metadata"], json!({"withdrawal": asked["id"]}));
    assert_eq!(told(&root, "withdrawal").await, [], "an administrator's list is their own");
}
