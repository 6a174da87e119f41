//! Writes that happen together or not at all, once each.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use engine::{Engine, Given};
use table::{Cancelled, Fault, Reason, Refused, Returning, Scan, Write, absent, exists};

use crate::kit::{Kit, item, key, number, put, reasons, sized, text, update};

fn delete(pk: &str, sk: &str) -> Write {
    Write::Delete { key: key(pk, sk), condition: None }
}

#[tokio::test]
async fn all_happens_or_nothing_and_each_leg_has_its_reason() {
    let kit = Kit::new();
    kit.put(item("P", "there", &[])).await;
    let legs = [
        put(item("P", "new", &[]), Some(absent("pk"))),
        put(item("P", "there", &[]), Some(absent("pk"))),
        Write::Update(update("P", "counter").add("n", number(1))),
        Write::Delete { key: key("P", "none"), condition: Some(exists("pk")) },
    ];
    let expected = [Reason::None, Reason::ConditionFailed, Reason::None, Reason::ConditionFailed];
    assert_eq!(reasons(kit.engine.transact(&legs, "t1").await), expected);
    assert_eq!(kit.get(&key("P", "new")), None);
    assert_eq!(kit.get(&key("P", "counter")), None);
    let good = [legs[0].clone(), legs[2].clone(), delete("P", "there")];
    assert_eq!(kit.engine.transact(&good, "t2").await.unwrap().units, 6.0);
    assert_eq!(kit.get(&key("P", "counter")), Some(item("P", "counter", &[("n", number(1))])));
    assert_eq!(kit.get(&key("P", "there")), None);
}

#[tokio::test]
async fn a_token_used_again_answers_without_writing() {
    let kit = Kit::new();
    let once = [Write::Update(update("P", "S").add("n", number(1))), put(sized("P", "L", &[], 5000), None)];
    let n = || kit.get(&key("P", "S")).unwrap()["n"].clone();
    assert_eq!(kit.engine.transact(&once, "token").await.unwrap().units, 2.0 + 10.0);
    assert_eq!(kit.engine.transact(&once, "token").await.unwrap().units, 2.0 + 4.0, "it costs reads");
    assert_eq!(n(), number(1));
    let other = [Write::Update(update("P", "S").add("n", number(2))), once[1].clone()];
    let refused = kit.engine.transact(&other, "token").await;
    let text = "IdempotentParameterMismatch";
    assert!(matches!(&refused, Err(Cancelled::Fault(Fault::Rejected(why))) if why.starts_with(text)), "{refused:?}");
    kit.clock.advance(10 * 60 * 1000 - 1);
    kit.engine.transact(&once, "token").await.unwrap();
    assert_eq!(n(), number(1), "for ten minutes");
    kit.clock.advance(1);
    kit.engine.transact(&other, "token").await.unwrap();
    assert_eq!(n(), number(3));
}

#[tokio::test]
async fn a_transaction_has_up_to_a_hundred_legs_each_of_its_own_item() {
    let kit = Kit::new();
    let legs = |count: usize| (0..count).map(|n| delete("P", &n.to_string())).collect::<Vec<_>>();
    kit.engine.transact(&legs(100), "a hundred").await.unwrap();
    for (many, token) in [(legs(101), "more"), ([legs(1), legs(1)].concat(), "twice")] {
        let refused = kit.engine.transact(&many, token).await;
        assert!(matches!(refused, Err(Cancelled::Fault(Fault::Rejected(_)))), "{token}: {refused:?}");
    }
}

#[tokio::test]
async fn a_cancelled_transaction_leaves_its_token_free() {
    let kit = Kit::new();
    let legs = [put(item("P", "S", &[]), Some(exists("pk")))];
    assert_eq!(reasons(kit.engine.transact(&legs, "token").await), [Reason::ConditionFailed]);
    kit.put(item("P", "S", &[])).await;
    kit.engine.transact(&legs, "token").await.unwrap();
}

#[tokio::test]
async fn two_that_meet_on_an_item_conflict_and_others_do_not() {
    let kit = Kit::new();
    let one = [put(item("P", "1", &[]), None), put(item("P", "2", &[]), None)];
    let engine = kit.engine.clone();
    let on_its_way = {
        let one = one.clone();
        tokio::spawn(async move { engine.transact_when(&one, "one", pending()).await })
    };
    tokio::time::sleep(Duration::from_millis(1)).await;
    let other = [put(item("P", "3", &[]), None), put(item("P", "2", &[]), None)];
    assert_eq!(reasons(kit.engine.transact(&other, "other").await), [Reason::None, Reason::Conflict]);
    let single = kit.engine.update(&update("P", "2").set("a", text("x")), Returning::Nothing).await;
    assert!(matches!(single, Err(Refused::Fault(Fault::Contended))), "{single:?}");
    let single = kit.engine.delete(&key("P", "1"), None).await;
    assert!(matches!(single, Err(Refused::Fault(Fault::Contended))), "{single:?}");
    let again = kit.engine.transact(&[put(item("P", "9", &[]), None)], "one").await;
    assert!(matches!(again, Err(Cancelled::Fault(Fault::Contended))), "its token is on its way, too: {again:?}");
    kit.engine.transact(&other[..1], "beside").await.unwrap();
    kit.engine.update(&update("P", "4").set("a", text("x")), Returning::Nothing).await.unwrap();
    assert_eq!(kit.get(&key("P", "2")), None, "it is only on its way");
    on_its_way.abort();
    let _ = on_its_way.await;
    kit.engine.transact(&other, "other").await.unwrap();
    kit.engine.transact(&one, "one").await.unwrap();
}

#[tokio::test]
async fn whoever_goes_away_while_waiting_hinders_nobody() {
    let kit = Kit::new();
    let mut tasks = Vec::new();
    for number in 0..50 {
        let engine = kit.engine.clone();
        let legs = [put(item("P", &number.to_string(), &[]), None)];
        tasks.push(tokio::spawn(async move { engine.transact(&legs, &format!("t{number}")).await.map(drop) }));
    }
    tasks.iter().step_by(2).for_each(tokio::task::JoinHandle::abort);
    for task in tasks {
        match task.await {
            Ok(result) => result.unwrap(),
            Err(error) => assert!(error.is_cancelled()),
        }
    }
    kit.put(item("P", "last", &[])).await;
}

#[test]
fn those_who_wait_are_written_in_one_commit() {
    let (asked, is_open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let given = {
        let (asked, is_open) = (asked.clone(), is_open.clone());
        // Each commit asks for the time once, after one at the opening; the first commit gets no answer for a while.
        Given::clock(move || {
            if asked.fetch_add(1, Ordering::SeqCst) == 1 {
                while !is_open.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
            }
            1
        })
    };
    let engine = Engine::memory(given).unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let write = async |sk: &str| engine.transact(&[put(item("P", sk, &[]), None)], sk).await.unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| runtime().block_on(write("first")));
        while asked.load(Ordering::SeqCst) < 2 {
            std::thread::yield_now();
        }
        runtime().block_on(async {
            let others = async { tokio::join!(write("1"), write("2"), write("3"), write("4"), write("5")) };
            let open = async { is_open.store(true, Ordering::SeqCst) };
            tokio::join!(others, open);
        });
        first.join().unwrap();
    });
    assert_eq!(asked.load(Ordering::SeqCst), 3, "one commit for five");
    assert_eq!(engine.scan(Scan::ALL, None).unwrap().answer.count, 6);
}
