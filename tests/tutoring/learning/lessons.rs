//! Lessons: written by editors, open or locked.

use futures_util::future::join_all;
use serde_json::{Value as Json, json};
use tests::World;
use tests::courses::{COURSES, LESSONS};
use tests::person::id;
use tests::shape::{each, has_exactly, ids};

const KEYS: [&str; 11] = [
    "id",
    "course",
    "title",
    "content",
    "video_url",
    "file",
    "duration",
    "order",
    "is_locked",
    "created_at",
    "updated_at",
];

#[tokio::test]
async fn a_lesson_is_made_changed_and_deleted_by_editors() {
    let world = World::new().await;
    let (ada, admin) = (world.mentor("ada", 2_500).await, world.admin().await);
    let course = ada.publishes("Looms", "0.00").await;
    let made = ada.teaches(course, json!({"title": " Warps "})).await.is(201);
    has_exactly(&made, &KEYS);
    let expected = json!({
        "id": made["id"], "course": course, "title": "Warps", "content": "", "video_url": null, "file": null,
        "duration": 0, "order": 0, "is_locked": false, "created_at": made["created_at"],
        "updated_at": made["updated_at"],
    });
    assert_eq!(made, expected);
    let path = format!("{LESSONS}{}/", id(&made));
    let more = json!({"title": "Wefts", "content": "Throw it.", "video_url": "https://example.org/v", "duration": "45",
        "order": 3, "course": course});
    let changed = admin.put(&path, more).await.is(200);
    assert_eq!((&changed["content"], &changed["duration"]), (&json!("Throw it."), &json!(45)));
    let patched = ada.patch(&path, json!({"video_url": null})).await.is(200);
    assert_eq!((&patched["video_url"], &patched["content"]), (&Json::Null, &json!("Throw it.")));
    assert_eq!(ada.get(&path).await.is(200), patched);
    ada.put(&path, json!({"order": 1})).await.blames("title");
    let other = ada.publishes("Other", "0.00").await;
    ada.patch(&path, json!({"course": other})).await.blames("course");
    let found = ada.get(&format!("{COURSES}{course}/")).await.is(200);
    assert_eq!((&found["lesson_count"], &found["lessons"][0]["title"]), (&json!(1), &json!("Wefts")));
    ada.delete(&path).await.is(204);
    ada.get(&path).await.refuses(404, "not_found");
    ada.delete(&path).await.refuses(404, "not_found");
    assert_eq!(ada.get(&format!("{COURSES}{course}/")).await.is(200)["lesson_count"], 0);
}

#[tokio::test]
async fn what_no_lesson_may_be_is_blamed_on_its_field() {
    let world = World::new().await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.mentor("bob", 2_500).await);
    let course = ada.publishes("Looms", "0.00").await;
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(256))),
        ("content", json!("x".repeat(100_001))),
        ("video_url", json!("ftp://example.org/v")),
        ("video_url", json!(format!("https://example.org/{}", "v".repeat(200)))),
        ("duration", json!(1441)),
        ("duration", json!(-1)),
        ("order", json!(10_000)),
        ("file", json!(12)),
    ] {
        let mut lesson = json!({"title": "Warps"});
        lesson[field] = value;
        ada.teaches(course, lesson).await.blames(field);
    }
    ada.post(LESSONS, json!({"title": "Warps"})).await.blames("course");
    ada.teaches(12, json!({"title": "Warps"})).await.blames("course");
    let draft = id(&bob.post(COURSES, json!({"title": "Draft"})).await.is(201));
    ada.teaches(draft, json!({"title": "Warps"})).await.blames("course");
    bob.teaches(course, json!({"title": "Warps"})).await.refuses(403, "forbidden");
    world.register("eve").await.teaches(course, json!({"title": "Warps"})).await.refuses(403, "forbidden");
    world.new_mentor("new").await.teaches(course, json!({"title": "Warps"})).await.refuses(403, "not_approved");
}

#[tokio::test]
async fn a_long_text_is_kept_whole_and_becomes_short_again() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let course = ada.publishes("Looms", "0.00").await;
    let long = "\u{1F9F5}".repeat(100_000);
    let lesson = ada.teaches(course, json!({"title": "Warps", "content": long})).await.is(201);
    assert_eq!(lesson["content"].as_str().map(str::len), Some(400_000));
    let path = format!("{LESSONS}{}/", id(&lesson));
    assert_eq!(ada.get(&path).await.is(200)["content"], lesson["content"]);
    let whole = ada.get(&format!("{COURSES}{course}/")).await.is(200);
    assert_eq!(whole["lessons"][0]["content"], lesson["content"]);
    let titled = ada.patch(&path, json!({"title": "Other"})).await.is(200);
    assert_eq!(titled["content"], lesson["content"], "what is omitted stays");
    ada.patch(&path, json!({"content": "short"})).await.is(200);
    assert_eq!(ada.get(&path).await.is(200)["content"], "short");
    ada.patch(&path, json!({"content": null})).await.is(200);
    assert_eq!(ada.get(&path).await.is(200)["content"], "");
    // Of many long ones the first megabyte is with the course.
    let text = "x".repeat(100_000);
    join_all((0..12).map(|n| ada.teaches(course, json!({"title": "Long", "content": text, "order": n + 1})))).await;
    let whole = ada.get(&format!("{COURSES}{course}/")).await.is(200);
    let shown = each(whole["lessons"].as_array().unwrap(), "content");
    assert_eq!(shown.iter().filter(|content| content.is_string()).count(), 11, "the short one and ten long ones");
}

