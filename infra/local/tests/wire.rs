//! The gateway as a client meets it: bytes on a socket.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::time::Duration;

use local::{Data, Options, Running, start};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn running() -> Running {
    start(Options::default()).await.unwrap()
}

fn port(running: &Running) -> u16 {
    running.base_url.rsplit(':').next().unwrap().parse().unwrap()
}

/// Sends bytes and reads until the other side closes.
async fn exchange(running: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port(running))).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(20), reading).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn assert_envelope(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["code"], code);
}

#[tokio::test]
async fn the_front_page_says_what_runs_and_where_the_reference_is() {
    let running = running().await;
    let page = exchange(&running, b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(page.starts_with("HTTP/1.1 200 OK"));
    assert!(page.contains("text/html"));
    assert!(page.contains("href=\"/api/docs/\""));
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let running = start(Options { body_within: Duration::from_millis(300), ..Options::default() }).await.unwrap();
    for body in [
        "content-length: 10\r\n\r\n",
        "content-length: 10\r\n\r\n{\"a\"",
        "transfer-encoding: chunked\r\n\r\n4\r\n{\"a",
    ] {
        for path in ["/api/users/login/", "/_local/tick", "/nowhere/"] {
            let sent = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{body}");
            let answer = exchange(&running, sent.as_bytes()).await;
            assert_envelope(&answer, 408, "request_timeout");
        }
    }
    assert!(health_is_up(&running).await, "others are answered meanwhile and after");
}

async fn health_is_up(running: &Running) -> bool {
    let ask = b"GET /api/health/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    exchange(running, ask).await.starts_with("HTTP/1.1 200 OK")
}

#[tokio::test]
async fn what_is_not_http_is_a_400_in_the_envelope() {
    let running = running().await;
    for bytes in [
        &b"hello\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: localhost\r\n\r\n",
    ] {
        assert_envelope(&exchange(&running, bytes).await, 400, "bad_request");
    }
}

#[tokio::test]
async fn heads_that_are_too_large_are_a_431_in_the_envelope() {
    let running = running().await;
    let with = |filler: String| {
        format!("GET /x HTTP/1.1\r\nhost: localhost\r\n{filler}connection: close\r\n\r\n").into_bytes()
    };
    let long = with(format!("x-long: {}\r\n", "a".repeat(11_000)));
    let longer = with(format!("x-long: {}\r\n", "a".repeat(300_000)));
    let many = with((0..1_500).map(|n| format!("x-{n}: a\r\n")).collect());
    for bytes in [long, longer, many] {
        assert_envelope(&exchange(&running, &bytes).await, 431, "too_large");
    }
    let target = format!("GET /{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", "a".repeat(12_000));
    assert_envelope(&exchange(&running, target.as_bytes()).await, 431, "too_large");
}

#[tokio::test]
async fn more_than_ten_megabytes_is_a_413_that_the_client_can_read() {
    let running = running().await;
    let size = 10 * 1024 * 1024 + 1;
    let mut bytes =
        format!("POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n")
            .into_bytes();
    bytes.extend(vec![b'x'; size]);
    assert_envelope(&exchange(&running, &bytes).await, 413, "too_large");
    let endless = b"POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999\r\n\r\n";
    assert_envelope(&exchange(&running, endless).await, 413, "too_large");
}

#[tokio::test]
async fn a_broken_chunked_body_is_a_400() {
    let running = running().await;
    let bytes = b"POST /x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    assert_envelope(&exchange(&running, bytes).await, 400, "bad_request");
}

#[tokio::test]
async fn odd_targets_and_hosts_are_refused() {
    let running = running().await;
    for head in ["OPTIONS * HTTP/1.1\r\nhost: localhost", "GET /x HTTP/1.1\r\nhost: a b", "GET /x HTTP/1.1"] {
        let bytes = format!("{head}\r\nconnection: close\r\n\r\n");
        assert_envelope(&exchange(&running, bytes.as_bytes()).await, 400, "bad_request");
    }
}

#[tokio::test]
async fn both_halves_of_localhost_answer() {
    let running = running().await;
    let Ok(mut six) = TcpStream::connect(("::1", port(&running))).await else {
        return; // This machine has no IPv6.
    };
    six.write_all(b"GET / HTTP/1.1\r\nhost: [::1]\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    six.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let running = running().await;
    let again = Options { port: port(&running), ..Options::default() };
    let fault = start(again).await.err().unwrap().to_string();
    assert!(fault.contains(&port(&running).to_string()), "{fault}");
}

#[tokio::test]
async fn stopping_closes_idle_connections_and_frees_port_and_directory() {
    let scratch = std::env::temp_dir().join(format!("expertconnect-wire-{}", std::process::id()));
    let options = Options { data: Data::Dir(scratch.clone()), ..Options::default() };
    let first = start(options.clone()).await.unwrap();
    let taken = start(options.clone()).await.err().unwrap().to_string();
    assert!(taken.contains("in use"), "{taken}");
    let port = port(&first);
    let mut idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut some = [0; 16];
    idle.read_exact(&mut some).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), first.stop()).await.unwrap();
    let second = start(Options { port, ..options }).await.unwrap();
    second.stop().await;
    std::fs::remove_dir_all(scratch).unwrap();
}

#[tokio::test]
async fn without_pollers_a_tick_moves_what_there_is() {
    let running = start(Options { pollers: false, ..Options::default() }).await.unwrap();
    let ask = async |line: &str| {
        let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = exchange(&running, request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
        serde_json::from_str::<serde_json::Value>(body).unwrap()
    };
    assert_eq!(ask("POST /_local/tick").await["drained"], true);
    assert!(ask("GET /_local/queues").await.is_object());
    assert!(ask("GET /_local/mail").await.is_array());
    running.stop().await;
}
