//! Lists of all bookings, payments, withdrawals and earnings: each once, in order, whatever comes twice, late or not at all.

use chrono::TimeDelta;
use local::{Plan, backfill};
use serde_json::{Value as Json, json};
use store::shapes::Shapes;
use store::{AllOf, Made};
use tests::meetings::complete_a_meeting;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once, minute};

const FIRST_TO_LAST: Made = Made { from: None, until: None, descending: false };

/// Three bookings, of which two are over and one was paid in money, and a withdrawal.
async fn story(world: &World) -> (Person, Person) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    ada.buys(10).await;
    complete_a_meeting(&ada, &mia).await;
    let held = ada.has_session(&mia, minute(24 * 60)).await;
    ada.books(&mia, minute(72 * 60), 30).await;
    let keys = [ada.session("student", held).await, mia.session("mentor", held).await];
    world.set_clock(minute(24 * 60));
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    ada.attends(held, &keys[1]["attendance_key"]).await.is(200);
    mia.attends(held, &keys[0]["attendance_key"]).await.is(200);
    let wish = json!({"amount": "100.00", "payment_method": "upi", "bank_details": "mia@upi"});
    mia.post("/api/mentor/withdrawals/", wish).await.is(201);
    (ada, mia)
}

/// What is listed: ids, oldest first; of what was earned the price and the net.
async fn listed(world: &World) -> Lists {
    let store = &world.app.store;
    let bookings = store.bookings_made(FIRST_TO_LAST, None, 50).await.unwrap();
    let payments = store.payments_made(FIRST_TO_LAST, None, 50).await.unwrap();
    let withdrawals = store.withdrawals_made(FIRST_TO_LAST, None, 50).await.unwrap();
    let earnings = store.earnings_made(FIRST_TO_LAST, None, 50).await.unwrap();
    (
        bookings.items.iter().map(|booking| booking.id.get()).collect(),
        payments.items.iter().map(|payment| payment.id.get()).collect(),
        withdrawals.items.iter().map(|withdrawal| withdrawal.id.get()).collect(),
        earnings.items.iter().map(|earned| (earned.earning.price, earned.earning.net)).collect(),
    )
}

/// The ids of bookings, payments and withdrawals; what each earning brought, gross and net.
type Lists = (Vec<i64>, Vec<i64>, Vec<i64>, Vec<(u64, u64)>);

/// The same by looking at every item there is.
fn expected(world: &World) -> Lists {
    let of = |kind: &str| {
        let items = world.table.items().into_iter().filter(|item| item["sk"]["S"] == kind);
        let mut ids: Vec<i64> = items.map(|item| item["id"]["N"].as_str().unwrap().parse().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    // Half an hour for a credit, and an hour for 500.00 less 15 percent.
    (of("BOOKING"), of("INTENT"), of("WITHDRAWAL"), vec![(1, 1), (50_000, 42_500)])
}

#[tokio::test]
async fn everything_is_listed_once_however_often_and_in_whatever_order_it_is_heard_of() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    assert_eq!(listed(&world).await, Default::default());
    let records = world.unread_records();
    let reversed: Vec<Json> = records.iter().rev().cloned().collect();
    for records in [&reversed, &records] {
        assert_eq!(world.outbox(records).await, Vec::<String>::new());
        assert_eq!(listed(&world).await, expected(&world));
    }
    let copies = (0..5).map(|_| {
        let (world, records) = (world.clone(), records.clone());
        async move { world.outbox(&records).await }
    });
    at_once(copies).await;
    assert_eq!(listed(&world).await, expected(&world));
    let (bookings, ..) = listed(&world).await;
    assert_eq!(bookings.len(), 3);
}

#[tokio::test]
async fn whoever_dies_listing_lists_all_when_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        let world = World::with(Setup::live()).await;
        story(&world).await;
        let records = world.unread_records();
        let faults = &world.table.faults;
        for nth in 1..100 {
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = faults.until_death(world.outbox(&records)).await;
            faults.disarm();
            if answered.is_some() {
                break;
            }
        }
        assert_eq!(world.outbox(&records).await, Vec::<String>::new());
        assert_eq!(listed(&world).await, expected(&world));
    }
}

#[tokio::test]
async fn a_table_from_before_is_listed_by_backfill() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let dry = Plan { dry_run: true, ..Plan::default() };
    backfill(&world.app.store, &Shapes::today(), &dry).await.unwrap();
    assert_eq!(listed(&world).await, Default::default());
    for _ in 0..2 {
        backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
        assert_eq!(listed(&world).await, expected(&world));
    }
    assert!(world.carries_out().await);
    assert_eq!(listed(&world).await, expected(&world), "what the stream still holds is there already");
}

#[tokio::test]
async fn pages_of_a_time_lead_in_either_direction_and_cost_two_trips() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    ada.buys(100).await;
    let mut made = Vec::new();
    for hours in 0..6 {
        world.set_clock(minute(60 * hours));
        made.push(ada.logs_in().await.books(&mia, minute(60 * (100 + hours)), 30).await);
    }
    assert!(world.carries_out().await);
    let (from, until) = (Some(minute(60)), Some(minute(60 * 5)));
    for descending in [false, true] {
        let range = Made { from, until, descending };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = world.app.store.bookings_made(range, after.as_deref(), 3).await.unwrap();
            found.extend(page.items.iter().map(|booking| booking.id.get()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if descending {
            found.reverse();
        }
        assert_eq!(found, made[1..5]);
        assert_eq!(world.app.store.made_count(AllOf::Bookings, range, 100).await.unwrap(), 4);
        assert_eq!(world.app.store.made_count(AllOf::Bookings, range, 3).await.unwrap(), 3, "counted no further");
    }
    let empty = Made { until: from.map(|from| from - TimeDelta::days(9)), ..FIRST_TO_LAST };
    assert!(world.app.store.bookings_made(empty, None, 3).await.unwrap().items.is_empty());
    let meter = store::meter::Meter::default();
    let page = meter.count(world.app.store.bookings_made(Made::NEWEST_FIRST, None, 20)).await.unwrap();
    let used = meter.usage();
    println!("a page of all bookings: {used:?}");
    assert_eq!(page.items.len(), 6);
    assert!(used.round_trips == 2 && used.read_units <= 0.5 + 0.5 * 6.0, "{used:?}");
}
