//! Long absences and floods: however much somebody missed, or is written to, every frame reaches them once.

use std::collections::BTreeSet;

use domain::feed::{Place, Position};
use domain::ids::MessageId;
use rand::RngExt;
use serde_json::{Value as Json, json};
use tests::{Person, Setup, World, dice};

use crate::feeds::bob_listens;

/// Larger than a frame of a client may be.
const FRAME_BYTES: usize = 32 * 1024;

type Frames = BTreeSet<(&'static str, i64)>;

/// A message as it lies in the table, to be copied: a thousand of them are written in a moment.
struct Pattern {
    items: Vec<String>,
    /// Also the id of its notification.
    id: i64,
}

/// Ids in keys are eleven base-32 letters.
fn letters(id: i64) -> String {
    (0..11).rev().map(|place| char::from_digit((id >> (place * 5)) as u32 & 31, 32).unwrap()).collect()
}

impl Pattern {
    async fn of(world: &World, from: &Person, to: &Person) -> Self {
        let id = from.writes(to, "copied").await.is(201)["id"].as_i64().unwrap();
        let is_of = |item: &&Json| item["sk"]["S"].as_str().unwrap().ends_with(&format!("#{}", letters(id)));
        Self { items: world.table.items().iter().filter(is_of).map(Json::to_string).collect(), id }
    }

    /// The same message under another id.
    fn copy(&self, id: i64) -> impl Iterator<Item = Json> {
        let anew = move |item: &String| {
            let item = item.replace(&letters(self.id), &letters(id)).replace(&self.id.to_string(), &id.to_string());
            serde_json::from_str(&item).unwrap()
        };
        self.items.iter().map(anew)
    }
}

/// What lies in a feed one behind the other.
struct Feed {
    entries: Vec<(Who, i64)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    Ada,
    Eve,
    Bob,
}

/// Writes `count` messages, `apart` milliseconds from each other until now: of those `who` says.
async fn written(
    world: &World,
    [ada, bob, eve]: [&Person; 3],
    count: usize,
    apart: i64,
    who: impl Fn(usize) -> Who,
) -> Feed {
    let patterns = [Pattern::of(world, ada, bob).await, Pattern::of(world, eve, bob).await];
    let own = Pattern::of(world, bob, ada).await;
    world.settles().await;
    world.advance(chrono::TimeDelta::milliseconds(apart * count as i64 + 60_000));
    let begin = world.now() - chrono::TimeDelta::milliseconds(apart * count as i64);
    let (mut items, mut entries) = (Vec::new(), Vec::new());
    for number in 0..count {
        let at = begin + chrono::TimeDelta::milliseconds(apart * number as i64);
        let id = MessageId::mint(at, 1).get();
        let pattern = match who(number) {
            Who::Ada => &patterns[0],
            Who::Eve => &patterns[1],
            Who::Bob => &own,
        };
        items.extend(pattern.copy(id));
        entries.push((who(number), id));
    }
    world.table.import(items);
    Feed { entries }
}

impl Feed {
    /// The frames one address is owed of the last `missed` entries.
    fn frames(&self, path: &str, missed: usize) -> Frames {
        let mut frames = Frames::new();
        for (who, id) in &self.entries[self.entries.len() - missed..] {
            if path == "/ws/" || path.contains("chat") && *who != Who::Eve {
                frames.insert(("message", *id));
            }
            if !path.contains("chat") && *who != Who::Bob {
                frames.insert(("notification", *id));
            }
        }
        frames
    }

    /// The cursor of a client who has everything but the last `missed` entries.
    fn cursor(&self, world: &World, of: &Person, address: &str, missed: usize) -> String {
        let first = self.entries.len() - missed;
        let floor = self.entries.get(first).map_or(MessageId::mint(world.now(), 2_000).get(), |(_, first)| *first);
        let position = Position::new(Place::before_id(floor), []);
        world.app.cursors.seal(&format!("feed/{}/{address}", of.id), &position.to_text())
    }
}

/// Resumes until nothing is left; every frame that came.
async fn resumed(world: &World, person: &Person, path: &str, cursor: &str) -> Vec<(&'static str, i64)> {
    let socket = person.listens(path).await;
    let (mut cursor, mut seen, mut got) = (json!(cursor), 0, Vec::new());
    loop {
        socket.says(json!({"type": "resume", "cursor": cursor})).await;
        assert!(world.carries_out().await);
        let frames = socket.heard();
        let (last, page) = frames[seen..].split_last().expect("an answer");
        assert_eq!((&last["type"], &last["count"]), (&json!("resumed"), &json!(page.len())), "{last}");
        seen = frames.len();
        for frame in page {
            assert!(frame["cursor"].as_str().unwrap().len() < FRAME_BYTES);
            let what = if frame["type"] == "message.receive" { "message" } else { "notification" };
            got.push((what, frame[what]["id"].as_i64().unwrap()));
        }
        cursor = last["cursor"].clone();
        if last["more"] == false {
            socket.closes().await;
            return got;
        }
        assert!(seen < 20_000, "it goes on without end");
    }
}

/// Every size of gap in question, on every address: the edges of pages and stretches, and some by chance.
async fn every_gap_is_closed_once(count: usize, apart: i64, who: impl Fn(usize) -> Who, seed: u64) {
    let world = World::with(Setup::live()).await;
    let (ada, bob, eve) = (world.register("ada").await, world.register("bob").await, world.register("eve").await);
    let feed = written(&world, [&ada, &bob, &eve], count, apart, who).await;
    let bob = bob.logs_in().await;
    let mut dice = dice(seed);
    let edges = [0, 1, 499, 500, 501, 999, 1_000, 3_000];
    let by_chance = (0..2).map(|_| dice.random_range(0..=count)).collect::<Vec<_>>();
    for missed in edges.into_iter().filter(|missed| *missed <= count).chain(by_chance) {
        let chat = format!("/ws/chat/{}/", ada.id);
        for (path, address) in
            [("/ws/", "all"), ("/ws/notifications/", "notices"), (&chat, &format!("chat/{}", ada.id))]
        {
            let cursor = feed.cursor(&world, &bob, address, missed);
            let got = resumed(&world, &bob, path, &cursor).await;
            let unique: Frames = got.iter().copied().collect();
            assert_eq!(unique.len(), got.len(), "{path} after {missed}: a frame came twice");
            let owed = feed.frames(path, missed);
            let missing: Vec<_> = owed.difference(&unique).take(5).collect();
            let surplus: Vec<_> = unique.difference(&owed).take(5).collect();
            assert!(missing.is_empty() && surplus.is_empty(), "{path} after {missed}: {missing:?} {surplus:?}");
            assert!(got.is_sorted_by_key(|(_, id)| *id), "{path} after {missed}: out of order");
        }
    }
}

#[tokio::test]
async fn whatever_was_missed_of_one_person_comes_once() {
    every_gap_is_closed_once(3_000, 500, |_| Who::Ada, 1).await;
}

#[tokio::test]
async fn whatever_was_missed_of_several_and_of_oneself_comes_once() {
    let who = |number| [Who::Ada, Who::Eve, Who::Bob, Who::Eve, Who::Eve][number * 7 % 5];
    every_gap_is_closed_once(1_200, 500, who, 2).await;
}

#[tokio::test]
async fn whatever_was_missed_within_one_minute_comes_once() {
    every_gap_is_closed_once(1_200, 10, |number| if number % 3 == 0 { Who::Ada } else { Who::Eve }, 3).await;
}

/// Somebody else writes so much that an address which shows none of it has to look through all of it.
#[tokio::test]
async fn a_crowd_of_strangers_keeps_nobody_from_the_rest_of_their_conversation() {
    let who = |number| if number == 0 || number == 5_999 { Who::Ada } else { Who::Eve };
    let world = World::with(Setup::live()).await;
    let (ada, bob, eve) = (world.register("ada").await, world.register("bob").await, world.register("eve").await);
    for apart in [1, 100] {
        let feed = written(&world, [&ada, &bob, &eve], 6_000, apart, who).await;
        let cursor = feed.cursor(&world, &bob, &format!("chat/{}", ada.id), 6_000);
        let path = format!("/ws/chat/{}/", ada.id);
        let got = resumed(&world, &bob.logs_in().await, &path, &cursor).await;
        assert_eq!(got, [("message", feed.entries[0].1), ("message", feed.entries[5_999].1)]);
    }
}

#[tokio::test]
async fn a_flood_shuts_nobody_out() {
    let (world, ada, bob, mut client) = bob_listens().await;
    let eve = world.register("eve").await;
    client.socket.vanishes();
    let feed = written(&world, [&ada, &bob, &eve], 2_500, 10, |_| Who::Eve).await;
    let mut fresh = Vec::new();
    for path in ["/ws/", "/ws/notifications/", &format!("/ws/chat/{}/", eve.id)] {
        fresh.push(bob.listens(path).await);
    }
    eve.writes(&bob, "the next").await.is(201);
    world.settles().await;
    for socket in &fresh {
        assert!(!socket.is_gone(), "closed by what others did");
        let frames = if socket.heard_of("notification.receive").len() == 1 { 1 } else { 0 };
        assert!(frames + socket.heard_of("message.receive").len() > 0 && socket.heard().len() <= 2);
        assert!(socket.heard()[0]["cursor"].as_str().unwrap().len() < FRAME_BYTES);
    }
    // Whoever was away through it catches up while it goes on, over connections that break.
    client.break_and_resume(0).await;
    for round in 0..8 {
        eve.writes(&bob, &format!("live {round}")).await.is(201);
        assert!(world.carries_out().await);
        client.break_and_resume(3 + round * 40).await;
        assert!(client.cursor.as_str().unwrap().len() < FRAME_BYTES);
    }
    client.catch_up(&world).await;
    assert!(feed.entries.len() == 2_500);
    client.has_everything().await;
}

#[tokio::test]
async fn a_flood_while_somebody_is_behind_comes_with_the_rest_of_the_replay() {
    let (world, ada, bob, mut client) = bob_listens().await;
    let eve = world.register("eve").await;
    client.socket.vanishes();
    written(&world, [&ada, &bob, &eve], 600, 10, |_| Who::Eve).await;
    client.socket.closes().await;
    client.break_and_resume(0).await;
    assert!(world.carries_out().await);
    // The first page has come, and the client takes its time; meanwhile more comes live than a position holds.
    client.receive(0);
    for number in 0..1_100 {
        let from = if number % 2 == 0 { &ada } else { &eve };
        from.writes(&bob, "meanwhile").await.is(201);
    }
    assert!(world.carries_out().await);
    assert!(!client.socket.is_gone());
    client.socket.says(json!({"type": "resume", "cursor": client.cursor})).await;
    client.catch_up(&world).await;
    client.has_everything().await;
}
