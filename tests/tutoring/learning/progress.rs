//! How far students are (§3.3, §4.5).

use serde_json::{Value as Json, json};
use tests::courses::{ENROLLMENTS, LESSONS, PROGRESS, course};
use tests::person::id;
use tests::shape::has_exactly;
use tests::{Person, Setup, World, at_once, tally};

const KEYS: [&str; 12] = [
    "id",
    "student",
    "student_email",
    "lesson",
    "lesson_title",
    "course",
    "course_title",
    "is_completed",
    "completed_at",
    "time_spent",
    "created_at",
    "updated_at",
];

struct Scene {
    world: World,
    ada: Person,
    bob: Person,
    course: i64,
    lessons: Vec<i64>,
    enrollment: i64,
}

/// Bob takes Ada's course of so many lessons.
async fn taken(lessons: usize) -> Scene {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    let course = ada.publishes("Looms", "0.00").await;
    let mut made = Vec::new();
    for n in 0..lessons {
        made.push(ada.adds_lesson(course, &format!("Lesson {n}")).await);
    }
    let enrollment = bob.takes(course).await;
    Scene { world, ada, bob, course, lessons: made, enrollment }
}

impl Scene {
    async fn summary(&self) -> Json {
        self.bob.get(&course(self.course, "progress/")).await.is(200)
    }

    /// Lessons there are and lessons done, percent in both places, time, and whether all is done.
    async fn stands_at(&self, expected: (i64, i64, i64, i64, bool)) {
        let found = self.summary().await;
        let number = |name: &str| found[name].as_i64().unwrap();
        let stands = (
            number("lessons_total"),
            number("lessons_completed"),
            number("percent"),
            number("time_spent"),
            !found["completed_at"].is_null(),
        );
        assert_eq!(stands, expected, "{found}");
        for person in [&self.bob, &self.ada] {
            let shown = person.get(&format!("{ENROLLMENTS}{}/", self.enrollment)).await.is(200);
            assert_eq!(shown["percent"], expected.2);
            assert_eq!(person.rows("enrollments/").await[0]["percent"], expected.2);
        }
    }
}

#[tokio::test]
async fn one_row_per_lesson_is_made_and_then_changed() {
    let scene = taken(1).await;
    let lesson = scene.lessons[0];
    let made = scene.bob.studies(lesson, json!({"course": scene.course, "time_spent": "5"})).await.is(201);
    has_exactly(&made, &KEYS);
    let expected = json!({
        "id": made["id"], "student": scene.bob.id, "student_email": "bob@example.org", "lesson": lesson,
        "lesson_title": "Lesson 0", "course": scene.course, "course_title": "Looms", "is_completed": false,
        "completed_at": null, "time_spent": 5, "created_at": made["created_at"], "updated_at": made["updated_at"],
    });
    assert_eq!(made, expected);
    scene.world.advance(chrono::TimeDelta::minutes(1));
    let done = scene.bob.studies(lesson, json!({"is_completed": true})).await.is(200);
    assert_eq!((&done["id"], &done["time_spent"], &done["is_completed"]), (&made["id"], &json!(5), &json!(true)));
    assert_eq!(done["completed_at"], done["updated_at"]);
    scene.world.advance(chrono::TimeDelta::minutes(1));
    for (said, minutes) in [(json!({"is_completed": true}), 5), (json!({"is_completed": false, "time_spent": 9}), 9)] {
        let again = scene.bob.studies(lesson, said).await.is(200);
        assert_eq!((&again["completed_at"], &again["is_completed"]), (&done["completed_at"], &json!(true)), "set once");
        assert_eq!(again["time_spent"], minutes);
        assert!(again["updated_at"].as_str() > done["updated_at"].as_str());
    }
    assert_eq!(scene.bob.studies(lesson, json!({"time_spent": 2})).await.is(200)["time_spent"], 2, "it replaces");
    scene.stands_at((1, 1, 100, 2, true)).await;
    let summary = scene.summary().await;
    has_exactly(
        &summary,
        &["course", "student", "lessons_total", "lessons_completed", "percent", "time_spent", "completed_at"],
    );
    assert_eq!((&summary["student"], &summary["completed_at"]), (&json!(scene.bob.id), &done["completed_at"]));
}

