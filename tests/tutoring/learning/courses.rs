//! Courses: who may publish, change and see them.

use serde_json::json;
use tests::World;
use tests::courses::COURSES;
use tests::person::id;
use tests::shape::{has_exactly, time};

const KEYS: [&str; 15] = [
    "id",
    "title",
    "description",
    "category",
    "image",
    "price",
    "currency",
    "is_published",
    "created_by",
    "created_by_name",
    "created_by_email",
    "lesson_count",
    "is_enrolled",
    "created_at",
    "updated_at",
];

#[tokio::test]
async fn a_course_is_made_with_the_usual_values_and_shown_with_every_key() {
    let world = World::new().await;
    let tutor = world.mentor("ada", 2_500).await;
    let made = tutor.post(COURSES, json!({"title": "  Looms  "})).await.is(201);
    has_exactly(&made, &[&KEYS[..], &["lessons"]].concat());
    let expected = json!({
        "id": made["id"], "title": "Looms", "description": "", "category": "other", "image": null, "price": "0.00",
        "currency": "INR", "is_published": false, "created_by": tutor.id, "created_by_name": "ada",
        "created_by_email": "ada@example.org", "lesson_count": 0, "is_enrolled": false, "lessons": [],
        "created_at": made["created_at"], "updated_at": made["updated_at"],
    });
    assert_eq!(made, expected);
    time(&made["created_at"]);
    let path = format!("{COURSES}{}/", id(&made));
    assert_eq!(tutor.get(&path).await.is(200), made);
    let whole = json!({"title": "Weaving", "description": "From thread to cloth.", "category": "arts", "price": 12.5,
        "is_published": true, "created_by": 7, "lesson_count": 9, "currency": "EUR"});
    let changed = tutor.put(&path, whole).await.is(200);
    assert_eq!((&changed["price"], &changed["currency"]), (&json!("12.50"), &json!("INR")));
    assert_eq!((&changed["created_by"], &changed["lesson_count"]), (&json!(tutor.id), &json!(0)));
    world.advance(chrono::TimeDelta::minutes(1));
    let patched = tutor.patch(&path, json!({"title": "Cloth"})).await.is(200);
    assert_eq!((&patched["title"], &patched["category"]), (&json!("Cloth"), &json!("arts")), "what is omitted stays");
    assert!(patched["updated_at"].as_str() > patched["created_at"].as_str());
    let form = b"title=Form&price=3";
    let sent = [("content-type", "application/x-www-form-urlencoded")];
    let answer = tests::person::send(&tutor, "POST", COURSES, &sent, &form[..]).await.is(201);
    assert_eq!((&answer["title"], &answer["price"]), (&json!("Form"), &json!("3.00")));
}

#[tokio::test]
async fn what_no_course_may_be_is_blamed_on_its_field() {
    let world = World::new().await;
    let tutor = world.mentor("ada", 2_500).await;
    let with = |field: &str, value: serde_json::Value| {
        let mut course = json!({"title": "Looms"});
        course[field] = value;
        course
    };
    for (field, value) in [
        ("title", json!(" ")),
        ("title", json!("x".repeat(256))),
        ("title", json!("a\u{0}")),
        ("description", json!("x".repeat(10_001))),
        ("category", json!("cooking")),
        ("price", json!("1.005")),
        ("price", json!(-1)),
        ("price", json!("100000000.00")),
        ("is_published", json!("perhaps")),
        ("image", json!(12)),
    ] {
        tutor.post(COURSES, with(field, value)).await.blames(field);
    }
    tutor.post(COURSES, json!({})).await.blames("title");
    for (field, value) in [
        ("title", json!("x".repeat(255))),
        ("description", json!("é".repeat(10_000))),
        ("price", json!("99999999.99")),
        ("image", json!(null)),
    ] {
        tutor.post(COURSES, with(field, value)).await.is(201);
    }
    let path = format!("{COURSES}{}/", tutor.publishes("Looms", "1.00").await);
    tutor.put(&path, json!({"price": "2.00"})).await.blames("title");
}

