//! A mentor as everybody sees them, and whether they are there (§5.3).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::vetting::suspends;
use tests::meetings::complete_a_meeting;
use tests::shape::has_exactly;
use tests::{Person, Setup, World};

const STATUS: &str = "/api/mentor/online-status/";

async fn public(person: &Person, id: &str) -> Json {
    person.get(&format!("/api/mentor/public/{id}/")).await.is(200)
}

#[tokio::test]
async fn everybody_sees_what_a_mentor_shows_and_nothing_else() {
    let world = World::with(Setup::live()).await;
    let bob = world.mentor("bob", 50_000).await;
    let said = json!({
        "phone": "4711", "company": "Engines", "expertise": "brass", "bio": "I fit.", "years_of_experience": 7,
        "cv": "https://example.org/cv", "linkedin_url": "https://example.org/bob",
    });
    let own = bob.put("/api/mentor/profile/", said).await.is(200);
    let nobody = Person::stranger(&world, "nobody");
    let seen = public(&nobody, "M000001").await;
    has_exactly(&seen, &["id", "mentor_id", "name", "is_online", "last_seen", "feedback_count", "details", "reviews"]);
    let details = seen["details"].as_object().unwrap();
    assert!(!details.contains_key("phone") && !details.contains_key("cv"));
    for (name, value) in details {
        assert_eq!(*value, own["details"][name], "{name}");
    }
    assert_eq!((&details["hourly_rate"], &seen["reviews"]), (&json!("500.00"), &json!([])));
    assert!(!seen.to_string().contains("4711") && !seen.to_string().contains("@"));
    assert_eq!(public(&nobody, &bob.id.to_string()).await, seen);
    assert_eq!(public(&nobody, "m1").await, seen);
    // A stale token is as good as none.
    let stale = Person { token: Some("x.y.z".to_owned()), ..nobody.clone() };
    assert_eq!(public(&stale, "M1").await, seen);
}

#[tokio::test]
async fn reviews_as_a_mentor_of_every_product_are_shown_newest_first() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.student("ada").await, world.mentor("bob", 50_000).await);
    ada.buys(10).await;
    for rating in [3, 5] {
        let meeting = complete_a_meeting(&ada, &bob).await;
        ada.reviews(meeting, &bob, rating).await.is(201);
    }
    bob.get("/api/mentor/profile/").await.is(200);
    let seen = public(&ada, "M1").await;
    assert_eq!((&seen["feedback_count"], &seen["details"]["rating"]), (&json!(2), &json!(4.0)));
    let reviews = seen["reviews"].as_array().unwrap();
    has_exactly(&reviews[0], &["student_name", "rating", "feedback_text", "created_at"]);
    assert_eq!((&reviews[0]["rating"], &reviews[1]["rating"]), (&json!(5), &json!(3)));
}

#[tokio::test]
async fn whoever_is_not_approved_is_not_there() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.mentor("bob", 50_000).await);
    let ada = world.new_student("ada").await;
    world.new_mentor("new").await;
    bob.get("/api/mentor/profile/").await.is(200);
    for id in ["M1", "M9", "S1", "0", "x", &ada.id.to_string()] {
        ada.get(&format!("/api/mentor/public/{id}/")).await.refuses(404, "not_found");
    }
    public(&ada, "M2").await;
    suspends(&admin, &bob, "Complaints").await.is(200);
    ada.get("/api/mentor/public/M2/").await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_mentor_is_online_for_five_minutes_or_until_they_leave() {
    let world = World::with(Setup::live()).await;
    let bob = world.mentor("bob", 50_000).await;
    bob.get("/api/mentor/profile/").await.is(200);
    let is_online = async || public(&bob, "M1").await["is_online"].as_bool().unwrap();
    assert!(!is_online().await);
    let said = bob.post(STATUS, json!({})).await.is(200);
    has_exactly(&said, &["is_online", "last_seen"]);
    assert_eq!(said["is_online"], true);
    world.advance(TimeDelta::minutes(5) - TimeDelta::seconds(10));
    assert!(is_online().await);
    world.advance(TimeDelta::seconds(11));
    assert!(!is_online().await);
    assert_eq!(public(&bob, "M1").await["last_seen"], said["last_seen"]);
    bob.post(STATUS, json!({})).await.is(200);
    assert_eq!(bob.post(STATUS, json!({"set_offline": true})).await.is(200)["is_online"], false);
    assert!(!is_online().await);
    assert!(!bob.get("/api/mentor/profile/").await.is(200)["last_seen"].is_null());
    bob.post(STATUS, json!({"set_offline": "x"})).await.blames("set_offline");
    world.new_student("ada").await.post(STATUS, json!({})).await.refuses(403, "role_required");
}
