//! The limits a minute has, exact under any crowd.

use chrono::TimeDelta;
use serde_json::json;
use tests::{Person, Setup, World, at_once, minute, tally};

async fn crowd_of_reads(person: &Person, how_many: usize) -> std::collections::BTreeMap<(u16, String), usize> {
    let jobs = (0..how_many).map(|_| {
        let person = person.clone();
        async move { person.get("/api/users/me/").await }
    });
    tally(&at_once(jobs).await)
}

fn sixty_of_a_hundred() -> std::collections::BTreeMap<(u16, String), usize> {
    [((200, String::new()), 60), ((429, "rate_limited".to_owned()), 40)].into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_parallel_requests_of_one_user_sixty_pass_and_nobody_else_notices() {
    let world = World::with(Setup::limited()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    // Where one comes from does not matter once one is signed in.
    let elsewhere = Person { address: bob.address, ..ada.clone() };
    let (here, there) = tokio::join!(crowd_of_reads(&ada, 50), crowd_of_reads(&elsewhere, 50));
    let passed = [here, there].iter().filter_map(|counts| counts.get(&(200, String::new()))).sum::<usize>();
    assert_eq!(passed, 60);
    bob.get("/api/users/me/").await.is(200);

    let refused = ada.get("/api/users/me/").await;
    assert_eq!((refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")), ("60", "0"));
    let reset: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
    refused.refuses(429, "rate_limited");
    world.set_clock(chrono::DateTime::from_timestamp(reset, 0).unwrap());
    assert_eq!(crowd_of_reads(&ada, 100).await, sixty_of_a_hundred());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_minute_of_an_earlier_hour_or_day_does_not_count() {
    let world = World::with(Setup::limited()).await;
    let mut ada = world.register("ada").await;
    for pause in [0, 59, 60, 2 * 59, 120, 24 * 60, 59 * 60] {
        world.advance(TimeDelta::minutes(pause));
        world.set_clock(minute((world.now() - minute(0)).num_minutes()));
        ada = ada.logs_in().await;
        assert_eq!(crowd_of_reads(&ada, 100).await, sixty_of_a_hundred(), "{pause} minutes later");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_attempts_to_sign_in_pass_per_address_whatever_the_account() {
    let world = World::with(Setup::limited()).await;
    let people = world.crowd("person", 5).await;
    let stranger = Person::stranger(&world, "stranger");
    let jobs = (0..40).map(|n| {
        let (stranger, body) =
            (stranger.clone(), json!({"username": people[n % 5].username, "password": Person::PASSWORD}));
        async move { stranger.post("/api/users/login/", body).await }
    });
    let counts = tally(&at_once(jobs).await);
    assert_eq!(counts, [((200, String::new()), 10), ((429, "rate_limited".to_owned()), 30)].into());
    people[0].logs_in().await;
    world.set_clock(minute(1));
    Person { address: stranger.address, ..people[0].clone() }.logs_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_failed_logins_under_one_name_are_answered_whatever_the_addresses_and_whoever_has_it() {
    let world = World::with(Setup::limited()).await;
    let ada = world.register("ada").await;
    for name in ["ada", "nobody", "ada@example.org"] {
        let jobs: Vec<_> = (0..60)
            .map(|_| {
                let stranger = Person::stranger(&world, "stranger");
                let body = json!({"username": name, "password": "wrong password"});
                async move { stranger.post("/api/users/login/", body).await }
            })
            .collect();
        let counts = tally(&at_once(jobs).await);
        let half = [((401, "invalid_credentials".to_owned()), 30), ((429, "rate_limited".to_owned()), 30)];
        assert_eq!(counts, half.into(), "{name}");
    }
    // Only for this minute, and only those who try the password.
    ada.get("/api/users/me/").await.is(200);
    world.set_clock(minute(1));
    ada.logs_in().await;
}

#[tokio::test]
async fn a_bad_token_is_counted_by_address() {
    let world = World::with(Setup::limited()).await;
    let forger = Person { token: Some("forged".to_owned()), ..Person::stranger(&world, "forger") };
    for _ in 0..60 {
        forger.get("/api/users/me/").await.refuses(401, "token_invalid");
    }
    forger.get("/api/users/me/").await.refuses(429, "rate_limited");
    Person { token: forger.token, ..Person::stranger(&world, "other") }
        .get("/api/users/me/")
        .await
        .refuses(401, "token_invalid");
}
