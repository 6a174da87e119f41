//! Reviews (§5).

use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two, two};
use tests::person::review;
use tests::shape::{has_exactly, ids, time};
use tests::{Person, minute};

const PATH: &str = "/api/reviews/";

async fn all(person: &Person, query: &str) -> Vec<i64> {
    let whole = person.all(&format!("{PATH}?{query}")).await;
    assert_eq!(person.all(&format!("{PATH}?{query}&limit=1")).await, whole, "{query}");
    ids(&whole)
}

#[tokio::test]
async fn each_party_reviews_the_other_once() {
    let (_, learner, expert) = two().await;
    expert.patch("/api/users/me/", json!({"first_name": "Ex", "last_name": "Pert"})).await.is(200);
    let meeting = complete_a_meeting(&learner, &expert).await;
    assert_eq!(learner.meeting(meeting).await["has_reviewed"], false);
    let text = " <i>Clear</i> & kind ";
    let body = json!({"meeting_id": meeting, "reviewee_id": expert.id, "rating": 4, "review_text": text});
    let given = learner.post(PATH, body).await.is(201);
    let expected = json!({
        "id": given["id"], "meeting_id": meeting, "reviewer_id": learner.id, "reviewer_name": "learner",
        "reviewee_id": expert.id, "reviewee_name": "Ex Pert", "rating": 4, "review_text": text,
        "created_at": given["created_at"],
    });
    assert_eq!(given, expected);
    time(&given["created_at"]);
    let seen = learner.meeting(meeting).await;
    assert_eq!((&seen["reviews"], &seen["has_reviewed"]), (&json!([given]), &json!(true)));
    assert_eq!(expert.meeting(meeting).await["has_reviewed"], false);

    let body = json!({"meeting_id": meeting, "reviewee_id": learner.id, "rating": 5});
    let back = expert.post(PATH, body).await.is(201);
    assert_eq!(back["review_text"], "");
    assert_eq!(expert.meeting(meeting).await["reviews"].as_array().unwrap().len(), 2);
    for (person, other) in [(&learner, &expert), (&expert, &learner)] {
        person.reviews(meeting, other, 1).await.refuses(400, "already_reviewed");
    }
}

#[tokio::test]
async fn only_a_completed_meeting_is_reviewed() {
    let (world, learner, expert) = rich_two().await;
    let pending = learner.books(&expert, minute(60), 30).await;
    let confirmed = learner.books(&expert, minute(120), 30).await;
    let cancelled = learner.books(&expert, minute(180), 30).await;
    let absent = learner.books(&expert, minute(240), 30).await;
    for meeting in [confirmed, absent] {
        expert.declares(meeting, "confirmed").await.is(200);
    }
    expert.declares(cancelled, "cancelled").await.is(200);
    world.set_clock(minute(251));
    learner.declares(absent, "no_show").await.is(200);
    for meeting in [pending, confirmed, cancelled, absent] {
        learner.reviews(meeting, &expert, 5).await.refuses(400, "not_completed");
        expert.reviews(meeting, &learner, 5).await.refuses(400, "not_completed");
    }
    assert_eq!(all(&learner, "").await, [0; 0]);
}

#[tokio::test]
async fn only_the_other_party_can_be_reviewed() {
    let (world, learner, expert) = two().await;
    let stranger = world.register("stranger").await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    for wrong in [&learner, &stranger, &Person { id: 1, ..stranger.clone() }] {
        learner.reviews(meeting, wrong, 5).await.blames("reviewee_id");
    }
    stranger.reviews(meeting, &expert, 5).await.refuses(404, "not_found");
    learner.reviews(1, &expert, 5).await.refuses(404, "not_found");
}

