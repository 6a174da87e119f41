//! Finding an expert (§4).

use std::collections::BTreeSet;

use domain::expert::{Specialty, Standing};
use domain::person::User;
use domain::review::Tally;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, World, at_once};

/// What everybody sees of an expert.
const CARD: [&str; 17] = [
    "bio",
    "created_at",
    "currency",
    "email",
    "experience_years",
    "id",
    "is_active",
    "is_verified",
    "name",
    "price_per_session",
    "profile_picture_url",
    "rating",
    "review_count",
    "specialty",
    "updated_at",
    "verification_status",
    "",
];

/// An expert of a specialty, with a rating in hundredths from one review of each kind needed, and years.
async fn expert(world: &World, name: &str, specialty: Specialty, rating: (u32, u32), years: u8) -> Person {
    let person = world.expert(name).await;
    person
        .alter(|user| {
            user.tally_as_expert = Tally { count: rating.0, sum: rating.1 };
            adjust(user, specialty, years);
        })
        .await;
    person
}

fn adjust(user: &mut User, specialty: Specialty, years: u8) {
    let expert = user.expert.as_mut().unwrap();
    (expert.specialty, expert.experience_years) = (specialty, years);
}

async fn listed(viewer: &Person, query: &str) -> Json {
    viewer.get(&c(&format!("experts/?{query}"))).await.is(200)
}

fn names(page: &Json) -> Vec<&str> {
    page["results"].as_array().unwrap().iter().map(|card| card["name"].as_str().unwrap()).collect()
}

async fn found(viewer: &Person, query: &str) -> Vec<String> {
    let page = listed(viewer, query).await;
    assert_eq!(page["count"], page["results"].as_array().unwrap().len(), "{query}");
    names(&page).into_iter().map(str::to_owned).collect()
}

/// Four experts in the order they are listed in, and a stranger.
async fn a_market() -> (World, Person) {
    let world = World::new().await;
    expert(&world, "dora", Specialty::Health, (0, 0), 3).await;
    expert(&world, "carl", Specialty::Career, (3, 13), 5).await;
    expert(&world, "bela", Specialty::Career, (2, 9), 5).await;
    expert(&world, "anna", Specialty::Health, (2, 9), 6).await;
    let stranger = Person::stranger(&world, "stranger");
    (world, stranger)
}

#[tokio::test]
async fn experts_are_listed_by_rating_then_experience_then_id() {
    let (world, stranger) = a_market().await;
    assert_eq!(found(&stranger, "").await, ["anna", "bela", "carl", "dora"]);
    expert(&world, "emil", Specialty::Career, (4, 18), 5).await;
    assert_eq!(found(&stranger, "").await, ["anna", "bela", "emil", "carl", "dora"], "the same as bela, but later");
    let first = &listed(&stranger, "").await["results"][0];
    assert_eq!((&first["rating"], &first["review_count"]), (&json!(4.5), &json!(2)));
}

#[tokio::test]
async fn a_page_says_how_many_there_are_and_which_one_it_is() {
    let (_, stranger) = a_market().await;
    let page = listed(&stranger, "page=2&page_size=3").await;
    assert_eq!((&page["count"], &page["page"], &page["page_size"]), (&json!(4), &json!(2), &json!(3)));
    assert_eq!(names(&page), ["dora"]);
    assert_eq!(names(&listed(&stranger, "page=9").await), [""; 0]);
    assert_eq!(listed(&stranger, "page=9").await["count"], 4);
    assert_eq!(listed(&stranger, "page_size=1000").await["page_size"], 100);
    let page = listed(&stranger, "search=a&page=2&page_size=1").await;
    assert_eq!((&page["count"], names(&page)), (&json!(1), vec![]), "of a search too");
}

#[tokio::test]
async fn what_is_no_page_or_filter_is_refused() {
    let (_, stranger) = a_market().await;
    for (query, field) in [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=1.5", "page"),
        ("page_size=0", "page_size"),
        ("page_size=-1", "page_size"),
        ("specialty=cooking", "specialty"),
        ("specialty=Career", "specialty"),
        ("min_rating=5.01", "min_rating"),
        ("min_rating=5.001", "min_rating"),
        ("min_rating=-0.001", "min_rating"),
        ("min_rating=-1", "min_rating"),
        ("min_rating=good", "min_rating"),
        ("min_rating=true", "min_rating"),
    ] {
        stranger.get(&c(&format!("experts/?{query}"))).await.blames(field);
    }
    stranger.get(&c(&format!("experts/?search={}", "x".repeat(101)))).await.blames("search");
    listed(&stranger, &format!("search={}", "x".repeat(100))).await;
    stranger.get(&c("experts/?page=101&page_size=10")).await.refuses(400, "page_too_deep");
    stranger.get(&c("experts/?page=9007199254740993&page_size=100")).await.refuses(400, "page_too_deep");
    listed(&stranger, "page=100&page_size=10").await;
}

