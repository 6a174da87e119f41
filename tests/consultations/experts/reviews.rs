//! What clients say of an expert (§4).

use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, World, minute};

async fn list(viewer: &Person, expert: &Person, query: &str) -> Json {
    viewer.get(&c(&format!("experts/{}/reviews/?{query}", expert.id))).await.is(200)
}

/// `client` met `expert` in half an hour's time; both may say what they think of it.
async fn meet(client: &Person, expert: &Person) -> i64 {
    let world = &client.world;
    let start = world.now() + chrono::TimeDelta::hours(1);
    let meeting = client.books(expert, start, 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(start + chrono::TimeDelta::minutes(31));
    expert.declares(meeting, "completed").await.is(200);
    meeting
}

async fn people() -> (World, Person, Person, Person) {
    let world = World::new().await;
    let (expert, client) = (world.expert("zeno").await, world.register("client").await);
    client.buys(10).await;
    let stranger = Person::stranger(&world, "stranger");
    (world, expert, client, stranger)
}

#[tokio::test]
async fn reviews_received_as_expert_are_listed_newest_first() {
    let (world, expert, client, stranger) = people().await;
    world.set_clock(minute(5));
    let mut meetings = Vec::new();
    for rating in [3, 4, 5] {
        let meeting = meet(&client, &expert).await;
        client.reviews(meeting, &expert, rating).await.is(201);
        expert.reviews(meeting, &client, 1).await.is(201);
        meetings.push(meeting);
    }
    // As a client somebody is reviewed too, but not as expert.
    let other = world.expert("other").await;
    let lesson = meet(&expert, &other).await;
    other.reviews(lesson, &expert, 1).await.is(201);

    let page = list(&stranger, &expert, "").await;
    assert_eq!((&page["count"], &page["page"], &page["page_size"]), (&json!(3), &json!(1), &json!(10)));
    let ratings =
        |page: &Json| page["results"].as_array().unwrap().iter().map(|it| it["rating"].clone()).collect::<Vec<_>>();
    assert_eq!(ratings(&page), [5, 4, 3]);
    let keys: Vec<_> = page["results"][0].as_object().unwrap().keys().map(String::as_str).collect();
    let shape = ["consultation", "created_at", "id", "is_anonymous", "rating", "review_text", "reviewer_name"];
    assert_eq!(keys, shape);
    assert_eq!(page["results"][0]["review_text"], "Clear and kind.");
    assert_eq!(ratings(&list(&stranger, &expert, "page=2&page_size=2").await), [3]);
    assert_eq!(ratings(&list(&stranger, &expert, "page=1&page_size=2").await), [5, 4]);
    assert_eq!(ratings(&list(&stranger, &expert, "page=5").await), [0; 0]);

    // Which consultation it was is for those who were there.
    let consultations = |page: Json| {
        page["results"].as_array().unwrap().iter().map(|it| it["consultation"].clone()).collect::<Vec<_>>()
    };
    let all: Vec<_> = meetings.iter().rev().map(|id| json!(id)).collect();
    for party in [&client, &expert] {
        assert_eq!(consultations(list(party, &expert, "").await), all);
    }
    for outsider in [&stranger, &other] {
        assert_eq!(consultations(list(outsider, &expert, "").await), [Json::Null, Json::Null, Json::Null]);
    }
}

#[tokio::test]
async fn an_anonymous_reviewer_is_named_to_nobody_but_themselves() {
    let (world, expert, client, stranger) = people().await;
    let meeting = meet(&client, &expert).await;
    client.reviews(meeting, &expert, 5).await.is(201);
    let name = async |viewer: &Person| list(viewer, &expert, "").await["results"][0]["reviewer_name"].clone();
    assert_eq!(name(&stranger).await, "client");
    let mut review =
        world.table.items().into_iter().find(|item| item["sk"]["S"].as_str().unwrap().starts_with("REVIEW#")).unwrap();
    review["anonymous"] = json!({"BOOL": true});
    world.table.import(vec![review]);
    assert_eq!(name(&client).await, "client");
    for other in [&stranger, &expert] {
        assert_eq!(name(other).await, Json::Null);
    }
    assert_eq!(list(&stranger, &expert, "").await["results"][0]["is_anonymous"], true);
}

#[tokio::test]
async fn a_page_that_is_none_is_refused() {
    let (_, expert, _, stranger) = people().await;
    let path = |query: &str| c(&format!("experts/{}/reviews/?{query}", expert.id));
    for (query, field) in [("page=0", "page"), ("page=x", "page"), ("page_size=0", "page_size")] {
        stranger.get(&path(query)).await.blames(field);
    }
    stranger.get(&path("page=11&page_size=100")).await.refuses(400, "page_too_deep");
    assert_eq!(list(&stranger, &expert, "page=10&page_size=100").await["count"], 0);
}

#[tokio::test]
async fn a_review_moves_its_expert_in_the_directory_at_once() {
    let (world, expert, client, stranger) = people().await;
    let rival = world.expert("rival").await;
    rival.alter(|user| user.expert.as_mut().unwrap().experience_years = 60).await;
    let listed = async |query: &str| {
        let page = stranger.get(&c(&format!("experts/?{query}"))).await.is(200);
        page["results"].as_array().unwrap().iter().map(|card| card["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [rival.id, expert.id]);
    for (rating, mean) in [(5, json!(5)), (2, json!(3.5))] {
        let meeting = meet(&client, &expert).await;
        client.reviews(meeting, &expert, rating).await.is(201);
        assert_eq!(listed("").await, [expert.id, rival.id], "once each");
        assert_eq!(listed("specialty=general&min_rating=3.5").await, [expert.id]);
        assert_eq!(stranger.get(&c(&format!("experts/{}/", expert.id))).await.is(200)["rating"], mean);
    }
    assert_eq!(listed("min_rating=3.51").await, [0; 0]);
    assert_eq!(list(&stranger, &expert, "").await["count"], 2);
}
