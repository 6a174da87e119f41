//! The figures of WebSockets through the local gateway: how long a message takes from one socket to the other, and how
//! much memory an idle socket needs. Clients are in a process of their own, so that theirs does not count.
//! `cargo run --release -p local --example sockets`.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local::{Data, Options};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Registrations and handshakes under way.
const AT_ONCE: usize = 16;
/// Less than a person may have open.
const IDLE_EACH: usize = 40;
/// What the gateway still has to do when a step is over: rows, welcome mails.
const CALM: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("clients") => clients(arguments.get(1).ok_or("whose clients?")?).await,
        _ => gateway().await,
    }
}

/// Pairs of people, messages of each pair, and how many messages a second all pairs send; 0 for as fast as they can.
const ROWS: [(usize, usize, u32); 5] = [(1, 300, 0), (100, 20, 0), (1_000, 4, 0), (100, 10, 25), (1_000, 1, 25)];

async fn gateway() -> Result<(), Fault> {
    idle().await?;
    let system = start().await?;
    let mut clients = Clients::spawn(&system.base_url)?;
    let most = ROWS.iter().map(|(pairs, ..)| pairs * 2).max().unwrap_or_default();
    clients.told(&format!("register {most}"))?;
    println!("\n{:>6} {:>14} {:>10} {:>9} {:>9}", "pairs", "wanted msg/s", "msg/s", "p50 ms", "p99 ms");
    for (pairs, messages, rate) in ROWS {
        println!("{}", clients.told(&format!("talk {pairs} {messages} {rate}"))?);
    }
    system.stop().await;
    Ok(())
}

/// Memory, in a gateway that has done nothing else.
async fn idle() -> Result<(), Fault> {
    let system = start().await?;
    let mut clients = Clients::spawn(&system.base_url)?;
    clients.told("register 100")?;
    clients.told("open 40")?;
    tokio::time::sleep(CALM).await;
    let before = resident_kb();
    println!("{:>6} idle sockets: {:>7.1} MB resident", 40, before as f64 / 1024.0);
    for sockets in [1_000, 4_000] {
        clients.told(&format!("open {sockets}"))?;
        tokio::time::sleep(CALM).await;
        let now = resident_kb();
        let each = now.saturating_sub(before) as f64 / (sockets - 40) as f64;
        println!("{sockets:>6} idle sockets: {:>7.1} MB resident, {each:.1} KB each", now as f64 / 1024.0);
    }
    system.stop().await;
    Ok(())
}

async fn start() -> Result<local::Running, Fault> {
    let unlimited = |name: &str| (name.to_owned(), "1000000".to_owned());
    let env = HashMap::from([unlimited("RATE_LIMIT_PER_MINUTE"), unlimited("RATE_LIMIT_AUTH_PER_MINUTE")]);
    local::start(Options { data: Data::Memory, env, ..Options::default() }).await
}

/// The other process: a command in, a line back.
struct Clients {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Clients {
    fn spawn(base_url: &str) -> Result<Self, Fault> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["clients", base_url]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let commands = process.stdin.take().ok_or("the clients do not listen")?;
        let answers = BufReader::new(process.stdout.take().ok_or("the clients do not answer")?);
        Ok(Self { process, commands, answers })
    }

