//! The audit log (`tutoring.md` §4.7, §5.7): what stands in it. How it is listed is in `lists`.

mod deaths;
mod deeds;
mod lists;
mod riding;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::authenticator::two_factor;
use tests::consultations::vetting::{reinstates, suspends};
use tests::member::{CHANGE, LOGIN, LOGOUT, ME, Member, SESSIONS, forgetful};
use tests::mentorship::m;
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World};

const LOGS: &str = "/api/v1/admin/audit-logs/";

/// The log's rows under a query, the newest first, once the stream has been read.
async fn rows(admin: &Person, query: &str) -> Vec<Json> {
    let world = &admin.world;
    assert!(!world.table.has_stream || world.carries_out().await, "the outbox does not get on");
    let page = admin.get(&format!("{LOGS}?page_size=100{query}")).await.is(200);
    assert_eq!(page["count"], page["results"].as_array().unwrap().len());
    page["results"].as_array().unwrap().clone()
}

/// What stands in it of one person.
async fn done(admin: &Person, person: &Person) -> Vec<String> {
    let rows = rows(admin, &format!("&ordering=created_at&actor={}", person.id)).await;
    rows.iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}

/// A second later, so that what follows is newer.
fn later(world: &World) {
    world.advance(TimeDelta::seconds(1));
}

async fn begun() -> (World, Person, Member) {
    let world = World::with(Setup::live()).await;
    let admin = world.admin().await;
    let ada = Member::registers(&world, "ada").await;
    later(&world);
    (world, admin, ada)
}

