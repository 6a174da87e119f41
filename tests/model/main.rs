//! Random commands against the real use-cases over the embedded table, beside a small model of what
//! `expertconnect.md` says. After each command the answer and all it changed are compared; now and then, everything.
//!
//! A world that disagrees prints its seed, the step and the last commands. `MODEL_SEED=<seed>` plays that world again,
//! and no other, and takes stock after each command. Ids differ from run to run, because the clock goes on ticking;
//! nothing that is decided depends on them.

mod calendar;
mod check;
mod clock;
mod command;
mod consultations;
mod dice;
mod experts;
mod inventory;
mod journal;
mod keys;
mod meetings;
mod money;
mod oracle;
mod play;
mod rules;
mod stage;
mod talk;

use std::sync::Mutex;

use journal::Census;
use rand::RngExt;

/// Many small worlds instead of a large one: the embedded table gets slower with every write it has seen.
const WORLDS: u64 = 134;
const COMMANDS: usize = 750;

const STOCK_EVERY: usize = 250;

/// If one of these is never heard, the dice do not find their way there any more.
const MUST_BE_HEARD: [(&str, &[&str]); 15] = [
    (
        "Request",
        &[
            "Meeting",
            "expert_id",
            "scheduled_start",
            "scheduled_end",
            "blocked",
            "outside_availability",
            "slot_taken",
            "insufficient_credits",
        ],
    ),
    ("Step Confirm", &["Meeting", "not_found", "forbidden", "invalid_transition", "too_late"]),
    ("Step Cancel", &["Meeting", "not_found", "invalid_transition"]),
    ("Step Complete", &["Meeting", "not_found", "invalid_transition", "too_early"]),
    ("Step ReportNoShow", &["Meeting", "not_found", "invalid_transition", "too_early"]),
    ("Step Expire", &["not_found", "forbidden"]),
    ("Schedule Expire", &["Meeting", "too_early", "invalid_transition"]),
    ("Schedule Complete", &["Meeting", "too_early", "invalid_transition"]),
    (
        "Change",
        &[
            "Meeting",
            "not_found",
            "forbidden",
            "invalid_transition",
            "too_late",
            "scheduled_start",
            "scheduled_end",
            "blocked",
            "outside_availability",
            "slot_taken",
        ],
    ),
    ("Transfer", &["Moved", "not_found", "forbidden", "not_completed", "insufficient_credits"]),
    ("Review", &["Made", "not_found", "not_completed", "reviewee_id", "already_reviewed"]),
    ("Say", &["Made", "receiver_id", "blocked"]),
    ("Read", &["Nothing", "not_found", "forbidden"]),
    ("Once", &["Meeting", "Balance", "Made", "Moved", "Again", "in_flight", "idempotency_mismatch"]),
    ("Late", &["in_flight"]),
];

#[test]
fn the_marketplace_does_what_the_specification_says_and_loses_nothing() {
    if let Some(seed) = seed_to_replay() {
        play::world(seed, COMMANDS, 1);
        return;
    }
    let first: u64 = rand::rng().random_range(0..1 << 40);
    println!("{WORLDS} worlds of {COMMANDS} commands from seed {first} on");
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get() as u64);
    let census = Mutex::new(Some(Census::new()));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let census = &census;
            scope.spawn(move || {
                for number in (0..WORLDS).filter(|number| number % threads == thread) {
                    let of_this_world = std::panic::catch_unwind(|| play::world(first + number, COMMANDS, STOCK_EVERY));
                    if !add(&mut census.lock().expect("nobody panics with it"), of_this_world.ok()) {
                        break;
                    }
                }
            });
        }
    });
    let census = census.into_inner().expect("nobody panics with it").expect("what went wrong is printed above");
    for ((command, outcome), count) in &census {
        println!("{count:>7}  {command}: {outcome}");
    }
    for (command, outcomes) in MUST_BE_HEARD {
        for outcome in outcomes {
            let is_known = census.contains_key(&(command.to_owned(), (*outcome).to_owned()));
            assert!(is_known, "{command} never came out as {outcome}");
        }
    }
}

/// Adds what one world heard. Once one has failed all the others stop.
fn add(sum: &mut Option<Census>, of_one_world: Option<Census>) -> bool {
    let (Some(counts), Some(more)) = (sum.as_mut(), of_one_world) else {
        *sum = None;
        return false;
    };
    more.into_iter().for_each(|(what, count)| *counts.entry(what).or_default() += count);
    true
}

#[expect(clippy::disallowed_methods, reason = "a person who replays a failure says which")]
fn seed_to_replay() -> Option<u64> {
    let seed = std::env::var("MODEL_SEED").ok()?;
    Some(seed.trim().parse().expect("MODEL_SEED is the number a failure printed"))
}
