//! What tokens are worth, and how sessions end (`tutoring.md` §2 and §4.1).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use http::Request;
use serde_json::{Value as Json, json};
use tests::member::{LOGOUT, ME, Member, REFRESH, SESSIONS};
use tests::shape::has_exactly;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once, tally};

#[tokio::test]
async fn an_access_token_lives_an_hour_and_a_refresh_token_a_week() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    world.advance(TimeDelta::minutes(59));
    assert!(ada.lives().await);
    world.advance(TimeDelta::minutes(1));
    ada.person.get(ME).await.refuses(401, "token_expired");
    let mut ada = ada;
    for _ in 0..3 {
        world.advance(TimeDelta::days(7) - TimeDelta::hours(2));
        ada = ada.renewed().await;
        assert!(ada.lives().await, "each lives a week of its own");
    }
    world.advance(TimeDelta::days(7));
    let answer = ada.refreshes().await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.refuses(401, "token_expired");
    world.advance(TimeDelta::days(3));
    // The table forgets what nobody can use any more; the token says by itself that it is old.
    let items = world.table.items().into_iter();
    items.filter(|item| item["sk"]["S"].as_str().unwrap().starts_with("SESSION#")).for_each(|i| world.table.remove(&i));
    ada.refreshes().await.refuses(401, "token_expired");
}

