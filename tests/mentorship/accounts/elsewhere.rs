//! Signing in elsewhere, as a browser does it (§3.1, §5.1): roles and numbers, cookies, tickets, refusals.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::browser::{BEGIN, CALLBACK, EXCHANGE};
use tests::issuer_double::{Door, Guest, Issuer, with_issuer};
use tests::member::Member;
use tests::mentorship::LOGIN;
use tests::person::send;
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World, at_once};
use url::Url;

async fn stage() -> (World, Issuer, Person) {
    let (world, issuer) = with_issuer(Setup::live()).await;
    let browser = Person::stranger(&world, "browser");
    (world, issuer, browser)
}

/// Whether somebody is let into what is for a role.
async fn acts_as(person: &Person, role: &str) -> bool {
    person.get(&format!("/api/{role}/profile/")).await.status == 200
}

#[tokio::test]
async fn a_newcomer_is_what_they_asked_to_be_and_becomes_the_other_when_they_ask_again() {
    let (world, issuer, browser) = stage().await;
    let ada = Guest::of("ada");
    let first = browser.signs_in_elsewhere(&issuer, &ada, "?role=mentor").await.is(200);
    let said = |answer: &Json| (answer["created"].clone(), answer["user_type"].clone(), answer["student_id"].clone());
    assert_eq!(said(&first), (json!(true), json!("mentor"), Json::Null));
    assert_eq!((&first["mentor_id"], &first["user"]["is_approved"]), (&json!("M000001"), &json!(false)));
    let user = &first["user"];
    assert_eq!((&user["email"], &user["name"]), (&json!("ada@example.org"), &json!("ada of Google")));
    assert_eq!((&user["email_verified"], &user["accepted_terms"]), (&json!(true), &json!(true)));
    let person = browser.let_in(&first);
    assert_eq!((acts_as(&person, "mentor").await, acts_as(&person, "student").await), (true, false));
    assert_eq!(person.credits().await, (1, 0));
    // Asked for nothing else, somebody is a student.
    for _ in 0..2 {
        let again = browser.signs_in_elsewhere(&issuer, &ada, "").await.is(200);
        assert_eq!(said(&again), (json!(false), json!("student"), json!("S000001")));
        assert_eq!((&again["mentor_id"], &again["user"]["id"]), (&json!("M000001"), &user["id"]));
    }
    assert!(acts_as(&person, "student").await, "roles count from the next request");
    world.settles().await;
    assert_eq!(world.subjects_to("ada"), ["Welcome, mentor", "Welcome, student"]);
    let by_id = json!({"user_id": "S1", "password": Person::PASSWORD});
    browser.post(LOGIN, by_id).await.refuses(401, "invalid_credentials");
    let mut ada = person;
    ada.username = "ada@example.org".to_owned();
    ada.forgets_the_password().await.is(200);
    let token = ada.mailed_token("Reset your password").await;
    let body = json!({"token": token, "password": Person::PASSWORD});
    browser.post("/api/auth/password/reset/confirm/", body).await.is(200);
    let by_id = json!({"user_id": "S1", "password": Person::PASSWORD});
    assert_eq!(browser.post(LOGIN, by_id).await.is(200)["mentor_id"], "M000001");
    world.is_sound().await;
}

#[tokio::test]
async fn who_came_by_another_door_gets_a_number_and_the_role_with_the_link() {
    let (world, issuer, browser) = stage().await;
    let ada = world.register("ada").await;
    ada.alter(|user| user.email_verified = true).await;
    let linked = browser.signs_in_elsewhere(&issuer, &Guest::of("ada"), "?role=mentor").await.is(200);
    assert_eq!((&linked["user"]["id"], &linked["created"]), (&json!(ada.id), &json!(false)));
    assert_eq!((&linked["student_id"], &linked["mentor_id"]), (&json!("S000001"), &json!("M000001")));
    assert!(acts_as(&ada, "mentor").await && acts_as(&ada, "student").await);
    ada.logs_in().await;
}

