//! New passwords beside everything else that happens to an account, and what the routes of accounts cost.

use std::pin::Pin;

use serde_json::json;
use tests::member::{CHANGE, LOGIN, ME, Member, REGISTER, forgetful, wanted};
use tests::{Answer, Asked, Fault, Moment, Person, Strike, World, at_once, tally};

type Job = Pin<Box<dyn Future<Output = Answer> + Send>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_uses_of_one_link_one_wins() {
    let ada = forgetful().await;
    for _ in 0..5 {
        let link = ada.link().await;
        let jobs = (0..8).map(|n| {
            let (ada, link) = (ada.clone(), link.clone());
            async move { (n, ada.confirms(&link, &format!("horse battery number {n}")).await) }
        });
        let answers = at_once(jobs).await;
        let won: Vec<_> = answers.iter().filter(|(_, answer)| answer.status == 200).collect();
        assert_eq!(won.len(), 1);
        let answers: Vec<_> = answers.iter().map(|(_, answer)| answer.clone()).collect();
        assert_eq!(tally(&answers)[&(400, "token_invalid".to_owned())], 7);
        ada.logs_in_with(&format!("horse battery number {}", won[0].0)).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_links_asked_for_at_the_same_moment_the_newest_works_alone() {
    let ada = forgetful().await;
    let jobs = (0..8).map(|_| {
        let ada = ada.clone();
        async move { ada.forgets().await }
    });
    let answers = at_once(jobs).await;
    assert_eq!(tally(&answers), [((200, String::new()), 8)].into());
    let links = ada.links().await;
    assert_eq!(links.len(), 5, "no more than an hour brings");
    let mut outcomes = Vec::new();
    for link in &links {
        outcomes.push(ada.confirms(link, "another horse battery").await);
    }
    assert_eq!(tally(&outcomes), [((200, String::new()), 1), ((400, "token_invalid".to_owned()), 4)].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_began_with_the_old_password_outlives_it() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    let mut old = Person::PASSWORD.to_owned();
    for round in 0..5 {
        let living = Member::of(&ada.person, &ada.logs_in_with(&old).await.is(200));
        let link = ada.link().await;
        let new = format!("horse battery number {round}");
        let mut jobs: Vec<Job> = Vec::new();
        for n in 0..12 {
            let (ada, living, link) = (ada.clone(), living.clone(), link.clone());
            let (old, new) = (old.clone(), new.clone());
            jobs.push(match n {
                5 => Box::pin(async move { ada.confirms(&link, &new).await }),
                8 => Box::pin(async move { living.refreshes().await }),
                _ if n % 3 == 0 => Box::pin(async move {
                    let there = json!({"username": "ada@example.org", "password": old});
                    Person { token: None, ..ada.person }.post("/api/users/login/", there).await
                }),
                _ => Box::pin(async move { ada.logs_in_with(&old).await }),
            });
        }
        let answers = at_once(jobs).await;
        assert_eq!(answers[5].status, 200, "{}", answers[5]);
        for (n, answer) in answers.iter().enumerate().filter(|(n, answer)| *n != 5 && answer.status == 200) {
            let token = answer.body["access"].as_str().or(answer.body["token"].as_str()).unwrap().to_owned();
            let person = Person { token: Some(token), ..ada.person.clone() };
            let outcome = person.get(ME).await;
            assert_eq!(outcome.status, 401, "round {round}, {n}: {answer}");
            if answer.body["refresh"].is_string() {
                Member::of(&ada.person, &answer.body).refreshes().await.refuses(401, "token_invalid");
            }
        }
        assert!(Member::of(&ada.person, &ada.logs_in_with(&new).await.is(200)).lives().await);
        old = new;
        world.advance(chrono::TimeDelta::hours(1));
    }
}

#[tokio::test]
async fn a_login_that_was_held_up_is_worth_nothing_after_a_new_password() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    let link = ada.link().await;
    // It has read the old password and is about to write its session.
    world.table.faults.arm(Strike::once(Fault::Stall, Moment::Before, 1).only("TransactWriteItems"));
    let late = ada.clone();
    let login = world.table.faults.start(async move { late.logs_in_with(Person::PASSWORD).await }).await;
    ada.confirms(&link, "another horse battery").await.is(200);
    world.table.faults.release();
    let session = login.await.unwrap().is(200);
    let late = Member::of(&ada.person, &session);
    assert!(!late.lives().await);
    late.refreshes().await.refuses(401, "token_invalid");
}

#[tokio::test]
async fn a_new_password_whose_answer_was_lost_is_set_once() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    for fault in [Fault::Lost, Fault::Down, Fault::Conflict] {
        let link = ada.link().await;
        let moment = if fault == Fault::Conflict { Moment::Before } else { Moment::After };
        world.table.faults.arm(Strike::once(fault, moment, 1).only("TransactWriteItems"));
        ada.confirms(&link, "another horse battery").await.is(200);
        assert_eq!(world.table.faults.disarm(), 1);
        ada.confirms(&link, "another horse battery").await.refuses(400, "token_invalid");
        world.table.faults.arm(Strike::once(fault, moment, 1).only("TransactWriteItems"));
        ada.forgets().await.is(200);
        assert_eq!(world.table.faults.disarm(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_changes_of_one_password_one_wins() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let other = ada.logs_in().await;
    let jobs =
        [(ada.clone(), "horse battery one"), (other.clone(), "horse battery two")].map(|(who, new)| async move {
            let body = json!({"current_password": Person::PASSWORD, "password": new, "password2": new});
            (who.person.post(CHANGE, body).await, who, new)
        });
    let outcomes = at_once(jobs).await;
    let won: Vec<_> = outcomes.iter().filter(|(answer, ..)| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    assert!(won[0].1.lives().await);
    ada.logs_in_with(won[0].2).await.is(200);
    for (answer, loser, _) in outcomes.iter().filter(|(answer, ..)| answer.status != 200) {
        assert!(matches!(answer.outcome(), (400, "validation") | (401, "token_invalid")), "{answer}");
        assert!(!loser.lives().await);
    }
}

/// What one request asks of the table beside its gate: round trips, read units, write units.
async fn cost(world: &World, what: &str, most: (u64, f64, f64), request: impl Future<Output = Answer>) -> Answer {
    let before = Asked::of(world);
    let answer = Box::pin(request).await;
    let cost = Asked::of(world).beside_the_gate(before);
    println!("{what:<28} {cost:?}");
    assert!(cost.0 <= most.0 && cost.1 <= most.1 && cost.2 <= most.2, "{what}: {cost:?} of {most:?}");
    answer
}

/// The count of the address, or the check of the session, is taken off. What is logged
/// for administrators is four; with a row the session of a login is written in a transaction, at the price of one more.
#[tokio::test]
async fn no_route_of_accounts_asks_more_of_the_table_than_it_may() {
    let world = World::new().await;
    let nobody = Person::stranger(&world, "ada");
    let session = cost(&world, "register", (1, 0.0, 21.0), nobody.post(REGISTER, wanted("ada"))).await.is(201);
    let ada = Member::of(&nobody, &session);
    let body = json!({"email": "ada@example.org", "password": Person::PASSWORD});
    cost(&world, "login", (3, 3.0, 6.0), nobody.post(LOGIN, body)).await.is(200);
    let session = cost(&world, "refresh", (3, 1.0, 2.0), ada.refreshes()).await.is(200);
    let ada = Member::of(&ada.person, &session);
    cost(&world, "me", (1, 1.0, 0.0), ada.person.get(ME)).await.is(200);
    cost(&world, "change me", (2, 1.0, 6.0), ada.person.patch(ME, json!({"first_name": "Augusta"}))).await.is(200);
    cost(&world, "sessions", (2, 2.0, 0.0), ada.person.get("/api/v1/auth/sessions/")).await.is(200);
    cost(&world, "ask for a link", (3, 3.0, 4.0), ada.forgets()).await.is(200);
    cost(&world, "log out", (3, 1.0, 9.0), ada.person.post("/api/v1/auth/logout/", json!({}))).await.is(200);
}
