//! The own profile (§2).

use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, two};
use tests::shape::has_exactly;
use tests::{Person, World, minute};

const ME: [&str; 14] = [
    "id",
    "username",
    "email",
    "first_name",
    "last_name",
    "bio",
    "profile_picture",
    "date_joined",
    "name",
    "headline",
    "timezone",
    "is_verified",
    "rating",
    "review_count",
];

async fn changes(person: &Person, name: &str, value: impl Into<Json>) -> tests::Answer {
    let mut body = json!({});
    body[name] = value.into();
    person.patch("/api/users/me/", body).await
}

#[tokio::test]
async fn a_new_profile_has_the_documented_defaults() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let me = ada.get("/api/users/me/").await.is(200);
    has_exactly(&me, &ME);
    assert_eq!((&me["id"], &me["username"], &me["email"]), (&json!(ada.id), &json!("ada"), &json!("ada@example.org")));
    for name in ["first_name", "last_name", "bio", "headline"] {
        assert_eq!(me[name], "", "{name}");
    }
    assert_eq!((&me["timezone"], &me["is_verified"]), (&json!("UTC"), &json!(false)));
    assert_eq!((&me["profile_picture"], &me["rating"], &me["review_count"]), (&Json::Null, &Json::Null, &json!(0)));
    assert_eq!(me["name"], "ada");
}

#[tokio::test]
async fn put_and_patch_change_what_they_name_and_leave_the_rest() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let first = ada
        .put("/api/users/me/", json!({"first_name": "Ada", "bio": " <i>Numbers</i>\n", "headline": "Analyst"}))
        .await
        .is(200);
    has_exactly(&first, &ME);
    let second =
        ada.patch("/api/users/me/", json!({"last_name": "Lovelace", "timezone": "Europe/London"})).await.is(200);
    for (name, value) in [
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("name", "Ada Lovelace"),
        ("bio", " <i>Numbers</i>\n"),
        ("headline", "Analyst"),
        ("timezone", "Europe/London"),
    ] {
        assert_eq!(second[name], value, "{name}");
    }
    assert_eq!(ada.put("/api/users/me/", json!({})).await.is(200), second);
    assert_eq!(ada.get("/api/users/me/").await.is(200), second);
    let cleared = ada.patch("/api/users/me/", json!({"first_name": "", "bio": ""})).await.is(200);
    assert_eq!((&cleared["name"], &cleared["bio"]), (&json!("Lovelace"), &json!("")));
}

#[tokio::test]
async fn every_field_has_its_limit_in_characters() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (name, most) in [("first_name", 150), ("last_name", 150), ("bio", 5000), ("headline", 100)] {
        changes(&ada, name, "é".repeat(most)).await.is(200);
        changes(&ada, name, "é".repeat(most + 1)).await.blames(name);
        changes(&ada, name, Json::Null).await.blames(name);
        changes(&ada, name, 7).await.blames(name);
        changes(&ada, name, "a\u{0}b").await.blames(name);
    }
}

#[tokio::test]
async fn a_timezone_is_an_iana_name() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for good in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Asia/Kathmandu"] {
        assert_eq!(changes(&ada, "timezone", good).await.is(200)["timezone"], good);
    }
    for bad in ["Mars/Olympus", "", "+02:00", "Berlin", "../../etc/passwd", "Europe/Berlin\u{0}"] {
        changes(&ada, "timezone", bad).await.blames("timezone");
    }
    changes(&ada, "timezone", Json::Null).await.blames("timezone");
}

#[tokio::test]
async fn a_picture_may_be_a_link_and_is_removed_by_null_or_nothing() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let longest = format!("https://example.org/{}", "x".repeat(2048 - 20));
    for nothing in [Json::Null, json!("")] {
        for link in ["https://example.org/a.png?x=1&y=ü", "http://example.org/b.jpg", &longest] {
            assert_eq!(changes(&ada, "profile_picture", link).await.is(200)["profile_picture"], link);
        }
        assert_eq!(changes(&ada, "profile_picture", nothing).await.is(200)["profile_picture"], Json::Null);
    }
    let too_long = format!("{longest}x");
    for bad in [
        "javascript:alert(1)",
        "ftp://example.org/a",
        "/a.png",
        "example.org/a.png",
        "data:image/png;base64,AAAA",
        "https://",
        &too_long,
    ] {
        changes(&ada, "profile_picture", bad).await.blames("profile_picture");
    }
    changes(&ada, "profile_picture", json!({"url": "https://example.org"})).await.blames("profile_picture");
}

#[tokio::test]
async fn what_the_server_owns_cannot_be_changed() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let before = ada.get("/api/users/me/").await.is(200);
    let wanted = json!({
        "id": 1, "username": "eve", "email": "eve@example.org", "name": "Eve", "is_verified": true, "rating": 5,
        "review_count": 99, "date_joined": "1999-01-01T00:00:00Z", "password": "another password", "balance": 500,
    });
    assert_eq!(ada.patch("/api/users/me/", wanted).await.is(200), before);
    ada.logs_in().await;
}

#[tokio::test]
async fn a_public_profile_is_me_without_the_email_and_with_skills_and_hours() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let skill = ada.adds_skill("Rust").await;
    let hours = json!({"day_of_week": 0, "start_time": "09:00", "end_time": "17:00"});
    let hours = ada.post("/api/user-availability/", hours).await.is(201);
    let public = bob.get(&format!("/api/users/{}/", ada.id)).await.is(200);
    let mut expected = ada.get("/api/users/me/").await.is(200);
    expected.as_object_mut().unwrap().remove("email");
    expected["skills"] = json!([ada.get(&format!("/api/user-skills/{skill}/")).await.is(200)]);
    expected["availability"] = json!([hours]);
    assert_eq!(public, expected);
    assert_eq!(ada.get(&format!("/api/users/{}/", ada.id)).await.is(200), expected);
}

#[tokio::test]
async fn nobody_has_a_profile_under_a_number_that_is_no_id_of_theirs() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for id in ["1", "0", "-1", "9007199254740992", "9007199254740993", "1e3", "1.0", "abc", "%20", "null", "٣"] {
        ada.get(&format!("/api/users/{id}/")).await.refuses(404, "not_found");
        ada.get(&format!("/api/users/{id}/available_slots/")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_rating_is_the_mean_of_the_reviews_received_to_two_decimals() {
    let (world, learner, expert) = two().await;
    learner.buys(5).await;
    let (learner, expert) = (&mut learner.clone(), &mut expert.clone());
    for rating in [5, 4, 4] {
        let meeting = complete_a_meeting(learner, expert).await;
        learner.reviews(meeting, expert, rating).await.is(201);
        assert!(world.now() > minute(0));
    }
    let public = learner.get(&format!("/api/users/{}/", expert.id)).await.is(200);
    assert_eq!((&public["rating"], &public["review_count"]), (&json!(4.33), &json!(3)));
    let me = expert.get("/api/users/me/").await.is(200);
    assert_eq!((&me["rating"], &me["review_count"]), (&json!(4.33), &json!(3)));
    let requester = learner.get("/api/users/me/").await.is(200);
    assert_eq!((&requester["rating"], &requester["review_count"]), (&Json::Null, &json!(0)));
}

#[tokio::test]
async fn an_expert_whom_an_administrator_verified_is_shown_as_verified() {
    let world = World::new().await;
    let ada = world.expert("ada").await;
    assert_eq!(ada.get("/api/users/me/").await.is(200)["is_verified"], true);
    assert_eq!(ada.get(&format!("/api/users/{}/", ada.id)).await.is(200)["is_verified"], true);
}
