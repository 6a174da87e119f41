//! Feeds over sockets that break, a stream that repeats itself, pushes that fail: every frame reaches every client once.

use std::collections::BTreeSet;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value as Json, json};
use tests::{Person, Setup, Socket, World, at_once, dice};

/// Somebody who notes what comes and, whenever the connection is lost, goes on from the last frame they have.
pub(crate) struct Client {
    pub(crate) socket: Socket,
    path: String,
    /// Frames of this connection looked at so far.
    seen: usize,
    /// Kind and id of every frame received for good.
    transcript: Vec<(String, i64)>,
    pub(crate) cursor: Json,
    lost: usize,
}

impl Client {
    pub(crate) async fn connect(person: &Person, path: &str) -> Self {
        let socket = person.listens(path).await;
        socket.says(json!({"type": "resume", "cursor": null})).await;
        let path = path.to_owned();
        Self { socket, path, seen: 0, transcript: Vec::new(), cursor: Json::Null, lost: 0 }
    }

    /// Receives what has come, but for the last `lost` frames: those never arrive.
    pub(crate) fn receive(&mut self, lost: usize) -> Option<Json> {
        let frames = self.socket.heard();
        let news = &frames[self.seen..];
        let kept = news.len() - lost.min(news.len());
        self.lost += news.len() - kept;
        self.seen = frames.len();
        let mut last = None;
        for frame in &news[..kept] {
            self.cursor = frame["cursor"].clone();
            let what = match frame["type"].as_str().unwrap() {
                "message.receive" => "message",
                "notification.receive" => "notification",
                "resumed" => {
                    last = Some(frame.clone());
                    continue;
                }
                other => panic!("{other}: {frame}"),
            };
            self.transcript.push((what.to_owned(), frame[what]["id"].as_i64().unwrap()));
        }
        last
    }

    /// The connection breaks, with the last `lost` frames still in it.
    pub(crate) async fn break_and_resume(&mut self, lost: usize) {
        self.receive(lost);
        self.socket.vanishes();
        self.socket = self.socket.person.listens(&self.path).await;
        self.seen = 0;
        self.socket.says(json!({"type": "resume", "cursor": self.cursor})).await;
    }

    /// Resumes until nothing is left.
    pub(crate) async fn catch_up(&mut self, world: &World) {
        loop {
            world.settles().await;
            let resumed = self.receive(0);
            if resumed.is_none_or(|resumed| resumed["more"] == false) {
                return;
            }
            self.socket.says(json!({"type": "resume", "cursor": self.cursor})).await;
        }
    }

    pub(crate) async fn has_everything(&self) {
        let person = &self.socket.person;
        let ids = |what: &str, list: Vec<Json>| -> BTreeSet<(String, i64)> {
            list.iter().map(|item| (what.to_owned(), item["id"].as_i64().unwrap())).collect()
        };
        let (chat, notices) = match self.path.as_str() {
            "/ws/" => ("/api/messages/".to_owned(), true),
            "/ws/notifications/" => (String::new(), true),
            path => (format!("/api/messages/?with_user={}", path.trim_matches('/').rsplit('/').next().unwrap()), false),
        };
        let mut expected = BTreeSet::new();
        if !chat.is_empty() {
            expected.extend(ids("message", person.all(&chat).await));
        }
        if notices {
            expected.extend(ids("notification", person.all("/api/notifications/").await));
        }
        let got: BTreeSet<_> = self.transcript.iter().cloned().collect();
        assert_eq!(got.len(), self.transcript.len(), "{}: a frame came twice", self.path);
        assert_eq!(got, expected, "{}: of {}", self.path, person.username);
    }
}

/// Two people, and the socket of one of them.
pub(crate) async fn bob_listens() -> (World, Person, Person, Client) {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    world.settles().await;
    let mut client = Client::connect(&bob, "/ws/").await;
    world.settles().await;
    client.receive(0);
    (world, ada, bob, client)
}

