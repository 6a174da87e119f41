//! Who tries passwords learns nothing but that they were wrong, and keeps nobody out.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::member::{CHANGE, LOGIN, Member, RESET, forgetful};
use tests::{Answer, Person, Setup, World, at_once};

/// By either product, from this person's address.
async fn tries(person: &Person, name: &str, password: &str, product: usize) -> Answer {
    match product % 2 {
        0 => person.post(LOGIN, json!({"email": name, "password": password})).await,
        _ => person.post("/api/users/login/", json!({"username": name, "password": password})).await,
    }
}

/// Everything an answer shows: status, body, and the headers but for what counts the address.
fn shown(answer: &Answer) -> (u16, Json, String) {
    (answer.status, answer.body.clone(), answer.header("www-authenticate").to_owned())
}

#[tokio::test]
async fn forty_tries_show_the_same_of_names_that_are_known_and_of_those_that_are_not() {
    let world = World::new().await;
    let (ada, bob) = (Member::registers(&world, "ada").await, world.register("bob").await);
    bob.alter(|user| user.is_suspended = true).await;
    let mut seen = Vec::new();
    for name in [
        "ada@example.org",
        &format!("user.{}", ada.person.id),
        "bob",
        "BOB@example.org",
        "nobody",
        "nobody@example.org",
        "no name at all",
        "ΝΊΚΟΣ",
        "ada@παράδειγμα.gr",
    ] {
        let mut answers = Vec::new();
        for n in 0..40 {
            // From one address, from four, from as many as there are tries; and where the owner is at home.
            let address = match n % 3 {
                0 => Person::stranger(&world, "x"),
                1 => Person { token: None, ..ada.person.clone() },
                _ => Person { token: None, ..bob.clone() },
            };
            world.table.faults.forget();
            let answer = tries(&address, name, "wrong password", n).await;
            // One more where there are several spellings.
            let calls = if name.contains("παρ") { 6 } else { 5 };
            // What is answered as wrong is logged, as much for a name that nobody has.
            let calls = calls + usize::from(answer.status == 401);
            assert_eq!(world.table.faults.calls().len(), calls, "as much work for each: {name} {n}");
            answers.push(shown(&answer));
        }
        assert_eq!(answers.iter().filter(|(status, ..)| *status == 401).count(), 30, "{name}");
        assert!(answers[30..].iter().all(|(status, ..)| *status == 429), "{name}");
        seen.push(answers);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}

/// Two names of one account are tried together: nothing tells that they belong together.
#[tokio::test]
async fn failures_under_one_name_do_not_show_under_another_of_the_same_account() {
    let world = World::new().await;
    world.register("ada").await;
    let stranger = Person::stranger(&world, "stranger");
    for n in 0..31 {
        let status = if n < 30 { 401 } else { 429 };
        assert_eq!(tries(&stranger, "ada", "wrong password", n).await.status, status);
    }
    for name in ["ada@example.org", "nobody@example.org"] {
        for n in 0..30 {
            tries(&stranger, name, "wrong password", n).await.refuses(401, "invalid_credentials");
        }
        tries(&stranger, name, "wrong password", 0).await.refuses(429, "rate_limited");
    }
    // Of the account no more than thirty were looked at.
    world.advance(TimeDelta::minutes(1));
    for n in 0..30 {
        tries(&stranger, "ada", "wrong password", n).await.refuses(401, "invalid_credentials");
    }
    tries(&stranger, "ada@example.org", Person::PASSWORD, 0).await.refuses(401, "invalid_credentials");
    world.advance(TimeDelta::minutes(1));
    tries(&stranger, "ada@example.org", Person::PASSWORD, 0).await.is(200);
}

/// As the limits are deployed: four addresses are enough for thirty failures a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn strangers_cannot_keep_the_owner_out() {
    let world = World::with(Setup::limited()).await;
    let (ada, bob) = (Member::registers(&world, "ada").await, world.register("bob").await);
    let travelling = Person { address: Person::stranger(&world, "x").address, ..ada.person.clone() };
    for minute in 0..3 {
        let strangers: Vec<_> = (0..4).map(|_| Person::stranger(&world, "stranger")).collect();
        for name in ["ada@example.org", "bob", "bob@example.org"] {
            let jobs = strangers.iter().flat_map(|stranger| {
                (0..10).map(move |n| {
                    let (stranger, name) = (stranger.clone(), name.to_owned());
                    async move { tries(&stranger, &name, "wrong password", n).await }
                })
            });
            at_once(jobs.collect::<Vec<_>>()).await;
            world.advance(TimeDelta::seconds(60));
            let jobs = strangers.iter().flat_map(|stranger| {
                (0..10).map(move |n| {
                    let (stranger, name) = (stranger.clone(), name.to_owned());
                    async move { tries(&stranger, &name, "wrong password", n).await }
                })
            });
            at_once(jobs.collect::<Vec<_>>()).await;
            // Where they signed in before, whatever the product.
            let home = if name.starts_with("ada") { Person { token: None, ..ada.person.clone() } } else { bob.clone() };
            let home = Person { token: None, ..home };
            tries(&home, name, "wrong password", 0).await.refuses(429, "rate_limited");
            tries(&home, name, Person::PASSWORD, 0).await.is(200);
            tries(&home, name, Person::PASSWORD, 1).await.is(200);
        }
        // A device shows a token of theirs, and has been known there since.
        world.advance(TimeDelta::hours(30));
        for _ in 0..30 {
            let stranger = Person::stranger(&world, "stranger");
            tries(&stranger, "ada@example.org", "wrong password", minute).await;
        }
        let unknown = Person::stranger(&world, "ada");
        tries(&unknown, "ada@example.org", Person::PASSWORD, minute).await.refuses(429, "rate_limited");
        let foreign = Person { token: bob.token.clone(), ..unknown.clone() };
        tries(&foreign, "ada@example.org", Person::PASSWORD, minute).await.refuses(429, "rate_limited");
        tries(&travelling, "ada@example.org", Person::PASSWORD, minute).await.is(200);
        let without = Person { token: None, ..travelling.clone() };
        tries(&without, "ada@example.org", Person::PASSWORD, minute).await.is(200);
        // Whoever has nothing of all that gets in when the minute is over.
        world.advance(TimeDelta::minutes(1));
        tries(&unknown, "ada@example.org", Person::PASSWORD, minute).await.is(200);
    }
}

