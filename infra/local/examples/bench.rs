//! The figures of the whole system in one process: requests per second and latencies over HTTP, the table's units per
//! route, memory, start-up. `cargo run --release -p local --example bench [seconds per row]`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local::{Data, Options, Running};
use serde_json::{Value, json};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Fault = Box<dyn std::error::Error + Send + Sync>;

const PEOPLE: usize = 64;

/// One connection, kept open.
#[derive(Clone)]
struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

impl Caller {
    fn new(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), base: base.to_owned() }
    }

    async fn send(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Result<(u16, Bytes), Fault> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Full::from(body.map(|body| body.to_string()).unwrap_or_default()))?;
        let response = self.client.request(request).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    async fn expect(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Result<Value, Fault> {
        let (status, body) = self.send(method, path, token, body).await?;
        match status {
            200..=299 => Ok(serde_json::from_slice(&body).unwrap_or_default()),
            _ => Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&body)).into()),
        }
    }
}

struct Person {
    id: i64,
    name: String,
    token: String,
}

/// What a row of the table does, for its n-th request.
type Work = Arc<dyn Fn(u64) -> (&'static str, String, String, Option<Value>) + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let seconds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let begin = Instant::now();
    let system = start().await?;
    let caller = Caller::new(&system.base_url);
    caller.expect("GET", "/api/health/", "", None).await?;
    println!("start to first answer: {:.1} ms; resident: {} MB", millis(begin.elapsed()), resident_mb());

    let people = Arc::new(prepare(&caller).await?);
    println!("\n{:<24} {:>5} {:>9} {:>9} {:>9}", "route", "conns", "req/s", "p50 ms", "p99 ms");
    for (name, work) in rows(&people) {
        for connections in [1, 32] {
            measure(&system, name, &work, connections, Duration::from_secs(seconds)).await?;
        }
    }
    println!("\nresident after the load: {} MB", resident_mb());
    println!("\n{:<40} {:>9} {:>7} {:>7} {:>7}", "per request", "requests", "trips", "reads", "writes");
    for (route, cost) in system.app.capacity.as_ref().map(|capacity| capacity.snapshot()).unwrap_or_default() {
        let per = |sum: f64| sum / cost.requests as f64;
        let trips = per(cost.round_trips as f64);
        println!(
            "{route:<40} {:>9} {trips:>7.2} {:>7.2} {:>7.2}",
            cost.requests,
            per(cost.read_units),
            per(cost.write_units)
        );
    }
    let sound = app::audit::ledger(&system.app).await?;
    println!("\nledger: {sound}");
    system.stop().await;
    Ok(())
}

async fn start() -> Result<Running, Fault> {
    let unlimited = |name: &str| (name.to_owned(), "1000000".to_owned());
    let mut env = HashMap::from([unlimited("RATE_LIMIT_PER_MINUTE"), unlimited("RATE_LIMIT_AUTH_PER_MINUTE")]);
    for cap in ["PENDING_BOOKINGS_PER_EXPERT", "PENDING_BOOKINGS_PER_PERSON"] {
        env.insert(cap.to_owned(), "10000".to_owned());
    }
    local::start(Options { data: Data::Memory, env, ..Options::default() }).await
}

/// People with credits, skills and a conversation of fifty messages of 200 characters.
async fn prepare(caller: &Caller) -> Result<Vec<Person>, Fault> {
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let name = format!("person{n}");
        let body = json!({"username": name, "email": format!("{name}@example.org"), "password": "correct horse"});
        let answer = caller.expect("POST", "/api/users/register/", "", Some(body)).await?;
        let token = answer["token"].as_str().ok_or("no token")?.to_owned();
        let skill = json!({"skill_name": "Rust programming", "proficiency_level": "expert", "category": 1});
        caller.expect("POST", "/api/user-skills/", &token, Some(skill)).await?;
        for _ in 0..5 {
            let order = json!({"payment_method": "paypal", "amount": 1000, "credits_to_purchase": 1000});
            caller.expect("POST", "/api/payments/purchase_credits/", &token, Some(order)).await?;
        }
        people.push(Person { id: answer["id"].as_i64().ok_or("no id")?, name, token });
    }
    for _ in 0..50 {
        let message = json!({"receiver_id": people[1].id, "content": "x".repeat(200)});
        caller.expect("POST", "/api/messages/", &people[0].token, Some(message)).await?;
    }
    Ok(people)
}

fn rows(people: &Arc<Vec<Person>>) -> Vec<(&'static str, Work)> {
    let pick = |people: &Arc<Vec<Person>>, n: u64| n as usize % people.len();
    let (a, b, c, d, e) = (people.clone(), people.clone(), people.clone(), people.clone(), people.clone());
    let login: Work = Arc::new(move |n| {
        let body = json!({"username": a[pick(&a, n)].name, "password": "correct horse"});
        ("POST", "/api/users/login/".to_owned(), String::new(), Some(body))
    });
    let me: Work = Arc::new(move |n| ("GET", "/api/users/me/".to_owned(), b[pick(&b, n)].token.clone(), None));
    let search: Work =
        Arc::new(move |n| ("GET", "/api/users/?skill=rust&limit=20".to_owned(), c[pick(&c, n)].token.clone(), None));
    let request: Work = Arc::new(move |n| {
        // Thirty-two pairs, each half hour one meeting: none is in another's way.
        let pair = pick(&d, n) / 2;
        let (learner, expert) = (pair * 2, pair * 2 + 1);
        let start = 1_900_000_800 + (n / PEOPLE as u64) as i64 * 3600 + (n as i64 % 2) * 1800;
        let stamp = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.to_rfc3339());
        let body = json!({"title": "Lifetimes", "expert_id": d[expert].id,
            "scheduled_start": stamp(start), "scheduled_end": stamp(start + 1800)});
        ("POST", "/api/meetings/".to_owned(), d[learner].token.clone(), Some(body))
    });
    let with = people[0].id;
    let messages: Work =
        Arc::new(move |_| ("GET", format!("/api/messages/?with_user={with}&limit=50"), e[1].token.clone(), None));
    vec![
        ("login", login),
        ("me", me),
        ("search, 20 cards", search),
        ("request a meeting", request),
        ("50 messages", messages),
    ]
}

async fn measure(system: &Running, name: &str, work: &Work, connections: usize, span: Duration) -> Result<(), Fault> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let end = Instant::now() + span;
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (caller, work) = (Caller::new(&system.base_url), work.clone());
            tokio::spawn(async move {
                let (mut times, mut refused) = (Vec::new(), 0u64);
                while Instant::now() < end {
                    let (method, path, token, body) = work(NEXT.fetch_add(1, Ordering::Relaxed));
                    let begin = Instant::now();
                    let (status, _) = caller.send(method, &path, &token, body).await?;
                    times.push(begin.elapsed());
                    refused += u64::from(status >= 400);
                }
                Ok::<_, Fault>((times, refused))
            })
        })
        .collect();
    let (mut times, mut refused) = (Vec::new(), 0);
    for task in tasks {
        let (mine, no) = task.await??;
        times.extend(mine);
        refused += no;
    }
    times.sort();
    let at = |share: f64| millis(times[((times.len() - 1) as f64 * share) as usize]);
    let rate = times.len() as f64 / span.as_secs_f64();
    let note = if refused > 0 { format!("  ({refused} refused)") } else { String::new() };
    println!("{name:<24} {connections:>5} {rate:>9.0} {:>9.2} {:>9.2}{note}", at(0.5), at(0.99));
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Of this process: the system and the load generator together.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}
