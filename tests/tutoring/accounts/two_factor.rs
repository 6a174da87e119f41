//! Two-factor login (`tutoring.md` §4.6): on and off, what it asks for, each code once, and as many guesses as there are at passwords.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::authenticator::{Authenticator, TWO_FACTOR, recovery_codes, two_factor};
use tests::member::{CHANGE, ME, Member, forgetful};
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World, at_once, tally};

const SETUP: &str = "/api/v1/auth/2fa/setup/";
const ENABLE: &str = "/api/v1/auth/2fa/enable/";
const RECOVERY_CODES: &str = "/api/v1/auth/2fa/recovery-codes/";
const DISABLE: &str = "/api/v1/auth/2fa/disable/";

/// Where nobody has signed in from.
fn elsewhere(world: &World) -> std::net::IpAddr {
    Person::stranger(world, "x").address
}

async fn ada() -> (World, Member) {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    (world, ada)
}

async fn status(member: &Member) -> Json {
    member.person.get(TWO_FACTOR).await.is(200)
}

fn step() -> TimeDelta {
    TimeDelta::seconds(30)
}

#[tokio::test]
async fn it_is_set_up_enabled_used_and_switched_off() {
    let (world, ada) = ada().await;
    assert_eq!(status(&ada).await, json!({"enabled": false, "recovery_codes_left": 0}));
    let set_up = ada.person.post(SETUP, json!({"password": Person::PASSWORD})).await.is(200);
    has_exactly(&set_up, &["secret", "otpauth_uri"]);
    let phone = Authenticator::of(&world, &set_up);
    assert_eq!(status(&ada).await["enabled"], false, "nothing is asked for yet");
    ada.logs_in_with(Person::PASSWORD).await.is(200);
    let spaced = format!("{} {}", &phone.code()[..3], &phone.code()[3..]);
    let enabled = ada.person.post(ENABLE, json!({"otp": spaced})).await.is(200);
    has_exactly(&enabled, &["recovery_codes"]);
    let codes = recovery_codes(&enabled);
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 10), "50 bits");
    assert_eq!(status(&ada).await, json!({"enabled": true, "recovery_codes_left": 10}));
    assert_eq!(ada.person.get(ME).await.is(200)["two_factor_enabled"], true, "open sessions stay open");

    ada.logs_in_by(json!({})).await.refuses(401, "otp_required");
    ada.logs_in_by(json!({"otp": " ", "recovery_code": null})).await.refuses(401, "otp_required");
    ada.logs_in_by(json!({"otp": phone.code()})).await.refuses(401, "otp_invalid"); // it has enabled it
    ada.tries("wrong password", json!({"otp": phone.code()})).await.refuses(401, "invalid_credentials");
    world.advance(step());
    let session = ada.logs_in_by(json!({"otp": phone.code()})).await.is(200);
    assert_eq!(session["user"]["two_factor_enabled"], true);
    let again = Member::of(&ada.person, &session);

    let off = DISABLE;
    let wrong = json!({"password": "wrong password", "otp": phone.code_in(30)});
    again.person.post(off, wrong).await.blames("password");
    again.person.post(off, json!({"password": Person::PASSWORD})).await.blames("otp");
    again.person.post(off, json!({"password": Person::PASSWORD, "otp": phone.code()})).await.blames("otp");
    let recovery = json!({"password": Person::PASSWORD, "recovery_code": "AAAAAAAAAA"});
    again.person.post(off, recovery).await.blames("recovery_code");
    let right = json!({"password": Person::PASSWORD, "otp": phone.code_in(30)});
    assert!(again.person.post(off, right.clone()).await.is(200)["message"].is_string());
    again.person.post(off, right).await.refuses(409, "not_enabled");
    assert_eq!(status(&ada).await, json!({"enabled": false, "recovery_codes_left": 0}));
    assert_eq!(ada.person.get(ME).await.is(200)["two_factor_enabled"], false);
    ada.logs_in().await;
    world.is_sound().await;
}

/// The URI is read by another's implementation, which checks what authenticators insist on.
#[tokio::test]
async fn an_authenticator_reads_the_uri_and_agrees_about_every_code_of_the_window() {
    let (world, ada) = ada().await;
    let phone = ada.sets_up().await;
    let totp = phone.totp();
    assert_eq!((totp.issuer(), phone.secret.len()), (Some("ExpertConnect"), 32));
    assert!(phone.uri.starts_with("otpauth://totp/ExpertConnect:ada%40example.org?secret="), "{}", phone.uri);
    assert!(phone.uri.ends_with("&issuer=ExpertConnect&algorithm=SHA1&digits=6&period=30"), "{}", phone.uri);
    assert!(phone.uri.contains(&format!("?secret={}&", phone.secret)));
    ada.person.post(ENABLE, json!({"otp": phone.code_in(-30)})).await.is(200);
    world.advance(TimeDelta::minutes(5));
    for (seconds, is_good) in [(-60, false), (60, false), (-30, true), (30, true), (0, true)] {
        let answer = ada.logs_in_by(json!({"otp": phone.code_in(seconds)})).await;
        assert_eq!(answer.status == 200, is_good, "{seconds} s: {answer}");
        ada.logs_in_by(json!({"otp": phone.code_in(seconds)})).await.refuses(401, "otp_invalid");
    }
}

