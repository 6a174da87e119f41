//! Finding an expert among so many that no page of the index names them all.

use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, World};

/// An id as the keys write it.
fn id_text(id: i64) -> String {
    (0..11).rev().map(|place: u32| char::from_digit((id >> (place * 5)) as u32 & 31, 32).unwrap()).collect()
}

/// As many experts as `expert`, past the application: all who say the same.
fn crowd(world: &World, expert: &Person, size: i64) {
    let (own, number) = (id_text(expert.id), expert.id.to_string());
    let items = world
        .table
        .items()
        .into_iter()
        .filter(|item| item["sk"]["S"] == "PROFILE" || item["pk"]["S"].as_str().unwrap().starts_with("FIND#"));
    let items: Vec<_> = items.map(|item| item.to_string()).filter(|item| item.contains(&own)).collect();
    let copies = (1..size).flat_map(|n| {
        let id = expert.id + 2 * n;
        items.iter().map({
            let (own, number) = (own.clone(), number.clone());
            move |item| {
                serde_json::from_str(&item.replace(&own, &id_text(id)).replace(&number, &id.to_string())).unwrap()
            }
        })
    });
    world.table.import(copies.collect());
}

async fn listed(viewer: &Person, query: &str) -> Json {
    viewer.get(&c(&format!("experts/?{query}"))).await.is(200)
}

#[track_caller]
fn has(page: &Json, count: usize, shown: usize) {
    assert_eq!((page["count"].as_u64(), page["results"].as_array().unwrap().len()), (Some(count as u64), shown));
}

/// A hundred and twenty experts, each with ten words that begin alike, and one more with a word of their own.
async fn a_crowd() -> (World, Person) {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    let words = (0..10).map(|n| format!("zenith{n}")).collect::<Vec<_>>().join(" ");
    expert.patch(&c("experts/me/"), json!({"bio": words})).await.is(200);
    crowd(&world, &expert, 120);
    let other = world.expert("other").await;
    other.patch(&c("experts/me/"), json!({"bio": format!("{words} xy")})).await.is(200);
    let stranger = Person::stranger(&world, "stranger");
    (world, stranger)
}

#[tokio::test]
async fn a_beginning_of_many_words_of_each_finds_everybody() {
    let (_, stranger) = a_crowd().await;
    has(&listed(&stranger, "search=zenith&page_size=100").await, 121, 100);
    has(&listed(&stranger, "search=zenith&page_size=100&page=2").await, 121, 21);
    // The rarer word is read as a whole, whichever comes first.
    has(&listed(&stranger, "search=zenith+zeno").await, 120, 10);
    has(&listed(&stranger, "search=zenith+xy").await, 1, 1);
}

#[tokio::test]
async fn of_many_who_are_proposed_only_those_who_answer_are_counted() {
    let (_, stranger) = a_crowd().await;
    has(&listed(&stranger, "search=zenith0+general").await, 121, 10);
    has(&listed(&stranger, "search=zenith0+general&specialty=career").await, 0, 0);
    // A sixth word is not looked up.
    has(&listed(&stranger, "search=zenith0+zenith1+zenith2+zenith3+zenith4+xy").await, 1, 1);
}