#[tokio::test]
async fn a_browser_is_led_on_with_a_ticket_that_is_exchanged_once() {
    let (world, issuer, browser) = stage().await;
    let visit = browser.visits("?role=mentor&next=/welcome?x=1%262").await;
    let url = issuer.admits(&visit.location, &Guest::of("ada"));
    let html = [("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")];
    let answer = visit.returns(&url, &html).await;
    assert_eq!((answer.status, answer.header("cache-control")), (302, "no-store"), "{answer}");
    let page = format!("{}/welcome?x=1&2#ticket=", world.app.settings.frontend_url);
    let ticket = answer.header("location").strip_prefix(&page).expect("the page with a ticket");
    browser.exchanges("x").await.refuses(400, "bad_token");
    browser.exchanges("").await.blames("ticket");
    let tries = (0..5).map(|_| {
        let (browser, ticket) = (browser.clone(), ticket.to_owned());
        async move { browser.exchanges(&ticket).await }
    });
    let tries = at_once(tries).await;
    let session = tries.iter().find(|answer| answer.status == 200).expect("one is good").body.clone();
    assert_eq!(tries.iter().filter(|answer| answer.outcome() == (400, "bad_token")).count(), 4);
    assert_eq!((&session["user_type"], &session["mentor_id"]), (&json!("mentor"), &json!("M000001")));
    assert!(session["created"].is_null());
    assert!(acts_as(&browser.let_in(&session), "mentor").await);
    let late = ticket_of(&browser, &issuer, "ada").await;
    world.advance(TimeDelta::seconds(60));
    browser.exchanges(&late).await.refuses(400, "bad_token");
}

/// The ticket of a sign-in.
async fn ticket_of(browser: &Person, issuer: &Issuer, name: &str) -> String {
    let visit = browser.visits("").await;
    let url = issuer.admits(&visit.location, &Guest::of(name));
    let answer = visit.returns(&url, &[("accept", "text/html")]).await;
    answer.header("location").split_once("#ticket=").expect("a ticket").1.to_owned()
}

#[tokio::test]
async fn a_sign_in_is_bound_to_the_browser_it_began_in_which_may_have_several() {
    let (_world, issuer, browser) = stage().await;
    let answer = browser.get(BEGIN).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-google_visit="), "{cookie}");
    for attribute in ["; Path=/", "; Max-Age=600", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let location = Url::parse(answer.header("location")).unwrap();
    let redirect = location.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    assert_eq!(redirect, format!("https://api.example.org{CALLBACK}"));
    let (one, other) = (browser.visits("").await, browser.visits("").await);
    let url = issuer.admits(&one.location, &Guest::of("ada"));
    for cookie in [String::new(), other.cookie.clone(), "__Host-google_visit=x".to_owned()] {
        let stolen = tests::browser::Visit { cookie, ..one.clone() };
        stolen.returns(&url, &[]).await.refuses(400, "bad_state");
    }
    // A second window keeps the secret of the first.
    let second = browser.visits_with("?role=mentor", &one.cookie).await;
    assert_eq!(second.cookie, one.cookie);
    let twice = tests::browser::Visit { cookie: format!("{}; {}", other.cookie, one.cookie), ..one.clone() };
    twice.returns(&url, &[]).await.is(200);
    second.returns(&issuer.admits(&second.location, &Guest::of("ada")), &[]).await.is(200);
    one.returns(&url, &[]).await.refuses(400, "bad_state");
}

#[tokio::test]
async fn what_was_not_meant_so_is_refused_before_anything_is_asked() {
    let (world, issuer, browser) = stage().await;
    let long = format!("/{}", "x".repeat(500));
    for next in ["", "welcome", "//evil.example", "/\\evil.example", "/a%23b", "/a%20b", "https://evil.example", &long]
    {
        browser.get(&format!("{BEGIN}?next={next}")).await.blames("next");
    }
    browser.get(&format!("{BEGIN}?role=admin")).await.blames("role");
    assert_eq!(issuer.asked(Door::Discovery), 0);
    let visit = browser.visits("").await;
    let url = issuer.admits(&visit.location, &Guest::of("ada"));
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let denied = format!("{CALLBACK}?error=access_denied&error_description=No&state={state}");
    let cookie = [("cookie", visit.cookie.as_str())];
    send(&browser, "GET", &denied, &cookie, "").await.refuses(400, "google_denied");
    send(&browser, "GET", CALLBACK, &cookie, "").await.refuses(400, "bad_state");
    browser.post(CALLBACK, json!({})).await.refuses(405, "method_not_allowed");
    assert_eq!(issuer.asked(Door::Token), 0);
    visit.returns(&url, &[]).await.is(200);
    let elsewhere = World::new().await;
    let nobody = Person::stranger(&elsewhere, "nobody");
    for path in [BEGIN, CALLBACK, "/api/auth/google/?role=x", "/api/auth/google/callback/?code=1&state=2"] {
        nobody.get(path).await.refuses(404, "not_configured");
    }
    nobody.post(EXCHANGE, json!({"ticket": "x"})).await.refuses(400, "bad_token");
    world.is_sound().await;
}

#[tokio::test]
async fn whose_address_is_not_proven_is_mailed_a_link_and_let_in_afterwards() {
    let (world, issuer, browser) = stage().await;
    let bob = world.new_student("bob").await;
    world.advance(TimeDelta::minutes(11));
    let guest = Guest::of("bob");
    for _ in 0..3 {
        browser.signs_in_elsewhere(&issuer, &guest, "").await.refuses(409, "email_not_verified");
    }
    let mailed = bob.mailed_tokens("Verify your e-mail address").await;
    let [token] = &mailed[..] else { panic!("one mail in ten minutes: {mailed:?}") };
    browser.post("/api/auth/email/verify/", json!({"token": token})).await.is(200);
    let linked = browser.signs_in_elsewhere(&issuer, &guest, "?role=mentor").await.is(200);
    assert_eq!((&linked["user"]["id"], &linked["mentor_id"]), (&json!(bob.id), &json!("M000001")));
    // A suspended account gets neither a role nor a session, however it is known.
    tests::meetings::suspend(&bob).await;
    browser.signs_in_elsewhere(&issuer, &guest, "").await.refuses(403, "account_suspended");
    let cem = world.register("cem").await;
    cem.alter(|user| user.email_verified = true).await;
    tests::meetings::suspend(&cem).await;
    browser.signs_in_elsewhere(&issuer, &Guest::of("cem"), "?role=mentor").await.refuses(403, "account_suspended");
    assert_eq!(numbers(&world, "EXPERT"), 1);
}

/// How many people have a number of a role.
fn numbers(world: &World, role: &str) -> usize {
    let of_role = format!("SERIAL#{role}#");
    world.table.items().iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with(&of_role)).count()
}

