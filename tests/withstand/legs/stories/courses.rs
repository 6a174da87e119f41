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