#[tokio::test]
async fn specialty_and_rating_choose_among_them_alone_and_together() {
    let (_, stranger) = a_market().await;
    assert_eq!(found(&stranger, "specialty=career").await, ["bela", "carl"]);
    assert_eq!(found(&stranger, "specialty=spiritual").await, [""; 0]);
    assert_eq!(found(&stranger, "min_rating=4.33").await, ["anna", "bela", "carl"]);
    assert_eq!(found(&stranger, "min_rating=4.34").await, ["anna", "bela"]);
    assert_eq!(found(&stranger, "min_rating=4.325").await, ["anna", "bela", "carl"], "any decimals");
    assert_eq!(found(&stranger, "min_rating=4.3333333333333333333").await, ["anna", "bela"], "4.33 is less");
    assert_eq!(found(&stranger, "min_rating=0").await, ["anna", "bela", "carl", "dora"]);
    assert_eq!(found(&stranger, "min_rating=4.5&specialty=health").await, ["anna"]);
    assert_eq!(found(&stranger, "min_rating=5").await, [""; 0]);
}

#[tokio::test]
async fn every_word_of_a_search_begins_a_word_of_name_specialty_or_bio() {
    let (world, stranger) = a_market().await;
    let jose = expert(&world, "jose", Specialty::Career, (1, 5), 1).await;
    jose.patch(&c("experts/me/"), json!({"name": "José García", "bio": "CVs, interviews and C++."})).await.is(200);
    for query in
        ["jose", "JOS", "garc%C3%ADa", "career+cv", "c%2B%2B+jos", "interviews", "gar+inter+care+jose+cvs+and+c"]
    {
        assert_eq!(found(&stranger, &format!("search={query}")).await, ["José García"], "{query}");
    }
    assert_eq!(found(&stranger, "search=car").await, ["José García", "bela", "carl"]);
    for query in ["ose", "jose+health", "rust", "jose@example"] {
        assert_eq!(found(&stranger, &format!("search={query}")).await, [""; 0], "{query}");
    }
    assert_eq!(found(&stranger, "search=ca&specialty=career&min_rating=4.5").await, ["José García", "bela"]);
    assert_eq!(found(&stranger, "search=+%3F%21+").await.len(), 5, "no words, no question");
}

#[tokio::test]
async fn whoever_changes_what_they_say_is_found_under_that_and_nothing_else() {
    let (world, stranger) = a_market().await;
    let expert = world.expert("zeno").await;
    let says = async |bio: &str| expert.patch(&c("experts/me/"), json!({"bio": bio})).await.is(200);
    says("Paradoxes and tortoises").await;
    assert_eq!(found(&stranger, "search=tortoise").await, ["zeno"]);
    says("Arrows and tortoises").await;
    assert_eq!(found(&stranger, "search=arrow").await, ["zeno"]);
    assert_eq!(found(&stranger, "search=tortoise").await, ["zeno"]);
    assert_eq!(found(&stranger, "search=paradox").await, [""; 0]);
    expert.patch("/api/users/me/", json!({"first_name": "Elea"})).await.is(200);
    assert_eq!(found(&stranger, "search=elea").await, ["Elea"], "whichever product they say it in");
    assert_eq!(found(&stranger, "search=zeno").await, [""; 0]);
}

#[tokio::test]
async fn more_words_than_one_transaction_takes_are_found_and_forgotten_too() {
    let (world, stranger) = a_market().await;
    let expert = world.expert("zeno").await;
    let many = |letter: char| (100..280).map(|n| format!("{letter}{n}")).collect::<Vec<_>>().join(" ");
    for letter in ['x', 'y', 'x'] {
        let words = many(letter);
        expert.patch(&c("experts/me/"), json!({"bio": words})).await.is(200);
        for word in [100, 190, 279] {
            assert_eq!(found(&stranger, &format!("search={letter}{word}")).await, ["zeno"]);
        }
        let other = if letter == 'x' { 'y' } else { 'x' };
        assert_eq!(found(&stranger, &format!("search={other}")).await, [""; 0]);
    }
    // Only they themselves are left of it in the index: name, specialty, 180 words.
    let entries = world.table.items().into_iter().filter(|item| {
        item["pk"]["S"].as_str().unwrap().starts_with("FIND#EXPERT#")
            && item["sk"]["S"].as_str().unwrap().starts_with(['x', 'y'])
    });
    assert_eq!(entries.count(), 180);
}

