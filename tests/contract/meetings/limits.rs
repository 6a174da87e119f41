//! Rate limits as clients see them (§1). Exactness under crowds is tested elsewhere.

use serde_json::json;
use tests::{Answer, Person, Setup, World};

fn number(answer: &Answer, header: &str) -> i64 {
    answer.header(header).parse().unwrap_or_else(|_| panic!("{header} is a number: {answer}"))
}

/// The four headers agree with the clock; says how many requests are left.
fn quota(world: &World, answer: &Answer, limit: i64) -> i64 {
    assert_eq!(number(answer, "x-ratelimit-limit"), limit, "{answer}");
    let (reset, now) = (number(answer, "x-ratelimit-reset"), world.now().timestamp());
    assert!((now..=now + 60).contains(&reset), "{reset} at {now}");
    if answer.status == 429 {
        let wait = number(answer, "retry-after");
        assert!((reset - now - 1..=reset - now + 1).contains(&wait), "{wait}");
    }
    number(answer, "x-ratelimit-remaining")
}

async fn limited() -> (World, Person, Person) {
    let world = World::with(Setup::limited()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    (world, ada, bob)
}

#[tokio::test]
async fn a_user_has_sixty_requests_a_minute_over_all_endpoints() {
    let (world, ada, bob) = limited().await;
    for spent in 0..60 {
        let answer = match spent % 4 {
            0 => ada.get("/api/users/me/").await,
            1 => ada.get("/api/meetings/").await,
            2 => ada.patch("/api/users/me/", json!({})).await,
            _ => ada.post("/api/messages/", json!({})).await,
        };
        assert_ne!(answer.status, 429);
        assert_eq!(quota(&world, &answer, 60), 59 - spent, "{answer}");
    }
    for path in ["/api/users/me/", "/api/notifications/"] {
        let refused = ada.get(path).await;
        assert_eq!(quota(&world, &refused, 60), 0);
        refused.refuses(429, "rate_limited");
    }
    let refused = ada.post("/api/user-skills/", tests::person::skill("Rust")).await;
    assert_eq!(quota(&world, &refused, 60), 0);
    refused.refuses(429, "rate_limited");
    assert_eq!(quota(&world, &bob.get("/api/users/me/").await, 60), 59);
    // Another session of the same user is the same user.
    let again = ada.logs_in().await.get("/api/users/me/").await;
    again.refuses(429, "rate_limited");

    let reset = chrono::DateTime::from_timestamp(number(&ada.get("/api/users/me/").await, "x-ratelimit-reset"), 0);
    world.set_clock(reset.unwrap());
    let answer = ada.get("/api/users/me/").await;
    assert_eq!(quota(&world, &answer, 60), 59);
    assert!(ada.all("/api/user-skills/").await.is_empty(), "what was refused had no effect");
}

#[tokio::test]
async fn registering_and_logging_in_share_ten_a_minute_per_address() {
    let world = World::with(Setup::limited()).await;
    let stranger = Person::stranger(&world, "stranger");
    for spent in 0..10 {
        let answer = match spent % 2 {
            0 => stranger.post("/api/users/login/", json!({"username": "x", "password": "y"})).await,
            _ => stranger.post("/api/users/register/", json!({})).await,
        };
        assert!(matches!(answer.status, 400 | 401), "{answer}");
        assert_eq!(quota(&world, &answer, 10), 9 - spent);
    }
    for path in ["/api/users/login/", "/api/users/register/"] {
        let refused = stranger.post(path, json!({})).await;
        assert_eq!(quota(&world, &refused, 10), 0);
        refused.refuses(429, "rate_limited");
    }
    // Another address is another count, and what is signed in is counted by itself.
    let ada = world.register("ada").await;
    Person { address: stranger.address, ..ada }.get("/api/users/me/").await.is(200);
    world.advance(chrono::TimeDelta::minutes(1));
    stranger.post("/api/users/register/", json!({})).await.refuses(400, "validation");
}

#[tokio::test]
async fn without_a_session_an_address_has_sixty_a_minute() {
    let (world, ada, _) = limited().await;
    let stranger = Person::stranger(&world, "stranger");
    for spent in 0..60 {
        let answer = stranger.get("/api/users/me/").await;
        assert_eq!(quota(&world, &answer, 60), 59 - spent);
        answer.refuses(401, "not_authenticated");
    }
    let refused = stranger.get("/api/meetings/").await;
    assert_eq!(quota(&world, &refused, 60), 0);
    refused.refuses(429, "rate_limited");
    Person::stranger(&world, "other").get("/api/users/me/").await.refuses(401, "not_authenticated");
    Person { address: stranger.address, ..ada }.get("/api/users/me/").await.is(200);
}

#[tokio::test]
async fn health_is_not_limited() {
    let (_, ada, _) = limited().await;
    for _ in 0..80 {
        let answer = ada.get("/api/health/").await;
        assert_eq!(answer.header("x-ratelimit-limit"), "");
        answer.is(200);
    }
}

#[tokio::test]
async fn thirty_failed_logins_a_minute_close_a_name_to_strangers_for_that_minute_only() {
    let (world, ada, bob) = limited().await;
    let login = |name: &str, password: &str| {
        let stranger = Person::stranger(&world, "stranger");
        let body = json!({"username": name, "password": password});
        async move { stranger.post("/api/users/login/", body).await }
    };
    for name in ["ada", "nobody", "ada@example.org", "nobody@example.org"] {
        for _ in 0..30 {
            login(name, "wrong").await.refuses(401, "invalid_credentials");
        }
        let late = login(name, Person::PASSWORD).await;
        assert!(number(&late, "retry-after") <= 60);
        late.refuses(429, "rate_limited");
    }
    bob.logs_in().await;
    ada.get("/api/users/me/").await.is(200);
    world.advance(chrono::TimeDelta::minutes(1));
    login("ada", Person::PASSWORD).await.is(200);
}

#[tokio::test]
async fn both_numbers_are_configurable() {
    let env = [("RATE_LIMIT_PER_MINUTE", "3".to_owned()), ("RATE_LIMIT_AUTH_PER_MINUTE", "2".to_owned())];
    let world = World::with(Setup { env: env.into(), ..Setup::default() }).await;
    let ada = world.register("ada").await;
    ada.logs_in().await;
    ada.post("/api/users/login/", json!({})).await.refuses(429, "rate_limited");
    for _ in 0..3 {
        assert!(quota(&world, &ada.get("/api/users/me/").await, 3) < 3);
    }
    ada.get("/api/users/me/").await.refuses(429, "rate_limited");
}
