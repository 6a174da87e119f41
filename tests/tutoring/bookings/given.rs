//! How much a tutor has taught: counted from the stream, once, whichever way a lesson is completed.

use local::{Plan, backfill};
use serde_json::json;
use store::shapes::Shapes;
use tests::tutoring::people::PROFILE;
use tests::{Person, Setup, World, at_once, minute};

const START: i64 = 72 * 60;
/// A quarter of an hour after the end.
const DECIDED: i64 = START + 75;

async fn taught(tom: &Person) -> f64 {
    tom.logs_in().await.get(PROFILE).await.is(200)["total_hours_taught"].as_f64().expect("hours")
}

/// A lesson that both say took place.
async fn completed(setup: Setup) -> (World, Person) {
    let world = World::with(setup).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (tom, _) = world.lessons_over(tom, vec![ada]).await;
    (world, tom)
}

#[tokio::test]
async fn a_lesson_counts_a_moment_later_and_once_however_often_the_stream_tells_of_it() {
    let (world, tom) = completed(Setup::live()).await;
    assert_eq!(taught(&tom).await, 0.0);
    let records = world.unread_records();
    let reversed: Vec<_> = records.iter().rev().cloned().collect();
    for records in [&reversed, &records] {
        assert_eq!(world.outbox(records).await, Vec::<String>::new());
        assert_eq!(taught(&tom).await, 1.0);
    }
    let copies = (0..8).map(|number| {
        let (world, tom, records) = (world.clone(), tom.clone(), records.clone());
        async move {
            match number % 2 {
                0 => drop(world.outbox(&records).await),
                _ => drop(tom.patch(PROFILE, json!({"bio": format!("{number}")})).await.is(200)),
            }
        }
    });
    at_once(copies).await;
    assert_eq!(taught(&tom).await, 1.0, "a profile that is saved meanwhile loses none");
    world.settles().await;
    backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
    assert_eq!(taught(&tom).await, 1.0);
    world.is_sound().await;
}

#[tokio::test]
async fn what_the_stream_has_lost_is_counted_by_the_backfill() {
    let (world, tom) = completed(Setup::default()).await;
    for _ in 0..2 {
        backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
        assert_eq!(taught(&tom).await, 1.0);
    }
    // As one of whom the completion has counted it, with no mark of what it was counted as.
    let mut items = world.table.items();
    for item in &items {
        if item["sk"]["S"] == "COUNTED" {
            world.table.remove(item);
        }
    }
    items.retain(|item| item["sk"]["S"] == "BOOKING");
    items.iter_mut().for_each(|item| drop(item.as_object_mut().unwrap().remove("counts_later")));
    world.table.import(items);
    backfill(&world.app.store, &Shapes::today(), &Plan::default()).await.unwrap();
    assert_eq!(taught(&tom).await, 1.0, "a lesson from before is in it already");
}

#[tokio::test]
async fn the_clock_counts_what_it_completes_and_nothing_that_it_gives_back() {
    for is_confirmed in [true, false] {
        let world = World::with(Setup::live()).await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let booking = ada.has_lesson(&tom, minute(START)).await;
        if is_confirmed {
            tom.steps(booking, "confirm", json!({})).await.is(200);
        }
        world.reaches(DECIDED).await;
        world.reaches(DECIDED + 60).await;
        assert_eq!(taught(&tom).await, if is_confirmed { 1.0 } else { 0.0 });
    }
}
