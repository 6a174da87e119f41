//! Each shows the other a key, and enters what was shown.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::mentorship::m;
use tests::sessions::ATTEND;
use tests::{Person, Setup, World, at_once, minute};

const START: i64 = 48 * 60;

/// Both at the session, with the key each was shown by the other.
async fn both(world: &World, minutes: i64) -> ((Person, Json), (Person, Json), i64) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.has_session(&mia, minute(START)).await;
    let keys = [mia.session("mentor", booking).await, ada.session("student", booking).await];
    let [mentors, students] = keys.map(|session| session["attendance_key"].clone());
    world.set_clock(minute(minutes));
    ((ada.logs_in().await, mentors), (mia.logs_in().await, students), booking)
}

#[tokio::test]
async fn with_the_second_mark_the_session_is_completed_and_paid_once() {
    let world = World::with(Setup::live()).await;
    let ((ada, for_ada), (mia, for_mia), booking) = both(&world, START).await;
    let loose =
        format!(" {} ", for_ada.as_str().unwrap().to_lowercase().chars().map(|c| format!("{c} ")).collect::<String>());
    let marked = ada.attends(booking, &json!(loose)).await.is(200);
    assert!(marked["student_attendance_time"].is_string(), "{marked}");
    assert_eq!(
        marked,
        json!({
            "meeting_id": booking, "student_attended": true, "mentor_attended": false,
            "student_attendance_time": marked["student_attendance_time"], "mentor_attendance_time": null,
            "attended_roles": ["student"], "success": true,
        })
    );
    for _ in 0..3 {
        assert_eq!(ada.attends(booking, &for_ada).await.is(200), marked, "a repeat changes nothing");
    }
    let both = mia.attends(booking, &for_mia).await.is(200);
    assert_eq!(both["attended_roles"], json!(["mentor", "student"]));
    let one = ada.get(&m(&format!("mentor/meeting/attendance/?meeting_id={booking}"))).await.is(200);
    assert_eq!(one["attended_roles"], both["attended_roles"]);
    let session = ada.session("student", booking).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("completed"), &json!("paid")));
    mia.attends(booking, &for_mia).await.is(200);
    assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (42_500, 0)));
    world.settles().await;
    assert_eq!(tests::sessions::told(&world, "mia"), ["Session confirmed", "Session completed"]);
    world.is_sound().await;
}