#[tokio::test]
async fn lessons_of_a_paid_course_are_locked() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.mentor("ada", 2_500).await, world.register("bob").await, world.admin().await);
    let nobody = bob.signed_out();
    let course = ada.publishes("Looms", "9.00").await;
    let lesson =
        json!({"title": "Warps", "content": "Thread it.", "video_url": "https://example.org/v", "duration": 5});
    let lesson = id(&ada.teaches(course, lesson).await.is(201));
    let (path, page) = (format!("{LESSONS}{lesson}/"), format!("{COURSES}{course}/"));
    nobody.get(&path).await.refuses(401, "not_authenticated");
    bob.get(&path).await.refuses(403, "enrollment_required");
    for person in [&bob, &nobody] {
        let shown = person.get(&page).await.is(200)["lessons"][0].clone();
        has_exactly(&shown, &KEYS);
        assert_eq!(
            (&shown["is_locked"], &shown["title"], &shown["duration"]),
            (&json!(true), &json!("Warps"), &json!(5))
        );
        assert!(["content", "video_url", "file"].iter().all(|key| shown[*key].is_null()), "{shown}");
        assert!(person.rows(&format!("lessons/?course={course}")).await.is_empty());
    }
    for person in [&ada, &admin] {
        assert_eq!(person.get(&page).await.is(200)["lessons"][0]["content"], "Thread it.");
        assert_eq!(person.get(&path).await.is(200)["is_locked"], false);
        assert_eq!(ids(&person.rows(&format!("lessons/?course={course}")).await), [lesson]);
    }
    ada.patch(&page, json!({"price": 0})).await.is(200);
    assert_eq!(nobody.get(&path).await.is(200)["content"], "Thread it.");
    ada.patch(&page, json!({"is_published": false})).await.is(200);
    for person in [&bob, &nobody] {
        person.get(&path).await.refuses(404, "not_found");
    }
    assert!(bob.rows(&format!("lessons/?course={course}")).await.is_empty());
}

#[tokio::test]
async fn lists_of_lessons_hold_what_is_open_in_its_order() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.mentor("ada", 2_500).await, world.mentor("bob", 2_500).await, world.admin().await);
    let (free, paid) = (ada.publishes("Free", "0.00").await, ada.publishes("Paid", "9.00").await);
    let other = bob.publishes("Other", "0.00").await;
    let draft = id(&bob.post(COURSES, json!({"title": "Draft"})).await.is(201));
    let mut lessons = Vec::new();
    for (person, course, order) in [(&ada, free, 2), (&ada, paid, 1), (&bob, other, 0), (&bob, draft, 3)] {
        world.advance(chrono::TimeDelta::seconds(1));
        lessons.push(id(&person.teaches(course, json!({"title": "L", "order": order})).await.is(201)));
    }
    let [in_free, in_paid, in_other, in_draft] = lessons[..] else { unreachable!() };
    assert_eq!(ids(&ada.rows("lessons/").await), [in_paid, in_free]);
    assert_eq!(ids(&bob.rows("lessons/?ordering=-created_at").await), [in_draft, in_other]);
    assert_eq!(ids(&admin.rows("lessons/?ordering=created_at&page_size=1").await), lessons);
    assert_eq!(ids(&ada.signed_out().rows("lessons/?ordering=-order").await), [in_free, in_other]);
    assert!(world.register("eve").await.rows("lessons/").await.is_empty(), "enrolled in nothing");
    let page = ada.get(&format!("{LESSONS}?course={free}")).await.is(200);
    has_exactly(&page, &["count", "next", "previous", "results"]);
    assert_eq!((&page["count"], &page["next"], &page["previous"]), (&json!(1), &Json::Null, &Json::Null));
    ada.get(&format!("{LESSONS}?ordering=title")).await.blames("ordering");
    ada.get(&format!("{LESSONS}?course=x")).await.blames("course");
    ada.get(&format!("{LESSONS}?cursor=forged")).await.refuses(400, "invalid_cursor");
    ada.get(&format!("{LESSONS}?page=2")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn of_many_at_once_five_hundred_lessons_find_room() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let course = ada.publishes("Looms", "0.00").await;
    for _ in 0..49 {
        let ten = join_all((0..10).map(|_| ada.teaches(course, json!({"title": "L"})))).await;
        assert!(ten.iter().all(|answer| answer.status == 201));
    }
    let last = join_all((0..15).map(|_| ada.teaches(course, json!({"title": "L"})))).await;
    let (made, refused): (Vec<_>, Vec<_>) = last.iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (10, 5));
    assert!(refused.iter().all(|answer| answer.outcome() == (409, "too_many_lessons")), "{refused:?}");
    assert_eq!(ada.get(&format!("{COURSES}{course}/")).await.is(200)["lesson_count"], 500);
    let first = ada.rows(&format!("lessons/?course={course}&page_size=100")).await;
    assert_eq!(first.len(), 500);
    ada.delete(&format!("{LESSONS}{}/", id(&first[0]))).await.is(204);
    ada.teaches(course, json!({"title": "L"})).await.is(201);
}

#[tokio::test]
async fn a_lesson_sent_twice_under_a_key_is_one() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let course = ada.publishes("Looms", "0.00").await;
    let lesson = json!({"course": course, "title": "Warps"});
    let first = ada.post_once("key", LESSONS, lesson.clone()).await.is(201);
    assert_eq!(ada.post_once("key", LESSONS, lesson).await.is(201), first);
    assert_eq!(ada.rows(&format!("lessons/?course={course}")).await.len(), 1);
}
