//! A forgotten password, and a changed one (`tutoring.md` §4.1).

use chrono::TimeDelta;
use serde_json::json;
use tests::member::{CHANGE, CONFIRM, ME, Member, RESET, forgetful};
use tests::shape::has_exactly;
use tests::{Person, Setup, Socket, World, tally};

const NEW: &str = "another horse battery";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_that_ends_every_session() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    let (other, elsewhere) = (ada.logs_in().await, ada.logs_in_elsewhere().await);
    let sockets = [ada.person.listens("/ws/").await, elsewhere.listens("/ws/").await];
    let link = ada.link().await;
    let answer = ada.confirms(&link, NEW).await.is(200);
    has_exactly(&answer, &["message"]);
    for session in [&ada, &other] {
        assert!(!session.lives().await);
        session.refreshes().await.refuses(401, "token_invalid");
    }
    elsewhere.get("/api/users/me/").await.refuses(401, "token_invalid");
    world.settles().await;
    assert!(sockets.iter().all(Socket::is_gone));
    ada.logs_in_with(Person::PASSWORD).await.refuses(401, "invalid_credentials");
    let session = ada.logs_in_with(NEW).await.is(200);
    assert_eq!(session["user"]["email_verified"], true, "whoever read the mail has the address");
    assert_eq!(session["user"]["is_verified"], true);
    let again = Member::of(&ada.person, &session);
    assert!(again.lives().await, "one can log in at once");
    let socket = again.person.listens("/ws/").await;
    world.settles().await;
    assert!(!socket.is_gone());
    again.renewed().await;
    let there = json!({"username": "ada@example.org", "password": NEW});
    let there = Person::stranger(&world, "ada").post("/api/users/login/", there).await.is(200);
    Person::stranger(&world, "ada").signed(&there).get(ME).await.is(200);
    // A profile that is saved at the same moment must not write the mark back.
    again.person.patch(ME, json!({"first_name": "Augusta"})).await.is(200);
    assert_eq!(again.person.get(ME).await.is(200)["email_verified"], true);
}

#[tokio::test]
async fn the_mail_says_what_it_is_and_goes_out_once() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    ada.forgets().await.is(200);
    let records = world.unread_records();
    world.outbox(&records).await;
    world.settles().await;
    let mails = world.mails();
    let mails: Vec<_> = mails.iter().filter(|mail| mail.subject.starts_with("Reset your password")).collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].invite.is_none());
    let link = ada.links().await.pop().unwrap();
    let items = serde_json::to_string(&world.table.items()).unwrap();
    assert!(!items.contains(&link), "the table does not hold what opens the account");
    assert!(!items.contains(&ada.refresh));
    assert_eq!(ada.person.get("/api/notifications/").await.is(200), json!([]), "a letter is in no list");
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_who_has_an_account() {
    let world = World::with(Setup::live()).await;
    Member::registers(&world, "ada").await;
    let suspended = Member::registers(&world, "bob").await;
    suspended.person.alter(|user| user.is_suspended = true).await;
    let squatter = json!({"username": "eve@example.org", "email": "x@example.org", "password": Person::PASSWORD});
    Person::stranger(&world, "x").post("/api/users/register/", squatter).await.is(201);
    world.settles().await;
    let stranger = Person::stranger(&world, "stranger");
    let letters = || {
        let items = world.table.items();
        items.iter().filter(|item| item["sk"]["S"].as_str().unwrap().starts_with("LETTER#")).count()
    };
    let (known, mut seen) = (letters(), Vec::new());
    for email in [" ADA@example.org ", "nobody@example.org", "bob@example.org", "eve@example.org"] {
        world.table.faults.forget();
        let answer = stranger.post(RESET, json!({"email": email})).await;
        seen.push((world.table.faults.calls(), answer.status, answer.bytes));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0].1, 200);
    world.settles().await;
    let resets = world.mails().into_iter().filter(|mail| mail.subject.starts_with("Reset"));
    assert_eq!(resets.map(|mail| mail.to).collect::<Vec<_>>(), ["ada@example.org"]);
    assert_eq!(letters() - known, 1, "nothing is written for nobody");
    for body in [json!({}), json!({"email": "ada"}), json!({"email": 7}), json!({"email": null})] {
        stranger.post(RESET, body).await.blames("email");
    }
}

#[tokio::test]
async fn a_link_works_for_ten_minutes_to_the_moment() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    ada.forgets().await.is(200);
    let made = world
        .table
        .items()
        .iter()
        .find_map(|item| item["reset_made"]["N"].as_str().map(|ms| ms.parse::<i64>().unwrap()))
        .map(|ms| chrono::DateTime::from_timestamp_millis(ms).unwrap())
        .unwrap();
    let link = ada.links().await.pop().unwrap();
    world.set_clock(made + TimeDelta::minutes(10));
    ada.confirms(&link, NEW).await.refuses(400, "token_invalid");
    world.set_clock(made + TimeDelta::minutes(10) - TimeDelta::seconds(5));
    ada.confirms(&link, NEW).await.is(200);
}

#[tokio::test]
async fn a_letter_that_is_late_is_not_sent() {
    let ada = forgetful().await;
    ada.forgets().await.is(200);
    ada.person.world.advance(TimeDelta::minutes(10));
    assert_eq!(ada.links().await, Vec::<String>::new());
}

