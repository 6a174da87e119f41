//! A thousand sockets.

use futures_util::{StreamExt, stream};
use rand::seq::SliceRandom;
use serde_json::{Value as Json, json};
use tests::dice;

use super::wire::Wire;
use super::{Guest, House};

const PEOPLE: usize = 50;
const SOCKETS_EACH: usize = 20;
const DEAD: usize = PEOPLE * SOCKETS_EACH * 3 / 10;
/// Handshakes under way.
const AT_ONCE: usize = 16;

/// What a socket is for, by its number.
fn path(number: usize, before: &Guest) -> String {
    match number % 3 {
        0 => "/ws/".to_owned(),
        1 => "/ws/notifications/".to_owned(),
        _ => format!("/ws/chat/{}", before.id),
    }
}

/// What a socket hears when its person gets a message from the one before and writes one to the next.
fn expected(number: usize, person: &Guest, before: &Guest) -> Vec<String> {
    let message = |from: &Guest| format!("message from {}", from.id);
    let mut expected = match number % 3 {
        0 => vec![message(before), "notification".to_owned(), message(person)],
        1 => vec!["notification".to_owned()],
        _ => vec![message(before)],
    };
    expected.sort();
    expected
}

fn heard(frame: &Json) -> String {
    match frame["type"].as_str() {
        Some("message.receive") => format!("message from {}", frame["message"]["sender_id"]),
        Some("notification.receive") => "notification".to_owned(),
        _ => frame.to_string(),
    }
}

struct Crowd {
    house: House,
    people: Vec<Guest>,
    /// With whose it is and its number.
    wires: Vec<(usize, usize, Wire)>,
}

impl Crowd {
    async fn gather() -> Self {
        let house = House::open().await;
        let names: Vec<_> = (0..PEOPLE).map(|number| format!("p{number}")).collect();
        let people: Vec<_> =
            stream::iter(&names).map(|name| house.register(name)).buffered(AT_ONCE).collect::<Vec<_>>().await;
        house.ticks().await;
        let places = (0..PEOPLE).flat_map(|person| (0..SOCKETS_EACH).map(move |number| (person, number)));
        let people_ref = &people;
        let wires = stream::iter(places)
            .map(|(person, number)| async move {
                let before = &people_ref[(person + PEOPLE - 1) % PEOPLE];
                (person, number, people_ref[person].listens(&path(number, before)).await)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        Self { house, people, wires }
    }

    async fn rows(&self) -> Vec<store::LiveSocket> {
        let mut rows = Vec::new();
        for person in &self.people {
            let user = domain::ids::UserId::new(person.id).unwrap();
            rows.extend(self.house.app.store.sockets(user).await.unwrap());
        }
        rows
    }

    /// Three hundred connections break, and nobody takes leave of them: their rows stay.
    async fn decimate(&mut self) {
        let before = self.rows().await;
        self.wires.shuffle(&mut dice(7));
        self.wires.split_off(self.wires.len() - DEAD).into_iter().for_each(|(_, _, wire)| wire.breaks());
        let living = PEOPLE * SOCKETS_EACH - DEAD;
        self.house.has_socket_rows(living).await;
        let left: Vec<_> = self.rows().await.into_iter().map(|live| live.socket.connection).collect();
        for dead in before.iter().filter(|live| !left.contains(&live.socket.connection)) {
            self.house.app.store.socket_open(dead).await.unwrap();
        }
        self.house.has_socket_rows(PEOPLE * SOCKETS_EACH).await;
    }

    /// Everybody writes to the next, by turns over a socket and by REST.
    async fn everybody_writes(&mut self) {
        for number in 0..PEOPLE {
            let next = self.people[(number + 1) % PEOPLE].id;
            let socket = self.wires.iter_mut().find(|(person, kind, _)| *person == number && kind % 3 == 0);
            match socket.filter(|_| number % 2 == 0) {
                Some((_, _, wire)) => {
                    wire.says(json!({"type": "message.send", "receiver_id": next, "content": "hello"})).await;
                }
                None => drop(self.people[number].writes(next, "hello").await),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_sockets_the_living_hear_everything_and_the_dead_are_forgotten() {
    let mut crowd = Crowd::gather().await;
    crowd.house.has_socket_rows(PEOPLE * SOCKETS_EACH).await;
    crowd.decimate().await;
    crowd.everybody_writes().await;
    // What was said over sockets is on its way to a function until its answer comes.
    let (house, people) = (crowd.house.clone(), crowd.people.clone());
    for person in &people {
        super::wire::before_long(async || (person.all("/api/messages/").await.len() == 2).then_some(())).await;
    }
    house.ticks().await;
    let living = crowd.wires.len();
    assert_eq!(house.socket_rows(), (living, living), "the first push forgets the dead");
    let told = stream::iter(crowd.wires)
        .map(|(person, number, mut wire)| async move {
            let mut frames: Vec<_> = wire.hears_all().await.iter().map(heard).collect();
            frames.sort();
            (person, number, frames)
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    assert_eq!(told.len(), PEOPLE * SOCKETS_EACH - DEAD);
    for (person, number, frames) in told {
        let before = &people[(person + PEOPLE - 1) % PEOPLE];
        assert_eq!(frames, expected(number, &people[person], before), "socket {number} of {person}");
    }
    house.is_at_rest().await;
}
