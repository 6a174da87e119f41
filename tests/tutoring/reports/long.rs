//! Reports of more than a thousand rows: written meanwhile.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once};

use super::{path, table};

/// Of three experts in turn, a dollar each.
const ROWS: i64 = 1_001;

const LETTERS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

fn letters(id: i64) -> String {
    (0..11).rev().map(|place| char::from(LETTERS[(id >> (place * 5)) as usize & 31])).collect()
}

/// So much was earned this minute; past the API.
fn earned(world: &World, by: &[&Person]) {
    let first = world.app.mint.entry(world.now()).get() & !2047;
    let row = |n: i64| {
        let (id, user) = (first + n, by[n as usize % by.len()].id);
        json!({
            "pk": {"S": "ALL#EARNINGS"}, "sk": {"S": letters(id)}, "id": {"N": id.to_string()},
            "user": {"N": user.to_string()}, "unit": {"S": "USD"}, "booking": {"N": "1"}, "fee": {"N": "15"},
            "net": {"N": "85"}, "shape": {"N": "1"},
        })
    };
    world.table.import((0..ROWS).map(row).collect());
}

async fn world() -> (World, Person) {
    let world = World::with(Setup::with_files()).await;
    let people = [world.mentor("mia", 50_000).await, world.mentor("bob", 50_000).await, world.mentor("cem", 0).await];
    earned(&world, &people.each_ref());
    let admin = world.admin().await;
    world.settles().await;
    (world, admin)
}

async fn is_writing(admin: &Person) {
    let answer = admin.get(&path("earnings.csv", "")).await;
    assert_eq!(answer.header("retry-after"), "3");
    assert_eq!(answer.is(202), json!({"status": "writing", "url": null}));
}

async fn link(admin: &Person) -> Json {
    let ready = admin.get(&path("earnings.csv", "")).await.is(200);
    assert_eq!(ready["status"], "ready");
    ready["url"].clone()
}

async fn is_there(world: &World, link: &Json) {
    let file = world.bucket().shows(link).await;
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    let disposition = "attachment; filename*=UTF-8''earnings_2027-01-31_2027-03-01.csv";
    assert_eq!(file.headers()["content-disposition"], disposition);
    let (_, rows) = table(file.body());
    let expected = [("bob", 334), ("cem", 333), ("mia", 334)].map(|(name, count)| {
        let sum = |cents: i64| format!("{}.{:02}", count * cents / 100, count * cents % 100);
        [format!("{name}@example.org"), "USD".to_owned(), count.to_string(), sum(100), sum(15), sum(85)]
    });
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_long_report_is_started_polled_and_fetched_and_stands_for_ten_minutes() {
    let (world, admin) = world().await;
    is_writing(&admin).await;
    is_writing(&admin).await;
    world.settles().await;
    let first = link(&admin).await;
    is_there(&world, &first).await;
    // Whoever asks for the same meanwhile gets that file; of other days it is another.
    assert_eq!(link(&admin).await, first);
    assert!(world.background.take_jobs().is_empty());
    let other = admin.get(&path("earnings.csv", "?from=2027-02-01")).await;
    assert_eq!(other.status, 202, "{other}");
    world.settles().await;
    world.advance(TimeDelta::minutes(10));
    let admin = admin.logs_in().await;
    is_writing(&admin).await;
    world.settles().await;
    let second = link(&admin).await;
    assert_ne!(second, first);
    is_there(&world, &second).await;
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_asks() {
    let (world, admin) = world().await;
    at_once((0..10).map(|_| {
        let admin = admin.clone();
        async move { is_writing(&admin).await }
    }))
    .await;
    assert!(world.carries_out().await);
    assert_eq!(world.background.take_jobs().len(), 1);
}

#[tokio::test]
async fn a_job_that_comes_twice_late_or_beside_its_copy_leaves_one_file() {
    let (world, admin) = world().await;
    is_writing(&admin).await;
    let records = world.unread_records();
    assert_eq!(world.outbox(&records).await, Vec::<String>::new());
    assert_eq!(world.outbox(&records).await, Vec::<String>::new());
    let orders = world.background.take_orders();
    assert_eq!(orders.len(), 2);
    let message = world.queued(orders[0].clone());
    let copies = (0..3).map(|_| {
        let (world, message) = (world.clone(), message.clone());
        async move { world.writes_reports(&[message]).await }
    });
    for undone in at_once(copies).await {
        assert_eq!(undone, Vec::<String>::new());
    }
    let first = link(&admin).await;
    is_there(&world, &first).await;
    // Of the day before yesterday, as far as this report is concerned.
    world.advance(TimeDelta::minutes(10));
    let admin = admin.logs_in().await;
    is_writing(&admin).await;
    assert_eq!(world.writes_reports(&[message]).await, Vec::<String>::new());
    is_writing(&admin).await;
    world.settles().await;
    is_there(&world, &link(&admin).await).await;
}

#[tokio::test]
async fn whoever_dies_asking_or_writing_leaves_a_report_that_comes_all_the_same() {
    for moment in [Moment::Before, Moment::After] {
        let (world, admin) = world().await;
        let faults = &world.table.faults;
        let dies = async |nth| {
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let answered = faults.until_death(admin.get(&path("earnings.csv", ""))).await;
            faults.disarm();
            answered.is_none()
        };
        let mut asked = 1;
        while dies(asked).await {
            asked += 1;
        }
        is_writing(&admin).await;
        assert!(world.carries_out().await);
        let orders = world.background.take_orders();
        assert_eq!(orders.len(), 1, "{moment:?}");
        let message = world.queued(orders[0].clone());
        for nth in 1.. {
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let done = faults.until_death(world.writes_reports(std::slice::from_ref(&message))).await;
            faults.disarm();
            if done.is_some_and(|undone| undone.is_empty()) {
                break;
            }
        }
        is_there(&world, &link(&admin).await).await;
    }
}

#[tokio::test]
async fn a_report_that_fails_comes_again_and_after_ten_minutes_is_asked_for_anew() {
    let (world, admin) = world().await;
    is_writing(&admin).await;
    assert!(world.carries_out().await);
    let message = world.queued(world.background.take_orders().remove(0));
    world.table.faults.arm(Strike::always(Fault::Down, Moment::Before));
    assert_eq!(world.writes_reports(std::slice::from_ref(&message)).await, [message["messageId"].as_str().unwrap()]);
    world.table.faults.disarm();
    is_writing(&admin).await;
    world.advance(TimeDelta::minutes(10));
    let admin = admin.logs_in().await;
    is_writing(&admin).await;
    world.settles().await;
    is_there(&world, &link(&admin).await).await;
}
