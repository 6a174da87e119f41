//! Messages, ends, many at once.

use std::collections::HashSet;

use futures_util::future::join_all;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::*;

#[tokio::test]
async fn messages_reach_the_function_in_the_order_in_which_they_were_sent() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    for n in 0..200 {
        say(&mut socket, &n.to_string()).await;
    }
    for n in 0..200 {
        assert_eq!(stage.event().await["body"], n.to_string());
    }
    let mut echoes = HashSet::new();
    while echoes.len() < 200 {
        echoes.insert(heard(&mut socket).await);
    }
}

#[tokio::test]
async fn a_message_the_function_fails_on_is_answered_by_the_gateway() {
    let mut stage = Stage::usual().await;
    let (mut socket, id) = stage.open().await;
    say(&mut socket, "panic").await;
    let told: Json = serde_json::from_str(&heard(&mut socket).await).unwrap();
    assert_eq!(told["message"], "Internal server error");
    assert_eq!(told["connectionId"], id);
    assert_eq!(told["requestId"], stage.event().await["requestContext"]["requestId"]);
    say(&mut socket, "go on").await;
    assert_eq!(heard(&mut socket).await, "go on");
}

#[tokio::test]
async fn the_function_is_told_once_how_a_client_said_good_bye() {
    let mut stage = Stage::usual().await;
    let (mut socket, id) = stage.open().await;
    let frame = CloseFrame { code: 4001.into(), reason: "off to lunch".into() };
    socket.close(Some(frame)).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4001);
    assert_eq!(stage.disconnected().await, (4001, "off to lunch".to_owned()));
    assert!(!stage.post(&id, "hello?").await);
    drop(socket);
    stage.running.stop().await;
    assert!(stage.events.recv().await.is_none());
}

#[tokio::test]
async fn a_client_that_is_killed_is_noticed() {
    let mut stage = Stage::usual().await;
    let (socket, id) = stage.open().await;
    drop(socket);
    assert_eq!(stage.disconnected().await.0, 1006);
    assert!(!stage.post(&id, "hello?").await);
}

#[tokio::test]
async fn a_thousand_sockets_at_once_all_hear_and_are_heard() {
    let mut stage = Stage::usual().await;
    let mut open = Vec::new();
    // In batches: the operating system's queue of handshakes is shorter.
    for _ in 0..20 {
        let url = stage.url("/ws/?token=good");
        let batch = join_all((0..50).map(|_| connect_async(url.clone()))).await;
        open.extend(batch.into_iter().map(|connected| connected.unwrap().0));
    }
    let mut ids = HashSet::new();
    for _ in 0..open.len() {
        ids.insert(id_of(&stage.event().await));
    }
    assert_eq!(ids.len(), 1_000);
    join_all(open.iter_mut().enumerate().map(async |(n, socket)| {
        say(socket, &n.to_string()).await;
        assert_eq!(heard(socket).await, n.to_string());
    }))
    .await;
    for id in &ids {
        assert!(stage.post(id, "to all").await);
    }
    join_all(open.iter_mut().map(async |socket| assert_eq!(heard(socket).await, "to all"))).await;
}

#[tokio::test]
async fn stopping_closes_every_socket_with_1001_and_tells_the_function() {
    let mut stage = Stage::usual().await;
    let (mut one, _) = stage.open().await;
    let (mut other, _) = stage.open().await;
    let url = stage.url("/ws/?token=good");
    let stopping = tokio::spawn(stage.running.stop());
    assert_eq!(closed(&mut one).await, 1001);
    assert_eq!(closed(&mut other).await, 1001);
    drop((one, other));
    stopping.await.unwrap();
    for _ in 0..2 {
        let event = stage.events.recv().await.unwrap();
        assert_eq!(event["requestContext"]["disconnectStatusCode"], 1001);
    }
    assert!(connect_async(url).await.is_err());
}
