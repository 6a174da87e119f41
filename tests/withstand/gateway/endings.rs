//! How open sockets end: by logging out, by what they carry, by time.

use std::time::Duration;

use local::sockets::SocketLimits;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::House;

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_closes_the_sockets_of_that_token_and_no_other() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let elsewhere = ada.logs_in().await;
    house.ticks().await;
    let mut leaving = [ada.listens("/ws/").await, ada.listens("/ws/notifications/").await];
    let mut staying = [elsewhere.listens("/ws/").await, bob.listens("/ws/").await];
    ada.post("/api/users/logout/", json!({})).await.is(200);
    for wire in &mut leaving {
        let (code, frames) = wire.is_closed().await;
        assert_eq!((code, frames.len()), (1000, 0));
    }
    house.has_socket_rows(staying.len()).await;
    bob.writes(ada.id, "hello").await;
    house.ticks().await;
    for wire in &mut staying {
        assert_eq!(wire.hears_of("message.receive").await["message"]["content"], "hello");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_frame_and_one_that_is_too_large_close_the_socket() {
    let house = House::open().await;
    let ada = house.register("ada").await;
    house.ticks().await;
    let mut wire = ada.listens("/ws/").await;
    let fits = format!(r#"{{"type": "ping", "ref": "", "padding": "{}"}}"#, "x".repeat(32_000));
    assert!(fits.len() <= 32 * 1024);
    wire.sends(Message::text(fits)).await;
    wire.hears_of("pong").await;
    wire.sends(Message::text("x".repeat(32 * 1024 + 1))).await;
    assert_eq!(wire.is_closed().await, (1009, Vec::new()));
    let mut wire = ada.listens("/ws/").await;
    wire.sends(Message::Binary(Bytes::from_static(br#"{"type": "ping"}"#))).await;
    assert_eq!(wire.is_closed().await, (1003, Vec::new()));
    house.has_socket_rows(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_socket_is_closed_and_forgotten() {
    let limits = SocketLimits { idle: Duration::from_millis(700), ..SocketLimits::default() };
    let house = House::limited(limits).await;
    let ada = house.register("ada").await;
    let mut wire = ada.listens("/ws/").await;
    assert!(wire.hears_all().await.is_empty());
    assert_eq!(wire.is_closed().await.0, 1001);
    house.has_socket_rows(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_talks_ends_with_its_life() {
    let limits = SocketLimits { life: Duration::from_millis(1_500), ..SocketLimits::default() };
    let house = House::limited(limits).await;
    let ada = house.register("ada").await;
    let mut wire = ada.listens("/ws/").await;
    wire.says(json!({"type": "ping"})).await;
    assert_eq!(wire.is_closed().await.0, 1001);
    house.has_socket_rows(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_while_connected_takes_its_socket_with_it() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    house.ticks().await;
    let (mut talks, mut listens) = (ada.listens("/ws/").await, ada.listens("/ws/").await);
    house.ticks_at(house.in_days(2)).await;
    talks.says(json!({"type": "message.send", "receiver_id": bob.id, "content": "too late"})).await;
    assert_eq!(talks.is_closed().await, (1000, Vec::new()));
    bob.logs_in().await.writes(ada.id, "anybody there?").await;
    assert_eq!(listens.is_closed().await, (1000, Vec::new()));
    house.has_socket_rows(0).await;
    assert_eq!(bob.logs_in().await.all("/api/messages/").await.len(), 1);
}