#[tokio::test]
async fn of_many_windows_at_once_one_makes_the_account_and_one_the_role() {
    let (world, issuer, browser) = stage().await;
    for (query, created) in [("", 1), ("?role=mentor", 0)] {
        let windows = (0..8).map(|_| {
            let (browser, issuer) = (browser.clone(), issuer.clone());
            async move { browser.signs_in_elsewhere(&issuer, &Guest::of("ada"), query).await.is(200) }
        });
        let answers = at_once(windows).await;
        let people: BTreeSet<_> = answers.iter().map(|answer| answer["user"]["id"].as_i64().unwrap()).collect();
        assert_eq!(people.len(), 1);
        assert_eq!(answers.iter().filter(|answer| answer["created"] == true).count(), created);
    }
    assert_eq!((numbers(&world, "LEARNER"), numbers(&world, "EXPERT")), (1, 1));
    world.settles().await;
    assert_eq!(world.subjects_to("ada"), ["Welcome, student", "Welcome, mentor"]);
    world.is_sound().await;
}

#[tokio::test]
async fn whoever_dies_linking_an_account_has_linked_it_with_its_role_or_not_at_all() {
    for moment in [Moment::Before, Moment::After] {
        let (world, issuer, browser) = stage().await;
        for nth in 1.. {
            let name = format!("ada{nth}");
            let ada = world.register(&name).await;
            ada.alter(|user| user.email_verified = true).await;
            let visit = browser.visits("?role=mentor").await;
            let url = issuer.admits(&visit.location, &Guest::of(&name));
            let links = |world: &World| world.table.items().iter().filter(|item| item["sk"]["S"] == "ACCOUNT").count();
            let before = (links(&world), numbers(&world, "EXPERT"));
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = world.table.faults.until_death(visit.returns(&url, &[])).await;
            world.table.faults.disarm();
            let after = (links(&world), numbers(&world, "EXPERT"));
            assert!(after == before || after == (before.0 + 1, before.1 + 1), "call {nth}: {before:?} {after:?}");
            let again = browser.signs_in_elsewhere(&issuer, &Guest::of(&name), "?role=mentor").await.is(200);
            assert_eq!((&again["user"]["id"], &again["created"]), (&json!(ada.id), &json!(false)));
            world.is_sound().await;
            if let Some(answer) = answered {
                answer.is(200);
                break;
            }
        }
    }
}

#[tokio::test]
async fn whoever_dies_exchanging_a_ticket_has_used_it_up_or_not() {
    for moment in [Moment::Before, Moment::After] {
        let (world, issuer, browser) = stage().await;
        for nth in 1.. {
            let ticket = ticket_of(&browser, &issuer, "ada").await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = world.table.faults.until_death(browser.exchanges(&ticket)).await;
            world.table.faults.disarm();
            let again = browser.exchanges(&ticket).await;
            if let Some(answer) = answered {
                answer.is(200);
                again.refuses(400, "bad_token");
                break;
            }
            assert!(matches!(again.outcome(), (200, "") | (400, "bad_token")), "{again}");
        }
    }
}

