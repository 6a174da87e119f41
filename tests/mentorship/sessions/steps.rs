//! What becomes of a session: cancelled, moved, disputed, decided.

use serde_json::{Value as Json, json};
use tests::mentorship::m;
use tests::person::stamp;
use tests::sessions::{BOOK, session};
use tests::{Person, Setup, World, at_once, minute, tally};

const START: i64 = 72 * 60;

async fn paid(world: &World) -> (Person, Person, i64) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.has_session(&mia, minute(START)).await;
    (ada, mia, booking)
}

/// The same two at another time, signed in again.
async fn later(world: &World, ada: &Person, mia: &Person, minutes: i64) -> (Person, Person) {
    world.set_clock(minute(minutes));
    (ada.logs_in().await, mia.logs_in().await)
}

fn state(session: &Json) -> (&str, &str, &str) {
    let word = |name: &str| session[name].as_str().unwrap();
    (word("status"), word("payment_status"), word("refund_amount"))
}

#[tokio::test]
async fn an_unpaid_session_is_cancelled_by_either_side_and_nothing_moves() {
    for role in ["student", "mentor"] {
        let world = World::new().await;
        let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
        let booking = ada.takes_session(&mia, minute(START)).await;
        let who = if role == "student" { &ada } else { &mia };
        let cancelled = who.takes_step(role, booking, "cancel", json!({"reason": "Ill"})).await.is(200);
        assert_eq!(state(&cancelled), ("cancelled", "unpaid", "0.00"));
        who.takes_step(role, booking, "cancel", json!({})).await.refuses(409, "bad_state");
        ada.takes_session(&mia, minute(START)).await;
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_student_cancels_with_a_refund_until_a_day_before_and_pays_after_that() {
    for (before, refunded) in [(24 * 60 + 1, true), (24 * 60, false), (60, false)] {
        let world = World::with(Setup::live()).await;
        let (ada, mia, booking) = paid(&world).await;
        let (ada, mia) = later(&world, &ada, &mia, START - before).await;
        let cancelled = ada.takes_step("student", booking, "cancel", json!({})).await.is(200);
        if refunded {
            assert_eq!(state(&cancelled), ("cancelled", "refunded", "500.00"));
            assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (0, 0)));
        } else {
            assert_eq!(state(&cancelled), ("cancelled", "paid", "0.00"));
            assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (42_500, 0)));
        }
        // The time is free again.
        world.student("ben").await.takes_session(&mia, minute(START)).await;
        world.settles().await;
        for person in ["ada", "mia"] {
            assert!(
                tests::sessions::told(&world, person).contains(&"Session cancelled".to_owned()),
                "{before} {person}"
            );
        }
        world.is_sound().await;
    }
}

