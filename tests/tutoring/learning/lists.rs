//! Lists of courses: filters, searches, orders, pages.

use serde_json::{Value as Json, json};
use tests::courses::COURSES;
use tests::person::id;
use tests::shape::{has_exactly, ids};
use tests::{Person, World};

async fn course(person: &Person, title: &str, more: Json) -> i64 {
    person.world.advance(chrono::TimeDelta::seconds(1));
    let mut course = json!({"title": title, "is_published": true});
    for (name, value) in more.as_object().unwrap() {
        course[name] = value.clone();
    }
    id(&person.post(COURSES, course).await.is(201))
}

#[tokio::test]
async fn courses_are_found_by_what_is_asked_for() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.mentor("ada", 2_500).await, world.mentor("bob", 2_500).await, world.admin().await);
    let looms = course(&ada, "Looms", json!({"category": "arts", "price": "5.00"})).await;
    let about = json!({"description": "Threads of Łódź, on looms.", "category": "business", "price": "10.00"});
    let mills = course(&ada, "mills", about).await;
    let rust = course(&bob, "Rust", json!({"description": "Borrowed.", "category": "programming"})).await;
    let draft = course(&ada, "Looms at rest", json!({"is_published": false})).await;
    let nobody = ada.signed_out();
    let found = async |person: &Person, query: &str| ids(&person.rows(&format!("courses/?{query}")).await);
    assert_eq!(found(&nobody, "").await, [rust, mills, looms]);
    for (query, expected) in [
        ("ordering=created_at", vec![looms, mills, rust]),
        ("ordering=price", vec![rust, looms, mills]),
        ("ordering=-price", vec![mills, looms, rust]),
        ("ordering=title", vec![looms, mills, rust]),
        ("ordering=-title", vec![rust, mills, looms]),
        ("category=arts", vec![looms]),
        ("min_price=5", vec![mills, looms]),
        ("max_price=5.00", vec![rust, looms]),
        ("min_price=5.01&max_price=99999999.99", vec![mills]),
        ("search=loom", vec![mills, looms]),
        ("search=LOOMS%20lodz", vec![mills]),
        ("search=ooms", vec![]),
        ("search=loom&category=arts", vec![looms]),
        ("search=loom&ordering=price", vec![looms, mills]),
        ("search=%20%3F", vec![rust, mills, looms]),
    ] {
        assert_eq!(found(&nobody, query).await, expected, "{query}");
    }
    let of_ada = format!("tutor={}", ada.id);
    assert_eq!(found(&nobody, &of_ada).await, [mills, looms]);
    assert_eq!(found(&bob, &of_ada).await, [mills, looms], "drafts are not for others");
    assert_eq!(found(&admin, &of_ada).await, [draft, mills, looms]);
    assert_eq!(found(&admin, "").await, [rust, mills, looms], "without tutor or mine no drafts");
    assert_eq!(found(&ada, "mine=true").await, [draft, mills, looms]);
    assert_eq!(found(&ada, "mine=true&search=loom&ordering=title").await, [looms, draft, mills]);
    assert_eq!(found(&ada, &format!("mine=true&tutor={}", bob.id)).await, Vec::<i64>::new());
    assert_eq!(found(&ada, "mine=false").await, [rust, mills, looms]);
    nobody.get(&format!("{COURSES}?mine=true")).await.refuses(401, "not_authenticated");
    for (query, field) in [
        ("category=cooking", "category"),
        ("tutor=x", "tutor"),
        ("min_price=cheap", "min_price"),
        ("max_price=1.001", "max_price"),
        ("mine=perhaps", "mine"),
        ("ordering=rating", "ordering"),
        ("page=0", "page"),
        ("page_size=0", "page_size"),
    ] {
        nobody.get(&format!("{COURSES}?{query}")).await.blames(field);
    }
    nobody.get(&format!("{COURSES}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    nobody.get(&format!("{COURSES}?page=2")).await.refuses(404, "not_found");
    // What is renamed is found by its new words only, what is withdrawn by none.
    ada.patch(&format!("{COURSES}{looms}/"), json!({"title": "Spindles"})).await.is(200);
    assert_eq!(found(&nobody, "search=loom").await, [mills]);
    assert_eq!(found(&nobody, "search=spind").await, [looms]);
    ada.patch(&format!("{COURSES}{mills}/"), json!({"is_published": false})).await.is(200);
    assert_eq!(found(&nobody, "search=loom").await, Vec::<i64>::new());
    assert_eq!(found(&nobody, "").await, [rust, looms]);
    ada.delete(&format!("{COURSES}{looms}/")).await.is(204);
    assert_eq!(found(&nobody, "search=spind").await, Vec::<i64>::new());
}

#[tokio::test]
async fn pages_lead_forth_and_back_and_keep_every_filter() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(course(&ada, &format!("Course {n}"), json!({"price": n, "category": "music"})).await);
    }
    let newest: Vec<_> = made.iter().rev().copied().collect();
    for (query, expected) in [
        ("page_size=3", &newest),
        ("page_size=3&ordering=created_at", &made),
        ("page_size=2&category=music&ordering=-price", &newest),
        ("page_size=2&search=course&ordering=title", &made),
        ("page_size=3&mine=true", &newest),
    ] {
        assert_eq!(&ids(&ada.rows(&format!("courses/?{query}")).await), expected, "{query}");
        let second = ada.get(&format!("{COURSES}?{query}&page=2")).await.is(200);
        has_exactly(&second, &["count", "next", "previous", "results"]);
        assert_eq!(second["count"], 7, "{query}");
        let previous = second["previous"].as_str().unwrap();
        assert!(query.split('&').all(|part| previous.contains(part)), "{previous}");
        let path = previous.split_once("example.org").unwrap().1;
        let first = ada.get(path).await.is(200);
        let size = first["results"].as_array().unwrap().len();
        assert_eq!(ids(first["results"].as_array().unwrap()), expected[..size], "{query}");
        assert!(first["previous"].is_null() && first["next"].is_string(), "{query}");
    }
    let page = ada.get(&format!("{COURSES}?page_size=3")).await.is(200);
    let cursor = page["next"].as_str().unwrap().split_once("cursor=").unwrap().1.to_owned();
    let of_another = format!("{COURSES}?page_size=3&category=music&cursor={cursor}");
    ada.get(&of_another).await.refuses(400, "invalid_cursor");
    ada.get(&format!("{COURSES}?cursor={}x", &cursor[1..])).await.refuses(400, "invalid_cursor");
    assert_eq!(ada.get(&format!("{COURSES}?page_size=500")).await.is(200)["results"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_course_of_very_many_words_is_found_by_its_first_thousand_and_forgotten_by_all() {
    let world = World::new().await;
    let ada = world.mentor("ada", 2_500).await;
    let words = |from: usize| (from..from + 1100).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let long = course(&ada, "Words", json!({"description": words(1000)})).await;
    let nobody = ada.signed_out();
    let found = async |word: &str| ids(&nobody.rows(&format!("courses/?search={word}")).await);
    assert_eq!((found("w1000").await, found("w1900").await), (vec![long], vec![long]));
    ada.patch(&format!("{COURSES}{long}/"), json!({"description": words(5000)})).await.is(200);
    assert_eq!((found("w1000").await, found("w5900").await), (vec![], vec![long]));
    let entries = || {
        let items = world.table.items();
        items.iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("FIND#COURSE#")).count()
    };
    assert_eq!(entries(), 1000);
    ada.delete(&format!("{COURSES}{long}/")).await.is(204);
    assert_eq!(entries(), 0);
}