#[tokio::test]
async fn percent_follows_lessons_that_are_done_added_and_deleted() {
    let scene = taken(3).await;
    scene.stands_at((3, 0, 0, 0, false)).await;
    let done = json!({"is_completed": true, "time_spent": 10});
    scene.bob.studies(scene.lessons[0], done.clone()).await.is(201);
    scene.stands_at((3, 1, 33, 10, false)).await;
    scene.bob.studies(scene.lessons[1], done.clone()).await.is(201);
    scene.bob.studies(scene.lessons[2], json!({"time_spent": 1})).await.is(201);
    scene.stands_at((3, 2, 66, 21, false)).await;
    // The one that is left to do is taken away: all is done. One more, and it is not.
    scene.ada.delete(&format!("{LESSONS}{}/", scene.lessons[2])).await.is(204);
    scene.stands_at((2, 2, 100, 21, true)).await;
    scene.ada.adds_lesson(scene.course, "More").await;
    scene.stands_at((3, 2, 66, 21, false)).await;
    // One that was done is taken away.
    scene.ada.delete(&format!("{LESSONS}{}/", scene.lessons[0])).await.is(204);
    scene.stands_at((2, 1, 50, 21, false)).await;
    scene.bob.studies(scene.lessons[0], done).await.blames("lesson");
    let without = taken(0).await;
    without.stands_at((0, 0, 0, 0, false)).await;
}

#[tokio::test]
async fn only_who_takes_the_course_says_anything() {
    let scene = taken(1).await;
    let (lesson, world) = (scene.lessons[0], &scene.world);
    let (eve, admin) = (world.register("eve").await, world.admin().await);
    for person in [&eve, &scene.ada, &admin] {
        person.studies(lesson, json!({})).await.refuses(403, "enrollment_required");
    }
    scene.bob.signed_out().studies(lesson, json!({})).await.refuses(401, "not_authenticated");
    let dear = scene.ada.publishes("Dear", "5.00").await;
    let locked = scene.ada.adds_lesson(dear, "Locked").await;
    eve.enrolls(dear).await.is(201);
    eve.studies(locked, json!({})).await.refuses(403, "enrollment_required");
    for (said, field) in [
        (json!({"time_spent": -1}), "time_spent"),
        (json!({"time_spent": 100_001}), "time_spent"),
        (json!({"time_spent": 1.5}), "time_spent"),
        (json!({"is_completed": "perhaps"}), "is_completed"),
        (json!({"course": dear}), "course"),
        (json!({"course": "x"}), "course"),
    ] {
        scene.bob.studies(lesson, said).await.blames(field);
    }
    scene.bob.post(PROGRESS, json!({})).await.blames("lesson");
    scene.bob.studies(7, json!({})).await.blames("lesson");
    scene.ada.patch(&course(scene.course, ""), json!({"is_published": false})).await.is(200);
    eve.studies(lesson, json!({})).await.blames("lesson");
    scene.bob.studies(lesson, json!({"time_spent": 100_000})).await.is(201);
}

#[tokio::test]
async fn a_courses_progress_is_for_its_student_tutor_and_administrators() {
    let scene = taken(2).await;
    let (eve, admin) = (scene.world.register("eve").await, scene.world.admin().await);
    scene.bob.studies(scene.lessons[0], json!({"is_completed": true})).await.is(201);
    let path = course(scene.course, "progress/");
    let of = |who: i64| format!("{path}?student={who}");
    let own = scene.bob.get(&path).await.is(200);
    assert_eq!(own["percent"], 50);
    for (person, path) in [(&scene.bob, of(scene.bob.id)), (&scene.ada, of(scene.bob.id)), (&admin, of(scene.bob.id))] {
        assert_eq!(person.get(&path).await.is(200), own);
    }
    for person in [&scene.ada, &admin] {
        person.get(&path).await.blames("student");
        person.get(&of(eve.id)).await.blames("student");
        person.get(&format!("{path}?student=x")).await.blames("student");
    }
    eve.get(&path).await.refuses(403, "enrollment_required");
    eve.get(&of(scene.bob.id)).await.refuses(403, "enrollment_required");
    scene.bob.signed_out().get(&path).await.refuses(401, "not_authenticated");
    scene.bob.get(&course(7, "progress/")).await.refuses(404, "not_found");
    scene.ada.patch(&course(scene.course, ""), json!({"is_published": false})).await.is(200);
    eve.get(&path).await.refuses(404, "not_found");
    eve.get(&of(scene.bob.id)).await.refuses(404, "not_found");
    scene.bob.get(&of(eve.id)).await.refuses(403, "forbidden");
    assert_eq!(scene.bob.get(&path).await.is(200), own);
}