#[tokio::test]
async fn while_nothing_may_be_changed_only_administrators_are_let_in() {
    let (world, issuer, browser) = stage().await;
    let admin = world.admin().await;
    admin.alter(|user| user.email_verified = true).await;
    browser.signs_in_elsewhere(&issuer, &Guest::of("ada"), "").await.is(200);
    let (hers, masters) = (ticket_of(&browser, &issuer, "ada").await, ticket_of(&browser, &issuer, "root").await);
    admin.put("/api/site-status/", json!({"maintenance_mode": true})).await.is(200);
    for guest in ["ada", "new"] {
        let answer = browser.signs_in_elsewhere(&issuer, &Guest::of(guest), "").await;
        assert_eq!(answer.header("retry-after"), "60");
        answer.refuses(503, "maintenance");
    }
    browser.exchanges(&hers).await.refuses(503, "maintenance");
    browser.exchanges(&masters).await.is(200);
    browser.signs_in_elsewhere(&issuer, &Guest::of("root"), "").await.is(200);
}

#[tokio::test]
async fn a_sign_in_asks_little_of_the_table() {
    let (world, issuer, browser) = stage().await;
    browser.visits("").await;
    let mut costs = Costs::new(&world);
    let visit = costs.of("begin a sign-in elsewhere", (0, 0.0, 0.0), browser.visits("")).await;
    let ada = issuer.admits(&visit.location, &Guest::of("ada"));
    costs.of("a newcomer", (8, 6.0, 30.0), visit.returns(&ada, &[])).await.is(200);
    let visit = browser.visits("").await;
    let ada = issuer.admits(&visit.location, &Guest::of("ada"));
    costs.of("somebody known", (5, 5.0, 5.0), visit.returns(&ada, &[])).await.is(200);
    let visit = browser.visits("?role=mentor").await;
    let ada = issuer.admits(&visit.location, &Guest::of("ada"));
    costs.of("somebody known in another role", (8, 8.0, 16.0), visit.returns(&ada, &[])).await.is(200);
    let ticket = ticket_of(&browser, &issuer, "ada").await;
    costs.of("exchange a ticket", (4, 3.0, 5.0), browser.exchanges(&ticket)).await.is(200);
    costs.hold();
}

/// Google is the first factor: the second is asked for where the ticket is exchanged, which a wrong one does not use up.
#[tokio::test]
async fn whoever_has_two_factor_login_shows_a_code_with_the_ticket() {
    let (world, issuer, browser) = stage().await;
    let ada = Member::registers(&world, "ada").await;
    ada.person.alter(|user| user.email_verified = true).await;
    let (phone, codes) = ada.has_two_factor().await;
    browser.signs_in_elsewhere(&issuer, &Guest::of("ada"), "").await.refuses(401, "otp_required");
    let ticket = ticket_of(&browser, &issuer, "ada").await;
    browser.exchanges(&ticket).await.refuses(401, "otp_required");
    browser.exchanges_with(&ticket, json!({"otp": phone.wrong_code()})).await.refuses(401, "otp_invalid");
    let tries = (0..5).map(|_| {
        let (browser, ticket, code) = (browser.clone(), ticket.clone(), json!({"otp": phone.code()}));
        async move { browser.exchanges_with(&ticket, code).await }
    });
    let tries = at_once(tries).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(tries.iter().all(|answer| [200, 400, 401].contains(&answer.status)));
    let recovery = json!({"recovery_code": codes[0]});
    browser.exchanges_with(&ticket, recovery.clone()).await.refuses(400, "bad_token");
    let ticket = ticket_of(&browser, &issuer, "ada").await;
    browser.exchanges_with(&ticket, json!({"otp": phone.code()})).await.refuses(401, "otp_invalid");
    let session = browser.exchanges_with(&ticket, recovery).await.is(200);
    assert!(acts_as(&browser.let_in(&session), "student").await, "the code of the dead ticket was not used");
    // With a ticket nobody guesses more often than without.
    let ticket = ticket_of(&browser, &issuer, "ada").await;
    for _ in 0..28 {
        browser.exchanges_with(&ticket, json!({"otp": phone.wrong_code()})).await.refuses(401, "otp_invalid");
    }
    browser.exchanges_with(&ticket, json!({"otp": phone.wrong_code()})).await.refuses(429, "rate_limited");
}