#[tokio::test]
async fn a_refresh_answers_both_tokens_anew_under_both_names() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let stranger = Person::stranger(&world, "x");
    let pair = stranger.post(REFRESH, json!({"refresh_token": ada.refresh})).await.is(200);
    has_exactly(&pair, &["access", "refresh", "access_token", "refresh_token"]);
    assert_eq!((&pair["access"], &pair["refresh"]), (&pair["access_token"], &pair["refresh_token"]));
    assert_ne!(pair["refresh"], ada.refresh);
    assert!(ada.lives().await, "the access token from before is good until it expires");
    let renewed = Member::of(&ada.person, &pair);
    assert!(renewed.lives().await);
    renewed.renewed().await;
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let elsewhere = Member::registers(&World::new().await, "ada").await;
    let stranger = Person::stranger(&world, "x");
    stranger.post(REFRESH, json!({})).await.blames("refresh");
    for wrong in [json!(null), json!(7), json!(""), json!(" "), json!(["x"]), json!("\0")] {
        stranger.post(REFRESH, json!({"refresh": wrong})).await.blames("refresh");
    }
    let access = ada.person.token.clone().unwrap();
    let mut changed = ada.refresh.clone().into_bytes();
    changed[40] ^= 1;
    let changed = String::from_utf8(changed).unwrap();
    // The same key signs in every world of these tests, but this world knows no such session.
    for bad in ["x", &access, &elsewhere.refresh, &changed, &format!("{}A", ada.refresh), &"x".repeat(100_000)] {
        stranger.post(REFRESH, json!({"refresh": bad})).await.refuses(401, "token_invalid");
    }
    ada.person.get(&format!("{ME}?x={}", ada.refresh)).await.is(200);
    Person { token: Some(ada.refresh.clone()), ..stranger }.get(ME).await.refuses(401, "token_invalid");
    assert!(ada.lives().await, "nobody can end a session with a token they made up");
    ada.renewed().await;
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_session_and_no_other() {
    let world = World::with(Setup::live()).await;
    let ada = Member::registers(&world, "ada").await;
    let other = ada.logs_in().await;
    let renewed = ada.renewed().await;
    let (socket, others) = (renewed.person.listens("/ws/").await, other.person.listens("/ws/").await);
    ada.refreshes().await.refuses(401, "token_reused");
    assert!(!renewed.lives().await && !ada.lives().await);
    renewed.refreshes().await.refuses(401, "token_invalid");
    ada.refreshes().await.refuses(401, "token_reused");
    assert_eq!(renewed.person.connects("/ws/").await.err(), Some(401));
    world.settles().await;
    assert!(socket.is_gone() && !others.is_gone());
    assert!(other.lives().await);
    other.renewed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_parallel_uses_of_one_refresh_token_one_wins_and_stays_good() {
    let world = World::new().await;
    for round in 0..5 {
        let ada = Member::registers(&world, &format!("ada{round}")).await;
        let arrived = world.now();
        let jobs = (0..20).map(|_| {
            let ada = ada.clone();
            async move { ada.refreshes_since(arrived).await }
        });
        let answers = at_once(jobs).await;
        let expected = [((200, String::new()), 1), ((401, "token_reused".to_owned()), 19)].into();
        assert_eq!(tally(&answers), expected);
        let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
        let winner = Member::of(&ada.person, &winner.body);
        assert!(winner.lives().await && ada.lives().await);
        let winner = winner.renewed().await;
        ada.refreshes().await.refuses(401, "token_reused");
        assert!(!winner.lives().await && !ada.lives().await);
        winner.refreshes().await.refuses(401, "token_invalid");
    }
}

/// Two tabs of one browser, each with the same token: whichever arrives first, and whichever is carried out first.
#[tokio::test]
async fn two_tabs_that_refresh_at_once_do_not_sign_each_other_out() {
    let world = World::with(Setup::live()).await;
    for (first, second) in [(0, 0), (0, 3), (3, 0)] {
        let ada = Member::registers(&world, &format!("ada{first}{second}")).await;
        let socket = ada.person.listens("/ws/").await;
        let arrival = |seconds| world.now() + TimeDelta::seconds(seconds);
        let (first, second) = (arrival(first), arrival(second));
        world.advance(TimeDelta::seconds(5));
        let winner = Member::of(&ada.person, &ada.refreshes_since(first).await.is(200));
        world.advance(TimeDelta::seconds(5));
        ada.refreshes_since(second).await.refuses(401, "token_reused");
        assert!(winner.lives().await && ada.lives().await);
        world.settles().await;
        assert!(!socket.is_gone());
        // That one was late.
        ada.refreshes().await.refuses(401, "token_reused");
        assert!(!winner.lives().await && !ada.lives().await);
        winner.refreshes().await.refuses(401, "token_invalid");
        world.settles().await;
        assert!(socket.is_gone());
    }
}

/// With no other arrivals than the real ones: whoever came before the exchange was over, and lost, changed nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_real_parallel_refreshes_none_that_came_in_time_ends_the_session() {
    let world = World::new().await;
    let mut in_time = 0;
    for round in 0..40 {
        let ada = Member::registers(&world, &format!("ada{round}")).await;
        let ready = std::sync::Arc::new(tokio::sync::Barrier::new(4));
        let jobs = (0..4).map(|_| {
            let (ada, ready) = (ada.clone(), ready.clone());
            async move {
                ready.wait().await;
                let arrived = ada.person.world.now();
                (arrived, ada.refreshes_since(arrived).await)
            }
        });
        let outcomes = at_once(jobs).await;
        let won = outcomes.iter().find(|(_, answer)| answer.status == 200).expect("one wins");
        let winner = Member::of(&ada.person, &won.1.body);
        let user = json!({"N": ada.person.id.to_string()});
        let sessions = world.table.items().into_iter().filter(|item| item["user"] == user);
        let mut members = sessions.flat_map(|item| item.as_object().unwrap().clone());
        let over = members.find(|(name, _)| name.starts_with("x_")).expect("it is noted when").1;
        let over: i64 = over["N"].as_str().unwrap().parse().unwrap();
        if outcomes.iter().all(|(arrived, _)| arrived.timestamp_millis() < over) {
            assert!(winner.lives().await, "{outcomes:?}, over at {over}");
            in_time += 1;
        }
    }
    assert!(in_time > 0, "real tabs are that fast");
}

#[tokio::test]
async fn answers_that_are_lost_on_the_way_are_not_taken_for_a_theft() {
    let world = World::new().await;
    let mut ada = Member::registers(&world, "ada").await;
    for strike in [
        Strike::once(Fault::Lost, Moment::After, 1).only("UpdateItem"),
        Strike::once(Fault::Lost, Moment::After, 2).only("UpdateItem"),
        Strike::once(Fault::Down, Moment::After, 2).only("UpdateItem"),
        Strike::once(Fault::Throttled, Moment::Before, 2).only("UpdateItem"),
        Strike::once(Fault::Conflict, Moment::Before, 2).only("UpdateItem"),
        Strike::once(Fault::Lost, Moment::Before, 1).only("GetItem"),
    ] {
        world.table.faults.arm(strike);
        ada = ada.renewed().await;
        assert_eq!(world.table.faults.disarm(), 1, "{strike:?}");
        assert!(ada.lives().await, "{strike:?}");
        world.table.faults.arm(strike);
        ada = ada.logs_in().await;
        world.table.faults.disarm();
        assert!(ada.lives().await, "{strike:?}");
    }
    ada.renewed().await;
}

