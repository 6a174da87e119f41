//! Taking courses: who may, once, and what that opens (§3.1, §4.5).

use serde_json::json;
use tests::courses::{COURSES, ENROLLMENTS, LESSONS, course};
use tests::person::id;
use tests::shape::has_exactly;
use tests::{Person, World, at_once, tally};

const KEYS: [&str; 12] = [
    "id",
    "course",
    "course_title",
    "student",
    "student_name",
    "student_email",
    "status",
    "amount",
    "currency",
    "percent",
    "created_at",
    "updated_at",
];

async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    (world, ada, bob)
}

#[tokio::test]
async fn a_free_course_is_taken_at_once_and_asking_again_finds_that() {
    let (world, ada, bob) = two().await;
    let looms = ada.publishes("Looms", "0.00").await;
    let made = bob.enrolls(looms).await.is(201);
    has_exactly(&made, &KEYS);
    let expected = json!({
        "id": made["id"], "course": looms, "course_title": "Looms", "student": bob.id, "student_name": "bob",
        "student_email": "bob@example.org", "status": "active", "amount": "0.00", "currency": "INR", "percent": 0,
        "created_at": made["created_at"], "updated_at": made["updated_at"],
    });
    assert_eq!(made, expected);
    for _ in 0..2 {
        assert_eq!(bob.enrolls(looms).await.is(200), made);
    }
    let path = format!("{ENROLLMENTS}{}/", id(&made));
    for person in [&bob, &ada, &world.admin().await] {
        assert_eq!(person.get(&path).await.is(200), made);
    }
    world.register("eve").await.get(&path).await.refuses(404, "not_found");
    bob.signed_out().get(&path).await.refuses(401, "not_authenticated");
    for odd in ["0", "x", "9007199254740993", "7"] {
        bob.get(&format!("{ENROLLMENTS}{odd}/")).await.refuses(404, "not_found");
    }
    let seen = bob.get(&course(looms, "")).await.is(200);
    assert_eq!((&seen["is_enrolled"], &seen["created_by_email"]), (&json!(true), &json!("ada@example.org")));
    world.is_sound().await;
}

#[tokio::test]
async fn a_course_with_a_price_is_pending_and_stays_locked_until_it_is_paid() {
    let (world, ada, bob) = two().await;
    let looms = ada.publishes("Looms", "12.50").await;
    let lesson = ada.adds_lesson(looms, "Warps").await;
    let made = bob.enrolls(looms).await.is(201);
    assert_eq!((&made["status"], &made["amount"]), (&json!("pending"), &json!("12.50")));
    let is_open = async |person: &Person| {
        let lesson = person.get(&format!("{LESSONS}{lesson}/")).await;
        let seen = person.get(&course(looms, "")).await.is(200);
        let listed = person.rows(&format!("lessons/?course={looms}")).await.len() == 1;
        assert_eq!(seen["is_enrolled"] == true, !seen["lessons"][0]["is_locked"].as_bool().unwrap());
        assert_eq!((seen["is_enrolled"] == true, lesson.status == 200), (listed, listed));
        listed
    };
    assert!(!is_open(&bob).await);
    bob.get(&format!("{LESSONS}{lesson}/")).await.refuses(403, "enrollment_required");
    assert!(bob.rows("lessons/").await.is_empty());
    // The price is the one they enrolled for.
    ada.patch(&course(looms, ""), json!({"price": "99.00"})).await.is(200);
    assert_eq!(bob.enrolls(looms).await.is(200)["amount"], "12.50");
    assert_eq!(bob.wants_to_pay(id(&made), "simulated").await.is(201)["amount"], "12.50");
    assert!(is_open(&bob).await);
    assert_eq!(bob.enrolls(looms).await.is(200)["status"], "active");
    assert_eq!(bob.rows("lessons/").await.len(), 1, "of courses that are taken");
    assert!(world.register("eve").await.rows("lessons/").await.is_empty());
    let other = ada.publishes("Other", "0.00").await;
    for query in ["", "?ordering=price", "?search=looms", "?category=other"] {
        let rows = bob.rows(&format!("courses/{query}")).await;
        let taken: Vec<_> = rows.iter().filter(|row| row["is_enrolled"] == true).map(id).collect();
        assert_eq!(taken, [looms], "{query}");
        assert!(rows.iter().all(|row| row["created_by_email"].is_null() == (id(row) == other)), "{query}");
    }
    world.is_sound().await;
}

#[tokio::test]
async fn nobody_takes_their_own_course_or_one_they_may_not_see() {
    let (world, ada, bob) = two().await;
    let draft = id(&ada.post(COURSES, json!({"title": "Draft"})).await.is(201));
    let looms = ada.publishes("Looms", "0.00").await;
    ada.enrolls(looms).await.refuses(403, "forbidden");
    ada.enrolls(draft).await.refuses(403, "forbidden");
    bob.enrolls(draft).await.refuses(404, "not_found");
    bob.enrolls(7).await.refuses(404, "not_found");
    bob.signed_out().enrolls(looms).await.refuses(401, "not_authenticated");
    bob.get(&course(looms, "enroll/")).await.refuses(405, "method_not_allowed");
    // A tutor may take somebody else's, and an administrator any.
    world.mentor("eve", 1_000).await.enrolls(looms).await.is(201);
    world.admin().await.enrolls(draft).await.is(201);
}

