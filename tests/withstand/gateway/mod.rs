//! The real gateway over TCP: its own functions, stream, queues, schedule and mail, and clients who know nothing but
//! its URL.

mod audit;
mod bounces;
mod calls;
mod crowd;
mod doors;
mod endings;
mod popups;
mod reminders;
mod restart;
mod storm;
mod wire;

use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local::sockets::SocketLimits;
use local::{Options, Running};
use serde_json::{Value as Json, json};
use tests::person::{next_page, stamp};

use wire::Wire;

/// A gateway that runs in this process. Cheap to clone; the last one ends it.
#[derive(Clone)]
struct House(Arc<Inside>);

struct Inside {
    running: Running,
    http: Client<HttpConnector, Full<Bytes>>,
}

impl Deref for House {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.0.running
    }
}

impl House {
    async fn open() -> Self {
        Self::with(Options::default()).await
    }

    /// Limits of requests are out of the way.
    async fn with(mut options: Options) -> Self {
        for limit in ["RATE_LIMIT_AUTH_PER_MINUTE", "RATE_LIMIT_PER_MINUTE"] {
            options.env.insert(limit.to_owned(), "1000000".to_owned());
        }
        for cap in tests::world::PENDING_CAPS {
            options.env.insert(cap.to_owned(), "10000".to_owned());
        }
        let running = local::start(options).await.expect("the gateway starts");
        let http = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self(Arc::new(Inside { running, http }))
    }

    async fn limited(sockets: SocketLimits) -> Self {
        Self::with(Options { sockets, ..Options::default() }).await
    }

    fn authority(&self) -> &str {
        self.base_url.trim_start_matches("http://")
    }

    async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<Json>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = Full::from(body.map(|body| body.to_string()).unwrap_or_default());
        let answer = self.0.http.request(request.body(body).expect("a request")).await.expect("an answer");
        let (head, body) = answer.into_parts();
        let link = head.headers.get("link").and_then(|link| link.to_str().ok()).unwrap_or_default().to_owned();
        let body = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or(Json::Null);
        Answer { asked: format!("{method} {path}"), status: head.status.as_u16(), link, body }
    }

    async fn register(&self, username: &str) -> Guest {
        let email = format!("{username}@example.org");
        let body = json!({"username": username, "email": email, "password": PASSWORD});
        let account = self.ask("POST", "/api/users/register/", None, Some(body)).await.is(201);
        Guest::signed(self, &account)
    }

    /// Another session of somebody. Tokens live for a day; the clock is moved by more.
    async fn signs_in(&self, username: &str) -> Guest {
        let body = json!({"username": username, "password": PASSWORD});
        Guest::signed(self, &self.ask("POST", "/api/users/login/", None, Some(body)).await.is(200))
    }

    /// The schedule runs once, and stream and queues until nothing moves.
    async fn ticks(&self) {
        let told = self.ask("POST", "/_local/tick", None, None).await.is(200);
        assert_eq!((&told["drained"], &told["failures"]), (&json!(true), &json!(0)), "{told}");
    }

    /// Sets the clock and lets everything happen that is due then.
    async fn ticks_at(&self, now: DateTime<Utc>) {
        let clock = self.ask("POST", "/_local/clock", None, Some(json!({"now": stamp(now)}))).await.is(200);
        assert_eq!(clock["now"], stamp(now));
        self.ticks().await;
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// A full hour so many days from now.
    fn in_days(&self, days: i64) -> DateTime<Utc> {
        let hour = self.now().duration_trunc(TimeDelta::hours(1)).expect("a time");
        hour + TimeDelta::hours(1) + TimeDelta::days(days)
    }

    /// Every mail to one person, oldest first, welcomes left out.
    async fn mails(&self, to: &Guest) -> Vec<Json> {
        let mails = self.ask("GET", &format!("/_local/mail?to={}@example.org", to.username), None, None).await.is(200);
        let mails = mails.as_array().expect("a list").iter().rev();
        mails.filter(|mail| !subject(mail).starts_with("Welcome")).cloned().collect()
    }

    async fn subjects(&self, to: &Guest) -> Vec<String> {
        self.mails(to).await.iter().map(|mail| subject(mail).to_owned()).collect()
    }

    /// Asserts that nothing waits, is under way or dead, that no credit was lost or made, and that everything is counted.
    async fn is_at_rest(&self) {
        let queues = self.ask("GET", "/_local/queues", None, None).await.is(200);
        for (queue, counts) in queues.as_object().expect("queues") {
            assert_eq!(*counts, json!({"waiting": 0, "in_flight": 0, "dead": 0}), "{queue}");
        }
        let ledger = self.ask("GET", "/_local/ledger", None, None).await.is(200);
        for findings in ["mismatched_balances", "orphan_quanta", "orphan_holds"] {
            assert_eq!(ledger[findings], json!([]), "{findings}");
        }
        let stats = self.ask("GET", "/_local/stats", None, None).await.is(200);
        assert_eq!([&stats["wrong"], &stats["late"]], [&json!({}), &json!({})], "{stats}");
    }

    /// The rows of open sockets in the table: those of people, and those of connections.
    fn socket_rows(&self) -> (usize, usize) {
        let (mut people, mut connections) = (0, 0);
        let count = |item: table::Item| {
            let key = table::Key::of(&item);
            // What counts how often somebody opened one has no connection's name.
            let is_socket = key.sk.strip_prefix("SOCKET#").is_some_and(|connection| !connection.is_empty());
            people += usize::from(key.pk.starts_with("U#") && is_socket);
            connections += usize::from(key.pk.starts_with("W#"));
        };
        self.table().expect("it is here").each(count).expect("the table reads");
        (people, connections)
    }

    /// Waits until so many sockets have rows.
    async fn has_socket_rows(&self, expected: usize) {
        wire::before_long(async || (self.socket_rows() == (expected, expected)).then_some(())).await;
    }
}