    /// Waits in a thread of the runtime that may be blocked: the gateway's own go on.
    fn told(&mut self, command: &str) -> Result<String, Fault> {
        writeln!(self.commands, "{command}")?;
        let mut answer = String::new();
        tokio::task::block_in_place(|| self.answers.read_line(&mut answer))?;
        if answer.is_empty() { Err("the clients have ended".into()) } else { Ok(answer.trim_end().to_owned()) }
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Person {
    id: i64,
    token: String,
}

async fn clients(base_url: &str) -> Result<(), Fault> {
    let (mut people, mut open) = (Vec::new(), Vec::new());
    let mut commands = std::io::stdin().lines();
    while let Some(command) = tokio::task::block_in_place(|| commands.next()) {
        let command = command?;
        let words: Vec<_> = command.split(' ').collect();
        let number = |index: usize| words.get(index).and_then(|word| word.parse::<usize>().ok()).unwrap_or_default();
        let answer = match words[0] {
            "register" => {
                people = register(base_url, number(1)).await?;
                "registered".to_owned()
            }
            "open" => {
                let missing = open.len()..number(1);
                let opening = missing.map(|place| connect(base_url, "/ws/", &people[place / IDLE_EACH]));
                let opened: Vec<_> = stream::iter(opening).buffered(AT_ONCE).try_collect().await?;
                open.extend(opened);
                "open".to_owned()
            }
            "talk" => talk(base_url, &people[..number(1) * 2], number(2), number(3)).await?,
            _ => return Err(format!("{command} is no command").into()),
        };
        println!("{answer}");
    }
    Ok(())
}

async fn register(base_url: &str, how_many: usize) -> Result<Vec<Person>, Fault> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let one = |number: usize| {
        let client = client.clone();
        async move {
            let name = format!("person{number}");
            let body = json!({"username": name, "email": format!("{name}@example.org"), "password": "correct horse"});
            let request = Request::post(format!("{base_url}/api/users/register/"))
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from(body.to_string())))?;
            let answer = client.request(request).await?.into_body().collect().await?.to_bytes();
            let answer: Value = serde_json::from_slice(&answer)?;
            let token = answer["token"].as_str().ok_or("no token")?.to_owned();
            Ok(Person { id: answer["id"].as_i64().ok_or("no id")?, token })
        }
    };
    stream::iter((0..how_many).map(one)).buffered(AT_ONCE).try_collect().await
}

async fn connect(base_url: &str, path: &str, person: &Person) -> Result<Socket, Fault> {
    let url = format!("{}{path}?token={}", base_url.replace("http://localhost", "ws://127.0.0.1"), person.token);
    let (mut socket, _) = connect_async(url).await?;
    if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
        stream.set_nodelay(true)?;
    }
    Ok(socket)
}

/// Each pair sends one message at a time and waits for the other's frame.
async fn talk(base_url: &str, people: &[Person], messages: usize, rate: usize) -> Result<String, Fault> {
    let opening = people.chunks_exact(2).map(|pair| async move {
        let one = connect(base_url, &format!("/ws/chat/{}/", pair[1].id), &pair[0]).await?;
        let other = connect(base_url, &format!("/ws/chat/{}/", pair[0].id), &pair[1]).await?;
        Ok::<_, Fault>((one, other))
    });
    let sockets: Vec<_> = stream::iter(opening).buffered(AT_ONCE).try_collect().await?;
    tokio::time::sleep(CALM).await;
    let pairs = sockets.len();
    // A pair's turn comes again when every other had one.
    let turn = if rate == 0 { Duration::ZERO } else { Duration::from_secs_f64(pairs as f64 / rate as f64) };
    let begin = Instant::now();
    let talks = sockets.into_iter().enumerate().map(|(number, (one, other))| {
        let offset = turn.mul_f64(number as f64 / pairs as f64);
        tokio::spawn(converse(one, other, messages, begin + offset, turn))
    });
    let talks: Vec<_> = talks.collect();
    let mut times = Vec::new();
    for talk in talks {
        times.extend(talk.await??);
    }
    let per_second = times.len() as f64 / begin.elapsed().as_secs_f64();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let wanted = if rate == 0 { "all they can".to_owned() } else { rate.to_string() };
    Ok(format!("{pairs:>6} {wanted:>14} {per_second:>10.0} {:>9.1} {:>9.1}", at(0.5), at(0.99)))
}

async fn converse(
    mut one: Socket,
    mut other: Socket,
    messages: usize,
    begin: Instant,
    turn: Duration,
) -> Result<Vec<Duration>, Fault> {
    let mut times = Vec::new();
    for number in 0..messages {
        tokio::time::sleep_until((begin + turn * u32::try_from(number)?).into()).await;
        let text = format!("message {number} of somebody who has about sixty letters to say.");
        let frame = json!({"type": "message.send", "content": text});
        let sent = Instant::now();
        one.send(Message::text(frame.to_string())).await?;
        told(&mut other, &text).await?;
        times.push(sent.elapsed());
        told(&mut one, &text).await?;
    }
    Ok(times)
}

/// Waits for the frame with this message.
async fn told(socket: &mut Socket, text: &str) -> Result<(), Fault> {
    loop {
        let Message::Text(frame) = socket.next().await.ok_or("the socket has ended")?? else { continue };
        let frame: Value = serde_json::from_str(&frame)?;
        match frame["type"].as_str() {
            Some("message.receive") if frame["message"]["content"] == text => return Ok(()),
            Some("error") => return Err(frame.to_string().into()),
            _ => {}
        }
    }
}

/// Of this process: the gateway alone.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or_default()
}