#[tokio::test]
async fn who_takes_a_course_still_sees_it_as_a_draft_and_may_not_change_it() {
    let (_world, ada, bob) = two().await;
    let looms = ada.publishes("Looms", "0.00").await;
    let lesson = ada.adds_lesson(looms, "Warps").await;
    bob.takes(looms).await;
    ada.patch(&course(looms, ""), json!({"is_published": false})).await.is(200);
    assert_eq!(bob.get(&course(looms, "")).await.is(200)["lessons"][0]["is_locked"], false);
    bob.get(&format!("{LESSONS}{lesson}/")).await.is(200);
    assert_eq!(bob.rows("lessons/").await.len(), 1);
    assert!(bob.rows("courses/").await.is_empty(), "lists show drafts to others only");
    bob.patch(&course(looms, ""), json!({"title": "Mine"})).await.refuses(403, "forbidden");
    bob.delete(&course(looms, "")).await.refuses(403, "forbidden");
    bob.enrolls(looms).await.is(200);
}

#[tokio::test]
async fn a_course_somebody_takes_or_is_about_to_is_not_deleted() {
    let (_world, ada, bob) = two().await;
    for price in ["0.00", "5.00"] {
        let looms = ada.publishes("Looms", price).await;
        bob.enrolls(looms).await.is(201);
        ada.delete(&course(looms, "")).await.refuses(409, "has_enrollments");
        bob.get(&course(looms, "")).await.is(200);
    }
}

#[tokio::test]
async fn of_twenty_enrolments_of_one_person_at_once_one_is_made() {
    for price in ["0.00", "5.00"] {
        let (world, ada, bob) = two().await;
        let looms = ada.publishes("Looms", price).await;
        let jobs = (0..20).map(|_| {
            let bob = bob.clone();
            async move { bob.enrolls(looms).await }
        });
        let answers = at_once(jobs).await;
        let told = tally(&answers);
        assert_eq!(
            (told.get(&(201, String::new())), told.get(&(200, String::new()))),
            (Some(&1), Some(&19)),
            "{told:?}"
        );
        let ids: std::collections::BTreeSet<_> = answers.into_iter().map(|answer| id(&answer.body)).collect();
        assert_eq!((ids.len(), bob.rows("enrollments/").await.len()), (1, 1));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn many_enrol_in_one_course_and_one_in_many_at_once() {
    let (world, ada, bob) = two().await;
    let looms = ada.publishes("Looms", "0.00").await;
    let crowd = world.crowd("crowd", 20).await;
    let jobs = crowd.into_iter().map(|person| async move { person.enrolls(looms).await });
    assert!(at_once(jobs).await.iter().all(|answer| answer.status == 201));
    assert_eq!(ada.rows("enrollments/").await.len(), 20);
    let mut courses = Vec::new();
    for n in 0..8 {
        courses.push(ada.publishes(&format!("Course {n}"), "0.00").await);
    }
    let jobs = courses.into_iter().map(|course| {
        let bob = bob.clone();
        async move { bob.enrolls(course).await }
    });
    assert!(at_once(jobs).await.iter().all(|answer| answer.status == 201));
    let taken = bob.rows("courses/").await.into_iter().filter(|course| course["is_enrolled"] == true).count();
    assert_eq!(taken, 8);
}

#[tokio::test]
async fn of_a_deletion_and_the_first_enrolment_one_wins() {
    let (world, ada, bob) = two().await;
    let mut wins = [0, 0];
    for n in 0..24 {
        let looms = ada.publishes("Looms", "0.00").await;
        let path = course(looms, "");
        let (deleted, enrolled) = match n % 2 {
            0 => futures_util::join!(ada.delete(&path), bob.enrolls(looms)),
            _ => {
                let (enrolled, deleted) = futures_util::join!(bob.enrolls(looms), ada.delete(&path));
                (deleted, enrolled)
            }
        };
        match deleted.status {
            204 => {
                enrolled.refuses(404, "not_found");
                bob.get(&path).await.refuses(404, "not_found");
                wins[0] += 1;
            }
            _ => {
                deleted.refuses(409, "has_enrollments");
                enrolled.is(201);
                bob.get(&path).await.is(200);
                wins[1] += 1;
            }
        }
    }
    assert_eq!(wins[0] + wins[1], 24);
    assert_eq!(bob.rows("enrollments/").await.len(), wins[1], "none is left of what is gone");
    world.is_sound().await;
}

#[tokio::test]
async fn an_enrolment_sent_twice_under_a_key_is_one() {
    let (_world, ada, bob) = two().await;
    let looms = ada.publishes("Looms", "0.00").await;
    let path = course(looms, "enroll/");
    let first = bob.post_once("key", &path, json!({})).await.is(201);
    let again = bob.post_once("key", &path, json!({})).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.is(201), first);
}