#[tokio::test]
async fn logging_out_ends_this_session_at_once_everywhere() {
    let world = World::with(Setup::live()).await;
    let ada = Member::registers(&world, "ada").await;
    let (other, elsewhere) = (ada.logs_in().await, ada.logs_in_elsewhere().await);
    let socket = ada.person.listens("/ws/").await;
    let answer = ada.person.post(LOGOUT, json!({"refresh": null})).await.is(200);
    has_exactly(&answer, &["message"]);
    assert!(!ada.lives().await);
    ada.refreshes().await.refuses(401, "token_invalid");
    ada.person.post(LOGOUT, json!({})).await.refuses(401, "token_invalid");
    world.settles().await;
    assert!(socket.is_gone());
    assert!(other.lives().await);
    elsewhere.get(ME).await.is(200);
    // What no product knows of the other: a token from here is given up there.
    other.person.post("/api/users/logout/", json!({})).await.is(200);
    assert!(!other.lives().await);
    other.refreshes().await.refuses(401, "token_invalid");
    elsewhere.post(LOGOUT, json!({})).await.is(200);
    elsewhere.get("/api/users/me/").await.refuses(401, "token_invalid");
}

#[tokio::test]
async fn a_refresh_token_that_comes_along_ends_its_session_too_if_it_is_ones_own() {
    let world = World::new().await;
    let (ada, bob) = (Member::registers(&world, "ada").await, Member::registers(&world, "bob").await);
    let other = ada.logs_in().await;
    let body = |token: &str| json!({"refresh_token": token});
    ada.person.post(LOGOUT, json!({"refresh": 7})).await.blames("refresh");
    ada.person.post(LOGOUT, json!({"all": "perhaps"})).await.blames("all");
    ada.person.post(LOGOUT, body(&other.refresh)).await.is(200);
    assert!(!ada.lives().await && !other.lives().await);
    for token in [bob.refresh.as_str(), "garbage", ""] {
        ada.logs_in().await.person.post(LOGOUT, body(token)).await.is(200);
    }
    assert!(bob.lives().await);
    bob.renewed().await;
}

#[tokio::test]
async fn logging_out_of_all_sessions_ends_every_one_so_far() {
    let world = World::with(Setup::live()).await;
    let ada = Member::registers(&world, "ada").await;
    let (other, elsewhere) = (ada.logs_in().await, ada.logs_in_elsewhere().await);
    let sockets = [other.person.listens("/ws/").await, elsewhere.listens("/ws/").await];
    ada.person.post(LOGOUT, json!({"all": true})).await.is(200);
    for session in [&ada, &other] {
        assert!(!session.lives().await);
        session.refreshes().await.refuses(401, "token_invalid");
    }
    elsewhere.get(ME).await.refuses(401, "token_invalid");
    world.settles().await;
    assert!(sockets.iter().all(tests::Socket::is_gone));
    for _ in 0..3 {
        let (again, there) = (ada.logs_in().await, ada.logs_in_elsewhere().await);
        assert!(again.lives().await, "one can log in at once");
        there.get(ME).await.is(200);
        let again = again.renewed().await;
        again.person.post(LOGOUT, json!({"all": true})).await.is(200);
        assert!(!again.lives().await, "and out of everything again");
        there.get(ME).await.refuses(401, "token_invalid");
    }
}

#[tokio::test]
async fn a_suspended_account_gets_no_new_tokens() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let mut gate = world.table.items().into_iter().find(|item| item["sk"]["S"] == "GATE").unwrap();
    gate["suspended"] = json!({"BOOL": true});
    world.table.import(vec![gate.clone()]);
    assert!(!ada.lives().await);
    ada.refreshes().await.refuses(401, "token_invalid");
    gate.as_object_mut().unwrap().remove("suspended");
    world.table.import(vec![gate]);
    ada.renewed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_beside_a_logout_brings_nothing_that_works() {
    let world = World::new().await;
    for round in 0..20 {
        let ada = Member::registers(&world, &format!("ada{round}")).await;
        let (refreshing, leaving) = (ada.clone(), ada.person.clone());
        let all = round % 2 == 0;
        let jobs: [std::pin::Pin<Box<dyn Future<Output = tests::Answer> + Send>>; 2] = [
            Box::pin(async move { refreshing.refreshes().await }),
            Box::pin(async move { leaving.post(LOGOUT, json!({"all": all})).await }),
        ];
        let answers = at_once(jobs).await;
        assert_eq!(answers[1].status, 200, "{}", answers[1]);
        assert!(!ada.lives().await);
        if answers[0].status == 200 {
            let renewed = Member::of(&ada.person, &answers[0].body);
            assert!(!renewed.lives().await);
            renewed.refreshes().await.refuses(401, "token_invalid");
        }
        ada.logs_in().await.renewed().await;
    }
}

