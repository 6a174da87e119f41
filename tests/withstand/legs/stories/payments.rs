//! Payments, and times that are taken or given up.

use chrono::TimeDelta;
use serde_json::json;
use tests::paying::{Deal, delivers, plain_event, waiting};
use tests::person::stamp;
use tests::{Person, Spoiler, World, minute};

use super::{Told, told};

pub(super) async fn asks_for_an_intent(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    spoiler.begins(&world);
    told(deal.asks("paypal").await)
}

pub(super) async fn asks_another_provider(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    deal.asks("paypal").await.is(201);
    spoiler.begins(&world);
    told(deal.asks("wise").await)
}

pub(super) async fn pays(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (_deal, payment) = waiting(&world, "paypal").await;
    spoiler.begins(&world);
    told(delivers(&world, "paypal", &plain_event("evt_1", "succeeded", &payment)).await)
}

pub(super) async fn pays_at_once(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    spoiler.begins(&world);
    told(deal.asks("simulated").await)
}

/// A quarter of an hour later, so that half of the time stays.
async fn moves(person: &Person, meeting: i64) -> Told {
    let start = minute(60) + TimeDelta::minutes(15);
    let body = json!({"scheduled_start": stamp(start), "scheduled_end": stamp(start + TimeDelta::minutes(30))});
    told(person.patch(&format!("/api/meetings/{meeting}/"), body).await)
}

pub(super) async fn moves_to_where_somebody_is(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, bob, eve) = (world.register("ada").await, world.register("bob").await, world.register("eve").await);
    let meeting = ada.books(&bob, minute(60), 30).await;
    eve.books(&bob, minute(90), 30).await;
    spoiler.begins(&world);
    moves(&ada, meeting).await
}

/// Its time is no longer in the calendar, as if it had been given up since the booking was read.
pub(super) async fn moves_what_is_given_up(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let meeting = ada.books(&bob, minute(60), 30).await;
    let is_day = |item: &serde_json::Value| item.get("busy").is_some();
    let day = world.table.items().into_iter().find(is_day).expect("a day with claimed steps");
    world.table.remove(&day);
    spoiler.begins(&world);
    moves(&ada, meeting).await
}
