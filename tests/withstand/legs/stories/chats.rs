//! Conversations, messages, sockets, notifications.

use serde_json::{Value as Json, json};
use store::Transaction;
use tests::consultations::talk::{at, message, said, some_notice, talk};
use tests::consultations::{c, wish};
use tests::person::id;
use tests::tutoring::enrolled;
use tests::{Setup, Spoiler, World, minute};

use super::{Told, told};

pub(super) async fn opens(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    spoiler.begins(&world);
    told(ada.post(&c("chat/"), json!({"expert_id": bob.id})).await)
}

/// By whom one is enrolled with.
pub(super) async fn opens_with_an_acquaintance(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    enrolled(&ada, &bob).await;
    spoiler.begins(&world);
    told(ada.post("/api/v1/conversations/", json!({"participant_id": bob.id})).await)
}

/// What was archived is opened again.
pub(super) async fn opens_again(spoiler: &Spoiler) -> Told {
    let talk = talk().await;
    talk.ada.post(&at(talk.room, "archive"), json!({})).await.is(200);
    spoiler.begins(&talk.world);
    told(talk.ada.post(&c("chat/"), json!({"expert_id": talk.bob.id})).await)
}

pub(super) async fn opens_about_a_consultation(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let booked = id(&ada.post(&c("consultations/book/"), wish(&bob, minute(48 * 60))).await.is(201));
    spoiler.begins(&world);
    told(ada.post(&c("chat/"), json!({"consultation_id": booked})).await)
}

async fn edits(spoiler: &Spoiler, is_last: bool) -> Told {
    let talk = talk().await;
    let sent = said(&talk.ada, talk.room, "one").await;
    if !is_last {
        said(&talk.ada, talk.room, "two").await;
    }
    spoiler.begins(&talk.world);
    told(talk.ada.patch(&message(sent), json!({"message_content": "another"})).await)
}

pub(super) async fn edits_the_last(spoiler: &Spoiler) -> Told {
    edits(spoiler, true).await
}

pub(super) async fn edits_another(spoiler: &Spoiler) -> Told {
    edits(spoiler, false).await
}

async fn deletes(spoiler: &Spoiler, is_last: bool) -> Told {
    let talk = talk().await;
    let sent = said(&talk.ada, talk.room, "one").await;
    if !is_last {
        said(&talk.ada, talk.room, "two").await;
    }
    spoiler.begins(&talk.world);
    told(talk.ada.delete(&message(sent)).await)
}

pub(super) async fn deletes_the_last(spoiler: &Spoiler) -> Told {
    deletes(spoiler, true).await
}

pub(super) async fn deletes_another(spoiler: &Spoiler) -> Told {
    deletes(spoiler, false).await
}

/// What the last frame said: an error's word, or 200.
fn heard(frames: &[Json]) -> Told {
    match frames.iter().find(|frame| frame["type"] == "error") {
        Some(error) => (400, error["code"].as_str().unwrap_or_default().to_owned()),
        None => (200, String::new()),
    }
}

pub(super) async fn sends_by_socket(spoiler: &Spoiler) -> Told {
    let talk = talk().await;
    said(&talk.bob, talk.room, "one").await;
    let socket = talk.ada.listens(&format!("/ws/chat/{}/", talk.room)).await;
    spoiler.begins(&talk.world);
    socket.says(json!({"type": "message.send", "content": "two", "ref": "r"})).await;
    heard(&socket.heard())
}

pub(super) async fn resumes(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let socket = bob.listens("/ws/").await;
    ada.writes(&bob, "one").await.is(201);
    world.settles().await;
    let cursor = socket.cursor();
    spoiler.begins(&world);
    socket.says(json!({"type": "resume", "cursor": cursor})).await;
    heard(&socket.heard())
}

/// No use-case tells somebody something that has no other cause, so the store is asked.
pub(super) async fn is_told(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let notice = some_notice(&world, &ada);
    let mut transaction = Transaction::new();
    store::notice_told(&mut transaction, &notice);
    spoiler.begins(&world);
    match world.app.store.commit(transaction).await {
        Ok(()) => (200, String::new()),
        Err(refused) => (400, format!("{refused:?}")),
    }
}