#[tokio::test]
async fn every_field_is_checked_and_named() {
    let (_, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    let refusal = learner.post(PATH, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["meeting_id", "reviewee_id", "rating"]);
    for (field, bad) in [
        ("rating", json!(0)),
        ("rating", json!(6)),
        ("rating", json!(4.5)),
        ("rating", json!(-1)),
        ("rating", json!("good")),
        ("rating", json!(true)),
        ("rating", Json::Null),
        ("review_text", json!("x".repeat(4001))),
        ("review_text", json!(5)),
        ("review_text", Json::Null),
        ("review_text", json!("a\u{0}b")),
        ("meeting_id", json!("x")),
        ("meeting_id", Json::Null),
        ("reviewee_id", json!({})),
        ("reviewee_id", json!(1.5)),
    ] {
        let mut body = review(meeting, &expert, 5);
        body[field] = bad;
        learner.post(PATH, body).await.blames(field);
    }
    let mut longest = review(meeting, &expert, 5);
    longest["review_text"] = "é".repeat(4000).into();
    learner.post(PATH, longest).await.is(201);
}

#[tokio::test]
async fn the_server_says_who_reviews() {
    let (_, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    let mut body = review(meeting, &expert, 5);
    body["reviewer_id"] = expert.id.into();
    body["id"] = 3.into();
    body["created_at"] = "1999-01-01T00:00:00Z".into();
    let given = learner.post(PATH, body).await.is(201);
    assert_eq!(given["reviewer_id"], learner.id);
    assert_ne!(given["id"], 3);
    assert!(given["created_at"].as_str().unwrap().starts_with("2027"));
}

#[tokio::test]
async fn reviews_are_public_and_listed_by_person_by_meeting_or_ones_own() {
    let (world, learner, expert) = rich_two().await;
    let (third, stranger) = (world.register("third").await, world.register("stranger").await);
    let first = complete_a_meeting(&learner, &expert).await;
    let second = complete_a_meeting(&third, &expert).await;
    let mut given = Vec::new();
    for (person, meeting, other) in [(&learner, first, &expert), (&expert, first, &learner), (&third, second, &expert)]
    {
        given.push(tests::person::id(&person.reviews(meeting, other, 3).await.is(201)));
        world.advance(chrono::TimeDelta::seconds(2));
    }
    let [of_first, back, of_second] = given[..] else { panic!("three reviews") };
    for person in [&stranger, &learner, &expert] {
        assert_eq!(all(person, &format!("user_id={}", expert.id)).await, [of_second, of_first]);
        assert_eq!(all(person, &format!("user_id={}", learner.id)).await, [back]);
        assert_eq!(all(person, &format!("meeting_id={first}")).await, [back, of_first]);
        assert_eq!(all(person, &format!("meeting_id={first}&user_id={}", expert.id)).await, [of_first]);
        assert_eq!(all(person, &format!("meeting_id={first}&user_id={}", third.id)).await, [0; 0]);
        assert_eq!(all(person, "user_id=1").await, [0; 0]);
        assert_eq!(all(person, "meeting_id=1").await, [0; 0]);
    }
    assert_eq!(all(&expert, "").await, [of_second, back, of_first]);
    assert_eq!(all(&learner, "").await, [back, of_first]);
    assert_eq!(all(&third, "").await, [of_second]);
    assert_eq!(all(&stranger, "").await, [0; 0]);
    for (query, field) in [("user_id=x", "user_id"), ("user_id=0", "user_id"), ("meeting_id=1.5", "meeting_id")] {
        stranger.get(&format!("{PATH}?{query}")).await.blames(field);
    }
}

#[tokio::test]
async fn a_review_counts_on_the_profile_and_in_search_at_once() {
    let (_, learner, expert) = rich_two().await;
    expert.adds_skill("Rust").await;
    for (rating, mean) in [(5, 5.0), (2, 3.5), (2, 3.0)] {
        let meeting = complete_a_meeting(&learner, &expert).await;
        learner.reviews(meeting, &expert, rating).await.is(201);
        let profile = learner.get(&format!("/api/users/{}/", expert.id)).await.is(200);
        assert_eq!(profile["rating"].as_f64(), Some(mean));
        assert_eq!(learner.all("/api/users/?skill=rust").await, [profile]);
    }
}