const PASSWORD: &str = "correct horse battery";

fn subject(mail: &Json) -> &str {
    mail["subject"].as_str().expect("a mail has a subject")
}

struct Answer {
    asked: String,
    status: u16,
    link: String,
    body: Json,
}

impl Answer {
    #[track_caller]
    fn is(self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.body);
        self.body
    }
}

/// Somebody with an account.
#[derive(Clone)]
struct Guest {
    house: House,
    id: i64,
    username: String,
    token: String,
}

impl Guest {
    fn signed(house: &House, account: &Json) -> Self {
        Self {
            house: house.clone(),
            id: tests::person::id(account),
            username: account["username"].as_str().expect("a name").to_owned(),
            token: account["token"].as_str().expect("a token").to_owned(),
        }
    }

    async fn logs_in(&self) -> Self {
        self.house.signs_in(&self.username).await
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Json>) -> Answer {
        self.house.ask(method, path, Some(&self.token), body).await
    }

    async fn post(&self, path: &str, body: Json) -> Answer {
        self.ask("POST", path, Some(body)).await
    }

    async fn writes(&self, to: i64, content: &str) -> Json {
        self.post("/api/messages/", json!({"receiver_id": to, "content": content})).await.is(201)
    }

    /// Buys what it costs and requests a meeting.
    async fn books(&self, expert: &Guest, start: DateTime<Utc>) -> i64 {
        self.post("/api/payments/purchase_credits/", tests::person::purchase(5)).await.is(200);
        let body = json!({
            "title": "Ownership and borrowing", "expert_id": expert.id,
            "scheduled_start": stamp(start), "scheduled_end": stamp(start + TimeDelta::minutes(30)),
        });
        tests::person::id(&self.post("/api/meetings/", body).await.is(201))
    }

    async fn declares(&self, meeting: i64, status: &str) {
        let path = format!("/api/meetings/{meeting}/update_status/");
        self.ask("PATCH", &path, Some(json!({"status": status}))).await.is(200);
    }

    /// Everything in a list, page by page.
    async fn all(&self, path: &str) -> Vec<Json> {
        let (mut items, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let answer = self.ask("GET", &path, None).await;
            next = next_page(&answer.link);
            items.extend(answer.is(200).as_array().expect("a list").iter().cloned());
        }
        items
    }

    /// Titles of notifications of one type, oldest first.
    async fn notices(&self, kind: &str) -> Vec<String> {
        let list = self.all("/api/notifications/").await;
        let ours = list.iter().rev().filter(|notice| notice["notification_type"] == kind);
        ours.map(|notice| notice["title"].as_str().expect("a title").to_owned()).collect()
    }

    /// Connects; status and body of the refusal otherwise.
    async fn connects(&self, path: &str) -> Result<Wire, (u16, Json)> {
        Wire::connect(&self.house, &format!("{path}?token={}", self.token), None).await
    }

    /// Connects where nobody refuses it.
    async fn listens(&self, path: &str) -> Wire {
        self.connects(path).await.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"))
    }
}
