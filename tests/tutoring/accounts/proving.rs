//! Proving an address (`tutoring.md` §4.1, §8).

use chrono::TimeDelta;
use serde_json::json;
use tests::member::{CONFIRM, ME, Member, REGISTER, wanted};
use tests::shape::has_exactly;
use tests::tutoring::people::{RESEND, VERIFY};
use tests::{Answer, Person, Setup, World, at_once, tally};

async fn ada() -> (World, Member) {
    let world = World::with(Setup::live()).await;
    let ada = world.pupil("ada").await;
    (world, ada)
}

async fn asks_again(member: &Member, address: &str) -> Answer {
    Person { token: None, ..member.person.clone() }.post(RESEND, json!({"email": address})).await
}

fn welcomes(world: &World, name: &str) -> usize {
    let address = format!("{name}@example.org");
    world.mails().iter().filter(|mail| mail.to == address && mail.subject.starts_with("Welcome")).count()
}

#[tokio::test]
async fn the_mailed_link_proves_the_address_once_and_is_followed_by_one_welcome() {
    let (world, ada) = ada().await;
    let token = ada.proofs().await.pop().unwrap();
    assert_eq!(welcomes(&world, "ada"), 0);
    let answer = ada.proves(&token).await.is(200);
    has_exactly(&answer, &["message", "email_verified"]);
    assert_eq!(answer["email_verified"], true);
    let me = ada.person.get(ME).await.is(200);
    assert_eq!((&me["email_verified"], &me["is_verified"]), (&json!(true), &json!(true)));
    ada.proves(&token).await.refuses(400, "token_invalid");
    world.settles().await;
    assert_eq!(welcomes(&world, "ada"), 1);
    asks_again(&ada, "ada@example.org").await.is(200);
    assert_eq!(ada.proofs().await.len(), 1, "nothing is mailed to who has proven it");
    assert_eq!(welcomes(&world, "ada"), 1);
    let items = format!("{:?}", world.table.items());
    assert!(!items.contains(&token), "only a hash was ever kept");
}

#[tokio::test]
async fn whatever_else_is_shown_gets_the_same_refusal() {
    let (world, ada) = ada().await;
    let token = ada.proofs().await.pop().unwrap();
    ada.forgets().await.is(200);
    let reset = ada.links().await.pop().unwrap();
    let mentee = world.new_student("bob").await;
    let other = mentee.mailed_token("Welcome").await;
    let cut = &token[..token.len() - 1];
    let mut sentences = Vec::new();
    for bad in ["x", cut, &format!("{token}A"), &reset, &other] {
        sentences.push(ada.proves(bad).await.refuses(400, "token_invalid")["error"].clone());
    }
    sentences.dedup();
    assert_eq!(sentences.len(), 1);
    for (body, field) in [(json!({}), "token"), (json!({"token": ""}), "token"), (json!({"token": null}), "token")] {
        Person::stranger(&world, "x").post(VERIFY, body).await.blames(field);
    }
    let body = json!({"token": token, "password": "a long new password", "password2": "a long new password"});
    Person::stranger(&world, "x").post(CONFIRM, body).await.refuses(400, "token_invalid");
    ada.proves(&token).await.is(200);
}

#[tokio::test]
async fn a_link_works_for_ten_minutes() {
    let (world, ada) = ada().await;
    let token = ada.proofs().await.pop().unwrap();
    world.advance(TimeDelta::minutes(10));
    ada.proves(&token).await.refuses(400, "token_invalid");
    asks_again(&ada, "ada@example.org").await.is(200);
    let token = ada.proofs().await.pop().unwrap();
    world.advance(TimeDelta::minutes(10) - TimeDelta::seconds(5));
    ada.proves(&token).await.is(200);
}

#[tokio::test]
async fn only_the_newest_link_works_and_nobody_learns_who_has_an_account() {
    let (world, ada) = ada().await;
    let first = ada.proofs().await.pop().unwrap();
    let answer = asks_again(&ada, " ADA@example.org ").await.is(200);
    has_exactly(&answer, &["message"]);
    assert_eq!(asks_again(&ada, "nobody@example.org").await.is(200), answer);
    let links = ada.proofs().await;
    assert_eq!(links.len(), 2);
    ada.proves(&first).await.refuses(400, "token_invalid");
    ada.proves(links.iter().find(|link| **link != first).unwrap()).await.is(200);
    assert_eq!(asks_again(&ada, "ada@example.org").await.is(200), answer);
    asks_again(&ada, "ada").await.blames("email");
    for _ in 0..9 {
        asks_again(&ada, "nobody@example.org").await.is(200);
    }
    assert_eq!(ada.proofs().await.len(), 2);
    world.is_sound().await;
}

#[tokio::test]
async fn nobody_gets_more_than_five_more_in_an_hour() {
    let (world, ada) = ada().await;
    for _ in 0..8 {
        asks_again(&ada, "ada@example.org").await.is(200);
    }
    assert_eq!(ada.proofs().await.len(), 6);
    world.advance(TimeDelta::minutes(61));
    asks_again(&ada, "ada@example.org").await.is(200);
    let token = ada.proofs().await.len();
    assert_eq!(token, 7);
}

#[tokio::test]
async fn of_many_uses_of_one_link_at_once_one_counts() {
    let (world, ada) = ada().await;
    let token = ada.proofs().await.pop().unwrap();
    let jobs = (0..10).map(|_| {
        let (ada, token) = (ada.clone(), token.clone());
        async move { ada.proves(&token).await }
    });
    let answers = tally(&at_once(jobs).await);
    assert_eq!(answers.get(&(200, String::new())), Some(&1), "{answers:?}");
    assert_eq!(answers.get(&(400, "token_invalid".to_owned())), Some(&9), "{answers:?}");
    world.settles().await;
    assert_eq!(welcomes(&world, "ada"), 1);
}

#[tokio::test]
async fn whoever_came_by_another_door_proves_their_address_here_too() {
    let world = World::with(Setup::live()).await;
    let stranger = Person::stranger(&world, "cleo");
    let cleo = Member::of(&stranger, &stranger.post(REGISTER, wanted("cleo")).await.is(201));
    let token = cleo.proofs().await.pop().unwrap();
    cleo.proves(&token).await.is(200);
    world.settles().await;
    let greeted = world.subjects_to("cleo").iter().filter(|subject| subject.starts_with("Welcome")).count();
    assert_eq!(greeted, 1, "when they came");
    let bob = world.new_student("bob").await;
    let bob = Member { person: Person { username: "bob".to_owned(), ..bob }, refresh: String::new() };
    asks_again(&bob, "bob@example.org").await.is(200);
    let token = bob.proofs().await.pop().unwrap();
    bob.proves(&token).await.is(200);
    assert_eq!(bob.person.get(ME).await.is(200)["email_verified"], true);
}