#[tokio::test]
async fn a_login_says_who_it_was_from_where_and_which_session_it_opened() {
    let (world, admin, ada) = begun().await;
    let body = json!({"email": "ada@example.org", "password": Person::PASSWORD}).to_string();
    let agent = "x".repeat(300);
    let headers = [("content-type", "application/json"), ("user-agent", agent.as_str())];
    let stranger = Person { token: None, ..ada.person.clone() };
    let again = Member::of(&ada.person, &send(&stranger, "POST", LOGIN, &headers, body).await.is(200));
    let [row] = &rows(&admin, &format!("&actor={}", ada.person.id)).await[..] else { panic!("one row") };
    has_exactly(
        row,
        &["id", "actor", "actor_email", "action", "description", "ip_address", "user_agent", "metadata", "created_at"],
    );
    let sessions = again.person.get(SESSIONS).await.is(200);
    let expected = json!({
        "id": row["id"], "actor": ada.person.id, "actor_email": "ada@example.org", "action": "login",
        "description": "Signed in.", "ip_address": ada.person.address.to_string(), "user_agent": "x".repeat(255),
        "metadata": {"session": sessions["results"][0]["id"]}, "created_at": tests::person::stamp(world.now()),
    });
    assert_eq!(*row, expected);
    assert_eq!(admin.get(&format!("{LOGS}{}/", row["id"])).await.is(200), *row);
    admin.get(&format!("{LOGS}{}/", row["id"].as_i64().unwrap() + 1)).await.refuses(404, "not_found");
    admin.get(&format!("{LOGS}0/")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn the_logins_of_all_products_stand_in_it() {
    let (world, admin, ada) = begun().await;
    ada.logs_in_elsewhere().await;
    let mia = world.mentor("mia", 2_500).await;
    let body = json!({"email": "mia@example.org", "password": Person::PASSWORD});
    Person::stranger(&world, "mia").post(&m("auth/login/"), body).await.is(200);
    assert_eq!(done(&admin, &ada.person).await, ["login"]);
    assert_eq!(done(&admin, &mia).await.last().unwrap(), "login");
    // Nobody who registers logs in.
    let bob = world.register("bob").await;
    assert_eq!(done(&admin, &bob).await, [""; 0]);
}

#[tokio::test]
async fn failed_logins_stand_in_it_as_far_as_the_limit_lets_anybody_try() {
    let (world, admin, ada) = begun().await;
    let stranger = Person::stranger(&world, "x");
    let tries = async |email: &str| stranger.post(LOGIN, json!({"email": email, "password": "wrong password"})).await;
    tries("ada@example.org").await.refuses(401, "invalid_credentials");
    tries("nobody@example.org").await.refuses(401, "invalid_credentials");
    let failed = rows(&admin, "&action=login_failed").await;
    let of = |actor: Json| failed.iter().find(|row| row["actor"] == actor).unwrap_or_else(|| panic!("{failed:?}"));
    assert_eq!((failed.len(), &of(json!(ada.person.id))["metadata"]), (2, &json!({"user": ada.person.id})));
    let nobodys = of(Json::Null);
    assert_eq!((&nobodys["actor_email"], &nobodys["metadata"]), (&Json::Null, &json!({})));
    assert_eq!(nobodys["ip_address"], stranger.address.to_string());
    assert!(!format!("{failed:?}").contains("nobody@example.org"), "it may be a password typed in the wrong place");
    for _ in 0..40 {
        tries("nobody@example.org").await;
    }
    tries("nobody@example.org").await.refuses(429, "rate_limited");
    assert_eq!(rows(&admin, "&action=login_failed").await.len(), 31, "more are counted and not logged");
}

#[tokio::test]
async fn logging_out_stands_in_it_however_it_is_done() {
    let (world, admin, ada) = begun().await;
    let (second, third) = (ada.logs_in().await, ada.logs_in().await);
    let sessions = ada.person.get(SESSIONS).await.is(200);
    let other = sessions["results"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    later(&world);
    ada.person.delete(&format!("{SESSIONS}{}/", other["id"])).await.is(204);
    later(&world);
    ada.person.post(LOGOUT, json!({})).await.is(200);
    later(&world);
    let last = if second.lives().await { second } else { third };
    last.person.post(LOGOUT, json!({"all": true})).await.is(200);
    assert_eq!(done(&admin, &ada.person).await, ["login", "login", "logout", "logout", "logout"]);
    let ended = rows(&admin, &format!("&actor={}&action=logout", ada.person.id)).await;
    assert_eq!(
        ended[2]["metadata"],
        json!({"session": other["id"]}),
        "the one that was ended, not the one that ended it"
    );
}

#[tokio::test]
async fn a_refresh_token_that_is_used_again_stands_in_it_once() {
    let (world, admin, ada) = begun().await;
    ada.renewed().await;
    later(&world);
    for _ in 0..3 {
        ada.refreshes().await.refuses(401, "token_reused");
    }
    assert_eq!(done(&admin, &ada.person).await, ["token_reuse"]);
}

#[tokio::test]
async fn a_new_password_and_a_changed_profile_stand_in_it_without_what_they_say() {
    let ada = forgetful().await;
    let world = ada.person.world.clone();
    let admin = world.admin().await;
    let link = ada.link().await;
    ada.confirms(&link, "another horse battery").await.is(200);
    later(&world);
    let ada = Member::of(&ada.person, &ada.logs_in_with("another horse battery").await.is(200));
    later(&world);
    let password = "a third horse battery";
    let wish = json!({
        "current_password": "another horse battery", "password": password, "password2": password,
        "new_password": password, "confirm_password": password,
    });
    ada.person.post(CHANGE, wish).await.is(200);
    later(&world);
    ada.person.patch("/api/users/me/", json!({"bio": "Numbers."})).await.is(200);
    ada.person.patch("/api/users/me/", json!({"bio": "Numbers."})).await.is(200);
    assert_eq!(done(&admin, &ada.person).await, ["password_reset", "login", "profile_update", "profile_update"]);
    let told = format!("{:?}", rows(&admin, "").await);
    assert!(["horse", "Numbers", link.as_str()].iter().all(|secret| !told.contains(secret)));
}

#[tokio::test]
async fn two_factor_login_stands_in_it_when_it_goes_on_and_off() {
    let (world, admin, ada) = begun().await;
    let (phone, _) = ada.has_two_factor().await;
    world.advance(TimeDelta::minutes(1));
    ada.logs_in_by(json!({"otp": phone.wrong_code()})).await.refuses(401, "otp_invalid");
    later(&world);
    let off = json!({"password": Person::PASSWORD, "otp": phone.code()});
    ada.person.post(&two_factor("disable"), off).await.is(200);
    assert_eq!(done(&admin, &ada.person).await, ["two_factor_enabled", "login_failed", "two_factor_disabled"]);
    let told = format!("{:?}", rows(&admin, "").await);
    assert!([phone.secret.as_str(), &phone.code()].iter().all(|secret| !told.contains(secret)));
    assert_eq!(ada.person.get(ME).await.is(200)["two_factor_enabled"], false);
}

#[tokio::test]
async fn what_administrators_decide_of_somebody_is_theirs() {
    let world = World::with(Setup::live()).await;
    let admin = world.admin().await;
    let mia = world.expert("mia").await;
    for (action, answer) in [
        ("user_suspended", suspends(&admin, &mia, "Too late, too often.").await),
        ("user_reactivated", reinstates(&admin, &mia).await),
    ] {
        answer.is(200);
        let [row] = &rows(&admin, &format!("&action={action}")).await[..] else { panic!("one {action}") };
        assert_eq!((&row["actor"], &row["metadata"]), (&json!(admin.id), &json!({"user": mia.id})), "{action}");
        assert_eq!(row["ip_address"], admin.address.to_string());
    }
    let zoe = world.new_mentor("zoe").await;
    for (is_approved, action) in [(true, "tutor_approved"), (false, "tutor_rejected")] {
        let path = m(&format!("admin/mentors/{}/approve/", zoe.id));
        admin.post(&path, json!({"is_approved": is_approved, "reason": "Because."})).await.is(200);
        let rows = rows(&admin, &format!("&action={action}")).await;
        assert_eq!(rows.first().map(|row| &row["metadata"]), Some(&json!({"tutor": zoe.id})), "{action}");
        assert!(!format!("{rows:?}").contains("Because"));
    }
}

/// Wherever a login dies: no session without its row, no row without its session.
#[tokio::test]
async fn a_session_and_its_row_are_there_together_or_not_at_all() {
    let (world, admin, ada) = begun().await;
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = world.table.faults.until_death(ada.logs_in_with(Person::PASSWORD)).await;
            world.table.faults.disarm();
            // One of them is the one that registration has opened.
            let opened = ada.person.get(SESSIONS).await.is(200)["count"].as_u64().unwrap() - 1;
            let logged = rows(&admin, "&action=login").await.into_iter().filter(|row| row["actor"] == ada.person.id);
            assert_eq!(opened, logged.count() as u64, "call {nth} {moment:?}");
            if answered.is_some() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_a_row_costs_whoever_causes_it() {
    let world = World::with(Setup::default()).await;
    let ada = Member::registers(&world, "ada").await;
    let stranger = Person::stranger(&world, "x");
    let mut costs = Costs::new(&world);
    costs.of("log in", (3, 3.5, 6.0), ada.logs_in()).await;
    let wrong = json!({"email": "ada@example.org", "password": "wrong password"});
    costs.of("fail to log in", (5, 3.5, 6.0), stranger.post(LOGIN, wrong)).await.is(401);
    let unknown = json!({"email": "nobody@example.org", "password": "wrong password"});
    costs.of("fail to log in as nobody", (5, 3.5, 6.0), stranger.post(LOGIN, unknown)).await.is(401);
    costs.of("log out", (3, 1.0, 9.0), ada.person.post(LOGOUT, json!({}))).await.is(200);
    costs.hold();
}
