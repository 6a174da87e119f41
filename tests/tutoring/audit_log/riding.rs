//! A row whose transaction writes a notification rides in that one, and is put into the log from there: a moment later,
//! once, and for good.

use local::{Plan, backfill};
use serde_json::{Value as Json, json};
use store::shapes::Shapes;
use tests::slots::BOOKINGS;
use tests::{Person, Setup, World, at_once, minute};

use super::rows;

const START: i64 = 72 * 60;

struct Booked {
    world: World,
    ada: Person,
    tom: Person,
    booking: i64,
}

/// Booked, and nobody has read the stream since.
async fn booked(setup: Setup) -> Booked {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..setup }).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let slot = tom.opens_slot(minute(START)).await;
    assert!(!world.table.has_stream || world.carries_out().await);
    let booking = ada.post(BOOKINGS, json!({"availability_slot": slot})).await.is(201)["id"].as_i64().unwrap();
    Booked { world, ada, tom, booking }
}

impl Booked {
    /// What every row of its making says of it: as it is shown, but for when and where.
    fn is_its(&self, row: &Json) -> bool {
        let ids = json!({"booking": self.booking, "student": self.ada.id, "tutor": self.tom.id});
        row["metadata"] == ids && row["actor"] == self.ada.id && row["ip_address"] == self.ada.address.to_string()
    }
}

/// How many rows of its making have an item of their own.
fn logged(world: &World) -> usize {
    let is_row = |item: &&Json| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("AUDIT#"));
    world.table.items().iter().filter(is_row).filter(|row| row["action"]["S"] == "booking_created").count()
}

/// The items that carry rows.
fn carriers(world: &World) -> Vec<Json> {
    world.table.items().into_iter().filter(|item| !item["deeds"].is_null()).collect()
}

#[tokio::test]
async fn it_is_in_the_log_once_however_often_and_in_whatever_order_the_stream_tells_of_it() {
    let booked = booked(Setup::live()).await;
    let world = &booked.world;
    assert_eq!(logged(world), 0, "not yet");
    let records = world.unread_records();
    let reversed: Vec<_> = records.iter().rev().cloned().collect();
    for records in [&reversed, &records] {
        assert_eq!(world.outbox(records).await, Vec::<String>::new());
        assert_eq!(logged(world), 1);
    }
    let copies = (0..5).map(|_| {
        let (world, records) = (world.clone(), records.clone());
        async move { world.outbox(&records).await }
    });
    at_once(copies).await;
    let root = world.admin().await;
    let [row] = &rows(&root, "&action=booking_created").await[..] else { panic!("one row") };
    assert!(booked.is_its(row), "{row}");
    assert_eq!(rows(&root, &format!("&actor={}", booked.ada.id)).await.len(), 1);
}

#[tokio::test]
async fn it_is_there_with_its_cause_and_found_again_when_the_stream_was_lost() {
    let booked = booked(Setup::default()).await;
    let world = &booked.world;
    let root = world.admin().await;
    assert_eq!(rows(&root, "&action=booking_created").await.len(), 0, "nobody reads the stream");
    let [carrier] = &carriers(world)[..] else { panic!("one item carries it") };
    let id: i64 = carrier["id"]["N"].as_str().unwrap().parse().unwrap();
    // Marked as read it carries it still.
    let path = format!("/api/v1/notifications/{id}/read/");
    booked.tom.post(&path, json!({})).await.is(200);
    for _ in 0..2 {
        backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
        let [row] = &rows(&root, "&action=booking_created").await[..] else { panic!("one row") };
        assert!(booked.is_its(row), "{row}");
    }
    assert_eq!(logged(world), 1);
}

#[tokio::test]
async fn what_nobody_is_told_of_has_an_item_of_its_own_at_once() {
    let booked = booked(Setup::default()).await;
    let before = carriers(&booked.world).len();
    booked.ada.logs_in().await;
    let root = booked.world.admin().await;
    assert_eq!(rows(&root, &format!("&action=login&actor={}", booked.ada.id)).await.len(), 1);
    assert_eq!(carriers(&booked.world).len(), before);
}
