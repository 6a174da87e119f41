//! Random commands against the real use-cases over the embedded table, beside a small model of what
//! `expertconnect.md` says. After each command the answer and all it touched are compared; now and then, everything.
//!
//! A world that disagrees prints its seed, the step and the last commands. `MODEL_SEED=<seed>` plays that world again
//! and no other. Ids differ from run to run, because the clock goes on ticking; nothing that is decided depends on them.

mod calendar;
mod check;
mod command;
mod dice;
mod inventory;
mod journal;
mod keys;
mod oracle;
mod play;
mod stage;
mod steps;
mod talk;

use rand::RngExt;

/// Many small worlds instead of a large one: the embedded table gets slower with every write it has seen.
const WORLDS: u64 = 134;
const COMMANDS: usize = 750;
const THREADS: u64 = 2;

#[test]
fn the_marketplace_does_what_the_specification_says_and_loses_nothing() {
    if let Some(seed) = seed_to_replay() {
        return play::world(seed, COMMANDS);
    }
    let first: u64 = rand::rng().random_range(0..1 << 40);
    println!("{WORLDS} worlds of {COMMANDS} commands from seed {first} on");
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for number in (0..WORLDS).filter(|number| number % THREADS == thread) {
                    play::world(first + number, COMMANDS);
                }
            });
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "a person who replays a failure says which")]
fn seed_to_replay() -> Option<u64> {
    let seed = std::env::var("MODEL_SEED").ok()?;
    Some(seed.trim().parse().expect("MODEL_SEED is the number a failure printed"))
}
