//! Who hears of what becomes of a booking, and how (§8).

use serde_json::{Value as Json, json};
use tests::background::Letter;
use tests::{Person, Setup, World, minute};

const START: i64 = 72 * 60;

/// The mails to somebody whose subject begins so.
fn letters(world: &World, person: &str, subject: &str) -> Vec<Letter> {
    let to = format!("{person}@example.org");
    world.mails().into_iter().filter(|mail| mail.to == to && mail.subject.starts_with(subject)).collect()
}

/// The notifications of somebody whose title begins so.
async fn notices(person: &Person, title: &str) -> Vec<Json> {
    let all = person.all("/api/notifications/").await;
    all.into_iter().filter(|notice| notice["title"].as_str().unwrap().starts_with(title)).collect()
}

async fn is_told(world: &World, person: &Person, subject: &str, (mails, listed): (usize, usize)) {
    world.settles().await;
    assert_eq!(letters(world, &person.username, subject).len(), mails, "mails to {}: {subject}", person.username);
    assert_eq!(notices(person, subject).await.len(), listed, "notices to {}: {subject}", person.username);
}

async fn paid() -> (World, Person, Person, i64) {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.has_lesson(&tom, minute(START)).await;
    (world, ada, tom, booking)
}

#[tokio::test]
async fn a_new_booking_is_listed_for_its_tutor_and_a_payment_mailed_to_its_student() {
    let (world, ada, tom, _) = paid().await;
    is_told(&world, &tom, "New booking", (0, 1)).await;
    is_told(&world, &ada, "New booking", (0, 0)).await;
    is_told(&world, &ada, "Payment received", (1, 1)).await;
    is_told(&world, &tom, "Payment received", (0, 0)).await;
    let letter = &letters(&world, "ada", "Payment received")[0];
    assert!(letter.text.contains("USD 50.00") && letter.html.contains("USD 50.00"), "{}", letter.text);
    assert!(letter.text.contains(&world.app.settings.frontend_url), "{}", letter.text);
    is_told(&world, &ada, "Lesson confirmed", (0, 0)).await;
}

#[tokio::test]
async fn both_hear_that_it_is_confirmed_by_the_tutor_or_by_the_payment() {
    for instant in [false, true] {
        let world = World::with(Setup::live()).await;
        let (ada, tom) = world.pupil_and_tutor().await;
        if instant {
            tom.confirms_by_payment().await;
        }
        let booking = ada.has_lesson(&tom, minute(START)).await;
        if !instant {
            tom.steps(booking, "confirm", json!({"meeting_link": "https://meet.example.org/tom"})).await.is(200);
        }
        for person in [&ada, &tom] {
            is_told(&world, person, "Lesson confirmed", (1, 1)).await;
            assert!(letters(&world, &person.username, "Lesson confirmed")[0].invite.is_some());
        }
        is_told(&world, &ada, "Payment received", (1, 1)).await;
    }
}

#[tokio::test]
async fn the_other_one_hears_of_a_move_with_both_times_and_the_reason_as_text() {
    for by_student in [true, false] {
        let (world, ada, tom, booking) = paid().await;
        let new = tom.opens_slot(minute(START + 60)).await;
        let (who, other) = if by_student { (&ada, &tom) } else { (&tom, &ada) };
        let body = json!({"availability_slot": new, "reason": "<b>Ill</b>"});
        who.steps(booking, "reschedule", body).await.is(200);
        is_told(&world, other, "Lesson moved", (1, 1)).await;
        assert!(notices(who, "Lesson moved").await.is_empty());
        let letter = &letters(&world, &other.username, "Lesson moved")[0];
        for words in ["4 March 2027 at 08:00 UTC", "4 March 2027 at 09:00 UTC", "<b>Ill</b>"] {
            assert!(letter.text.contains(words), "{}", letter.text);
        }
        assert!(letter.html.contains("Ill") && !letter.html.contains("<b>Ill"), "{}", letter.html);
    }
}

#[tokio::test]
async fn both_hear_that_it_is_off_however_it_ends() {
    for step in ["cancel", "refund"] {
        for by_student in [true, false] {
            let (world, ada, tom, booking) = paid().await;
            let who = if by_student { &ada } else { &tom };
            who.steps(booking, step, json!({"reason": "Ill"})).await.is(200);
            for person in [&ada, &tom] {
                is_told(&world, person, "Lesson cancelled", (1, 1)).await;
                let letter = &letters(&world, &person.username, "Lesson cancelled")[0];
                assert!(letter.text.contains("Ill") && letter.text.contains("All money goes back."), "{}", letter.text);
            }
        }
    }
}

#[tokio::test]
async fn both_find_in_their_lists_that_it_is_completed_and_the_tutor_that_it_is_disputed() {
    let (world, ada, tom, booking) = paid().await;
    world.set_clock(minute(START));
    let (ada, tom) = (ada.logs_in().await, tom.logs_in().await);
    for person in [&ada, &tom] {
        person.steps(booking, "complete", json!({})).await.is(200);
    }
    for person in [&ada, &tom] {
        is_told(&world, person, "Lesson completed", (0, 1)).await;
    }
    let (world, ada, tom, booking) = paid().await;
    world.set_clock(minute(START));
    let (ada, tom) = (ada.logs_in().await, tom.logs_in().await);
    ada.steps(booking, "dispute", json!({"reason": "Nobody came."})).await.is(200);
    is_told(&world, &tom, "Lesson disputed", (0, 1)).await;
}

#[tokio::test]
async fn what_is_delivered_twice_is_told_once() {
    let (world, ada, tom, booking) = paid().await;
    tom.steps(booking, "confirm", json!({})).await.is(200);
    let records = world.unread_records();
    world.outbox(&records).await;
    world.outbox(&records).await;
    world.settles().await;
    for person in [&ada, &tom] {
        is_told(&world, person, "Lesson confirmed", (1, 1)).await;
    }
}
