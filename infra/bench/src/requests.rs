//! One kind of request on many connections, and on one.

use std::time::{Duration, Instant};

use chrono::{DurationRound, SecondsFormat, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio::task::JoinSet;

use crate::Fault;
use crate::client::{Asked, Connection};
use crate::figures::Figures;
use crate::seed::{LEARNERS, People};

const CONNECTIONS: u64 = 32;

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Me,
    Search,
    Experts,
    Messages,
    Meeting,
    Message,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Me, Self::Search, Self::Experts, Self::Messages, Self::Meeting, Self::Message];

    fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Search => "search",
            Self::Experts => "list of experts",
            Self::Messages => "50 messages",
            Self::Meeting => "create a meeting",
            Self::Message => "send a message",
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the program that is loaded has the machine's time")]
    fn asked(self, people: &People, dice: &mut StdRng) -> Asked {
        let all = people.all();
        let one = &all[dice.random_range(0..LEARNERS)];
        match self {
            Self::Me => Asked::get("/api/users/me/", &one.token),
            Self::Search => {
                let number = dice.random_range(0..all.len());
                Asked::get(format!("/api/users/?search=Lovelace%20{number}"), &one.token)
            }
            Self::Experts => Asked::get("/api/users/?skill=Rust&limit=20", &one.token),
            Self::Messages => Asked::get(format!("/api/messages/?with_user={}&limit=50", all[1].id), &all[0].token),
            Self::Meeting => {
                let expert = &all[dice.random_range(LEARNERS..all.len())];
                let tomorrow = Utc::now().duration_trunc(TimeDelta::hours(1)).unwrap_or_default() + TimeDelta::days(1);
                let start = tomorrow + TimeDelta::minutes(5 * dice.random_range(0..80 * 288));
                let stamp = |minutes| (start + TimeDelta::minutes(minutes)).to_rfc3339_opts(SecondsFormat::Secs, true);
                let wish = json!({
                    "title": "Ownership", "expert_id": expert.id, "scheduled_start": stamp(0), "scheduled_end": stamp(5),
                });
                Asked::post("/api/meetings/", &one.token, wish)
            }
            Self::Message => {
                let to = &all[dice.random_range(LEARNERS..all.len())];
                Asked::post(
                    "/api/messages/",
                    &one.token,
                    json!({"receiver_id": to.id, "content": "On Thursday, then."}),
                )
            }
        }
    }
}

/// How long each request took that went well.
async fn one_connection(
    kind: Kind,
    port: u16,
    people: People,
    within: Duration,
    seed: u64,
) -> Result<Vec<Duration>, Fault> {
    let mut connection = Connection::open(port).await?;
    let mut dice = StdRng::seed_from_u64(seed);
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < within {
        let asked = kind.asked(&people, &mut dice);
        let sent = Instant::now();
        let (status, body) = connection.ask(asked).await?;
        match status {
            200..300 => times.push(sent.elapsed()),
            // Chance wanted the same time twice.
            409 => {}
            _ => return Err(format!("{}: {status} {}", kind.name(), String::from_utf8_lossy(&body)).into()),
        }
    }
    Ok(times)
}

pub(crate) async fn load(
    kind: Kind,
    port: u16,
    people: &People,
    within: Duration,
    figures: &mut Figures,
) -> Result<(), Fault> {
    let fresh = || rand::rng().random();
    let alone = one_connection(kind, port, people.clone(), within / 5, fresh()).await?;
    figures.note_times(&format!("{}, alone", kind.name()), alone, within / 5);
    let mut workers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        workers.spawn(one_connection(kind, port, people.clone(), within, fresh()));
    }
    let mut times = Vec::new();
    while let Some(done) = workers.join_next().await {
        times.extend(done??);
    }
    figures.note_times(&format!("{}, {CONNECTIONS} at once", kind.name()), times, within);
    Ok(())
}