#[tokio::test]
async fn whoever_is_known_is_limited_too() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let home = Person { token: None, ..ada.person.clone() };
    for n in 0..30 {
        tries(&home, "ada@example.org", "wrong password", n).await.refuses(401, "invalid_credentials");
    }
    tries(&home, "ada@example.org", Person::PASSWORD, 0).await.refuses(429, "rate_limited");
    world.advance(TimeDelta::minutes(1));
    tries(&home, "ada@example.org", Person::PASSWORD, 0).await.is(200);
}

#[tokio::test]
async fn ten_networks_are_remembered_and_a_new_password_forgets_all_but_its_own() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    let places: Vec<_> = (0..12).map(|_| Person::stranger(&world, "ada")).collect();
    for place in &places {
        tries(place, "ada@example.org", Person::PASSWORD, 0).await.is(200);
    }
    let shut = async || {
        let stranger = Person::stranger(&world, "stranger");
        for n in 0..31 {
            tries(&stranger, "ada@example.org", "wrong password", n).await;
        }
    };
    shut().await;
    tries(&places[1], "ada@example.org", Person::PASSWORD, 0).await.refuses(429, "rate_limited");
    tries(&places[2], "ada@example.org", Person::PASSWORD, 0).await.is(200);
    tries(&places[11], "ada@example.org", Person::PASSWORD, 0).await.is(200);
    // A link that was mailed makes the place known from which it is used.
    let link = ada.link().await;
    let (elsewhere, new) = (Person::stranger(&world, "ada"), "another horse battery");
    let elsewhere = Member { person: elsewhere, ..ada.clone() };
    elsewhere.confirms(&link, new).await.is(200);
    tries(&elsewhere.person, "ada@example.org", new, 0).await.is(200);
    tries(&places[11], "ada@example.org", new, 0).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn strangers_keep_nobody_from_changing_a_password() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let stranger = Person::stranger(&world, "stranger");
    for n in 0..40 {
        tries(&stranger, "ada@example.org", "wrong password", n).await;
    }
    let new = "another horse battery";
    let body = json!({"current_password": Person::PASSWORD, "password": new, "password2": new});
    ada.person.post(CHANGE, body).await.is(200);
}

#[tokio::test]
async fn strangers_who_ask_for_links_use_up_nobodys_own() {
    let ada = forgetful().await;
    let stranger = Person::stranger(&ada.person.world, "stranger");
    for _ in 0..8 {
        stranger.post(RESET, json!({"email": "ada@example.org"})).await.is(200);
    }
    assert_eq!(ada.links().await.len(), 5);
    let link = ada.link().await;
    assert_eq!(ada.links().await.len(), 6);
    ada.confirms(&link, "another horse battery").await.is(200);
}
