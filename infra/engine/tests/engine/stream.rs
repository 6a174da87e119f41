//! The stream of changes, and items whose time is over.

use std::sync::Arc;

use engine::{Engine, Given, Kind, Record};
use table::{Returning, Scan, Value};

use crate::kit::{Clock, Kit, item, key, number, put, put_in, text, update};

fn told(records: &[Record]) -> Vec<(Kind, String)> {
    records.iter().map(|record| (record.kind, record.key.sk.clone())).collect()
}

#[tokio::test]
async fn each_change_is_a_record_and_what_changes_nothing_is_none() {
    let kit = Kit::new();
    let (old, new) = (item("P", "S", &[("a", text("x"))]), item("P", "S", &[("a", text("y"))]));
    kit.put(old.clone()).await;
    kit.put(old.clone()).await;
    kit.clock.advance(5);
    kit.engine.update(&update("P", "S").set("a", text("y")), Returning::Nothing).await.unwrap();
    kit.engine.update(&update("P", "S").remove("b"), Returning::Nothing).await.unwrap();
    kit.engine.delete(&key("P", "S"), None).await.unwrap();
    kit.engine.delete(&key("P", "S"), None).await.unwrap();
    let at_ms = kit.clock.now_ms();
    let record = |sequence, kind, old, new, at_ms| Record {
        sequence,
        kind,
        key: key("P", "S"),
        old,
        new,
        at_ms,
        expired: false,
    };
    let expected = [
        record(1, Kind::Insert, None, Some(old.clone()), at_ms - 5),
        record(2, Kind::Modify, Some(old), Some(new.clone()), at_ms),
        record(3, Kind::Remove, Some(new), None, at_ms),
    ];
    assert_eq!(kit.engine.stream(0, 10).unwrap(), expected);
    assert_eq!(kit.engine.stream(1, 1).unwrap(), expected[1..2]);
    assert_eq!(kit.engine.stream(3, 10).unwrap(), []);
}

#[tokio::test]
async fn a_transaction_tells_of_its_legs_in_order_and_a_failed_one_of_nothing() {
    let kit = Kit::new();
    let legs = ["c", "a", "b"].map(|sk| put(item("P", sk, &[]), Some(table::absent("pk"))));
    kit.engine.transact(&legs, "one").await.unwrap();
    assert!(kit.engine.transact(&legs, "two").await.is_err());
    let expected = ["c", "a", "b"].map(|sk| (Kind::Insert, sk.to_owned()));
    assert_eq!(told(&kit.engine.stream(0, 10).unwrap()), expected);
}

#[tokio::test]
async fn what_nobody_wants_is_not_kept() {
    let given = Given {
        wanted: Arc::new(|kind, _, new| kind == Kind::Insert && new.is_some_and(|item| item.contains_key("told"))),
        ..Clock::new().given()
    };
    let engine = Engine::memory(given).unwrap();
    put_in(&engine, item("P", "1", &[])).await;
    put_in(&engine, item("P", "2", &[("told", Value::Bool(true))])).await;
    engine.delete(&key("P", "2"), None).await.unwrap();
    assert_eq!(told(&engine.stream(0, 10).unwrap()), [(Kind::Insert, "2".to_owned())]);
    engine.fill(&[item("P", "3", &[("told", Value::Bool(true))])]).await.unwrap();
    assert_eq!(engine.stream(0, 10).unwrap().len(), 1, "what a table is filled with is no news");
    assert!(engine.get(&key("P", "3")).unwrap().answer.is_some());
}

#[tokio::test]
async fn whoever_waits_for_news_hears_of_it_and_what_all_have_is_gone() {
    let kit = Kit::new();
    let mut news = kit.engine.news();
    kit.put(item("P", "1", &[])).await;
    news.changed().await.unwrap();
    assert_eq!(*news.borrow_and_update(), 1);
    kit.put(item("P", "1", &[])).await;
    assert!(!news.has_changed().unwrap());
    kit.put(item("P", "2", &[])).await;
    kit.engine.trim(1);
    assert_eq!(told(&kit.engine.stream(0, 10).unwrap()), [(Kind::Insert, "2".to_owned())]);
    kit.engine.trim(2);
    kit.put(item("P", "3", &[])).await;
    kit.engine.trim(3);
    assert_eq!(kit.engine.stream(0, 10).unwrap(), []);
    kit.put(item("P", "4", &[])).await;
    assert_eq!(kit.engine.stream(0, 10).unwrap()[0].sequence, 4);
}

#[tokio::test]
async fn what_has_expired_goes_and_the_stream_says_so() {
    let kit = Kit::new();
    let expiring = |sk: &str, second: Value| item("P", sk, &[("expires_at", second)]);
    let now = kit.clock.now_ms() / 1000;
    kit.put(expiring("over", number(now - 1))).await;
    kit.put(expiring("now", number(now))).await;
    kit.put(expiring("later", number(now + 1))).await;
    kit.put(expiring("text", text("1"))).await;
    kit.put(expiring("ages ago", number(now - 6 * 366 * 86400))).await;
    kit.put(expiring("longer", number(now))).await;
    kit.engine.update(&update("P", "longer").set("expires_at", number(now + 5)), Returning::Nothing).await.unwrap();
    kit.put(expiring("never", number(now))).await;
    kit.engine.update(&update("P", "never").remove("expires_at"), Returning::Nothing).await.unwrap();
    let before = kit.engine.stream(0, 100).unwrap().last().unwrap().sequence;
    assert_eq!(kit.engine.sweep(now, 1).await.unwrap(), 1);
    assert_eq!(kit.engine.sweep(now, 10).await.unwrap(), 1);
    assert_eq!(kit.engine.sweep(now, 10).await.unwrap(), 0);
    let records = kit.engine.stream(before, 10).unwrap();
    assert_eq!(told(&records), ["over", "now"].map(|sk| (Kind::Remove, sk.to_owned())));
    assert!(records.iter().all(|record| record.expired));
    assert_eq!(kit.engine.sweep(now + 5, 10).await.unwrap(), 2);
    assert_eq!(
        kit.engine.scan(Scan::ALL, None).unwrap().answer.count,
        3,
        "a text, one of ages ago, and one that never does"
    );
}
