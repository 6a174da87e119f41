//! Sessions of students and mentors: ordered, paid, paid again, attended.

use serde_json::json;
use tests::sessions::{ORDER, VERIFY, verification};
use tests::{Person, Spoiler, World, minute};

use super::{Told, told};

const START: i64 = 48 * 60;

async fn both(world: &World) -> (Person, Person) {
    (world.student("ada").await, world.mentor("mia", 50_000).await)
}

pub(super) async fn orders(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, mia) = both(&world).await;
    let booking = ada.takes_session(&mia, minute(START)).await;
    spoiler.begins(&world);
    told(ada.post(ORDER, json!({"booking_id": booking})).await)
}

pub(super) async fn pays_for_one(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, mia) = both(&world).await;
    let booking = ada.takes_session(&mia, minute(START)).await;
    let order = ada.orders_session(booking).await;
    spoiler.begins(&world);
    told(ada.post(VERIFY, verification(booking, &order, "pay_one")).await)
}

pub(super) async fn pays_for_it_again(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, mia) = both(&world).await;
    let booking = ada.takes_session(&mia, minute(START)).await;
    let order = ada.orders_session(booking).await;
    ada.post(VERIFY, verification(booking, &order, "pay_one")).await.is(200);
    spoiler.begins(&world);
    told(ada.post(VERIFY, verification(booking, &order, "pay_two")).await)
}

pub(super) async fn enters_a_wrong_key(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, mia) = both(&world).await;
    let booking = ada.has_session(&mia, minute(START)).await;
    world.set_clock(minute(START));
    let ada = ada.logs_in().await;
    spoiler.begins(&world);
    told(ada.attends(booking, &json!("00000000")).await)
}
