//! Verifying an address (§5.1).

use chrono::TimeDelta;
use serde_json::json;
use tests::{Answer, Person, Setup, World, at_once};

const VERIFY: &str = "/api/auth/email/verify/";
const RESEND: &str = "/api/auth/email/resend/";

async fn verifies(person: &Person, token: &str) -> Answer {
    person.signed_out().post(VERIFY, json!({"token": token})).await
}

async fn is_verified(person: &Person) -> bool {
    person.get("/api/student/profile/").await.is(200)["email_verified"].as_bool().unwrap()
}

#[tokio::test]
async fn the_link_of_the_welcome_mail_verifies_the_address_also_twice_and_at_once() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let token = ada.mailed_token("Welcome").await;
    assert!(!is_verified(&ada).await);
    let jobs = (0..4).map(|_| {
        let (ada, token) = (ada.clone(), token.clone());
        async move { verifies(&ada, &token).await.is(200) }
    });
    at_once(jobs).await;
    assert!(is_verified(&ada).await);
    assert_eq!(ada.get("/api/v1/auth/me/").await.is(200)["email_verified"], true, "in every product");
    verifies(&ada, &token).await.is(200);
}

#[tokio::test]
async fn a_link_works_for_three_days_and_nobody_makes_one() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.new_student("ada").await, world.new_student("bob").await);
    let token = ada.mailed_token("Welcome").await;
    for bad in ["", " ", "x", &token[1..], &format!("{token}A"), &token.to_lowercase(), ada.token.as_ref().unwrap()] {
        let answer = verifies(&ada, bad).await;
        assert!(matches!(answer.outcome(), (400, "bad_token" | "validation")), "{bad}: {answer}");
    }
    world.advance(TimeDelta::days(3) - TimeDelta::minutes(1));
    verifies(&bob, &bob.mailed_token("Welcome").await).await.is(200);
    world.advance(TimeDelta::minutes(2));
    verifies(&ada, &token).await.refuses(400, "bad_token");
    assert!(!is_verified(&ada).await);
    verifies(&ada, "").await.blames("token");
}

#[tokio::test]
async fn another_link_is_mailed_at_most_every_ten_minutes_and_none_once_it_is_verified() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let resent = async || ada.mailed_tokens("Verify your e-mail address").await;
    let said = ada.post(RESEND, json!({})).await.is(200);
    assert_eq!(resent().await.len(), 0, "the welcome has just brought one");
    world.advance(TimeDelta::minutes(10));
    let jobs = (0..5).map(|_| {
        let ada = ada.clone();
        async move { ada.post(RESEND, json!({})).await.is(200) }
    });
    for answer in at_once(jobs).await {
        assert_eq!(answer, said, "whatever came of it");
    }
    assert_eq!(resent().await.len(), 1);
    world.advance(TimeDelta::minutes(9));
    ada.post(RESEND, json!({})).await.is(200);
    assert_eq!(resent().await.len(), 1);
    world.advance(TimeDelta::minutes(1));
    ada.post(RESEND, json!({})).await.is(200);
    let links = resent().await;
    assert_eq!(links.len(), 2);
    verifies(&ada, &links[0]).await.is(200);
    assert!(is_verified(&ada).await);
    world.advance(TimeDelta::minutes(11));
    assert_eq!(ada.post(RESEND, json!({})).await.is(200), said);
    assert_eq!(resent().await.len(), 2);
    ada.signed_out().post(RESEND, json!({})).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn a_suspended_account_verifies_nothing() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let token = ada.mailed_token("Welcome").await;
    ada.alter(|user| user.is_suspended = true).await;
    verifies(&ada, &token).await.refuses(400, "bad_token");
}