async fn crowd_with_clients(world: &World) -> (Vec<Person>, Vec<Client>) {
    let people = world.crowd("p", 4).await;
    world.settles().await;
    let mut clients = Vec::new();
    for (number, person) in people.iter().enumerate() {
        let peer = &people[(number + 1) % people.len()];
        for path in ["/ws/", "/ws/notifications/", &format!("/ws/chat/{}/", peer.id)] {
            clients.push(Client::connect(person, path).await);
        }
    }
    world.settles().await;
    for client in &mut clients {
        client.receive(0);
    }
    (people, clients)
}

async fn somebody_writes(people: &[Person], clients: &[Client], dice: &mut StdRng, text: &str) {
    let from = dice.random_range(0..people.len());
    let to = (from + dice.random_range(1..people.len())) % people.len();
    if dice.random_bool(0.5) {
        people[from].writes(&people[to], text).await.is(201);
    } else {
        let socket = &clients[from * 3].socket;
        socket.says(json!({"type": "message.send", "receiver_id": people[to].id, "content": text})).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_reconnects_leaves_no_gap_and_no_double() {
    for seed in 0..6 {
        let mut dice = dice(seed);
        let world = World::with(Setup::live()).await;
        let (people, mut clients) = crowd_with_clients(&world).await;
        for number in 0..120 {
            somebody_writes(&people, &clients, &mut dice, &format!("message {number}")).await;
            world.advance(chrono::TimeDelta::milliseconds(dice.random_range(0..8_000)));
            if dice.random_bool(0.4) {
                assert!(world.carries_out().await);
            }
            if dice.random_bool(0.3) {
                let unlucky = dice.random_range(0..clients.len());
                let lost = dice.random_range(0..8);
                clients[unlucky].break_and_resume(lost).await;
            }
            if dice.random_bool(0.1) {
                clients.iter_mut().for_each(|client| drop(client.receive(0)));
            }
        }
        for client in &mut clients {
            client.break_and_resume(2).await;
            client.catch_up(&world).await;
        }
        let (lost, got) =
            clients.iter().fold((0, 0), |sum, client| (sum.0 + client.lost, sum.1 + client.transcript.len()));
        println!("{lost} frames lost on the way, {got} received");
        for client in &clients {
            client.has_everything().await;
        }
    }
}

#[tokio::test]
async fn every_record_ten_times_and_out_of_order_is_one_frame_each() {
    for seed in 0..4 {
        let mut dice = dice(seed);
        let world = World::with(Setup::live()).await;
        let (people, mut clients) = crowd_with_clients(&world).await;
        for number in 0..30 {
            somebody_writes(&people, &clients, &mut dice, &format!("message {number}")).await;
        }
        let records = world.unread_records();
        let mut all: Vec<_> = std::iter::repeat_n(records, 10).flatten().collect();
        all.shuffle(&mut dice);
        for batch in all.chunks(25) {
            assert_eq!(world.outbox(batch).await, Vec::<String>::new());
        }
        for client in &mut clients {
            client.receive(0);
            client.has_everything().await;
        }
    }
}

#[tokio::test]
async fn a_socket_that_takes_no_frames_is_ended_and_keeps_nobody_waiting() {
    let world = World::with(Setup::live()).await;
    let (people, mut clients) = crowd_with_clients(&world).await;
    let recording = &world.background.recording;
    people[1].writes(&people[0], "one").await.is(201);
    assert!(world.carries_out().await);
    clients[0].receive(0);
    recording.fail(&clients[0].socket.connection, true);
    for text in ["two", "three"] {
        people[1].writes(&people[0], text).await.is(201);
    }
    assert!(world.carries_out().await, "nobody waits for it");
    assert!(clients[0].socket.is_gone());
    clients[0].break_and_resume(0).await;
    for client in &mut clients {
        client.catch_up(&world).await;
        client.has_everything().await;
    }
}

#[tokio::test]
async fn a_connection_lost_before_its_resume_is_served_has_missed_nothing_for_good() {
    let (world, ada, bob, mut client) = bob_listens().await;
    client.socket.vanishes();
    ada.writes(&bob, "missed").await.is(201);
    world.settles().await;
    client.break_and_resume(0).await;
    ada.writes(&bob, "live").await.is(201);
    // The stream brings what is new first; the question comes in its turn, and is lost with the connection.
    let records = world.unread_records();
    let is_question = |record: &Json| record["dynamodb"]["Keys"]["sk"]["S"].as_str().unwrap().starts_with("ASK#");
    let (questions, news): (Vec<_>, Vec<_>) = records.into_iter().partition(is_question);
    assert_eq!((questions.len(), world.outbox(&news).await.len()), (1, 0));
    client.receive(0);
    assert_eq!(client.transcript.len(), 2, "the new message and its notification");
    client.break_and_resume(0).await;
    client.catch_up(&world).await;
    client.has_everything().await;
}

#[tokio::test]
async fn asking_for_the_same_again_brings_nothing_again() {
    let (world, ada, bob, mut client) = bob_listens().await;
    let cursor = client.cursor.clone();
    for text in ["one", "two"] {
        ada.writes(&bob, text).await.is(201);
        world.advance(chrono::TimeDelta::minutes(10));
    }
    client.break_and_resume(0).await;
    for _ in 0..5 {
        client.socket.says(json!({"type": "resume", "cursor": cursor})).await;
        world.settles().await;
    }
    client.receive(0);
    client.has_everything().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_frame_sent_many_times_at_once_is_one_message() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let socket = ada.listens("/ws/").await;
    let frame = json!({"type": "message.send", "receiver_id": bob.id, "content": "once", "ref": "r"});
    let jobs = (0..20).map(|_| {
        let (socket, frame) = (socket.clone(), frame.clone());
        async move { socket.says(frame).await }
    });
    at_once(jobs).await;
    assert_eq!(bob.all("/api/messages/").await.len(), 1);
    world.settles().await;
    let answers = socket.heard_of("message.receive");
    assert_eq!(answers.len(), 20);
    assert!(answers.iter().all(|answer| answer["message"] == answers[0]["message"] && answer["ref"] == "r"));
}

#[tokio::test]
async fn a_long_absence_is_caught_up_with_by_five_hundred_frames_at_a_time() {
    let (world, ada, bob, mut client) = bob_listens().await;
    client.socket.vanishes();
    for number in 0..620 {
        ada.writes(&bob, &format!("message {number}")).await.is(201);
        world.advance(chrono::TimeDelta::milliseconds(200));
    }
    world.settles().await;
    client.socket = bob.listens("/ws/").await;
    client.seen = 0;
    client.socket.says(json!({"type": "resume", "cursor": client.cursor})).await;
    world.settles().await;
    let resumed = client.receive(0).unwrap();
    assert_eq!((&resumed["count"], &resumed["more"]), (&json!(500), &json!(true)));
    ada.writes(&bob, "in between").await.is(201);
    client.socket.says(json!({"type": "resume", "cursor": client.cursor})).await;
    client.catch_up(&world).await;
    client.has_everything().await;
}

#[tokio::test]
async fn somebody_with_very_many_sockets_loses_the_oldest() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let mut sockets = Vec::new();
    for _ in 0..53 {
        sockets.push(bob.listens("/ws/").await);
        world.advance(chrono::TimeDelta::seconds(1));
    }
    ada.writes(&bob, "hello").await.is(201);
    world.settles().await;
    let hearing = sockets.iter().map(|socket| usize::from(socket.heard().len() == 2)).sum::<usize>();
    assert_eq!((hearing, sockets.iter().filter(|socket| socket.is_gone()).count()), (50, 3));
    assert!(sockets[..3].iter().all(Socket::is_gone));
}
