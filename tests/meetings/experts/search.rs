//! Finding people (§2).

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tests::meetings::suspend;
use tests::person::next_page;
use tests::shape::{each, has_exactly};
use tests::{Person, World};

/// Somebody with a name, a headline and skills, each with a category.
async fn expert(world: &World, username: &str, name: (&str, &str), headline: &str, skills: &[(&str, i64)]) -> Person {
    let person = world.register(username).await;
    let profile = json!({"first_name": name.0, "last_name": name.1, "headline": headline});
    person.patch("/api/users/me/", profile).await.is(200);
    for (skill, category) in skills {
        let body = json!({"skill_name": skill, "proficiency_level": "expert", "category": category});
        person.post("/api/user-skills/", body).await.is(201);
    }
    person
}

/// Four people to find, and one who looks.
async fn a_market() -> (World, Person) {
    let world = World::new().await;
    expert(&world, "jose", ("José", "García"), "Niños & código", &[("Python programming", 1), ("Salsa", 6)]).await;
    expert(&world, "lukasz", ("Łukasz", "Ødegård"), "Backend engineer", &[("Rust", 1), ("Data Engineering", 1)]).await;
    expert(&world, "marie", ("Marie", "Curie"), "Python breeder", &[("Contract law", 3)]).await;
    expert(&world, "cpp", ("", ""), "", &[("C++", 1), ("Programming in Python", 7)]).await;
    expert(&world, "idle", ("Python", "Rust"), "Knows everything, offers nothing", &[]).await;
    let seeker = expert(&world, "seeker", ("Python", "Rust"), "Python Rust", &[("Python Rust", 1)]).await;
    (world, seeker)
}

async fn found(seeker: &Person, query: &str) -> BTreeSet<String> {
    let people = seeker.all(&format!("/api/users/?{query}")).await;
    let names: BTreeSet<_> = people.iter().map(|person| person["username"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), people.len(), "nobody twice: {query}");
    names
}

#[track_caller]
fn are(found: BTreeSet<String>, expected: &[&str]) {
    assert_eq!(found, expected.iter().map(|name| (*name).to_owned()).collect());
}

#[tokio::test]
async fn without_a_question_everybody_with_a_skill_is_listed_but_the_caller() {
    let (_, seeker) = a_market().await;
    are(found(&seeker, "").await, &["jose", "lukasz", "marie", "cpp"]);
    are(found(&seeker, "skill=&search=").await, &["jose", "lukasz", "marie", "cpp"]);
}

#[tokio::test]
async fn every_word_of_skill_begins_a_word_of_one_skill() {
    let (_, seeker) = a_market().await;
    are(found(&seeker, "skill=python").await, &["jose", "cpp"]);
    are(found(&seeker, "skill=PYTH").await, &["jose", "cpp"]);
    are(found(&seeker, "skill=prog+py").await, &["jose", "cpp"]);
    are(found(&seeker, "skill=ython").await, &[]);
    are(found(&seeker, "skill=c%2B%2B").await, &["cpp"]);
    are(found(&seeker, "skill=c").await, &["cpp", "marie"]);
    // One skill, not two of them together.
    are(found(&seeker, "skill=rust+engineering").await, &[]);
    are(found(&seeker, "skill=python+salsa").await, &[]);
}

#[tokio::test]
async fn every_word_of_search_begins_a_word_of_name_username_headline_or_skill() {
    let (_, seeker) = a_market().await;
    are(found(&seeker, "search=python").await, &["jose", "cpp", "marie"]);
    are(found(&seeker, "search=cpp").await, &["cpp"]);
    are(found(&seeker, "search=curie+law").await, &["marie"]);
    are(found(&seeker, "search=backend+rust+lukasz").await, &["lukasz"]);
    are(found(&seeker, "search=backend+python").await, &[]);
}

#[tokio::test]
async fn letter_case_and_accents_make_no_difference() {
    let (_, seeker) = a_market().await;
    for query in ["JOSE+garcia", "Jos%C3%A9", "Jose%CC%81", "ni%C3%B1os+CODIGO", "ninos"] {
        are(found(&seeker, &format!("search={query}")).await, &["jose"]);
    }
    are(found(&seeker, "search=lukasz+odegard").await, &["lukasz"]);
    are(found(&seeker, "search=%C5%81UKASZ").await, &["lukasz"]);
    are(found(&seeker, "search=%EF%BC%B2%EF%BD%95%EF%BD%93%EF%BD%94").await, &["lukasz"]);
}

