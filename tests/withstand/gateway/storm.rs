//! A storm: people write over sockets and by REST while their connections break with frames unread, and go on from the
//! last cursor they have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value as Json, json};
use tests::{at_once, dice};

use super::wire::Wire;
use super::{Guest, House};

const PAIRS: usize = 4;
const ROUNDS: u64 = 3;
const STEPS: usize = 25;
/// What has arrived by now counts as arrived.
const GLANCE: Duration = Duration::from_millis(2);
/// Something is always on its way; connections break when it has just arrived.
const A_WHILE: Duration = Duration::from_millis(300);

/// `message` or `notification`, and the id.
type Key = (String, i64);

struct Client {
    guest: Guest,
    peer: i64,
    path: String,
    wire: Option<Wire>,
    cursor: Json,
    /// Whether the answer to the resume of this connection has come. Until then its frames say nothing about what was
    /// missed before it, so the older cursor is kept.
    has_resumed: bool,
    transcript: BTreeMap<Key, Json>,
    /// Came over this connection before it had resumed: the kept cursor does not know of them.
    ahead: BTreeSet<Key>,
    /// The same of connections that broke before they had resumed: the replay has them once more.
    adrift: BTreeSet<Key>,
    /// What was said over a socket and has not come back yet, by its `ref`.
    unanswered: BTreeMap<String, String>,
    /// Texts that were said more than once: the answer to each comes.
    repeated: BTreeSet<String>,
    lost: usize,
    got: usize,
}

impl Client {
    async fn connect(guest: Guest, peer: i64, path: String) -> Self {
        let mut client = Self {
            guest,
            peer,
            path,
            wire: None,
            cursor: Json::Null,
            has_resumed: false,
            transcript: BTreeMap::new(),
            ahead: BTreeSet::new(),
            adrift: BTreeSet::new(),
            unanswered: BTreeMap::new(),
            repeated: BTreeSet::new(),
            lost: 0,
            got: 0,
        };
        client.reconnect().await;
        client.catch_up().await;
        client
    }

    fn wire(&mut self) -> &mut Wire {
        self.wire.as_mut().expect("there is a connection")
    }

    async fn reconnect(&mut self) {
        let mut wire = self.guest.listens(&self.path).await;
        wire.says(json!({"type": "resume", "cursor": self.cursor})).await;
        (self.wire, self.has_resumed) = (Some(wire), false);
        self.adrift.append(&mut self.ahead);
    }

    /// Whatever has come and was not looked at is lost.
    async fn breaks(&mut self) {
        let mut wire = self.wire.take().expect("there is a connection");
        let mut unread = wire.hears_within(A_WHILE).await;
        while unread.is_some() {
            self.lost += 1;
            unread = wire.hears_within(GLANCE).await;
        }
        wire.breaks();
        self.reconnect().await;
    }

    /// Looks at what has come.
    async fn looks(&mut self) {
        while let Some(frame) = self.wire().hears_within(GLANCE).await {
            self.receives(frame).await;
        }
    }

    async fn receives(&mut self, frame: Json) {
        self.got += 1;
        let kind = match frame["type"].as_str().unwrap() {
            "message.receive" => "message",
            "notification.receive" => "notification",
            "resumed" => {
                self.cursor = frame["cursor"].clone();
                self.has_resumed = frame["more"] == false;
                self.ahead.clear();
                self.adrift.clear();
                if !self.has_resumed {
                    let resume = json!({"type": "resume", "cursor": self.cursor});
                    self.wire().says(resume).await;
                }
                return;
            }
            _ => panic!("{frame}"),
        };
        let shown = frame[kind].clone();
        let key = (kind.to_owned(), shown["id"].as_i64().unwrap());
        if let Some(reference) = frame["ref"].as_str() {
            self.unanswered.remove(reference);
        }
        let was_expected = self.adrift.remove(&key) || self.repeated.contains(shown["content"].as_str().unwrap());
        if self.has_resumed {
            self.cursor = frame["cursor"].clone();
        } else {
            self.ahead.insert(key.clone());
        }
        let before = self.transcript.insert(key, shown);
        assert!(before.is_none() || was_expected, "{} {}: twice {frame}", self.guest.username, self.path);
    }

    async fn catch_up(&mut self) {
        while !self.has_resumed {
            let frame = self.wire().hears().await;
            self.receives(frame).await;
        }
    }

