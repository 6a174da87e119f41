//! Categories and skills (§3).

use serde_json::{Value as Json, json};
use tests::shape::{each, has_exactly, ids};
use tests::{Person, World};

const PATH: &str = "/api/user-skills/";

fn rust() -> Json {
    json!({"skill_name": "Rust", "proficiency_level": "expert", "category": 1})
}

fn rust_with(name: &str, value: impl Into<Json>) -> Json {
    let mut body = rust();
    body[name] = value.into();
    body
}

fn one(id: i64) -> String {
    format!("{PATH}{id}/")
}

#[tokio::test]
async fn the_seven_categories_are_listed_and_shown() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let all = ada.get("/api/categories/").await.is(200);
    let all = all.as_array().unwrap();
    assert_eq!(ids(all), [1, 2, 3, 4, 5, 6, 7]);
    let names = [
        "Software Development",
        "Career Development",
        "Legal Advice",
        "Financial Consulting",
        "Marketing Strategy",
        "Health and Wellness",
        "Education and Tutoring",
    ];
    assert_eq!(each(all, "name"), names);
    for category in all {
        has_exactly(category, &["id", "name", "description", "icon"]);
        assert_eq!(ada.get(&format!("/api/categories/{}/", category["id"])).await.is(200), *category);
    }
    for id in ["0", "8", "-1", "abc", "9007199254740993"] {
        ada.get(&format!("/api/categories/{id}/")).await.refuses(404, "not_found");
    }
    for method in [http::Method::POST, http::Method::PUT, http::Method::DELETE] {
        let answer = ada.send(method, "/api/categories/", Some(json!({"name": "Astrology"})), None).await;
        answer.refuses(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn a_skill_is_added_shown_changed_and_removed() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let skill = ada.post(PATH, rust()).await.is(201);
    has_exactly(&skill, &["id", "user", "category", "category_name", "skill_name", "proficiency_level"]);
    let id = tests::person::id(&skill);
    let expected = json!({
        "id": id, "user": ada.id, "category": 1, "category_name": "Software Development", "skill_name": "Rust",
        "proficiency_level": "expert",
    });
    assert_eq!(skill, expected);
    assert_eq!(ada.get(&one(id)).await.is(200), expected);
    assert_eq!(ada.all(PATH).await, [expected]);

    let changed = ada.patch(&one(id), json!({"proficiency_level": "advanced"})).await.is(200);
    assert_eq!((&changed["proficiency_level"], &changed["category"]), (&json!("advanced"), &json!(1)));
    let replaced = ada.put(&one(id), json!({"skill_name": "Go", "proficiency_level": "beginner"})).await.is(200);
    assert_eq!((&replaced["skill_name"], &replaced["id"]), (&json!("Go"), &json!(id)));
    assert_eq!((&replaced["category"], &replaced["category_name"]), (&Json::Null, &Json::Null));

    let gone = ada.delete(&one(id)).await;
    assert!(gone.bytes.is_empty());
    gone.is(204);
    ada.get(&one(id)).await.refuses(404, "not_found");
    ada.delete(&one(id)).await.refuses(404, "not_found");
    assert!(ada.all(PATH).await.is_empty());
}

#[tokio::test]
async fn a_category_is_a_known_id_or_null_or_absent() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for bad in [json!(0), json!(8), json!(-1), json!("x"), json!(1.5), json!(true), json!([1]), json!("")] {
        ada.post(PATH, rust_with("category", bad)).await.blames("category");
    }
    let none = ada.post(PATH, rust_with("category", Json::Null)).await.is(201);
    assert_eq!((&none["category"], &none["category_name"]), (&Json::Null, &Json::Null));
    let id = tests::person::id(&none);
    let seventh = ada.patch(&one(id), json!({"category": "7"})).await.is(200);
    assert_eq!(seventh["category_name"], "Education and Tutoring");
    assert_eq!(ada.patch(&one(id), json!({})).await.is(200)["category"], 7);
    assert_eq!(ada.patch(&one(id), json!({"category": null})).await.is(200)["category"], Json::Null);
    let absent = ada.post(PATH, json!({"skill_name": "Go", "proficiency_level": "expert"})).await.is(201);
    assert_eq!(absent["category"], Json::Null);
}

