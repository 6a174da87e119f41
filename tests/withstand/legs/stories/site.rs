//! Who comes by way of an issuer, what is counted of everybody, and whether anything may be changed.

use serde_json::json;
use tests::issuer_double::{Guest, with_issuer};
use tests::{Person, Setup, Spoiler, World};

use super::{Told, told};

pub(super) async fn comes_from_elsewhere(spoiler: &Spoiler) -> Told {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let browser = Person::stranger(&world, "browser");
    spoiler.begins(&world);
    told(browser.signs_in_elsewhere(&issuer, &Guest::of("ada"), "").await)
}

pub(super) async fn is_linked(spoiler: &Spoiler) -> Told {
    links(spoiler, "").await
}

pub(super) async fn is_linked_in_another_role(spoiler: &Spoiler) -> Told {
    links(spoiler, "?role=mentor").await
}

async fn links(spoiler: &Spoiler, query: &str) -> Told {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let ada = world.new_student("ada").await;
    ada.alter(|user| user.email_verified = true).await;
    spoiler.begins(&world);
    told(ada.signed_out().signs_in_elsewhere(&issuer, &Guest::of("ada"), query).await)
}

pub(super) async fn is_counted(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::live()).await;
    world.new_student("ada").await;
    let records = world.unread_records();
    spoiler.begins(&world);
    match world.outbox(&records).await[..] {
        [] => (200, String::new()),
        _ => (503, "it comes again".to_owned()),
    }
}

pub(super) async fn is_closed(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let admin = world.admin().await;
    spoiler.begins(&world);
    told(admin.put("/api/site-status/", json!({"maintenance_mode": true})).await)
}
