//! What students say of their mentors (§5.3).

use chrono::{DurationRound, TimeDelta};
use serde_json::{Value as Json, json};
use tests::meetings::complete_a_meeting;
use tests::sessions::FEEDBACK;
use tests::shape::has_exactly;
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World, at_once, minute, tally};

const RECEIVED: &str = "/api/mentor/feedback/";

async fn two(setup: Setup) -> (World, Person, Person) {
    let world = World::with(setup).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    (world, ada, mia)
}

#[tokio::test]
async fn feedback_on_a_session_is_received_counted_and_shown_to_everybody() {
    let (world, ada, mia) = two(Setup::live()).await;
    let session = ada.meets(&mia, minute(24 * 60)).await;
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    assert_eq!(ada.session("student", session).await["has_feedback"], false);
    let given = ada.says_of(session, 4).await.is(201);
    has_exactly(&given, &["id", "booking_id", "mentor_id", "student_id", "rating", "feedback_text", "created_at"]);
    assert_eq!((&given["booking_id"], &given["mentor_id"]), (&json!(session), &json!("M000001")));
    assert_eq!((&given["student_id"], &given["rating"]), (&json!("S000001"), &json!(4)));
    for (person, role) in [(&ada, "student"), (&mia, "mentor")] {
        assert_eq!(person.session(role, session).await["has_feedback"], true, "{role}");
    }
    let received = mia.get(RECEIVED).await.is(200);
    let mut expected = given.clone();
    expected["student_name"] = json!("ada");
    assert_eq!(received, json!([expected]));
    world.settles().await;
    let public = ada.get("/api/mentor/public/M1/").await.is(200);
    assert_eq!((&public["feedback_count"], &public["details"]["rating"]), (&json!(1), &json!(4.0)));
    assert_eq!(public["reviews"][0]["feedback_text"], "Patient.");
    let listed = ada.get("/api/student/mentors/").await.is(200);
    assert_eq!((&listed[0]["feedback_count"], &listed[0]["details"]["rating"]), (&json!(1), &json!(4.0)));
    let told = mia.get("/api/notifications/").await.is(200);
    assert_eq!(told[0]["title"], "New feedback");
}

#[tokio::test]
async fn one_says_it_once_of_an_own_session_that_is_completed() {
    let (world, ada, mia) = two(Setup::default()).await;
    let eve = world.student("eve").await;
    let ahead = ada.has_session(&mia, minute(48 * 60)).await;
    ada.says_of(ahead, 5).await.refuses(409, "bad_state");
    let session = ada.meets(&mia, minute(24 * 60)).await;
    let (ada, mia, eve) = (ada.logs_in().await, mia.logs_in().await, eve.logs_in().await);
    for stranger in [&eve, &mia] {
        stranger.says_of(session, 5).await.refuses(404, "not_found");
    }
    ada.says_of(7, 5).await.refuses(404, "not_found");
    for (field, value) in [
        ("rating", json!(0)),
        ("rating", json!(6)),
        ("rating", json!(4.5)),
        ("rating", json!(null)),
        ("feedback_text", json!("")),
        ("feedback_text", json!("x".repeat(2001))),
        ("booking_id", json!("x")),
    ] {
        let mut body = json!({"booking_id": session, "rating": 5, "feedback_text": "Good"});
        body[field] = value;
        ada.post(FEEDBACK, body).await.blames(field);
    }
    let by_other_name = json!({"meeting_id": session, "rating": "3", "feedback_text": "x".repeat(2000)});
    ada.post(FEEDBACK, by_other_name).await.is(201);
    ada.says_of(session, 5).await.refuses(409, "already_reviewed");
    let new = world.new_mentor("new").await;
    new.says_of(session, 5).await.refuses(403, "role_required");
    new.post(FEEDBACK, json!({})).await.refuses(403, "role_required");
}

#[tokio::test]
async fn what_was_made_elsewhere_is_reviewed_there_and_received_here() {
    let (world, ada, mia) = two(Setup::default()).await;
    ada.buys(10).await;
    let meeting = complete_a_meeting(&ada, &mia).await;
    ada.says_of(meeting, 5).await.refuses(409, "bad_state");
    ada.reviews(meeting, &mia, 2).await.is(201);
    let mut received = mia.get(RECEIVED).await.is(200);
    assert_eq!((&received[0]["rating"], &received[0]["student_name"]), (&json!(2), &json!("ada")));
    assert!(received[0]["student_id"].as_str().unwrap().starts_with('S'), "given on first need");
    // Whoever asked for it elsewhere is not named here.
    let start = world.now().duration_trunc(TimeDelta::minutes(5)).unwrap() + TimeDelta::hours(1);
    let talk = tests::person::id(&ada.consults(&mia, start).await.is(201));
    mia.does(talk, "confirm").await.is(200);
    world.set_clock(start);
    for step in ["start", "end"] {
        mia.does(talk, step).await.is(200);
    }
    let path = tests::consultations::c(&format!("consultations/{talk}/rate/"));
    ada.post(&path, json!({"rating": 1, "is_anonymous": true})).await.is(201);
    received = mia.get(RECEIVED).await.is(200);
    assert_eq!((&received[0]["student_id"], &received[0]["student_name"]), (&Json::Null, &json!("Anonymous")));
    let pages = mia.all(&format!("{RECEIVED}?limit=1")).await;
    assert_eq!(Json::from(pages), received);
}

#[tokio::test]
async fn of_ten_at_once_one_counts() {
    let (_world, ada, mia) = two(Setup::default()).await;
    let session = ada.meets(&mia, minute(24 * 60)).await;
    let ada = ada.logs_in().await;
    let jobs = (0..10).map(|n| {
        let ada = ada.clone();
        async move { ada.says_of(session, 1 + n % 5).await }
    });
    let told = tally(&at_once(jobs).await);
    assert_eq!(told.get(&(201, String::new())), Some(&1), "{told:?}");
    assert_eq!(told.get(&(409, "already_reviewed".to_owned())), Some(&9), "{told:?}");
    assert_eq!(ada.get("/api/mentor/public/M1/").await.is(200)["feedback_count"], 1);
}

#[tokio::test]
async fn feedback_that_dies_is_whole_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (world, ada, mia) = two(Setup::default()).await;
            let session = ada.meets(&mia, minute(24 * 60)).await;
            let ada = ada.logs_in().await;
            let body = json!({"booking_id": session, "rating": 4, "feedback_text": "Patient."});
            let send = async || ada.post_once("k", FEEDBACK, body.clone()).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(send()).await;
            world.table.faults.disarm();
            world.is_sound().await;
            world.advance(TimeDelta::seconds(61));
            let given = send().await.is(201);
            assert_eq!(send().await.is(201), given, "{moment:?} {nth}");
            let public = ada.get("/api/mentor/public/M1/").await.is(200);
            assert_eq!((&public["feedback_count"], &public["details"]["rating"]), (&json!(1), &json!(4.0)));
            assert_eq!(ada.session("student", session).await["has_feedback"], true);
            world.is_sound().await;
            if answer.is_some_and(|answer| answer.status == 201) {
                println!("feedback: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn feedback_costs_what_it_may() {
    let (world, ada, mia) = two(Setup::default()).await;
    let session = ada.meets(&mia, minute(24 * 60)).await;
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    let mut costs = Costs::new(&world);
    costs.of("give feedback", (3, 2.0, 24.0), ada.says_of(session, 5)).await.is(201);
    costs.of("list feedback", (2, 2.0, 0.0), mia.get(RECEIVED)).await.is(200);
    costs.hold();
}
