//! What stands beside a booking: the student's notes, the tutor's link (§3.2).

use serde_json::json;
use tests::slots::BOOKINGS;
use tests::{World, minute};

const START: i64 = 48 * 60;

#[tokio::test]
async fn the_student_changes_the_notes_and_the_tutor_and_administrators_the_link() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
    let path = format!("{BOOKINGS}{booking}/");
    let both =
        json!({"notes": " Borrowing ", "meeting_link": "https://meet.example.org/tom", "status": "paid", "amount": 1});
    let seen = ada.patch(&path, both.clone()).await.is(200);
    assert_eq!((&seen["notes"], &seen["meeting_link"]), (&json!("Borrowing"), &json!(null)));
    let seen = tom.put(&path, json!({"notes": "x", "meeting_link": "https://meet.example.org/tom"})).await.is(200);
    assert_eq!((&seen["notes"], &seen["meeting_link"]), (&json!("Borrowing"), &json!("https://meet.example.org/tom")));
    assert_eq!((&seen["status"], &seen["amount"]), (&json!("pending"), &json!("50.00")));
    let admin = world.admin().await;
    let seen = admin.patch(&path, json!({"meeting_link": "https://meet.example.org/room"})).await.is(200);
    assert_eq!(seen["meeting_link"], "https://meet.example.org/room");
    for person in [&ada, &tom] {
        // Nothing is required, and nothing changes.
        let before = person.lesson(booking).await;
        assert_eq!(person.put(&path, json!({})).await.is(200), before);
    }
    assert_eq!(tom.patch(&path, json!({"meeting_link": null})).await.is(200)["meeting_link"], json!(null));
    assert_eq!(ada.patch(&path, json!({"notes": null})).await.is(200)["notes"], "");
}

#[tokio::test]
async fn a_link_is_an_https_address_and_notes_are_not_endless() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
    let path = format!("{BOOKINGS}{booking}/");
    let long = format!("https://example.org/{}", "x".repeat(181));
    for link in [json!("http://example.org/"), json!("javascript:alert(1)"), json!("https://"), json!(7), json!(long)] {
        tom.patch(&path, json!({"meeting_link": link})).await.blames("meeting_link");
    }
    ada.patch(&path, json!({"notes": "x".repeat(2_001)})).await.blames("notes");
    ada.patch(&path, json!({"notes": "a\0b"})).await.blames("notes");
    ada.patch(&path, json!({"notes": "x".repeat(2_000)})).await.is(200);
}

#[tokio::test]
async fn what_was_booked_elsewhere_keeps_what_stands_beside_it() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = tests::person::id(&ada.consults(&tom, minute(START)).await.is(201));
    let seen = ada.lesson(booking).await;
    assert_eq!((&seen["availability_slot"], &seen["is_trial_lesson"]), (&json!(null), &json!(false)));
    assert_eq!((&seen["can_refund"], &seen["can_reschedule"]), (&json!(false), &json!(false)));
    // Nor what could be moved by the rules it was booked by.
    let eva = world.mentor("eva", 2_500).await;
    let session = ada.has_session(&eva, minute(START * 2)).await;
    let seen = ada.lesson(session).await;
    assert_eq!((&seen["status"], &seen["can_reschedule"]), (&json!("confirmed"), &json!(false)));
    let path = format!("{BOOKINGS}{booking}/");
    ada.patch(&path, json!({"notes": "x"})).await.refuses(409, "invalid_status");
    ada.delete(&path).await.refuses(409, "invalid_status");
    let slot = tom.opens_slot(minute(START + 60)).await;
    for (person, step, body) in [
        (&tom, "confirm", json!({})),
        (&ada, "complete", json!({})),
        (&ada, "cancel", json!({})),
        (&tom, "refund", json!({})),
        (&ada, "reschedule", json!({"availability_slot": slot})),
        (&ada, "dispute", json!({"reason": "x"})),
    ] {
        person.steps(booking, step, body).await.refuses(409, "invalid_status");
    }
    world.admin().await.steps(booking, "resolve", json!({"outcome": "refund"})).await.refuses(409, "invalid_status");
}
