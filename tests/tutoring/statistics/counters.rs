//! The counters are what is there: whatever comes twice, late, out of order or beside something else, and whoever dies.

use domain::booking::{Actor, Step};
use local::{Plan, backfill};
use serde_json::{Value as Json, json};
use store::shapes::Shapes;
use tests::meetings::complete_a_meeting;
use tests::paying::Deal;
use tests::{Fault, Moment, Setup, Strike, World, at_once, minute};

use super::{applies, told};

/// Something of everything that is counted, and of what it was before.
async fn story(world: &World) {
    let (ada, bob, mia) = (world.register("ada").await, world.expert("bob").await, world.mentor("mia", 50_000).await);
    let cem = world.register("cem").await;
    applies(&cem).await;
    ada.buys(10).await;
    let (paid, off) = (Deal::between(world, &ada, &bob).await, ada.books(&bob, minute(30 * 60), 30).await);
    ada.declares(off, "cancelled").await.is(200);
    paid.asks("simulated").await.is(201);
    mia.earns(20_000).await;
    let wish = json!({"amount": "60.00", "payment_method": "upi", "bank_details": "mia@upi"});
    let out = tests::person::id(&mia.post("/api/mentor/withdrawals/", wish).await.is(201));
    let admin = world.admin().await;
    let body = json!({"status": "approved", "admin_notes": ""});
    admin.post(&format!("/api/admin/withdrawals/{out}/decide/"), body).await.is(200);
    paid.takes(Step::Confirm, Actor::Expert).await;
    let paid = paid.later(48 * 60).await;
    paid.takes(Step::Begin, Actor::Expert).await;
    paid.takes(Step::Complete, Actor::Expert).await;
    complete_a_meeting(&paid.ada, &paid.bob).await;
    let back = Deal::at(world, &paid.ada, &paid.bob, tests::paying::money(999, "USD"), minute(96 * 60)).await;
    back.asks("simulated").await.is(201);
    back.takes(Step::Cancel, Actor::Learner).await;
}

async fn agrees(world: &World) {
    let recount = world.app.store.recount().await.unwrap();
    assert!(recount.agrees(), "wrong: {:#?}, late: {:#?}", recount.wrong(), recount.late());
}

async fn is_as_told(world: &World) {
    agrees(world).await;
    let stats = told(&world.admin().await).await;
    assert_eq!(stats["users"], json!({"total": 5, "students": 2, "tutors": 2, "tutors_pending": 1}));
    assert_eq!(stats["bookings"]["total"], 4);
    let revenue = &stats["revenue"][0];
    assert_eq!([&revenue["gross"], &revenue["platform_fee"], &revenue["tutor_earnings"]], ["59.99", "7.50", "42.50"]);
    assert_eq!(stats["withdrawals"], json!({"pending": 0, "pending_amount": "0.00"}));
}

#[tokio::test]
async fn until_the_stream_has_told_of_it_it_is_late_and_then_it_is_counted() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let recount = world.app.store.recount().await.unwrap();
    assert!(recount.wrong().is_empty() && !recount.late().is_empty());
    assert!(world.carries_out().await);
    is_as_told(&world).await;
}

#[tokio::test]
async fn each_record_counts_once_however_often_and_in_whatever_order_it_comes() {
    for backwards in [false, true] {
        let world = World::with(Setup::live()).await;
        story(&world).await;
        let mut records = world.unread_records();
        if backwards {
            records.reverse();
        }
        let copies = (0..5).map(|_| {
            let (world, records) = (world.clone(), records.clone());
            async move {
                for batch in records.chunks(7) {
                    // A batch that lost against too many others comes again, as it does from Lambda.
                    while !world.outbox(batch).await.is_empty() {}
                }
            }
        });
        at_once(copies).await;
        is_as_told(&world).await;
    }
}

#[tokio::test]
async fn whoever_dies_counting_counts_it_once_when_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        let world = World::with(Setup::live()).await;
        story(&world).await;
        let records: Vec<Json> = world.unread_records();
        let faults = &world.table.faults;
        for nth in 1..400 {
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = faults.until_death(world.outbox(&records)).await;
            faults.disarm();
            if answered.is_some() {
                break;
            }
        }
        assert_eq!(world.outbox(&records).await, Vec::<String>::new());
        is_as_told(&world).await;
    }
}

#[tokio::test]
async fn a_table_from_before_is_counted_by_backfill_once_and_what_it_noted_then_is_kept() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    assert!(world.carries_out().await);
    // As the table was while only learners, experts and completed bookings were counted.
    let mut old = Vec::new();
    for mut item in world.table.items() {
        let (pk, known) = (item["pk"]["S"].as_str().unwrap().to_owned(), ["learners", "experts", "completed"]);
        let is_counted = pk.starts_with("COUNTED#");
        if !is_counted && pk != "STATS" {
            continue;
        }
        world.table.remove(&item);
        let counts = if is_counted { item["counts"]["M"].take() } else { item.clone() };
        let kept: Vec<_> = known.into_iter().filter(|name| counts[*name].is_object()).collect();
        if is_counted && (kept.is_empty() || pk.starts_with("COUNTED#L#")) {
            continue;
        }
        let mut before = json!({"pk": item["pk"], "sk": item["sk"], "shape": item["shape"]});
        if is_counted {
            before["version"] = item["version"].clone();
        }
        for name in kept {
            before[name] = counts[name].clone();
        }
        old.push(before);
    }
    world.table.import(old);
    let recount = world.app.store.recount().await.unwrap();
    assert!(recount.wrong().is_empty() && !recount.late().is_empty());
    let completed = async || world.app.store.stats().await.unwrap().of(app::stats::Counter::Completed);
    assert_eq!(completed().await, 2);
    for _ in 0..2 {
        backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
        is_as_told(&world).await;
        assert_eq!(completed().await, 2);
    }
}

#[tokio::test]
async fn backfill_beside_the_stream_counts_nothing_twice() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let (there, records) = (world.clone(), world.unread_records());
    let stream = tokio::spawn(async move { there.outbox(&records).await });
    backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
    stream.await.unwrap();
    assert!(world.carries_out().await);
    is_as_told(&world).await;
}