    /// Says again what nobody has answered: it may have been on its way when the connection broke.
    async fn insists(&mut self) {
        self.catch_up().await;
        let here: BTreeSet<_> = self.transcript.values().filter_map(|shown| shown["content"].as_str()).collect();
        self.unanswered.retain(|_, text| !here.contains(text.as_str()));
        for (reference, text) in self.unanswered.clone() {
            self.says(&reference, &text).await;
            self.repeated.insert(text);
        }
    }

    async fn says(&mut self, reference: &str, text: &str) {
        let frame = json!({"type": "message.send", "receiver_id": self.peer, "content": text, "ref": reference});
        self.wire().says(frame).await;
    }

    async fn weathers(mut self, mut dice: StdRng, round: u64) -> Self {
        for step in 0..STEPS {
            let text = format!("{} {round} {step}", self.guest.username);
            if dice.random_bool(0.5) {
                self.guest.writes(self.peer, &text).await;
            } else {
                self.unanswered.insert(text.clone(), text.clone());
                self.says(&text.clone(), &text).await;
            }
            match dice.random_range(0..20) {
                0 => self.breaks().await,
                1..13 => self.looks().await,
                13..15 => drop(self.guest.house.app.clock.advance(TimeDelta::milliseconds(dice.random_range(0..600)))),
                _ => {}
            }
        }
        self
    }

    /// Has every message and notification of its address, and nothing else.
    async fn has_everything(&self) {
        let messages = self.guest.all(&format!("/api/messages/?with_user={}", self.peer)).await;
        let notices = match self.path.as_str() {
            "/ws/" => self.guest.all("/api/notifications/").await,
            _ => Vec::new(),
        };
        let keyed = |kind: &str, list: Vec<Json>| -> Vec<(Key, Json)> {
            list.into_iter().map(|shown| ((kind.to_owned(), shown["id"].as_i64().unwrap()), shown)).collect()
        };
        let mut expected: BTreeMap<_, _> = keyed("message", messages).into_iter().collect();
        expected.extend(keyed("notification", notices));
        assert_eq!(self.transcript, expected, "{} {}", self.guest.username, self.path);
    }

    fn messages(&self) -> Vec<&Json> {
        self.transcript.iter().filter(|((kind, _), _)| kind == "message").map(|(_, shown)| &shown["content"]).collect()
    }
}

async fn clients(house: &House) -> Vec<Client> {
    let mut clients = Vec::new();
    for pair in 0..PAIRS {
        let (one, other) = (house.register(&format!("a{pair}")).await, house.register(&format!("b{pair}")).await);
        house.ticks().await;
        for (guest, peer) in [(one.clone(), other.id), (other, one.id)] {
            let path = if pair % 2 == 0 { format!("/ws/chat/{peer}/") } else { "/ws/".to_owned() };
            clients.push(Client::connect(guest, peer, path).await);
        }
    }
    clients
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_storm_both_transcripts_are_what_the_list_says() {
    for seed in [11, 12] {
        storm(&mut dice(seed)).await;
    }
}

async fn storm(dice: &mut StdRng) {
    let house = House::open().await;
    let mut clients = clients(&house).await;
    for round in 0..ROUNDS {
        let storms: Vec<_> = clients.into_iter().map(|client| client.weathers(fork(dice), round)).collect();
        clients = at_once(storms).await;
        house.ticks().await;
        for client in &mut clients {
            if dice.random_bool(0.7) {
                client.looks().await;
            }
            client.breaks().await;
            client.insists().await;
        }
        // What was said again is on its way.
        for client in &mut clients {
            while !client.unanswered.is_empty() {
                let frame = client.wire().hears().await;
                client.receives(frame).await;
            }
        }
        house.ticks().await;
        for client in &mut clients {
            for frame in client.wire().hears_all().await {
                client.receives(frame).await;
            }
        }
        // Everything until now settles.
        house.app.clock.advance(TimeDelta::seconds(70));
    }
    let (lost, got) = clients.iter().fold((0, 0), |sum, client| (sum.0 + client.lost, sum.1 + client.got));
    println!("{lost} frames lost on the way, {got} received");
    assert!(lost * 20 > lost + got, "hardly a storm");
    for client in &clients {
        client.has_everything().await;
    }
    for pair in clients.chunks(2) {
        assert_eq!(pair[0].messages(), pair[1].messages());
        assert_eq!(pair[0].messages().len(), 2 * STEPS * ROUNDS as usize);
    }
    house.is_at_rest().await;
}

/// Dice of their own for whoever runs at the same time.
fn fork(dice: &mut StdRng) -> StdRng {
    use rand::SeedableRng;
    StdRng::seed_from_u64(dice.random())
}
