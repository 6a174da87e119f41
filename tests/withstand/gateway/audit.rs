//! The books, checked while people go on.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use serde_json::json;
use table::{Action, Key, Returning, Update, Value};

use super::{Guest, House};

/// So much that the table does not fit into one page of a scan.
async fn filled(house: &House) {
    let fillers = (0..300).map(|number| {
        let mut item = Key { pk: format!("FILLER#{number}"), sk: "FILLER".to_owned() }.item();
        item.insert("filler".to_owned(), Value::S("x".repeat(10_000)));
        item
    });
    house.table().expect("it is here").fill(&fillers.collect::<Vec<_>>()).await.expect("items are written");
}

/// Requests meetings and calls them off, over and over.
async fn goes_on(learner: Guest, expert: Guest, over: &AtomicBool) -> i64 {
    let start = learner.house.in_days(3);
    let mut meetings = 0;
    while !over.load(Ordering::Relaxed) {
        let meeting = learner.books(&expert, start + TimeDelta::hours(meetings % 20)).await;
        expert.declares(meeting, "confirmed").await;
        learner.declares(meeting, "cancelled").await;
        meetings += 1;
    }
    meetings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_audit_beside_people_and_schedule_finds_nothing_that_is_not_so() {
    let house = House::open().await;
    filled(&house).await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let (eve, zoe) = (house.register("eve").await, house.register("zoe").await);
    let over = AtomicBool::new(false);
    let audits = async {
        for _ in 0..25 {
            let ledger = house.ask("GET", "/_local/ledger", None, None).await.is(200);
            for findings in ["mismatched_balances", "orphan_quanta", "orphan_holds"] {
                assert_eq!(ledger[findings], json!([]), "{findings}");
            }
            assert_eq!(ledger["entries_sum"]["credit"], 0);
        }
        over.store(true, Ordering::Relaxed);
    };
    let (one, other, ()) = tokio::join!(goes_on(ada, bob, &over), goes_on(eve, zoe, &over), audits);
    assert!(one + other > 5, "{one} and {other} meetings meanwhile");
}

#[tokio::test]
async fn a_counter_that_was_spoiled_is_told() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let meeting = ada.books(&bob, house.in_days(3)).await;
    bob.declares(meeting, "confirmed").await;
    house.ask("POST", "/_local/tick", None, None).await.is(200);
    let stats = async || house.ask("GET", "/_local/stats", None, None).await.is(200);
    let before = stats().await;
    assert_eq!([&before["wrong"], &before["late"]], [&json!({}), &json!({})], "{before}");
    let mut spoil = Update::of(Key { pk: "STATS".to_owned(), sk: "SHARD#0".to_owned() });
    spoil.actions.insert("people".to_owned(), Action::Add(Value::N("1".to_owned())));
    house.table().expect("it is here").update(&spoil, Returning::Nothing).await.expect("it is spoiled");
    let people = before["counters"]["people"].as_i64().expect("a number");
    let wrong = json!({"people": {"counter": people + 1, "noted": people, "there": people}});
    assert_eq!(stats().await["wrong"], wrong);
}