#[tokio::test]
async fn lists_hold_ones_own_rows_and_those_of_ones_courses() {
    let scene = taken(2).await;
    let (world, ada, bob) = (&scene.world, &scene.ada, &scene.bob);
    let (eve, tim) = (world.register("eve").await, world.mentor("tim", 2_500).await);
    let rust = tim.publishes("Rust", "0.00").await;
    let lesson = tim.adds_lesson(rust, "Borrowing").await;
    for person in [bob, ada] {
        person.takes(rust).await;
    }
    eve.takes(scene.course).await;
    let mut made = Vec::new();
    for (person, lesson) in
        [(bob, scene.lessons[0]), (bob, scene.lessons[1]), (&eve, scene.lessons[0]), (bob, lesson), (ada, lesson)]
    {
        world.advance(chrono::TimeDelta::seconds(1));
        made.push(id(&person.studies(lesson, json!({})).await.is(201)));
    }
    let [bob_first, bob_second, eve_first, bob_rust, ada_rust] = made[..] else { panic!("five") };
    world.advance(chrono::TimeDelta::seconds(1));
    bob.studies(scene.lessons[0], json!({"time_spent": 1})).await.is(200);
    world.settles().await;
    let admin = world.admin().await;
    let listed = async |person: &Person, query: &str| -> Vec<i64> {
        person.rows(&format!("progress/{query}")).await.iter().map(id).collect()
    };
    assert_eq!(listed(bob, "").await, [bob_first, bob_rust, bob_second], "the newest change first");
    assert_eq!(listed(bob, "?ordering=created_at&page_size=2").await, [bob_first, bob_second, bob_rust]);
    assert_eq!(listed(ada, "?ordering=-created_at").await, [ada_rust, eve_first, bob_second, bob_first]);
    assert_eq!(listed(&tim, "?ordering=updated_at").await, [bob_rust, ada_rust]);
    assert_eq!(listed(&admin, "").await, [bob_first, ada_rust, bob_rust, eve_first, bob_second]);
    assert_eq!(listed(ada, &format!("?student={}", eve.id)).await, [eve_first]);
    assert_eq!(listed(bob, &format!("?course={rust}")).await, [bob_rust]);
    assert_eq!(listed(&admin, &format!("?course={rust}&student={}", ada.id)).await, [ada_rust]);
    assert!(listed(&eve, &format!("?student={}", bob.id)).await.is_empty());
    for (query, field) in [("?course=x", "course"), ("?student=0", "student"), ("?ordering=title", "ordering")] {
        bob.get(&format!("{PROGRESS}{query}")).await.blames(field);
    }
    bob.signed_out().get(PROGRESS).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn of_parallel_words_on_one_lesson_one_is_the_first_and_it_counts_once() {
    let scene = taken(2).await;
    let jobs = (0..8).map(|n| {
        let (bob, lesson) = (scene.bob.clone(), scene.lessons[0]);
        async move { bob.studies(lesson, json!({"is_completed": true, "time_spent": n})).await }
    });
    let told = tally(&at_once(jobs).await);
    assert_eq!((told.get(&(201, String::new())), told.get(&(200, String::new()))), (Some(&1), Some(&7)), "{told:?}");
    let rows = scene.bob.rows("progress/").await;
    let minutes = rows[0]["time_spent"].as_i64().unwrap();
    assert_eq!(rows.len(), 1);
    scene.stands_at((2, 1, 50, minutes, false)).await;
}

#[tokio::test]
async fn two_lessons_done_at_once_are_both_counted() {
    for _ in 0..5 {
        let scene = taken(4).await;
        let jobs = scene.lessons.iter().map(|lesson| {
            let (bob, lesson) = (scene.bob.clone(), *lesson);
            async move { bob.studies(lesson, json!({"is_completed": true, "time_spent": 3})).await }
        });
        assert!(at_once(jobs).await.iter().all(|answer| answer.status == 201));
        scene.stands_at((4, 4, 100, 12, true)).await;
    }
}
