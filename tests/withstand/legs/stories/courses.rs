//! Courses and lessons.

use serde_json::json;
use tests::courses::{COURSES, LESSONS};
use tests::person::id;
use tests::{Person, Spoiler, World};

use super::{Told, told};

async fn tutor() -> Person {
    World::new().await.mentor("ada", 2_500).await
}

pub(super) async fn publishes_a_course(spoiler: &Spoiler) -> Told {
    let tutor = tutor().await;
    spoiler.begins(&tutor.world);
    told(tutor.post(COURSES, json!({"title": "Looms", "is_published": true})).await)
}

pub(super) async fn changes_a_course(spoiler: &Spoiler) -> Told {
    let tutor = tutor().await;
    let course = tutor.publishes("Looms", "0.00").await;
    spoiler.begins(&tutor.world);
    told(tutor.patch(&format!("{COURSES}{course}/"), json!({"title": "Mills", "is_published": false})).await)
}

pub(super) async fn deletes_a_course(spoiler: &Spoiler) -> Told {
    let tutor = tutor().await;
    let course = tutor.publishes("Looms", "0.00").await;
    spoiler.begins(&tutor.world);
    told(tutor.delete(&format!("{COURSES}{course}/")).await)
}

pub(super) async fn adds_a_lesson(spoiler: &Spoiler) -> Told {
    let tutor = tutor().await;
    let course = tutor.publishes("Looms", "0.00").await;
    spoiler.begins(&tutor.world);
    told(tutor.teaches(course, json!({"title": "Warps", "content": "x".repeat(2_000)})).await)
}

pub(super) async fn changes_a_lesson(spoiler: &Spoiler) -> Told {
    let tutor = tutor().await;
    let course = tutor.publishes("Looms", "0.00").await;
    let lesson = id(&tutor.teaches(course, json!({"title": "Warps"})).await.is(201));
    spoiler.begins(&tutor.world);
    told(tutor.patch(&format!("{LESSONS}{lesson}/"), json!({"title": "Wefts"})).await)
}

pub(super) async fn deletes_a_lesson(spoiler: &Spoiler) -> Told {
    let tutor = tutor().await;
    let course = tutor.publishes("Looms", "0.00").await;
    let lesson = id(&tutor.teaches(course, json!({"title": "Warps"})).await.is(201));
    spoiler.begins(&tutor.world);
    told(tutor.delete(&format!("{LESSONS}{lesson}/")).await)
}

/// A student, and a course of somebody's with a lesson.
async fn course(price: &str) -> (Person, i64, i64) {
    let tutor = tutor().await;
    let course = tutor.publishes("Looms", price).await;
    let lesson = id(&tutor.teaches(course, json!({"title": "Warps"})).await.is(201));
    (tutor.world.register("bob").await, course, lesson)
}

pub(super) async fn takes_a_course(spoiler: &Spoiler) -> Told {
    let (bob, course, _) = course("0.00").await;
    spoiler.begins(&bob.world);
    told(bob.enrolls(course).await)
}

pub(super) async fn buys_a_course(spoiler: &Spoiler) -> Told {
    let (bob, course, _) = course("12.50").await;
    let enrollment = id(&bob.enrolls(course).await.is(201));
    spoiler.begins(&bob.world);
    told(bob.wants_to_pay(enrollment, "simulated").await)
}

pub(super) async fn begins_a_lesson(spoiler: &Spoiler) -> Told {
    let (bob, course, lesson) = course("0.00").await;
    bob.takes(course).await;
    spoiler.begins(&bob.world);
    told(bob.studies(lesson, json!({"is_completed": true})).await)
}

pub(super) async fn goes_on_with_a_lesson(spoiler: &Spoiler) -> Told {
    let (bob, course, lesson) = course("0.00").await;
    bob.takes(course).await;
    bob.studies(lesson, json!({"time_spent": 5})).await.is(201);
    spoiler.begins(&bob.world);
    told(bob.studies(lesson, json!({"is_completed": true})).await)
}
