//! A new password, by a link or in place of the present one (§5.1).

use chrono::TimeDelta;
use serde_json::json;
use tests::member::{CONFIRM as OTHER_CONFIRM, RESET as OTHER_RESET};
use tests::mentorship::LOGIN;
use tests::shape::has_exactly;
use tests::{Answer, Person, Setup, World, at_once, tally};

const RESET: &str = "/api/auth/password/reset/";
const CONFIRM: &str = "/api/auth/password/reset/confirm/";
const CHANGE: &str = "/api/auth/password/change/";
const NEW: &str = "another horse battery";

async fn confirms(person: &Person, token: &str, password: &str) -> Answer {
    person.signed_out().post(CONFIRM, json!({"token": token, "password": password})).await
}

async fn logs_in(person: &Person, password: &str) -> Answer {
    person.signed_out().post(LOGIN, json!({"user_id": "S1", "password": password})).await
}

async fn link(person: &Person) -> String {
    person.forgets_the_password().await.is(200);
    person.mailed_token("Reset your password").await
}

#[tokio::test]
async fn a_link_sets_the_password_once_ends_all_sessions_and_verifies_the_address() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let token = link(&ada).await;
    confirms(&ada, &token, "password").await.blames("password");
    confirms(&ada, &token, "lovelace").await.blames("password");
    has_exactly(&confirms(&ada, &token, NEW).await.is(200), &["message"]);
    ada.get("/api/student/profile/").await.refuses(401, "token_invalid");
    logs_in(&ada, Person::PASSWORD).await.refuses(401, "invalid_credentials");
    let answer = logs_in(&ada, NEW).await.is(200);
    assert_eq!(answer["user"]["email_verified"], true);
    confirms(&ada, &token, NEW).await.refuses(400, "bad_token");
}

#[tokio::test]
async fn an_address_of_nobody_is_answered_alike_and_nobody_is_mailed() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let known = ada.forgets_the_password().await;
    let unknown = ada.signed_out().post(RESET, json!({"email": "eve@example.org"})).await;
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    world.settles().await;
    assert!(world.mails().iter().all(|mail| mail.to != "eve@example.org"));
    ada.signed_out().post(RESET, json!({})).await.blames("email");
}

#[tokio::test]
async fn a_link_works_for_half_an_hour_here_and_ten_minutes_elsewhere_and_only_the_newest() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let first = link(&ada).await;
    world.advance(TimeDelta::minutes(29));
    confirms(&ada, &first, NEW).await.is(200);
    let second = link(&ada).await;
    let third = link(&ada).await;
    confirms(&ada, &second, NEW).await.refuses(400, "bad_token");
    world.advance(TimeDelta::minutes(30));
    confirms(&ada, &third, NEW).await.refuses(400, "bad_token");
    // The other product's link is its own, wherever it is brought.
    ada.signed_out().post(OTHER_RESET, json!({"email": "ada@example.org"})).await.is(200);
    world.settles().await;
    world.advance(TimeDelta::minutes(11));
    let mails = world.mails();
    let mail = mails.iter().rfind(|mail| mail.subject.starts_with("Reset your password")).unwrap();
    let other = mail.text.split("/reset-password/").nth(1).unwrap().split('/').next().unwrap();
    confirms(&ada, other, NEW).await.refuses(400, "bad_token");
    let fourth = link(&ada).await;
    world.advance(TimeDelta::minutes(11));
    let body = json!({"token": fourth, "password": NEW, "password2": NEW});
    ada.signed_out().post(OTHER_CONFIRM, body).await.is(200);
}

#[tokio::test]
async fn a_link_that_verifies_an_address_sets_no_password() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let welcome = ada.mailed_token("Welcome").await;
    confirms(&ada, &welcome, NEW).await.refuses(400, "bad_token");
    link(&ada).await;
    confirms(&ada, &welcome, NEW).await.refuses(400, "bad_token");
}

#[tokio::test]
async fn of_parallel_uses_of_a_link_one_sets_the_password() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let token = link(&ada).await;
    let jobs = (0..6).map(|number| {
        let (ada, token) = (ada.clone(), token.clone());
        async move { confirms(&ada, &token, &format!("horse battery {number}")).await }
    });
    let heard = tally(&at_once(jobs).await);
    assert_eq!(heard.get(&(200, String::new())), Some(&1), "{heard:?}");
    assert_eq!(heard.get(&(400, "bad_token".to_owned())), Some(&5), "{heard:?}");
}

#[tokio::test]
async fn whoever_knows_the_present_password_changes_it_and_keeps_this_session_alone() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let other = ada.clone().registered(&logs_in(&ada, Person::PASSWORD).await.is(200));
    let body = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    ada.post(CHANGE, body("wrong horse battery", NEW)).await.blames("current_password");
    ada.post(CHANGE, body(Person::PASSWORD, "short")).await.blames("new_password");
    ada.post(CHANGE, body(Person::PASSWORD, "lovelace")).await.blames("new_password");
    ada.post(CHANGE, json!({"current_password": Person::PASSWORD})).await.blames("new_password");
    let answer = ada.post(CHANGE, body(Person::PASSWORD, NEW)).await.is(200);
    has_exactly(&answer, &["message", "token"]);
    other.get("/api/student/profile/").await.refuses(401, "token_invalid");
    ada.get("/api/student/profile/").await.is(200);
    let renewed = Person { token: answer["token"].as_str().map(str::to_owned), ..ada.clone() };
    renewed.get("/api/student/profile/").await.is(200);
    logs_in(&ada, NEW).await.is(200);
    ada.signed_out().post(CHANGE, body(NEW, Person::PASSWORD)).await.refuses(401, "not_authenticated");
}