#[tokio::test]
async fn a_level_is_one_of_four_in_any_case() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for level in ["Beginner", "INTERMEDIATE", "advanced", "eXpert"] {
        let skill = json!({"skill_name": level, "proficiency_level": level});
        assert_eq!(ada.post(PATH, skill).await.is(201)["proficiency_level"], level.to_lowercase());
    }
    for bad in [json!("master"), json!(""), json!(3), Json::Null, json!(" expert")] {
        ada.post(PATH, rust_with("proficiency_level", bad)).await.blames("proficiency_level");
    }
}

#[tokio::test]
async fn a_skill_needs_a_name_and_a_level_but_a_patch_may_omit_them() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let id = ada.adds_skill("Rust").await;
    let refusal = ada.post(PATH, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["skill_name", "proficiency_level"]);
    let refusal = ada.put(&one(id), json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["skill_name", "proficiency_level"]);
    ada.patch(&one(id), json!({})).await.is(200);
    for bad in [json!(""), json!("x".repeat(101)), Json::Null, json!(7), json!("a\u{0}b"), json!(["Rust"])] {
        ada.post(PATH, rust_with("skill_name", bad.clone())).await.blames("skill_name");
        ada.patch(&one(id), json!({"skill_name": bad})).await.blames("skill_name");
    }
    ada.post(PATH, rust_with("skill_name", "é".repeat(100))).await.is(201);
}

#[tokio::test]
async fn a_skill_whose_name_is_equal_to_a_reader_is_a_second_one_of_that_name() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    for (one, other) in [
        ("Straßenbau", "STRASSENBAU"),
        ("ΛΌΓΟΣ", "λόγος"),
        ("Cafe\u{301}", "CAFÉ"),
        ("ﬁnance", "Finance"),
        ("Ｒｕｓｔ", "rust"),
        ("Go", "G\u{ad}o"),
    ] {
        ada.post(PATH, rust_with("skill_name", one)).await.is(201);
        ada.post(PATH, rust_with("skill_name", other)).await.blames("skill_name");
        for asked in [one, other] {
            let query: String =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("skill", asked).finish();
            assert_eq!(bob.all(&format!("/api/users/?{query}")).await.len(), 1, "{asked}");
        }
    }
}

#[tokio::test]
async fn a_second_skill_of_one_name_is_refused_without_regard_to_case() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let rust = ada.adds_skill("Rust").await;
    let go = ada.adds_skill("Go").await;
    ada.post(PATH, rust_with("skill_name", "RUST")).await.blames("skill_name");
    ada.patch(&one(go), json!({"skill_name": "rust"})).await.blames("skill_name");
    assert_eq!(ada.patch(&one(rust), json!({"skill_name": "rUST"})).await.is(200)["skill_name"], "rUST");
    let bob = world.register("bob").await;
    bob.adds_skill("Rust").await;
}

#[tokio::test]
async fn the_fifty_first_skill_is_refused() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for number in 0..50 {
        ada.adds_skill(&format!("Skill {number}")).await;
    }
    ada.post(PATH, rust()).await.refuses(400, "validation");
    let all = ada.all("/api/user-skills/?limit=7").await;
    assert_eq!(all.len(), 50);
    let ids = ids(&all);
    assert!(ids.is_sorted(), "by ascending id");
    ada.delete(&one(ids[0])).await.is(204);
    ada.post(PATH, rust()).await.is(201);
}

#[tokio::test]
async fn the_server_says_whose_a_skill_is() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let mut body = rust_with("user", bob.id);
    body["id"] = 5.into();
    let skill = ada.post(PATH, body).await.is(201);
    assert_eq!(skill["user"], ada.id);
    assert_ne!(skill["id"], 5);
    let id = tests::person::id(&skill);
    assert_eq!(ada.patch(&one(id), json!({"user": bob.id, "id": 6})).await.is(200), skill);
    assert!(bob.all(PATH).await.is_empty());
}

async fn is_nothing_to(person: &Person, path: &str, body: Json) {
    person.get(path).await.refuses(404, "not_found");
    person.put(path, body.clone()).await.refuses(404, "not_found");
    person.patch(path, body).await.refuses(404, "not_found");
    person.delete(path).await.refuses(404, "not_found");
}

#[tokio::test]
async fn skills_of_others_do_not_exist() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let id = ada.adds_skill("Rust").await;
    is_nothing_to(&bob, &one(id), rust()).await;
    for unknown in ["1", "0", "-1", "x", "9007199254740993"] {
        is_nothing_to(&ada, &format!("{PATH}{unknown}/"), rust()).await;
    }
    assert_eq!(ada.get(&one(id)).await.is(200)["skill_name"], "Rust");
}
