//! Deleting a course: at once for everybody to see, and in time with all that belongs to it.

use app::background::Job;
use domain::ids::CourseId;
use serde_json::json;
use tests::courses::{COURSES, LESSONS};
use tests::person::id;
use tests::{Fault, Moment, Setup, Strike, World};

#[tokio::test]
async fn a_deleted_course_is_gone_with_its_lessons_and_in_time_for_good() {
    let world = World::with(Setup::live()).await;
    let ada = world.mentor("ada", 2_500).await;
    let course = ada.publishes("Looms", "0.00").await;
    let long = json!({"title": "Long", "content": "x".repeat(5_000)});
    let lesson = id(&ada.teaches(course, long).await.is(201));
    for _ in 0..40 {
        ada.teaches(course, json!({"title": "L"})).await.is(201);
    }
    ada.delete(&format!("{COURSES}{course}/")).await.is(204);
    ada.get(&format!("{COURSES}{course}/")).await.refuses(404, "not_found");
    ada.get(&format!("{LESSONS}{lesson}/")).await.refuses(404, "not_found");
    ada.delete(&format!("{COURSES}{course}/")).await.refuses(404, "not_found");
    ada.teaches(course, json!({"title": "L"})).await.blames("course");
    assert!(ada.rows("lessons/").await.is_empty());
    let left = || {
        let is_one = |item: &serde_json::Value| {
            let pk = item["pk"]["S"].as_str().unwrap();
            pk.starts_with("COURSE#") || pk.starts_with("LESSON#") || pk.starts_with("FIND#COURSE#")
        };
        world.table.items().iter().filter(|item| is_one(item)).count()
    };
    assert_eq!(left(), 1 + 3 + 40 * 2, "lessons stay for a while, out of sight");
    world.settles().await;
    world.advance(chrono::TimeDelta::minutes(2));
    world.settles().await;
    assert_eq!(left(), 0);
    // A job that comes again, or of a course that is there, does nothing.
    let other = ada.publishes("Other", "0.00").await;
    ada.teaches(other, json!({"title": "L"})).await.is(201);
    for id in [course, other] {
        let job = world.queued(Job::ClearCourse(CourseId::new(id).unwrap()));
        assert!(world.delivers(&[job]).await.is_empty());
    }
    assert_eq!(ada.rows("lessons/").await.len(), 1);
}

#[tokio::test]
async fn of_a_deletion_and_new_lessons_at_once_none_is_left_behind_in_sight() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let course = ada.publishes("Looms", "0.00").await;
    let path = format!("{COURSES}{course}/");
    let lessons = (0..8).map(|_| ada.teaches(course, json!({"title": "L"})));
    let (deleted, taught) = futures_util::join!(ada.delete(&path), futures_util::future::join_all(lessons));
    deleted.is(204);
    for answer in taught {
        assert!(answer.status == 201 || answer.outcome() == (400, "validation"), "{answer}");
    }
    ada.get(&path).await.refuses(404, "not_found");
    assert!(ada.rows("lessons/").await.is_empty());
}

#[tokio::test]
async fn a_death_anywhere_in_clearing_leaves_what_another_delivery_clears() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    for nth in 1.. {
        let course = ada.publishes("Looms", "0.00").await;
        for _ in 0..40 {
            ada.teaches(course, json!({"title": "L"})).await.is(201);
        }
        ada.delete(&format!("{COURSES}{course}/")).await.is(204);
        let job = || world.queued(Job::ClearCourse(CourseId::new(course).unwrap()));
        let faults = &world.table.faults;
        faults.arm(Strike::once(Fault::Death, Moment::After, nth));
        let done = faults.until_death(async { world.delivers(&[job()]).await }).await;
        faults.disarm();
        assert!(done.is_some() || world.delivers(&[job()]).await.is_empty());
        let pks = ["COURSE#", "LESSON#"];
        let is_left = |item: &serde_json::Value| pks.iter().any(|pk| item["pk"]["S"].as_str().unwrap().starts_with(pk));
        assert!(!world.table.items().iter().any(is_left), "died at {nth}");
        if done.is_some() {
            assert!(nth > 6);
            return;
        }
    }
}