#[tokio::test]
async fn only_approved_tutors_and_administrators_publish() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.mentor("ada", 2_500).await, world.register("bob").await, world.admin().await);
    let course = json!({"title": "Looms"});
    bob.post(COURSES, course.clone()).await.refuses(403, "forbidden");
    world.new_mentor("eve").await.post(COURSES, course.clone()).await.refuses(403, "not_approved");
    let own = admin.post(COURSES, course).await.is(201);
    assert_eq!((&own["created_by"], &own["currency"]), (&json!(admin.id), &json!("USD")));
    let draft = id(&ada.post(COURSES, json!({"title": "Draft"})).await.is(201));
    let published = ada.publishes("Looms", "5.00").await;
    let change = json!({"title": "Mine now"});
    for (path, status) in [(format!("{COURSES}{draft}/"), 404), (format!("{COURSES}{published}/"), 403)] {
        for person in [&bob, &world.mentor(&format!("other{status}"), 1_000).await] {
            for answer in [
                person.put(&path, change.clone()).await,
                person.patch(&path, change.clone()).await,
                person.delete(&path).await,
            ] {
                assert_eq!(answer.status, status, "{answer}");
            }
        }
        let changed = admin.patch(&path, json!({"price": "7.00"})).await.is(200);
        assert_eq!((&changed["created_by"], &changed["currency"]), (&json!(ada.id), &json!("INR")));
    }
    // What only tutors do waits for approval, also of who had one.
    ada.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Rejected).await;
    ada.patch(&format!("{COURSES}{published}/"), change).await.refuses(403, "not_approved");
}

#[tokio::test]
async fn a_draft_is_there_for_its_tutor_and_administrators_only() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.mentor("ada", 2_500).await, world.register("bob").await, world.admin().await);
    let draft = format!("{COURSES}{}/", id(&ada.post(COURSES, json!({"title": "Draft"})).await.is(201)));
    for person in [&bob, &bob.signed_out()] {
        person.get(&draft).await.refuses(404, "not_found");
    }
    for person in [&ada, &admin] {
        assert_eq!(person.get(&draft).await.is(200)["created_by_email"], "ada@example.org");
    }
    ada.patch(&draft, json!({"is_published": true})).await.is(200);
    for person in [&bob, &bob.signed_out()] {
        assert!(person.get(&draft).await.is(200)["created_by_email"].is_null(), "an address is not for everybody");
    }
    let stale = tests::Person { token: Some("nonsense".to_owned()), ..bob.clone() };
    stale.get(&draft).await.refuses(401, "token_invalid");
    for odd in ["0", "x", "9007199254740993"] {
        ada.get(&format!("{COURSES}{odd}/")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_course_sent_twice_under_a_key_is_one() {
    let world = World::new().await;
    let tutor = world.mentor("ada", 2_500).await;
    let course = json!({"title": "Looms", "is_published": true});
    let first = tutor.post_once("key", COURSES, course.clone()).await.is(201);
    let again = tutor.post_once("key", COURSES, course).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.is(201), first);
    tutor.post_once("key", COURSES, json!({"title": "Other"})).await.refuses(422, "idempotency_mismatch");
    assert_eq!(tutor.rows("courses/?mine=true").await.len(), 1);
}

#[tokio::test]
async fn parallel_changes_are_all_made_and_published_courses_of_a_tutor_are_counted_exactly() {
    let world = World::new().await;
    let tutor = world.mentor("ada", 2_500).await;
    let course = tutor.publishes("Looms", "0.00").await;
    let path = format!("{COURSES}{course}/");
    let lessons = (0..5).map(|n| tutor.teaches(course, json!({"title": format!("{n}")})));
    let edits = ["title", "description"].map(|field| tutor.patch(&path, json!({field: "Changed"})));
    let (taught, edited) =
        futures_util::join!(futures_util::future::join_all(lessons), futures_util::future::join_all(edits));
    assert!(taught.iter().all(|answer| answer.status == 201) && edited.iter().all(|answer| answer.status == 200));
    let found = tutor.get(&path).await.is(200);
    assert_eq!(found["lesson_count"], 5);
    assert_eq!((&found["title"], &found["description"]), (&json!("Changed"), &json!("Changed")));
    let other = tutor.publishes("Other", "0.00").await;
    let count = || async { world.app.store.user(domain::ids::UserId::new(tutor.id).unwrap()).await.unwrap().unwrap() };
    assert_eq!(count().await.courses_given, 2);
    tutor.patch(&format!("{COURSES}{other}/"), json!({"is_published": false})).await.is(200);
    tutor.delete(&path).await.is(204);
    assert_eq!(count().await.courses_given, 0);
}