#[tokio::test]
async fn every_login_asks_for_it() {
    let world = World::new().await;
    let mia = world.mentor("mia", 50_000).await;
    let member = Member { person: mia.clone(), refresh: String::new() };
    let stranger = Person::stranger(&world, "mia");
    let body = json!({"email": "mia@example.org", "password": Person::PASSWORD});
    let number = stranger.post("/api/auth/login/", body).await.is(200)["mentor_id"].clone();
    let (phone, codes) = member.has_two_factor().await;
    let doors = [
        ("/api/v1/auth/login/", json!({"email": "mia@example.org"})),
        ("/api/users/login/", json!({"username": "mia@example.org"})),
        ("/api/auth/login/", json!({"email": "mia@example.org"})),
        ("/api/auth/login/", json!({"user_id": number, "role": "mentor"})),
    ];
    for (place, (path, who)) in doors.into_iter().enumerate() {
        let with = |more: Json| {
            tests::member::with(tests::member::with(who.clone(), json!({"password": Person::PASSWORD})), more)
        };
        stranger.post(path, with(json!({}))).await.refuses(401, "otp_required");
        stranger.post(path, with(json!({"otp": phone.wrong_code()}))).await.refuses(401, "otp_invalid");
        stranger.post(path, with(json!({"recovery_code": "x"}))).await.refuses(401, "otp_invalid");
        stranger
            .post(path, with(json!({"otp": "12", "recovery_code": codes[place]})))
            .await
            .refuses(401, "otp_invalid");
        stranger
            .post(path, with(json!({"password": "wrong password", "otp": phone.code()})))
            .await
            .refuses(401, "invalid_credentials");
        stranger.post(path, with(json!({"otp": phone.code()}))).await.is(200);
        stranger.post(path, with(json!({"otp": phone.code()}))).await.refuses(401, "otp_invalid");
        stranger.post(path, with(json!({"recovery_code": codes[place].to_lowercase()}))).await.is(200);
        stranger.post(path, with(json!({"recovery_code": codes[place]}))).await.refuses(401, "otp_invalid");
        world.advance(TimeDelta::seconds(90));
    }
    assert_eq!(status(&member).await["recovery_codes_left"], 6);
    // Taking a role by one's password would be a login without a code.
    let joins = json!({"name": "Mia", "email": "mia@example.org", "password": Person::PASSWORD,
        "confirm_password": Person::PASSWORD, "accept_terms": true});
    let answer = stranger.post("/api/student/register/", joins).await;
    assert_ne!(answer.status, 201, "{answer}");
    assert!(answer.body["token"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_logins_with_one_code_one_opens_a_session() {
    let (world, ada) = ada().await;
    let (phone, codes) = ada.has_two_factor().await;
    for code in [json!({"otp": phone.code()}), json!({"recovery_code": codes[3]})] {
        let tries = (0..20).map(|n| {
            let (ada, code) = (ada.clone(), code.clone());
            async move {
                match n % 2 {
                    0 => ada.logs_in_by(code).await,
                    _ => {
                        let body = json!({"username": "ada@example.org", "password": Person::PASSWORD});
                        let stranger = Person { token: None, ..ada.person.clone() };
                        stranger.post("/api/users/login/", tests::member::with(body, code)).await
                    }
                }
            }
        });
        let tries = tally(&at_once(tries).await);
        assert_eq!(tries.get(&(200, String::new())), Some(&1), "{tries:?}");
        assert_eq!(tries.get(&(401, "otp_invalid".to_owned())), Some(&19), "{tries:?}");
        world.advance(TimeDelta::minutes(2));
    }
    world.is_sound().await;
}

#[tokio::test]
async fn recovery_codes_are_replaced_and_not_kept_as_they_are() {
    let (world, ada) = ada().await;
    let renew = RECOVERY_CODES;
    ada.person.post(renew, json!({"otp": "123456"})).await.refuses(409, "not_enabled");
    let (phone, old) = ada.has_two_factor().await;
    ada.person.post(renew, json!({"otp": phone.wrong_code()})).await.blames("otp");
    ada.person.post(renew, json!({"otp": old[0]})).await.blames("otp");
    ada.person.post(renew, json!({})).await.blames("otp");
    let new = recovery_codes(&ada.person.post(renew, json!({"otp": phone.code()})).await.is(200));
    ada.person.post(renew, json!({"otp": phone.code()})).await.blames("otp");
    assert!(new.iter().all(|code| !old.contains(code)));
    ada.logs_in_by(json!({"recovery_code": old[1]})).await.refuses(401, "otp_invalid");
    for code in &new {
        ada.logs_in_by(json!({"recovery_code": code})).await.is(200);
    }
    assert_eq!(status(&ada).await, json!({"enabled": true, "recovery_codes_left": 0}));
    let table = format!("{:?}", world.table.items());
    for secret in new.iter().chain(&old).chain([&phone.secret]) {
        assert!(!table.contains(secret.as_str()), "{secret} is in the table");
    }
}

#[tokio::test]
async fn a_secret_is_made_for_the_owner_and_void_with_the_next() {
    let (_world, ada) = ada().await;
    let set_up = SETUP;
    ada.person.post(set_up, json!({"password": "wrong password"})).await.blames("password");
    ada.person.post(set_up, json!({})).await.blames("password");
    let enable = ENABLE;
    ada.person.post(enable, json!({"otp": "123456"})).await.blames("otp");
    let (old, new) = (ada.sets_up().await, ada.sets_up().await);
    ada.person.post(enable, json!({"otp": old.code()})).await.blames("otp");
    ada.person
        .post(DISABLE, json!({"password": Person::PASSWORD, "otp": new.code()}))
        .await
        .refuses(409, "not_enabled");
    ada.person.post(enable, json!({"otp": new.code()})).await.is(200);
    ada.person.post(enable, json!({"otp": new.code_in(30)})).await.refuses(409, "already_enabled");
    ada.person.post(set_up, json!({"password": Person::PASSWORD})).await.refuses(409, "already_enabled");
    for path in ["setup", "enable", "recovery-codes", "disable"] {
        Person { token: None, ..ada.person.clone() }
            .post(&two_factor(path), json!({}))
            .await
            .refuses(401, "not_authenticated");
    }
}

/// Whoever has the password guesses codes as seldom as others guess passwords.
#[tokio::test]
async fn a_wrong_code_is_a_failed_login() {
    let (world, ada) = ada().await;
    let (phone, codes) = ada.has_two_factor().await;
    let thief = Member { person: Person { address: elsewhere(&world), ..ada.person.clone() }, ..ada.clone() };
    for n in 0..30 {
        let wrong =
            if n % 2 == 0 { json!({"otp": phone.wrong_code()}) } else { json!({"recovery_code": "AAAAAAAAAA"}) };
        thief.logs_in_by(wrong).await.refuses(401, "otp_invalid");
    }
    thief.logs_in_by(json!({"otp": phone.wrong_code()})).await.refuses(429, "rate_limited");
    thief.logs_in_by(json!({"otp": phone.code()})).await.refuses(429, "rate_limited");
    // The owner, where they are at home, is not kept out by that.
    ada.logs_in_by(json!({"otp": phone.code()})).await.is(200);
    world.advance(TimeDelta::minutes(2));
    thief.logs_in_by(json!({"recovery_code": codes[0]})).await.is(200);
    // Nor does a session let its holder guess for ever.
    for _ in 0..30 {
        ada.person.post(RECOVERY_CODES, json!({"otp": phone.wrong_code()})).await.blames("otp");
    }
    ada.person.post(RECOVERY_CODES, json!({"otp": phone.code()})).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn a_password_alone_does_not_make_a_network_known() {
    let (world, ada) = ada().await;
    let (phone, _) = ada.has_two_factor().await;
    let thief = Member { person: Person { address: elsewhere(&world), ..ada.person.clone() }, ..ada.clone() };
    for _ in 0..5 {
        thief.logs_in_by(json!({})).await.refuses(401, "otp_required");
    }
    for _ in 0..30 {
        Member { person: Person { address: elsewhere(&world), ..ada.person.clone() }, ..ada.clone() }
            .tries("wrong password", json!({}))
            .await
            .refuses(401, "invalid_credentials");
    }
    let answer = thief.logs_in_by(json!({"otp": phone.code()})).await;
    assert_ne!(answer.status, 200, "still a stranger among strangers");
}

#[tokio::test]
async fn a_new_password_does_not_switch_it_off() {
    let ada = forgetful().await;
    let (phone, _) = ada.has_two_factor().await;
    let link = ada.link().await;
    ada.confirms(&link, "another horse battery").await.is(200);
    ada.tries("another horse battery", json!({})).await.refuses(401, "otp_required");
    let session = ada.tries("another horse battery", json!({"otp": phone.code()})).await.is(200);
    let ada = Member::of(&ada.person, &session);
    let change = json!({"current_password": "another horse battery", "password": Person::PASSWORD,
        "password2": Person::PASSWORD});
    ada.person.post(CHANGE, change).await.is(200);
    ada.logs_in_by(json!({})).await.refuses(401, "otp_required");
}

#[tokio::test]
async fn it_survives_an_edit_of_the_profile() {
    let (_world, ada) = ada().await;
    let (phone, _) = ada.has_two_factor().await;
    ada.person.patch(ME, json!({"first_name": "Augusta"})).await.is(200);
    assert_eq!(ada.person.get(ME).await.is(200)["two_factor_enabled"], true);
    ada.logs_in_by(json!({"otp": phone.code()})).await.is(200);
}

/// A code is used up with the session it opens, or not at all: whoever tries again gets in.
#[tokio::test]
async fn a_function_that_dies_leaves_no_code_used_for_nothing() {
    let (world, ada) = ada().await;
    let (_, codes) = ada.has_two_factor().await;
    let mut codes = codes.into_iter();
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let code = json!({"recovery_code": codes.next().expect("ten are enough")});
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth).only("TransactWriteItems"));
            let answered = world.table.faults.until_death(ada.logs_in_by(code.clone())).await;
            world.table.faults.disarm();
            if let Some(answer) = answered {
                answer.is(200);
                break;
            }
            let again = ada.logs_in_by(code).await;
            match moment {
                Moment::Before => _ = again.is(200),
                // Only the answer is missing: the session is there.
                Moment::After => _ = again.refuses(401, "otp_invalid"),
            }
        }
    }
    world.is_sound().await;
}

