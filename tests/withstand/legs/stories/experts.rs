//! Becoming an expert, being away, files.

use serde_json::json;
use tests::bucket::Part;
use tests::consultations::c;
use tests::consultations::vetting::{PDF, applies, reinstates, reviews, suspends};
use tests::{Setup, Spoiler, World};

use super::{Told, told};

async fn away(spoiler: &Spoiler, before: bool) -> Told {
    let world = World::new().await;
    let bob = world.expert("bob").await;
    let days = |day: &str| json!({"start_date": day, "end_date": day, "timezone": "UTC"});
    if before {
        bob.post(&c("experts/unavailability/"), days("2027-05-01")).await.is(201);
    }
    spoiler.begins(&world);
    told(bob.post(&c("experts/unavailability/"), days("2027-06-01")).await)
}

pub(super) async fn is_away(spoiler: &Spoiler) -> Told {
    away(spoiler, false).await
}

pub(super) async fn is_away_again(spoiler: &Spoiler) -> Told {
    away(spoiler, true).await
}

pub(super) async fn is_applied_for(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.register("ada").await;
    spoiler.begins(&world);
    told(ada.post(&c("experts/apply/"), tests::consultations::vetting::wish()).await)
}

async fn is_reviewed(spoiler: &Spoiler, action: &str) -> Told {
    let world = World::new().await;
    let (ada, admin) = (world.register("ada").await, world.admin().await);
    let application = applies(&ada).await;
    spoiler.begins(&world);
    told(reviews(&admin, application, action, "Notes").await)
}

pub(super) async fn is_approved(spoiler: &Spoiler) -> Told {
    is_reviewed(spoiler, "approve").await
}

pub(super) async fn is_rejected(spoiler: &Spoiler) -> Told {
    is_reviewed(spoiler, "reject").await
}

pub(super) async fn is_suspended(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (bob, admin) = (world.expert("bob").await, world.admin().await);
    spoiler.begins(&world);
    told(suspends(&admin, &bob, "Complaints").await)
}

pub(super) async fn is_reinstated(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (bob, admin) = (world.expert("bob").await, world.admin().await);
    suspends(&admin, &bob, "Complaints").await.is(200);
    spoiler.begins(&world);
    told(reinstates(&admin, &bob).await)
}

pub(super) async fn sends_a_document(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::with_files()).await;
    let ada = world.register("ada").await;
    applies(&ada).await;
    spoiler.begins(&world);
    told(ada.sends_form(&c("experts/upload-document/"), &[Part::File("file", "a.pdf", "application/pdf", PDF)]).await)
}

pub(super) async fn names_an_upload(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::with_files()).await;
    let ada = world.register("ada").await;
    applies(&ada).await;
    let upload = ada.uploads("a.pdf", "document", PDF).await;
    spoiler.begins(&world);
    told(ada.post(&c("experts/upload-document/"), json!({"upload_id": upload})).await)
}

pub(super) async fn prepares_an_upload(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::with_files()).await;
    let ada = world.register("ada").await;
    spoiler.begins(&world);
    let wanted = json!({"filename": "a.pdf", "content_type": "application/pdf", "size": 5, "purpose": "document"});
    told(ada.post(&c("uploads/"), wanted).await)
}