#[tokio::test]
async fn the_longest_bio_is_found_by_its_last_word() {
    let (world, stranger) = a_market().await;
    let expert = world.expert("zeno").await;
    let bio = (0..833).map(|n| format!("w{n:04}")).collect::<Vec<_>>().join(" ");
    assert_eq!(bio.len(), 4997);
    expert.patch(&c("experts/me/"), json!({"bio": bio})).await.is(200);
    assert_eq!(found(&stranger, "search=w0832").await, ["zeno"]);
    expert.patch(&c("experts/me/"), json!({"bio": ""})).await.is(200);
    assert_eq!(found(&stranger, "search=w0").await, [""; 0]);
}

#[tokio::test]
async fn among_more_than_a_hundred_hits_the_best_come_first() {
    let world = World::new().await;
    let stranger = Person::stranger(&world, "stranger");
    let template = expert(&world, "coach", Specialty::Career, (0, 0), 0).await;
    for n in 1..=104_u8 {
        let person = world.register(&format!("coach{n}")).await;
        let (own, copied) = (person.id, template.id);
        assert_ne!(own, copied);
        let years = n % 60;
        let model = world.app.store.user(domain::ids::UserId::new(copied).unwrap()).await.unwrap().unwrap();
        person
            .alter(|user| {
                user.expert = model.expert.clone();
                adjust(user, Specialty::Career, years);
            })
            .await;
    }
    let page = listed(&stranger, "search=coach&page_size=5").await;
    assert_eq!(page["count"], 105);
    assert_eq!(names(&page), ["coach59", "coach58", "coach57", "coach56", "coach55"]);
    let page = listed(&stranger, "search=coach10+career&page_size=5").await;
    assert_eq!(page["count"], 6, "coach10 and coach100 to coach104");
    assert_eq!(names(&page), ["coach104", "coach103", "coach102", "coach101", "coach100"]);
}

#[tokio::test]
async fn only_approved_experts_who_take_bookings_are_listed() {
    let (world, stranger) = a_market().await;
    let admin = world.admin().await;
    let expert = world.expert("zeno").await;
    let path = c(&format!("experts/{}/", expert.id));
    assert_eq!(found(&stranger, "search=zeno").await, ["zeno"], "at once");
    for standing in [Standing::Pending, Standing::UnderReview, Standing::Rejected, Standing::Suspended] {
        expert.alter(|user| user.expert.as_mut().unwrap().standing = standing).await;
        for query in ["search=zeno", "search=general", "specialty=general"] {
            assert_eq!(found(&stranger, query).await, [""; 0], "{standing:?}");
        }
        assert_eq!(found(&stranger, "").await.len(), 4);
        for viewer in [&stranger, &expert, &admin] {
            viewer.get(&path).await.refuses(404, "not_found");
        }
    }
    expert.alter(|user| user.expert.as_mut().unwrap().standing = Standing::Approved).await;
    assert_eq!(found(&stranger, "search=zeno").await, ["zeno"], "again");
    expert.patch(&c("experts/me/"), json!({"is_active": false})).await.is(200);
    assert_eq!(found(&stranger, "search=zeno").await, [""; 0]);
    assert_eq!(found(&stranger, "specialty=general").await, [""; 0]);
    assert_eq!(stranger.get(&path).await.is(200)["is_active"], false, "but can be looked at");
    expert.alter(|user| user.is_suspended = true).await;
    stranger.get(&path).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_card_has_every_field_and_its_address_only_for_the_expert_and_administrators() {
    let (world, stranger) = a_market().await;
    let (expert, other, admin) = (world.expert("zeno").await, world.register("other").await, world.admin().await);
    let path = c(&format!("experts/{}/", expert.id));
    let card = stranger.get(&path).await.is(200);
    let keys: Vec<_> = card.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, CARD[..16]);
    assert_eq!(card["id"], expert.id);
    for (field, value) in [
        ("rating", json!(0)),
        ("review_count", json!(0)),
        ("price_per_session", Json::Null),
        ("currency", Json::Null),
        ("profile_picture_url", Json::Null),
        ("verification_status", json!("approved")),
        ("is_verified", json!(true)),
        ("is_active", json!(true)),
        ("specialty", json!("general")),
        ("created_at", json!("2027-03-01T08:00:00Z")),
    ] {
        assert_eq!(card[field], value, "{field}");
    }
    let seen = |answer: Json| answer["email"].clone();
    for (viewer, email) in [
        (&stranger, Json::Null),
        (&other, Json::Null),
        (&expert, json!("zeno@example.org")),
        (&admin, json!("zeno@example.org")),
    ] {
        assert_eq!(seen(viewer.get(&path).await.is(200)), email);
        assert_eq!(seen(listed(viewer, "search=zeno").await["results"][0].clone()), email);
    }
    assert_eq!(seen(listed(&expert, "search=anna").await["results"][0].clone()), Json::Null);
}

