//! People who talk on sockets: as fast as they can, and once a second.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Fault;
use crate::figures::Figures;
use crate::seed::{LEARNERS, People, Person};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PAIRS: usize = 100;
/// How many messages a pair has under way when it writes as fast as it can.
const UNDER_WAY: usize = 8;
/// After that an answer counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

async fn socket(port: u16, of: &Person, with: &Person) -> Result<Socket, Fault> {
    let url = format!("ws://127.0.0.1:{port}/ws/chat/{}/?token={}", with.id, of.token);
    Ok(connect_async(url).await?.0)
}

/// The next message that came, by its text.
async fn heard(socket: &mut Socket) -> Result<String, Fault> {
    loop {
        let frame = tokio::time::timeout(PATIENCE, socket.next()).await?.ok_or("a socket was closed")??;
        let Message::Text(text) = frame else { continue };
        let frame: Json = serde_json::from_str(&text)?;
        match frame["type"].as_str() {
            Some("message.receive") => return Ok(frame["message"]["content"].as_str().unwrap_or_default().to_owned()),
            Some("error") => return Err(text.as_str().into()),
            _ => {}
        }
    }
}

/// How long each message took from one to the other, of those that came within the time.
async fn pair(
    port: u16,
    one: Person,
    other: Person,
    within: Duration,
    every: Option<Duration>,
) -> Result<Vec<Duration>, Fault> {
    let (mut from, mut to) = (socket(port, &one, &other).await?, socket(port, &other, &one).await?);
    let (begun, mut times, mut sent) = (Instant::now(), Vec::new(), HashMap::new());
    let mut number = 0;
    while begun.elapsed() < within || !sent.is_empty() {
        let is_due = every.is_none_or(|every| begun.elapsed() >= every * number);
        let has_room = sent.len() < UNDER_WAY;
        if begun.elapsed() < within && is_due && has_room {
            let text = format!("{number}");
            let frame = json!({"type": "message.send", "content": text, "ref": format!("{begun:?}{number}")});
            from.send(Message::text(frame.to_string())).await?;
            sent.insert(text, Instant::now());
            number += 1;
            continue;
        }
        if sent.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        }
        let (mine, theirs) = futures_util::future::join(heard(&mut from), heard(&mut to)).await;
        mine?;
        if let Some(at) = sent.remove(&theirs?)
            && begun.elapsed() < within
        {
            times.push(at.elapsed());
        }
    }
    Ok(times)
}

async fn pairs(
    port: u16,
    people: &People,
    count: usize,
    within: Duration,
    every: Option<Duration>,
) -> Result<Vec<Duration>, Fault> {
    let all = people.all();
    let mut talking = JoinSet::new();
    for number in 0..count {
        let (one, other) = (all[LEARNERS + 2 * number].clone(), all[LEARNERS + 2 * number + 1].clone());
        talking.spawn(pair(port, one, other, within, every));
    }
    let mut times = Vec::new();
    while let Some(done) = talking.join_next().await {
        times.extend(done??);
    }
    Ok(times)
}

pub(crate) async fn load(port: u16, people: &People, within: Duration, figures: &mut Figures) -> Result<(), Fault> {
    figures.note_times("one pair flat out", pairs(port, people, 1, within, None).await?, within);
    figures.note_times("100 pairs flat out", pairs(port, people, PAIRS, within, None).await?, within);
    let every = Some(Duration::from_secs(1));
    figures.note_times("100 pairs once a second", pairs(port, people, PAIRS, within, every).await?, within);
    Ok(())
}
