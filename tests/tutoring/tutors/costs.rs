//! What tutors ask of the table (issue 12, "Figures").

use serde_json::{Value as Json, json};
use tests::tutoring::people::{PROFILE, TUTORS, tutor};
use tests::{Costs, Person, Setup, World};

/// An id as keys have it.
fn id_text(id: i64) -> String {
    let letter = |place: u32| char::from_digit((id >> (place * 5)) as u32 & 31, 32).expect("a digit");
    (0..11).rev().map(letter).collect()
}

/// So many more cards like this tutor's, written past the application.
fn multiply(world: &World, tutor: &Person, how_many: i64) {
    let own = id_text(tutor.id);
    let is_theirs = |item: &Json| item["sk"]["S"] == "CARD" && item.to_string().contains(&own);
    let card = world.table.items().into_iter().find(is_theirs).expect("a card").to_string();
    assert!(card.contains("created_at"), "it says something: {card}");
    let copy = |n: i64| serde_json::from_str(&card.replace(&own, &id_text(tutor.id + 2 * n))).expect("an item");
    let count = json!({
        "pk": {"S": "FIND#CARDS"}, "sk": {"S": "COUNT"}, "shape": {"N": "1"},
        "cards": {"N": (how_many + 1).to_string()},
    });
    world.table.import((1..=how_many).map(copy).chain([count]).collect());
}

/// Path and query of where a page leads.
fn next(page: &Json) -> String {
    page["next"].as_str().unwrap().split_once(".org").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_page_of_a_thousand_tutors_costs_little_however_deep_it_is() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let tess = world.applicant("tess").await.person;
    let said = json!({
        "bio": "I have taught sailing for twenty years. ".repeat(5), "skills": "sailing, knots, weather",
        "languages": "en, fr", "hourly_rate": "25.00",
    });
    tess.patch(PROFILE, said).await.is(200);
    root.post(&tutor(tess.id, "approve/"), json!({})).await.is(200);
    world.settles().await;
    multiply(&world, &tess, 999);
    let anybody = Person::stranger(&world, "anybody");
    let mut costs = Costs::new(&world);
    let first = costs.of("20 of 1,000 tutors", (2, 4.0, 0.0), anybody.get(TUTORS)).await.is(200);
    assert_eq!((&first["count"], first["results"].as_array().unwrap().len()), (&json!(1_000), 20));
    let deep = anybody.get(&format!("{TUTORS}?page=50")).await.is(200);
    assert_eq!((&deep["next"], deep["results"].as_array().unwrap().len()), (&Json::Null, 20));
    let mut behind = next(&first);
    for _ in 0..5 {
        behind = next(&anybody.get(&behind).await.is(200));
    }
    costs.of("a page far behind, by its cursor", (2, 4.0, 0.0), anybody.get(&behind)).await.is(200);
    let filtered = format!("{TUTORS}?ordering=hourly_rate&instant_booking=false");
    costs.of("all of them, ordered otherwise", (2, 150.0, 0.0), anybody.get(&filtered)).await.is(200);
    costs.hold();
}

#[tokio::test]
async fn looking_at_a_tutor_and_deciding_about_one_have_their_bounds() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let tess = world.applicant("tess").await.person;
    let mut costs = Costs::new(&world);
    let [approval, rejection] = ["approve/", "reject/"].map(|step| tutor(tess.id, step));
    costs.of("approve", (5, 5.0, 60.0), root.post(&approval, json!({}))).await.is(200);
    costs.of("reject", (5, 5.0, 60.0), root.post(&rejection, json!({"reason": "x"}))).await.is(200);
    root.post(&approval, json!({})).await.is(200);
    let anybody = Person::stranger(&world, "anybody");
    let own = tutor(tess.id, "");
    costs.of("look at one", (1, 3.0, 0.0), anybody.get(&own)).await.is(200);
    costs.of("look at oneself", (2, 4.0, 0.0), tess.get(&own)).await.is(200);
    costs.of("own profile as a tutor", (3, 6.0, 0.0), tess.get(PROFILE)).await.is(200);
    costs.hold();
}