#[tokio::test]
async fn an_id_that_is_none_or_nobodys_is_not_found_and_a_bad_token_is_refused_everywhere() {
    let world = World::new().await;
    let (person, mut stranger) = (world.register("person").await, Person::stranger(&world, "stranger"));
    let ids = ["abc", "0", "-1", "1.5", "99999999999999999999", "123456", &person.id.to_string()].map(str::to_owned);
    for id in ids {
        for rest in ["", "availability/", "time-slots/?date=2027-03-02", "time-slots/", "reviews/", "reviews/?page=0"] {
            stranger.get(&c(&format!("experts/{id}/{rest}"))).await.refuses(404, "not_found");
        }
    }
    stranger.token = Some("wrong".to_owned());
    for path in ["experts/", "experts/1/", "experts/1/availability/", "experts/1/time-slots/", "experts/1/reviews/"] {
        stranger.get(&c(path)).await.refuses(401, "token_invalid");
    }
}

#[tokio::test]
async fn paths_work_without_their_last_slash() {
    let (world, stranger) = a_market().await;
    let expert = world.expert("zeno").await;
    stranger.get(&c("experts")).await.is(200);
    stranger.get(&c(&format!("experts/{}", expert.id))).await.is(200);
    stranger.get(&c(&format!("experts/{}/time-slots?date=2027-03-02", expert.id))).await.is(200);
    expert.get(&c("experts/me")).await.is(200);
}

#[tokio::test]
async fn administrators_page_through_experts_of_one_standing() {
    let (world, _) = a_market().await;
    let pending = world.expert("pia").await;
    pending.alter(|user| user.expert.as_mut().unwrap().standing = Standing::Pending).await;
    let found = world.app.store.experts_by_standing(Some(Standing::Pending), 0, 10).await.unwrap();
    assert_eq!((found.count, found.people[0].id.get()), (1, pending.id));
    let found = world.app.store.experts_by_standing(None, 1, 3).await.unwrap();
    assert_eq!(found.count, 5);
    assert_eq!(found.people.iter().map(User::name).collect::<Vec<_>>(), ["carl", "bela", "anna"]);
}

#[tokio::test]
async fn after_parallel_changes_an_expert_is_found_under_all_they_say_now() {
    let (world, stranger) = a_market().await;
    let expert = world.expert("zeno").await;
    let bio = |n: usize| (0..150).map(|word| format!("b{n}w{word}")).collect::<Vec<_>>().join(" ");
    let jobs = (0..4).map(|n| {
        let (expert, bio) = (expert.clone(), bio(n));
        Box::pin(async move { expert.patch(&c("experts/me/"), json!({"bio": bio})).await.is(200) })
    });
    at_once(jobs).await;
    let last = expert.get(&c("experts/me/")).await.is(200)["bio"].clone();
    let entries: BTreeSet<_> = world
        .table
        .items()
        .into_iter()
        .filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("FIND#EXPERT#WORD#b"))
        .map(|item| item["sk"]["S"].as_str().unwrap().split('#').next().unwrap().to_owned())
        .collect();
    let said: BTreeSet<_> = last.as_str().unwrap().split(' ').map(str::to_owned).collect();
    assert!(said.is_subset(&entries));
    // Others may be left in the index; nobody is found under them.
    for n in 0..4 {
        let hits = found(&stranger, &format!("search=b{n}w149")).await;
        assert_eq!(hits.len(), usize::from(bio(n) == last), "{hits:?}");
    }
}

#[tokio::test]
async fn the_search_of_the_other_product_finds_by_skills_as_ever() {
    let (world, _) = a_market().await;
    let (expert, seeker) = (world.expert("zeno").await, world.register("seeker").await);
    expert.patch(&c("experts/me/"), json!({"name": "Zeno of Elea", "bio": "Paradoxes"})).await.is(200);
    let there = async |query: &str| seeker.all(&format!("/api/users/?{query}")).await.len();
    assert_eq!((there("").await, there("search=elea").await), (0, 0), "without a skill nobody is found");
    expert.adds_skill("Logic").await;
    assert_eq!((there("search=elea").await, there("search=paradox").await, there("search=general").await), (1, 0, 0));
}