#[tokio::test]
async fn after_the_start_a_student_does_not_cancel_and_a_mentor_does() {
    let world = World::new().await;
    let (ada, mia, booking) = paid(&world).await;
    let (ada, mia) = later(&world, &ada, &mia, START).await;
    ada.takes_step("student", booking, "cancel", json!({})).await.refuses(409, "bad_state");
    let cancelled = mia.takes_step("mentor", booking, "cancel", json!({})).await.is(200);
    assert_eq!(state(&cancelled), ("cancelled", "refunded", "500.00"));
    assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (0, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn a_session_keeps_itself_when_it_is_moved() {
    let world = World::with(Setup::live()).await;
    let (ada, mia, booking) = paid(&world).await;
    let before = ada.session("student", booking).await;
    let to = json!({"new_time": stamp(minute(START + 30))});
    let moved = ada.takes_step("student", booking, "reschedule", to).await.is(200);
    let mut expected = before.clone();
    expected["start_time"] = json!(stamp(minute(START + 30)));
    expected["end_time"] = json!(stamp(minute(START + 90)));
    expected["updated_at"] = moved["updated_at"].clone();
    assert_eq!(moved, expected);
    world.student("ben").await.takes_session(&mia, minute(START - 30)).await;
    let taken = json!({"start_time": stamp(minute(START - 15))});
    mia.takes_step("mentor", booking, "reschedule", taken).await.refuses(409, "slot_taken");
    let noa = world.mentor("noa", 50_000).await;
    ada.takes_session(&noa, minute(START + 6 * 60)).await;
    let own = json!({"start_time": stamp(minute(START + 6 * 60 + 30))});
    ada.takes_step("student", booking, "reschedule", own).await.refuses(409, "own_overlap");
    for (wrong, field) in [
        (json!({}), "start_time"),
        (json!({"start_time": "x"}), "start_time"),
        (json!({"start_time": stamp(minute(START + 1))}), "start_time"),
        (json!({"start_time": stamp(minute(-60))}), "start_time"),
        (json!({"start_time": stamp(minute(400 * 24 * 60))}), "start_time"),
    ] {
        ada.takes_step("student", booking, "reschedule", wrong).await.blames(field);
    }
    world.settles().await;
    assert_eq!(tests::sessions::told(&world, "mia"), ["Session confirmed", "Session moved"]);
    let ics = ada.get(&m(&format!("student/sessions/{booking}/ics/"))).await;
    assert_eq!((ics.status, ics.header("content-type")), (200, "text/calendar; charset=utf-8"));
    let unpaid = ada.takes_session(&mia, minute(START + 12 * 60)).await;
    let to = json!({"start_time": stamp(minute(START + 13 * 60))});
    ada.takes_step("student", unpaid, "reschedule", to).await.refuses(409, "bad_state");
    world.is_sound().await;
}

#[tokio::test]
async fn twelve_hours_before_the_start_it_is_too_late_to_move() {
    let world = World::new().await;
    let (ada, mia, booking) = paid(&world).await;
    let (ada, mia) = later(&world, &ada, &mia, START - 12 * 60).await;
    for (who, role) in [(&ada, "student"), (&mia, "mentor")] {
        let to = json!({"start_time": stamp(minute(START + 60))});
        who.takes_step(role, booking, "reschedule", to).await.refuses(409, "too_late");
    }
}

#[tokio::test]
async fn whose_mentor_has_moved_the_session_gets_all_back_until_the_start() {
    let world = World::new().await;
    let (ada, mia, booking) = paid(&world).await;
    let to = json!({"start_time": stamp(minute(START + 60))});
    mia.takes_step("mentor", booking, "reschedule", to).await.is(200);
    let (ada, mia) = later(&world, &ada, &mia, START + 59).await;
    let cancelled = ada.takes_step("student", booking, "cancel", json!({})).await.is(200);
    assert_eq!(state(&cancelled), ("cancelled", "refunded", "500.00"));
    assert_eq!(mia.rupees().await, (0, 0));
}

#[tokio::test]
async fn a_dispute_is_decided_either_way() {
    for (outcome, expected, earned) in
        [("complete", ("completed", "paid", "0.00"), 42_500), ("refund", ("cancelled", "refunded", "500.00"), 0)]
    {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::live() }).await;
        let admin = world.admin().await;
        let (ada, mia, booking) = paid(&world).await;
        let reason = json!({"reason": "Nobody came."});
        ada.takes_step("student", booking, "dispute", reason.clone()).await.refuses(409, "bad_state");
        let resolve = m(&format!("admin/sessions/{booking}/resolve/"));
        let (ada, mia) = later(&world, &ada, &mia, START + 1).await;
        let admin = admin.logs_in().await;
        admin.post(&resolve, json!({"outcome": outcome})).await.refuses(409, "bad_state");
        ada.takes_step("student", booking, "dispute", json!({})).await.blames("reason");
        mia.takes_step("student", booking, "dispute", reason.clone()).await.refuses(404, "not_found");
        let disputed = ada.takes_step("student", booking, "dispute", reason.clone()).await.is(200);
        assert_eq!(state(&disputed), ("disputed", "paid", "0.00"));
        ada.takes_step("student", booking, "dispute", reason).await.refuses(409, "bad_state");
        ada.takes_step("student", booking, "cancel", json!({})).await.refuses(409, "bad_state");
        for person in [&admin, &mia] {
            let told = person.get("/api/notifications/").await.is(200);
            assert!(told.to_string().contains("dispute"), "{told}");
        }
        // The clock waits.
        let (ada, mia) = later(&world, &ada, &mia, START + 26 * 60).await;
        let admin = admin.logs_in().await;
        world.ticks().await;
        world.settles().await;
        assert_eq!(ada.session("student", booking).await["status"], "disputed");
        for wrong in [json!({}), json!({"outcome": "x"})] {
            admin.post(&resolve, wrong).await.blames("outcome");
        }
        mia.post(&resolve, json!({"outcome": outcome})).await.refuses(403, "role_required");
        admin.post(&m("admin/sessions/4711/resolve/"), json!({"outcome": outcome})).await.refuses(404, "not_found");
        let answers = at_once((0..4).map(|_| {
            let (admin, resolve) = (admin.clone(), resolve.clone());
            async move { admin.post(&resolve, json!({"outcome": outcome})).await }
        }))
        .await;
        assert_eq!(tally(&answers), [((200, String::new()), 1), ((409, "bad_state".to_owned()), 3)].into());
        assert_eq!(state(&ada.session("student", booking).await), expected);
        assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 0), (earned, 0)));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn of_two_steps_at_once_one_is_taken() {
    for _ in 0..6 {
        let world = World::new().await;
        let (ada, mia, booking) = paid(&world).await;
        let student = ada.clone();
        let one = tokio::spawn(async move { student.takes_step("student", booking, "cancel", json!({})).await });
        let two = tokio::spawn(async move { mia.takes_step("mentor", booking, "cancel", json!({})).await });
        let answers = [one.await.unwrap(), two.await.unwrap()];
        assert_eq!(tally(&answers), [((200, String::new()), 1), ((409, "bad_state".to_owned()), 1)].into());
        assert_eq!(ada.rupees().await, (0, 0));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn the_other_roles_path_and_other_people_find_nothing() {
    let world = World::new().await;
    let (ada, mia, booking) = paid(&world).await;
    let eve = world.student("eve").await;
    let noa = world.mentor("noa", 50_000).await;
    let to = json!({"start_time": stamp(minute(START + 60)), "reason": "x"});
    for (who, role) in [(&mia, "student"), (&eve, "student"), (&noa, "mentor"), (&noa, "student")] {
        for path in ["", "ics/"] {
            who.get(&m(&format!("{role}/sessions/{booking}/{path}"))).await.refuses(404, "not_found");
        }
        for step in ["cancel", "reschedule"] {
            who.takes_step(role, booking, step, to.clone()).await.refuses(404, "not_found");
        }
    }
    for role in ["student", "mentor"] {
        for id in ["x", "0", "4711"] {
            mia.get(&m(&format!("{role}/sessions/{id}/"))).await.refuses(404, "not_found");
        }
    }
    ada.get(&m(&format!("mentor/sessions/{booking}/"))).await.refuses(403, "role_required");
    // A meeting of another product is shown, and keeps its own rules.
    let meeting = ada.books(&mia, minute(100 * 60), 60).await;
    let shown = ada.session("student", meeting).await;
    assert_eq!(
        (&shown["price"], &shown["is_paid"], &shown["status"]),
        (&json!("0.00"), &json!(true), &json!("pending_payment"))
    );
    ada.takes_step("student", meeting, "cancel", json!({})).await.refuses(409, "bad_state");
    ada.post(BOOK, session(&mia, minute(100 * 60))).await.refuses(409, "slot_taken");
}
