//! Slots: published, changed, taken back, booked, exchanged.

use serde_json::json;
use tests::slots::{SLOTS, slot};
use tests::{Spoiler, World, minute};

use super::{Told, told};

const START: i64 = 48 * 60;

pub(super) async fn publishes(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    spoiler.begins(&world);
    told(tom.post(SLOTS, slot(minute(START), 60)).await)
}

pub(super) async fn publishes_another(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    tom.opens_slot(minute(START)).await;
    spoiler.begins(&world);
    told(tom.post_once("k", SLOTS, slot(minute(START + 60), 60)).await)
}

pub(super) async fn gives_a_slot_other_times(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    let id = tom.opens_slot(minute(START)).await;
    let other = slot(minute(START + 60), 60);
    spoiler.begins(&world);
    told(tom.patch(&format!("{SLOTS}{id}/"), other).await)
}

pub(super) async fn takes_a_slot_back(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    let id = tom.opens_slot(minute(START)).await;
    spoiler.begins(&world);
    told(tom.delete(&format!("{SLOTS}{id}/")).await)
}

pub(super) async fn books_a_slot(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let id = tom.opens_slot(minute(START)).await;
    spoiler.begins(&world);
    told(ada.wants_slot(id).await)
}

pub(super) async fn moves_to_another_slot(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.has_lesson(&tom, minute(START)).await;
    let id = tom.opens_slot(minute(START + 24 * 60)).await;
    spoiler.begins(&world);
    told(tom.steps(booking, "reschedule", json!({"availability_slot": id})).await)
}

pub(super) async fn moves_within_the_day(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.has_lesson(&tom, minute(START)).await;
    let id = tom.opens_slot(minute(START + 60)).await;
    spoiler.begins(&world);
    told(ada.steps(booking, "reschedule", json!({"availability_slot": id})).await)
}
