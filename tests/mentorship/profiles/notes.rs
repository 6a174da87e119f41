//! Notes one writes for oneself (§5.6).

use serde_json::json;
use tests::mentorship::{MENTOR, newcomer};
use tests::person::id;
use tests::shape::{has_exactly, ids};
use tests::{Person, World, at_once};

const NOTES: &str = "/api/student/notes/";

fn note(title: &str) -> serde_json::Value {
    json!({"title": title, "content": "To do."})
}

fn at(id: i64) -> String {
    format!("{NOTES}{id}/")
}

async fn student() -> Person {
    World::new().await.new_student("ada").await
}

#[tokio::test]
async fn a_note_is_written_rewritten_and_thrown_away() {
    let ada = student().await;
    let made = ada.post(NOTES, note("Looms")).await.is(201);
    has_exactly(&made, &["id", "title", "content", "created_at", "updated_at"]);
    let path = at(id(&made));
    assert_eq!(ada.get(&path).await.is(200), made);
    ada.world.advance(chrono::TimeDelta::minutes(1));
    let now = ada.put(&path, json!({"title": "Tea"})).await.is(200);
    assert_eq!((&now["title"], &now["content"]), (&json!("Tea"), &json!("")));
    assert_eq!(now["created_at"], made["created_at"]);
    assert_ne!(now["updated_at"], made["updated_at"]);
    ada.delete(&path).await.is(204);
    for answer in [ada.get(&path).await, ada.delete(&path).await, ada.put(&path, note("x")).await] {
        answer.refuses(404, "not_found");
    }
    ada.put(&path, json!({})).await.refuses(404, "not_found");
    assert_eq!(ada.get(NOTES).await.is(200), json!([]));
}

#[tokio::test]
async fn notes_are_listed_newest_first_page_by_page() {
    let ada = student().await;
    let mut made = Vec::new();
    for number in 0..5 {
        ada.world.advance(chrono::TimeDelta::seconds(1));
        made.push(id(&ada.post(NOTES, note(&format!("{number}"))).await.is(201)));
    }
    made.reverse();
    assert_eq!(ids(&ada.all(NOTES).await), made);
    assert_eq!(ids(&ada.all(&format!("{NOTES}?limit=2")).await), made);
    for bad in ["limit=0", "limit=101", "cursor=x"] {
        let answer = ada.get(&format!("{NOTES}?{bad}")).await;
        assert_eq!(answer.outcome(), (400, "validation"), "{bad}");
    }
}

#[tokio::test]
async fn nobody_else_and_no_other_role_sees_a_note() {
    let ada = student().await;
    let eve = ada.world.new_student("eve").await;
    let made = id(&ada.post(NOTES, note("Mine")).await.is(201));
    for answer in [eve.get(&at(made)).await, eve.delete(&at(made)).await, eve.put(&at(made), note("x")).await] {
        answer.refuses(404, "not_found");
    }
    ada.post(MENTOR, newcomer("ada")).await.is(201);
    assert_eq!(ada.get("/api/mentor/notes/").await.is(200), json!([]));
    ada.get(&format!("/api/mentor/notes/{made}/")).await.refuses(404, "not_found");
    ada.get(&at(made)).await.is(200);
}

#[tokio::test]
async fn a_note_has_its_bounds() {
    let ada = student().await;
    for (field, good, bad) in [("title", 255, 256), ("content", 10_000, 10_001)] {
        let mut body = note("x");
        body[field] = json!("ž".repeat(good));
        ada.post(NOTES, body.clone()).await.is(201);
        body[field] = json!("ž".repeat(bad));
        ada.post(NOTES, body).await.blames(field);
    }
    ada.post(NOTES, json!({"title": " "})).await.blames("title");
    ada.post(NOTES, json!({"content": "x"})).await.blames("title");
}

#[tokio::test]
async fn a_note_that_is_sent_twice_under_a_key_is_one_and_parallel_ones_are_all_there() {
    let ada = student().await;
    let one = ada.post_once("key", NOTES, note("Once")).await.is(201);
    assert_eq!(ada.post_once("key", NOTES, note("Once")).await.is(201), one);
    let jobs = (0..10).map(|number| {
        let ada = ada.clone();
        async move { ada.post(NOTES, note(&format!("{number}"))).await.is(201) }
    });
    at_once(jobs).await;
    assert_eq!(ada.all(NOTES).await.len(), 11);
}