#[tokio::test]
async fn several_parameters_all_apply() {
    let (_, seeker) = a_market().await;
    are(found(&seeker, "category=1").await, &["jose", "lukasz", "cpp"]);
    are(found(&seeker, "category_id=3").await, &["marie"]);
    are(found(&seeker, "category=1&skill=python").await, &["jose", "cpp"]);
    are(found(&seeker, "category=6&skill=python&search=garcia").await, &["jose"]);
    are(found(&seeker, "category=6&search=rust").await, &[]);
    are(found(&seeker, "category=99").await, &[]);
    are(found(&seeker, "category=-1").await, &[]);
}

#[tokio::test]
async fn a_bad_filter_is_refused() {
    let (_, seeker) = a_market().await;
    for (query, field) in [
        (format!("skill={}", "x".repeat(101)), "skill"),
        (format!("search={}", "x".repeat(101)), "search"),
        ("category=law".to_owned(), "category"),
        ("category=".to_owned(), "category"),
        ("category=1.5".to_owned(), "category"),
        ("category=1&category=2".to_owned(), "category"),
        ("skill=a%00b".to_owned(), "skill"),
    ] {
        seeker.get(&format!("/api/users/?{query}")).await.blames(field);
    }
    seeker.get(&format!("/api/users/?skill={}", "%C3%A9".repeat(100))).await.is(200);
    seeker.get("/api/users/?skill=+%2B%21").await.is(200);
}

#[tokio::test]
async fn a_result_is_a_public_profile() {
    let (_, seeker) = a_market().await;
    let people = seeker.all("/api/users/?search=marie").await;
    let profile = seeker.get(&format!("/api/users/{}/", people[0]["id"])).await.is(200);
    assert_eq!(people, std::slice::from_ref(&profile));
    assert_eq!(profile.get("email"), None);
    has_exactly(&profile["skills"][0], &["id", "user", "category", "category_name", "skill_name", "proficiency_level"]);
}

#[tokio::test]
async fn a_change_of_the_profile_is_found_under_its_new_words_only() {
    let world = World::new().await;
    let (ada, seeker) = (world.register("ada").await, world.register("seeker").await);
    let skill = ada.adds_skill("Fortran").await;
    are(found(&seeker, "skill=fortran").await, &["ada"]);
    ada.patch(&format!("/api/user-skills/{skill}/"), json!({"skill_name": "Haskell", "category": null})).await.is(200);
    are(found(&seeker, "skill=fortran").await, &[]);
    are(found(&seeker, "category=1").await, &[]);
    are(found(&seeker, "skill=hask").await, &["ada"]);
    ada.patch("/api/users/me/", json!({"headline": "Compilers"})).await.is(200);
    are(found(&seeker, "search=compil").await, &["ada"]);
    ada.delete(&format!("/api/user-skills/{skill}/")).await.is(204);
    are(found(&seeker, "search=compil").await, &[]);
    are(found(&seeker, "").await, &[]);
}

#[tokio::test]
async fn pages_end_and_show_each_person_once() {
    let world = World::new().await;
    let seeker = world.register("seeker").await;
    seeker.adds_skill("Cooking for crowds").await;
    for number in 0..23 {
        // Several words that begin with the query: several places in the index, one person.
        let person = world.register(&format!("cook{number}")).await;
        person.adds_skill("Cooking cookies with cookers").await;
        person.adds_skill("Cook").await;
    }
    for query in ["", "skill=cook&", "search=cook&", "category=1&", "search=c&skill=coo&category=1&"] {
        for limit in [1, 2, 7, 200] {
            let mut people: Vec<Json> = Vec::new();
            let mut next = Some(format!("/api/users/?{query}limit={limit}"));
            while let Some(path) = next {
                let answer = seeker.get(&path).await;
                next = next_page(answer.header("link"));
                let page = answer.is(200);
                let page = page.as_array().unwrap();
                assert!(page.len() <= limit, "a page is never longer than its limit");
                people.extend(page.iter().cloned());
            }
            let ids: BTreeSet<_> = each(&people, "id").into_iter().map(|id| id.as_i64().unwrap()).collect();
            assert_eq!((people.len(), ids.len()), (23, 23), "{query} {limit}");
            assert!(!ids.contains(&seeker.id));
        }
    }
}

#[tokio::test]
async fn the_order_is_stable() {
    let (_, seeker) = a_market().await;
    let first = seeker.all("/api/users/?limit=2").await;
    assert_eq!(seeker.all("/api/users/?limit=2").await, first);
    assert_eq!(seeker.all("/api/users/").await, first);
}

#[tokio::test]
async fn who_is_suspended_between_two_pages_is_not_shown() {
    let (world, seeker) = a_market().await;
    let people = seeker.all("/api/users/").await;
    let answer = seeker.get("/api/users/?limit=2").await;
    let next = next_page(answer.header("link")).unwrap();
    for person in &people {
        let ghost = Person { id: person["id"].as_i64().unwrap(), ..Person::stranger(&world, "ghost") };
        suspend(&ghost).await;
    }
    assert!(seeker.all(&next).await.is_empty());
}
