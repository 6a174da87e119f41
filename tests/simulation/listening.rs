//! Sockets: whoever listens hears of each of their notices, and once.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value as Json;
use store::Kind;
use table::Key;
use tests::{Person, Socket};

use super::board::Board;

/// Everybody's sockets of one day, and which notices there were before.
pub(crate) struct Listening {
    sockets: Vec<Socket>,
    before: Vec<String>,
    /// Some pushes failed.
    is_hindered: Cell<bool>,
    standstills: u64,
}

fn number(value: &Json) -> String {
    value["N"].as_str().unwrap_or_default().to_owned()
}

/// Whose notices there are, and their ids.
fn notices(board: &Board) -> Vec<(String, String)> {
    let is_notice = |key: &Key| store::key_in_words(&key.pk, &key.sk).is_some_and(|named| named.kind == Kind::Notice);
    let notices = board.world.table.items_where(is_notice);
    notices.iter().map(|item| (number(&item["user"]), number(&item["id"]))).collect()
}

impl Listening {
    pub(crate) async fn begin(board: &Board, people: &[Person]) -> Self {
        let connecting = async {
            let mut sockets = Vec::new();
            for person in people {
                sockets.push(person.listens("/ws/").await);
            }
            sockets
        };
        let sockets = board.scheduler.aside(connecting).await;
        let before = if sockets.is_empty() { Vec::new() } else { notices(board) };
        let before = before.into_iter().map(|(_, id)| id).collect();
        let standstills = board.scheduler.standstills();
        Self { sockets, before, is_hindered: Cell::new(false), standstills }
    }

    /// Now and then a socket takes no frames, or takes them again, or is gone without a word.
    pub(crate) fn hinders(&self, board: &Board) {
        let scheduler = &board.scheduler;
        if self.sockets.is_empty() || !scheduler.happens(3) {
            return;
        }
        let socket = &self.sockets[scheduler.below(self.sockets.len())];
        match scheduler.below(8) {
            0 => socket.vanishes(),
            1..4 => {
                self.is_hindered.set(true);
                board.world.background.recording.fail(&socket.connection, true);
            }
            _ => board.world.background.recording.fail(&socket.connection, false),
        }
    }

    /// All that was written has been read from the stream.
    pub(crate) fn ends(self, board: &Board) {
        // What is written a minute after it was given its id lies below what a socket's position claims: on AWS no function
        // that writes runs that long.
        let all_in_time = board.scheduler.standstills() == self.standstills;
        let all = if self.sockets.is_empty() { Vec::new() } else { notices(board) };
        for socket in self.sockets {
            let mut heard: BTreeMap<String, usize> = BTreeMap::new();
            for frame in socket.heard_of("notification.receive") {
                *heard.entry(frame["notification"]["id"].to_string()).or_default() += 1;
            }
            // Who dies, or fails, between a push and its note repeats what it pushed.
            if board.scheduler.struck("stream") == 0 && !self.is_hindered.get() {
                assert!(heard.values().all(|count| *count == 1), "{}: {heard:?}", socket.person.username);
            }
            let me = socket.person.id.to_string();
            let told = all.iter().filter(|(user, id)| *user == me && !self.before.contains(id));
            for (_, id) in told.filter(|_| all_in_time && !socket.is_gone()) {
                assert!(heard.contains_key(id), "{} did not hear of notice {id}: {heard:?}", socket.person.username);
            }
            socket.vanishes();
        }
    }
}
