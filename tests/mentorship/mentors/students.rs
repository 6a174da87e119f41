//! The students of a mentor (§3.3).

use serde_json::{Value as Json, json};
use tests::consultations::talk::opened;
use tests::person::stamp;
use tests::shape::has_exactly;
use tests::{Costs, Person, Setup, World, minute};

const STUDENTS: &str = "/api/mentor/students/";

async fn students(mentor: &Person, query: &str) -> Vec<Json> {
    mentor.all(&format!("{STUDENTS}?{query}")).await
}

#[tokio::test]
async fn whose_session_was_ever_confirmed_is_a_student_latest_first() {
    let world = World::with(Setup::default()).await;
    let mia = world.mentor("mia", 50_000).await;
    let (ada, ben, eve) = (world.new_student("ada").await, world.student("ben").await, world.student("eve").await);
    ada.post("/api/student/detail/", json!({"college": "Trinity", "phone": "4711"})).await.is(201);
    let first = ada.has_session(&mia, minute(48 * 60)).await;
    ada.has_session(&mia, minute(24 * 60)).await;
    ben.has_session(&mia, minute(72 * 60)).await;
    // One that nobody paid makes nobody a student, a cancelled one does.
    eve.takes_session(&mia, minute(96 * 60)).await;
    ada.takes_step("student", first, "cancel", json!({})).await.is(200);
    let listed = students(&mia, "").await;
    let names: Vec<_> = listed.iter().map(|student| student["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ben", "ada Lovelace"]);
    has_exactly(&listed[1], &["id", "student_id", "name", "profile_picture", "college", "sessions", "last_session"]);
    assert_eq!((&listed[1]["id"], &listed[1]["student_id"]), (&json!(ada.id), &json!("S000001")));
    assert_eq!((&listed[1]["college"], &listed[1]["sessions"]), (&json!("Trinity"), &json!(2)));
    assert_eq!(listed[1]["last_session"], stamp(minute(48 * 60)));
    assert!(!listed[1].to_string().contains("4711"));
    assert_eq!(students(&mia, "limit=1").await, listed);
    let other = world.mentor("otto", 50_000).await;
    assert_eq!(students(&other, "").await, Vec::<Json>::new());
    ada.get(STUDENTS).await.refuses(403, "role_required");
    for bad in ["limit=0", "limit=101", "cursor=x"] {
        assert_eq!(mia.get(&format!("{STUDENTS}?{bad}")).await.outcome(), (400, "validation"), "{bad}");
    }
    let cursor = tests::person::next_page(mia.get(&format!("{STUDENTS}?limit=1")).await.header("link"));
    let theirs = cursor.expect("there are more");
    assert_eq!(other.get(&theirs).await.outcome(), (400, "validation"), "somebody else's");
}

#[tokio::test]
async fn who_has_a_conversation_with_a_mentor_is_a_student_without_sessions() {
    let world = World::with(Setup::default()).await;
    let (mia, ada) = (world.mentor("mia", 50_000).await, world.student("ada").await);
    opened(&ada, &mia).await;
    let listed = students(&mia, "").await;
    assert_eq!((listed.len(), &listed[0]["sessions"], &listed[0]["last_session"]), (1, &json!(0), &Json::Null));
    assert_eq!(listed[0]["id"], ada.id);
    // Whom a mentor talks with as a learner is no student of theirs.
    let otto = world.mentor("otto", 50_000).await;
    opened(&mia, &otto).await;
    assert_eq!(students(&mia, "").await.len(), 1);
    assert_eq!(students(&otto, "").await[0]["id"], mia.id);
}

#[tokio::test]
async fn a_page_of_students_costs_what_it_may_whatever_others_do() {
    let world = World::with(Setup::default()).await;
    let (mia, otto) = (world.mentor("mia", 50_000).await, world.mentor("otto", 50_000).await);
    for (number, student) in world.crowd("student", 8).await.into_iter().enumerate() {
        let start = minute(24 * 60 + 60 * i64::try_from(number).unwrap());
        student.has_session(&mia, start).await;
        student.has_session(&otto, start + chrono::TimeDelta::hours(24)).await;
    }
    let mut costs = Costs::new(&world);
    mia.get(STUDENTS).await.is(200);
    let page = costs.of("4 of 8 students", (5, 7.0, 0.0), mia.get(&format!("{STUDENTS}?limit=4"))).await;
    assert_eq!(page.is(200).as_array().map(Vec::len), Some(4));
    costs.hold();
}