#[tokio::test]
async fn ten_marks_of_both_at_once_pay_once() {
    for _ in 0..4 {
        let world = World::new().await;
        let ((ada, for_ada), (mia, for_mia), booking) = both(&world, START + 30).await;
        let answers = at_once((0..10).map(|number| {
            let (who, key) =
                if number % 2 == 0 { (ada.clone(), for_ada.clone()) } else { (mia.clone(), for_mia.clone()) };
            async move { who.attends(booking, &key).await }
        }))
        .await;
        answers.into_iter().for_each(|answer| drop(answer.is(200)));
        assert_eq!(mia.rupees().await, (42_500, 0));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn there_is_a_time_for_it() {
    for (minutes, fits) in [(START - 11, false), (START - 10, true), (START + 60 + 24 * 60 - 1, true)] {
        let world = World::new().await;
        let ((ada, for_ada), _, booking) = both(&world, minutes).await;
        let answer = ada.attends(booking, &for_ada).await;
        match fits {
            true => drop(answer.is(200)),
            false => drop(answer.refuses(409, "outside_window")),
        }
    }
    let world = World::new().await;
    let ((ada, for_ada), _, booking) = both(&world, START + 60 + 24 * 60 + 1).await;
    ada.attends(booking, &for_ada).await.refuses(409, "outside_window");
}

#[tokio::test]
async fn five_wrong_keys_an_hour_are_enough() {
    let world = World::new().await;
    let ((ada, for_ada), (mia, for_mia), booking) = both(&world, START).await;
    let own = for_mia.clone();
    for wrong in [json!("AAAAAAAA"), own, json!("x"), json!(format!("{}2", for_ada.as_str().unwrap())), json!("0")] {
        ada.attends(booking, &wrong).await.refuses(403, "wrong_key");
    }
    for key in [json!("AAAAAAAA"), for_ada.clone()] {
        ada.attends(booking, &key).await.refuses(429, "too_many_tries");
    }
    // The other one's tries are their own.
    mia.attends(booking, &for_mia).await.is(200);
    world.advance(TimeDelta::minutes(59));
    ada.attends(booking, &for_ada).await.refuses(429, "too_many_tries");
    world.advance(TimeDelta::minutes(1));
    ada.attends(booking, &for_ada).await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn twenty_wrong_keys_at_once_are_five_tries() {
    let world = World::new().await;
    let ((ada, for_ada), _, booking) = both(&world, START).await;
    let answers = at_once((0..20).map(|_| {
        let ada = ada.clone();
        async move { ada.attends(booking, &json!("AAAAAAAA")).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.outcome() == (403, "wrong_key")).count(), 5);
    assert_eq!(answers.iter().filter(|answer| answer.outcome() == (429, "too_many_tries")).count(), 15);
    ada.attends(booking, &for_ada).await.refuses(429, "too_many_tries");
}

#[tokio::test]
async fn a_key_is_shown_to_its_owner_alone_and_only_once_it_is_paid() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(START)).await;
    assert_eq!(ada.session("student", booking).await["attendance_key"], json!(null));
    ada.pays_session(booking, "pay_1").await.is(200);
    let keys = [ada.session("student", booking).await, mia.session("mentor", booking).await];
    let [students, mentors] = keys.map(|session| session["attendance_key"].as_str().unwrap().to_owned());
    let shown = [
        ada.get(&m("student/sessions/")).await.is(200),
        mia.get(&m("mentor/sessions/")).await.is(200),
        ada.get(&m("mentor/meeting/attendance/")).await.is(200),
    ];
    assert!(shown.iter().all(|shown| !shown.to_string().contains(&students) && !shown.to_string().contains(&mentors)));
    // The reminder an hour before has the reader's own.
    world.settles().await;
    world.set_clock(minute(START - 59));
    world.ticks().await;
    world.settles().await;
    let reminders: Vec<_> = world.mails().into_iter().filter(|mail| mail.subject.contains("1 hour")).collect();
    assert_eq!(reminders.len(), 2);
    for mail in reminders {
        let (own, other) = if mail.to.starts_with("ada") { (&students, &mentors) } else { (&mentors, &students) };
        assert!(mail.text.contains(own.as_str()) && !mail.text.contains(other.as_str()), "{}", mail.text);
    }
}

#[tokio::test]
async fn who_is_not_of_the_session_and_what_is_not_confirmed_is_refused() {
    let world = World::new().await;
    let ((ada, for_ada), (mia, _), booking) = both(&world, START).await;
    let eve = world.student("eve").await;
    eve.attends(booking, &for_ada).await.refuses(404, "not_found");
    eve.get(&m(&format!("mentor/meeting/attendance/?meeting_id={booking}"))).await.refuses(404, "not_found");
    assert_eq!(eve.get(&m("mentor/meeting/attendance/")).await.is(200), json!([]));
    ada.attends(4711, &for_ada).await.refuses(404, "not_found");
    ada.post(ATTEND, json!({"meeting_id": booking})).await.blames("attendance_key");
    ada.post(ATTEND, json!({"attendance_key": for_ada})).await.blames("meeting_id");
    mia.takes_step("mentor", booking, "cancel", json!({})).await.is(200);
    ada.attends(booking, &for_ada).await.refuses(409, "bad_state");
    let meeting = ada.books(&mia, minute(START + 600), 60).await;
    ada.attends(meeting, &json!("AAAAAAAA")).await.refuses(409, "bad_state");
}