#[tokio::test]
async fn ones_sessions_are_listed_and_can_be_ended() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let bob = Member::registers(&world, "bob").await;
    world.advance(TimeDelta::minutes(10));
    let laptop = {
        let body = json!({"email": "ada@example.org", "password": Person::PASSWORD}).to_string();
        let request = Request::post("/api/v1/auth/login/").header("user-agent", "x".repeat(300));
        let request = request.header("content-type", "application/json").body(body.into()).unwrap();
        Member::of(&ada.person, &ada.person.ask(request).await.is(200))
    };
    let listed = ada.person.get(SESSIONS).await.is(200);
    has_exactly(&listed, &["count", "next", "previous", "results"]);
    assert_eq!((&listed["count"], &listed["next"], &listed["previous"]), (&json!(2), &Json::Null, &Json::Null));
    let [newest, oldest] = [&listed["results"][0], &listed["results"][1]];
    has_exactly(newest, &["id", "created_at", "last_used_at", "ip_address", "user_agent", "current"]);
    assert_eq!((&newest["current"], &oldest["current"]), (&json!(false), &json!(true)));
    assert_eq!((&newest["user_agent"], &oldest["user_agent"]), (&json!("x".repeat(255)), &json!("")));
    assert_eq!(newest["ip_address"], ada.person.address.to_string());
    assert!(newest["created_at"].as_str() > oldest["created_at"].as_str());
    assert_eq!(newest["last_used_at"], newest["created_at"]);

    world.advance(TimeDelta::minutes(10));
    let laptop = laptop.renewed().await;
    let used = ada.person.get(SESSIONS).await.is(200)["results"][0].clone();
    assert_eq!((&used["id"], &used["created_at"]), (&newest["id"], &newest["created_at"]));
    assert!(used["last_used_at"].as_str() > newest["last_used_at"].as_str());

    let path = format!("{SESSIONS}{}/", newest["id"]);
    bob.person.delete(&path).await.refuses(404, "not_found");
    Person::stranger(&world, "x").delete(&path).await.refuses(401, "not_authenticated");
    for nothing in ["1", "x", "0"] {
        ada.person.delete(&format!("{SESSIONS}{nothing}/")).await.refuses(404, "not_found");
    }
    ada.person.delete(&path).await.is(204);
    assert!(!laptop.lives().await);
    laptop.refreshes().await.refuses(401, "token_invalid");
    ada.person.delete(&path).await.refuses(404, "not_found");
    assert_eq!(ada.person.get(SESSIONS).await.is(200)["count"], 1);
    assert!(ada.lives().await);
    assert_eq!(bob.person.get(SESSIONS).await.is(200)["count"], 1);
}

#[tokio::test]
async fn the_list_of_sessions_holds_only_what_lives() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let mut all = vec![ada.clone()];
    for _ in 0..5 {
        all.push(ada.logs_in().await);
    }
    assert_eq!(ada.person.get(SESSIONS).await.is(200)["count"], 6);
    all[3].person.post(LOGOUT, json!({})).await.is(200);
    all[4].renewed().await;
    all[4].refreshes().await.refuses(401, "token_reused");
    let listed = ada.person.get(SESSIONS).await.is(200);
    let ids: BTreeSet<_> = listed["results"].as_array().unwrap().iter().map(|s| s["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 4);
    world.advance(TimeDelta::days(8));
    let elsewhere = ada.logs_in_elsewhere().await;
    assert_eq!(elsewhere.get(SESSIONS).await.is(200)["count"], 0, "one of ExpertConnect is not prolonged");
    let ada = ada.logs_in().await;
    assert_eq!(elsewhere.get(SESSIONS).await.is(200)["results"][0]["current"], false);
    ada.person.post(LOGOUT, json!({"all": true})).await.is(200);
    assert_eq!(ada.logs_in().await.person.get(SESSIONS).await.is(200)["count"], 1);
}
