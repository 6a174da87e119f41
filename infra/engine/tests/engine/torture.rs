//! Threads that read while others write: nobody sees half a transaction.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use table::{Cancelled, Fault, Index, Item, Range, Select, Write, at_least};

use crate::kit::{Kit, item, number, text, update};

const ACCOUNTS: u64 = 12;
const EACH: i64 = 100;

fn sum(items: &[Item]) -> i64 {
    items.iter().map(|item| item["n"].as_n().unwrap().parse::<i64>().unwrap()).sum()
}

/// Takes from one what it gives to another, and moves both in their index.
fn transfer(step: u64) -> [Write; 2] {
    let account = |account: u64, by: i64| {
        let rank = format!("{:06}", step.wrapping_mul(2_654_435_761) % 1_000_000);
        update("P", &format!("{account:02}")).add("n", number(by)).set("rank", text(&rank))
    };
    let (from, to) = (step % ACCOUNTS, (step / 7 + step % 5 + 1) % ACCOUNTS);
    let to = if from == to { (to + 1) % ACCOUNTS } else { to };
    [Write::Update(account(from, -5).when(at_least("n", number(5)))), Write::Update(account(to, 5))]
}

#[test]
fn a_reader_never_sees_half_a_transaction() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let kit = Kit::new();
    runtime().block_on(async {
        for account in 0..ACCOUNTS {
            let attributes = [("n", number(EACH)), ("la", text("L")), ("rank", text("0"))];
            kit.put(item("P", &format!("{account:02}"), &attributes)).await;
        }
    });
    let (is_over, steps, meetings, reads) =
        (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    runtime().block_on(async {
                        while steps.load(Ordering::Relaxed) < 3000 {
                            let step = steps.fetch_add(1, Ordering::Relaxed);
                            match kit.engine.transact(&transfer(step), &step.to_string()).await {
                                Ok(_) => {}
                                Err(Cancelled::Because(reasons)) => {
                                    let met = reasons.contains(&table::Reason::Conflict);
                                    meetings.fetch_add(met.into(), Ordering::Relaxed);
                                }
                                Err(Cancelled::Fault(Fault::Contended)) => {}
                                Err(other) => panic!("{other:?}"),
                            }
                        }
                    });
                })
            })
            .collect();
        for index in [None, Some(Index::ByA), None] {
            let (kit, is_over, reads) = (&kit, &is_over, &reads);
            scope.spawn(move || {
                let partition = if index.is_some() { "L" } else { "P" }.to_owned();
                let range = Range { index, partition, ..Range::default() };
                while !is_over.load(Ordering::Relaxed) {
                    let page = kit.engine.query(&range, None, Select::Items).unwrap().answer;
                    assert_eq!((page.count, sum(&page.items)), (12, EACH * 12), "{index:?}");
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(reads.load(Ordering::Relaxed) > 100);
    let records = kit.engine.stream(0, usize::MAX).unwrap();
    assert!(records.is_sorted_by(|one, next| one.sequence < next.sequence));
    let mut last = std::collections::BTreeMap::new();
    for record in records {
        assert_eq!(
            record.old,
            last.insert(record.key.clone(), record.new.clone()).flatten(),
            "record {}",
            record.sequence
        );
    }
}
