//! Every limit, and what it closes with.

use std::time::Duration;

use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

use super::*;

/// One frame of a message.
fn frame(payload: Vec<u8>, kind: Data, is_final: bool) -> Message {
    Message::Frame(Frame::message(payload, OpCode::Data(kind), is_final))
}

#[tokio::test]
async fn a_frame_of_32_kilobytes_comes_through_and_a_larger_one_closes_with_1009() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    let most = "x".repeat(32 * 1024);
    say(&mut socket, &most).await;
    assert_eq!(heard(&mut socket).await, most);
    say(&mut socket, &"x".repeat(32 * 1024 + 1)).await;
    assert_eq!(closed(&mut socket).await, 1009);
    assert_eq!(stage.disconnected().await.0, 1009);
}

#[tokio::test]
async fn a_message_in_fragments_comes_through_like_a_frame_and_a_larger_one_closes_with_1009() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    for extra in [0, 1] {
        socket.feed(frame(vec![b'x'; 16 * 1024], Data::Text, false)).await.unwrap();
        socket.feed(frame(vec![b'x'; 16 * 1024 - 1], Data::Continue, false)).await.unwrap();
        socket.send(frame(vec![b'x'; 1 + extra], Data::Continue, true)).await.unwrap();
        if extra == 0 {
            assert_eq!(heard(&mut socket).await.len(), 32 * 1024);
        }
    }
    assert_eq!(closed(&mut socket).await, 1009);
    assert_eq!(stage.disconnected().await.0, 1009);
}

#[tokio::test]
async fn a_large_frame_leaves_the_socket_open_where_the_function_does_not_mind() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    for length in [32 * 1024 + 1, 100 * 1024] {
        say(&mut socket, &"y".repeat(length)).await;
        assert_eq!(heard(&mut socket).await.len(), length);
    }
    say(&mut socket, &"y".repeat(128 * 1024 + 1)).await;
    assert_eq!(closed(&mut socket).await, 1009);
}

#[tokio::test]
async fn a_client_that_is_still_sending_reads_why_it_was_closed() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    say(&mut socket, &"x".repeat(4 * 1024 * 1024)).await;
    assert_eq!(closed(&mut socket).await, 1009);
}

#[tokio::test]
async fn binary_closes_with_1003_and_broken_text_with_1007() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(closed(&mut socket).await, 1003);
    assert_eq!(stage.disconnected().await.0, 1003);
    let (mut socket, _) = stage.open().await;
    socket.send(frame(vec![0xff, 0xfe], Data::Text, true)).await.unwrap();
    assert_eq!(closed(&mut socket).await, 1007);
    assert_eq!(stage.disconnected().await.0, 1007);
}

#[tokio::test]
async fn a_breach_of_the_protocol_closes_with_1002() {
    let mut stage = Stage::usual().await;
    let (mut socket, _) = stage.open().await;
    let header = FrameHeader { rsv1: true, opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    socket.send(Message::Frame(Frame::from_payload(header, "x".into()))).await.unwrap();
    assert_eq!(closed(&mut socket).await, 1002);
}

#[tokio::test]
async fn an_idle_connection_closes_with_1001_whatever_it_pings() {
    let mut stage = Stage::with(SocketLimits { idle: Duration::from_millis(300), ..SocketLimits::default() }).await;
    let (mut socket, _) = stage.open().await;
    socket.send(Message::Ping("still here".into())).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong("still here".into()));
    assert_eq!(closed(&mut socket).await, 1001);
    assert_eq!(stage.disconnected().await, (1001, "Going away".to_owned()));
}

#[tokio::test]
async fn the_life_of_a_connection_ends_with_1001_however_much_it_talks() {
    let mut stage = Stage::with(SocketLimits { life: Duration::from_millis(500), ..SocketLimits::default() }).await;
    let (mut socket, _) = stage.open().await;
    let code = loop {
        // Sending may meet the end.
        let _ = socket.send(Message::text("and another thing")).await;
        match socket.next().await.unwrap().unwrap() {
            Message::Close(frame) => break u16::from(frame.unwrap().code),
            said => assert_eq!(said, Message::text("and another thing")),
        }
    };
    assert_eq!(code, 1001);
}

#[tokio::test]
async fn a_reader_that_lets_too_much_pile_up_is_closed_and_nobody_else_waits() {
    let limits = SocketLimits { queue_bytes: 512 * 1024, ..SocketLimits::default() };
    let mut stage = Stage::with(limits).await;
    let (_slow, slow) = stage.open().await;
    let (mut quick, other) = stage.open().await;
    let large = "x".repeat(128 * 1024);
    let mut sent = 0;
    while stage.post(&slow, &large).await {
        sent += 1;
        // What the operating system takes for a reader that does not read has its bounds too.
        assert!(sent < 1_000);
        assert!(stage.post(&other, "meanwhile").await);
        assert_eq!(heard(&mut quick).await, "meanwhile");
    }
    assert!(!stage.post(&slow, "small").await);
    assert_eq!(stage.disconnected().await.0, 1008);
}
