//! One seed: its people, its weather, its days.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use engine::Lag;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};
use tests::person::stamp;
use tests::scheduler::Logs;
use tests::world::KEY;
use tests::{Forgotten, Person, Place, Scheduler, Setup, Weather, World, minute};

use super::board::Board;
use super::client::Client;
use super::crew::Crew;
use super::invariants;
use super::listening::Listening;

/// When what is booked begins: two days later, from ten o'clock on.
pub(crate) const MORNING: i64 = 2 * 24 * 60 + 2 * 60;

/// Moments at which people act, in minutes: when things are booked, a day before, an hour before, at the beginning,
/// afterwards.
const DAYS: [i64; 5] = [5, MORNING - 23 * 60, MORNING - 55, MORNING + 5, MORNING + 150];

/// How much happened.
#[derive(Default)]
pub(crate) struct Played {
    pub(crate) log: Vec<String>,
    seeds: u64,
    turns: u64,
    deaths: u64,
    requests: u64,
    answers: std::collections::BTreeMap<u16, u64>,
}

impl Played {
    pub(crate) fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.turns += other.turns;
        self.deaths += other.deaths;
        self.requests += other.requests;
        for (status, count) in &other.answers {
            *self.answers.entry(*status).or_default() += count;
        }
    }
}

impl std::fmt::Display for Played {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seeds, turns, deaths, requests, answers, .. } = self;
        write!(formatter, "{seeds} seeds: {requests} requests {answers:?}, {turns} turns, {deaths} deaths")
    }
}

/// Plays it to its end.
///
/// # Panics
/// If anything is found wrong.
pub(crate) fn play(seed: u64, logs: Logs, forgets: Option<Forgotten>) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(story(seed, logs, forgets))
}

fn weather(random: &mut StdRng) -> Weather {
    let pick = |random: &mut StdRng, of: &[u32]| of[random.random_range(0..of.len())];
    Weather {
        faults: pick(random, &[0, 5, 20, 60]),
        deaths: pick(random, &[0, 0, 2, 10]),
        freezes: pick(random, &[0, 0, 4, 15]),
        persistence: pick(random, &[0, 400, 800]),
    }
}

/// From now on lists are so many commits behind.
fn lags(board: &Board, commits: usize) {
    let lag = if commits == 0 { Lag::Never } else { Lag::Commits(commits) };
    board.world.table.engine().expect("the world is on an engine").lag(lag);
}

fn walk() -> Json {
    json!({
        "title": "A walk", "description": "Along the river.", "start_time": stamp(minute(60 * 24 * 7)),
        "location": "The bridge",
    })
}

async fn people(world: &World) -> Vec<Person> {
    let mut people = Vec::new();
    for name in ["eva", "max"] {
        let expert = world.tutor(name, 5_000).await;
        expert.alter(|user| user.email_verified = true).await;
        expert.earns(9_000).await;
        people.push(expert);
    }
    for name in ["ada", "ben", "cleo"] {
        people.push(world.register(name).await);
    }
    people
}

async fn story(seed: u64, logs: Logs, forgets: Option<Forgotten>) -> Played {
    let mut random = StdRng::seed_from_u64(seed ^ 0x51ed_270b);
    let scheduler = Scheduler::new(seed, weather(&mut random), logs);
    let setup = Setup {
        seed: Some(seed),
        scheduler: Some(scheduler.clone()),
        forgets,
        table: Some(Place::Engine),
        ..Setup::live()
    };
    let world = World::with(setup).await;
    let everybody = people(&world).await;
    let mut containers = vec![world.clone()];
    if random.random_range(0..4) == 0 {
        containers.push(world.with_keys(&[KEY])); // another container, which knows nothing of what the first has read
    }
    let event = everybody[0].announces(walk()).await;
    let board = Arc::new(Board::new(world, containers, scheduler, everybody, event));
    let mut crew = Crew::new(board.clone());
    let topics = Client::topics(&mut random);
    let has_sockets = random.random_range(0..2) == 0;
    lags(&board, [0, 0, 3, 12][random.random_range(0..4)]);
    board.scheduler.begin();
    let mut people = Vec::new();
    for minutes in DAYS {
        // A session ends after a day.
        if DAYS[..3].contains(&minutes) {
            people = sign_in(&board, minutes).await;
        }
        board.world.set_clock(board.world.now().max(minute(minutes)));
        let listening = Listening::begin(&board, if has_sockets { &people } else { &[] }).await;
        let at_work: Vec<_> = (0..people.len()).filter(|_| random.random_range(0..5) > 1).collect();
        let mut clients = Vec::new();
        for number in at_work {
            board.busy.fetch_add(1, Ordering::Relaxed);
            let client = Client::new(&board, people[number].clone(), number, random.random(), topics.clone());
            clients.push(tokio::spawn(client.lives(random.random_range(1..5))));
        }
        drive(&board, &mut crew, Some(&listening)).await;
        for client in clients {
            client.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        }
        board.scheduler.aside(invariants::always(&board)).await;
        invariants::mails_came_once(&board);
        listening.ends(&board);
    }
    board.scheduler.calms();
    lags(&board, 0);
    for _ in 0..3 {
        board.world.advance(TimeDelta::hours(9));
        crew.settles();
        drive(&board, &mut crew, None).await;
    }
    board.scheduler.aside(invariants::always(&board)).await;
    invariants::mails_came_once(&board);
    board.scheduler.aside(invariants::at_the_end(&board)).await;
    let (requests, answers) = board.known(|known| (known.requests, known.answers.clone()));
    let scheduler = &board.scheduler;
    Played { log: scheduler.log(), seeds: 1, turns: scheduler.turns(), deaths: scheduler.deaths(), requests, answers }
}

/// The clock at some minute, and everybody with a new session.
async fn sign_in(board: &Board, minutes: i64) -> Vec<Person> {
    let world = &board.world;
    world.set_clock(world.now().max(minute(minutes)));
    let signing_in = async {
        let mut people = Vec::new();
        for person in &board.people {
            people.push(person.logs_in().await);
        }
        people
    };
    board.scheduler.aside(signing_in).await
}

/// Lets one after the other go on until nobody has anything to do.
async fn drive(board: &Arc<Board>, crew: &mut Crew, listening: Option<&Listening>) {
    let (scheduler, mut looked) = (&board.scheduler, 0);
    let mut pause = Duration::from_millis(1);
    loop {
        // The clock of the runtime is paused: this ends when everybody has come as far as they could.
        tokio::time::sleep(pause).await;
        pause = Duration::from_millis(1);
        if let Some(panic) = scheduler.panicked() {
            panic!("{panic}");
        }
        crew.looks();
        if let Some(listening) = listening {
            listening.hinders(board);
        }
        let requests = board.known(|known| known.requests);
        if requests >= looked + invariants::EVERY {
            looked = requests;
            scheduler.aside(invariants::always(board)).await;
        }
        if scheduler.happens(40) && crew.begins() {
            continue;
        }
        if scheduler.happens(2) {
            pause = Duration::from_millis(1_000 * scheduler.below(8) as u64);
            continue;
        }
        if scheduler.step() || crew.begins() {
            continue;
        }
        if board.busy.load(Ordering::Relaxed) == 0 && scheduler.is_idle() && crew.is_done() {
            return;
        }
        pause = Duration::from_millis(250);
    }
}