#[tokio::test]
async fn switching_it_on_and_off_is_whole_or_nothing() {
    let (world, ada) = ada().await;
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let phone = ada.sets_up().await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let enable = ada.person.post(ENABLE, json!({"otp": phone.code()}));
            let answered = world.table.faults.until_death(enable).await;
            world.table.faults.disarm();
            let is_on = status(&ada).await["enabled"] == true;
            assert_eq!(ada.person.get(ME).await.is(200)["two_factor_enabled"], is_on);
            assert_eq!(ada.logs_in_by(json!({})).await.status == 401, is_on, "both say the same");
            if !is_on {
                ada.person.post(ENABLE, json!({"otp": phone.code()})).await.is(200);
            }
            world.advance(step());
            let off = json!({"password": Person::PASSWORD, "otp": phone.code()});
            ada.person.post(DISABLE, off).await.is(200);
            if let Some(answer) = answered {
                answer.is(200);
                break;
            }
        }
    }
    world.is_sound().await;
}

/// An answer with a secret in it is not kept for a repetition.
#[tokio::test]
async fn an_idempotency_key_keeps_no_secret() {
    let (world, ada) = ada().await;
    let body = json!({"password": Person::PASSWORD});
    let first = ada.person.post_once("key", SETUP, body.clone()).await.is(200);
    let second = ada.person.post_once("key", SETUP, body).await.is(200);
    assert_ne!(first["secret"], second["secret"]);
    let answer = send(&ada.person, "GET", TWO_FACTOR, &[], "").await;
    answer.is(200);
    let table = format!("{:?}", world.table.items());
    assert!(!table.contains(second["secret"].as_str().unwrap()));
}

#[tokio::test]
async fn it_asks_little_of_the_table_and_nothing_of_who_has_none() {
    let world = World::with(Setup::live()).await;
    let ada = Member::registers(&world, "ada").await;
    let mut costs = Costs::new(&world);
    let set_up = ada.person.post(SETUP, json!({"password": Person::PASSWORD}));
    let set_up = costs.of("set up", (3, 3.0, 4.0), set_up).await.is(200);
    let phone = Authenticator::of(&world, &set_up);
    let enable = ada.person.post(ENABLE, json!({"otp": phone.code()}));
    costs.of("enable", (3, 3.0, 9.0), enable).await.is(200);
    costs.of("status", (1, 3.0, 0.0), ada.person.get(TWO_FACTOR)).await.is(200);
    world.advance(step());
    // The name, profile with credential, the transaction of code and session.
    costs.of("log in with a code", (3, 5.0, 10.0), ada.logs_in_by(json!({"otp": phone.code()}))).await.is(200);
    world.advance(step());
    let off = json!({"password": Person::PASSWORD, "otp": phone.code()});
    costs.of("disable", (3, 3.0, 11.0), ada.person.post(DISABLE, off)).await.is(200);
    costs.hold();
}