#[tokio::test]
async fn only_the_newest_link_works_and_only_once() {
    let ada = forgetful().await;
    let (first, second) = (ada.link().await, ada.link().await);
    assert_ne!(first, second);
    let mut refusals = Vec::new();
    for bad in [&first, "garbage", &format!("{second}A"), &second[1..], &ada.refresh, &"x".repeat(100_000)] {
        refusals.push(ada.confirms(bad, NEW).await);
    }
    ada.confirms(&second, NEW).await.is(200);
    refusals.push(ada.confirms(&second, NEW).await);
    refusals.push(ada.confirms(&first, NEW).await);
    assert_eq!(tally(&refusals), [((400, "token_invalid".to_owned()), 8)].into());
    assert!(refusals.iter().all(|refusal| refusal.bytes == refusals[0].bytes), "all the same");
    assert!(Member::of(&ada.person, &ada.logs_in_with(NEW).await.is(200)).lives().await);
}

#[tokio::test]
async fn a_refused_password_does_not_use_the_link_up() {
    let ada = forgetful().await;
    let link = ada.link().await;
    for weak in ["short7!", "4815162342", "password", "lovelace", "Ada Lovelace", "ada@example.org", "nul\0nul\0nul"] {
        let answer = ada.confirms(&link, weak).await;
        assert_eq!(answer.outcome(), (400, "validation"), "{weak}: {answer}");
        assert!(answer.body["errors"]["password"].is_array(), "{answer}");
    }
    let stranger = Person::stranger(&ada.person.world, "x");
    let body = |again: &str, value: &str| json!({"token": link, "password": NEW, again: value});
    stranger.post(CONFIRM, body("password2", "another")).await.blames("password2");
    stranger.post(CONFIRM, body("confirm_password", "another")).await.blames("confirm_password");
    stranger.post(CONFIRM, body("third", NEW)).await.blames("password2");
    let refusal = stranger.post(CONFIRM, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["token", "password", "password2"]);
    assert!(ada.lives().await, "nothing has happened yet");
    let body = json!({"token": link, "new_password": NEW, "confirm_password": NEW});
    stranger.post(CONFIRM, body).await.is(200);
}

#[tokio::test]
async fn an_account_gets_a_few_links_an_hour() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    for _ in 0..8 {
        ada.forgets().await.is(200);
        world.advance(TimeDelta::minutes(1));
    }
    let links = ada.links().await;
    assert_eq!(links.len(), 5);
    ada.confirms(&links[4], NEW).await.is(200);
    ada.forgets().await.is(200);
    assert_eq!(ada.links().await.len(), 5, "nor does a new password bring more");
    world.advance(TimeDelta::hours(1));
    ada.forgets().await.is(200);
    assert_eq!(ada.links().await.len(), 6);
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let world = World::with(Setup::live()).await;
    let ada = Member::registers(&world, "ada").await;
    let (other, elsewhere) = (ada.logs_in().await, ada.logs_in_elsewhere().await);
    let (own, theirs) = (ada.person.listens("/ws/").await, elsewhere.listens("/ws/").await);
    ada.forgets().await.is(200);
    let link = ada.links().await.pop().unwrap();
    let body = |current: &str, new: &str| json!({"current_password": current, "password": new, "password2": new});
    ada.person.post(CHANGE, body("wrong password", NEW)).await.blames("current_password");
    ada.person.post(CHANGE, body(Person::PASSWORD, "lovelace")).await.blames("password");
    ada.person.post(CHANGE, body(Person::PASSWORD, "password")).await.blames("password");
    let refusal = ada.person.post(CHANGE, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["current_password", "password", "password2"]);
    Person::stranger(&world, "x").post(CHANGE, body("x", NEW)).await.refuses(401, "not_authenticated");
    assert!(other.lives().await);

    ada.person.post(CHANGE, body(Person::PASSWORD, NEW)).await.is(200);
    assert!(ada.lives().await && !other.lives().await);
    other.refreshes().await.refuses(401, "token_invalid");
    elsewhere.get(ME).await.refuses(401, "token_invalid");
    world.settles().await;
    assert!(!own.is_gone() && theirs.is_gone());
    ada.confirms(&link, "a third horse battery").await.refuses(400, "token_invalid");
    ada.logs_in_with(Person::PASSWORD).await.refuses(401, "invalid_credentials");
    let again = Member::of(&ada.person, &ada.logs_in_with(NEW).await.is(200));
    assert!(again.lives().await);
    let kept = ada.renewed().await;
    assert_eq!(kept.person.get("/api/v1/auth/sessions/").await.is(200)["count"], 2);
    kept.person.post("/api/users/logout/", json!({})).await.is(200);
    assert!(!kept.lives().await, "the one that was kept ends like any other");
    kept.refreshes().await.refuses(401, "token_invalid");
    assert!(again.lives().await);
}

#[tokio::test]
async fn a_changed_password_is_answered_again_under_its_key() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let body = json!({"current_password": Person::PASSWORD, "password": NEW, "password2": NEW});
    let first = ada.person.post_once("k", CHANGE, body.clone()).await.is(200);
    assert_eq!(ada.person.post_once("k", CHANGE, body).await.is(200), first);
}

#[tokio::test]
async fn guesses_at_the_present_password_count_as_failed_logins() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let body = json!({"current_password": "wrong password", "password": NEW, "password2": NEW});
    for _ in 0..30 {
        ada.person.post(CHANGE, body.clone()).await.blames("current_password");
    }
    ada.person.post(CHANGE, body).await.refuses(429, "rate_limited");
    ada.logs_in_with(Person::PASSWORD).await.refuses(429, "rate_limited");
}
