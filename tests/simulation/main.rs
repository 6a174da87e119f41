//! Every race replayable: gateway, functions, stream, queues, schedule and clock on one thread under a seeded scheduler,
//! which decides at every call to the table who goes on, what conflicts, is throttled, lost, repeated or late, and who dies.
//! One seed is one interleaving, to the last byte of it.
//!
//! `SIMULATION_SEEDS=10000` plays so many seeds, from `SIMULATION_FIRST` on; `SIMULATION_SEED=<seed>` plays one and prints what happened, call by call;
//! `SIMULATION_FORGETS=<word>` has the table forget a condition ([`forgetting`]) in it.

mod board;
mod client;
mod crew;
mod deeds;
mod forgetting;
mod invariants;
mod listening;
mod play;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use play::{Played, play};
use tests::Forgotten;
use tests::scheduler::Logs;

/// As many as `.ci/run` plays.
const SEEDS: u64 = 300;

/// Unoptimised, the futures of several commands need more than the usual two megabytes.
const STACK_BYTES: usize = 16 << 20;

#[expect(clippy::disallowed_methods, reason = "whoever runs it says how much, or which")]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str) -> Option<u64> {
    asked(name).map(|text| text.trim().parse().expect("a number of seeds, or a seed"))
}

/// On a thread of its own; what went wrong is said, not panicked.
fn played(seed: u64, logs: Logs, forgets: Option<Forgotten>) -> Result<Played, String> {
    keeps_panics();
    let playing = std::thread::Builder::new().stack_size(STACK_BYTES).name(format!("seed {seed}"));
    let playing = playing.spawn(move || {
        let played = catch_unwind(AssertUnwindSafe(|| play(seed, logs, forgets)));
        played.map_err(|_| WRONG.take().unwrap_or_default())
    });
    playing.expect("a thread").join().expect("its panic was caught")
}

thread_local! {
    /// What went wrong on this thread, where nobody prints it.
    static WRONG: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic of a thread that plays is kept for whoever asked it to.
fn keeps_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let plays = std::thread::current().name().is_some_and(|name| name.starts_with("seed "));
            if !plays || asked("SIMULATION_SEED").is_some() {
                usual(panic);
            }
            WRONG.with_borrow_mut(|wrong| {
                wrong.get_or_insert_with(|| panic.to_string());
            });
        }));
    });
}

#[test]
fn whatever_happens_at_the_same_moment_the_marketplace_stays_whole() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let forgets = asked("SIMULATION_FORGETS").map(|word| forgetting::named(&word));
        let played = played(seed, Logs::Printed, forgets).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        println!("seed {seed}: {played}");
        return;
    }
    let (seeds, begun) = (number("SIMULATION_SEEDS").unwrap_or(SEEDS), Instant::now());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let first = number("SIMULATION_FIRST").unwrap_or(0);
    let (next, has_failed) = (AtomicU64::new(first), AtomicBool::new(false));
    let sum = std::sync::Mutex::new(Played::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !has_failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        return;
                    }
                    match played(seed, Logs::Nothing, None) {
                        Ok(played) => sum.lock().expect("nobody panics with it").add(&played),
                        Err(wrong) => {
                            has_failed.store(true, Ordering::Relaxed);
                            println!("SIMULATION_SEED={seed} fails: {wrong}");
                        }
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    println!("{} in {seconds:.1} s, {:.1} seeds/s", sum.lock().expect("all are done"), seeds as f64 / seconds);
    assert!(!has_failed.load(Ordering::Relaxed), "a seed failed; it is printed above");
}

/// Where two logs part.
fn difference(one: &[String], other: &[String]) -> Option<String> {
    let at = one.iter().zip(other).position(|(one, other)| one != other);
    let at = at.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))?;
    let line = |log: &[String]| log.get(at).cloned().unwrap_or_else(|| "(the end)".to_owned());
    Some(format!("line {at} of {} and {}:\n{}\n{}", one.len(), other.len(), line(one), line(other)))
}

#[test]
fn one_seed_is_one_story_to_the_last_byte() {
    let first = number("SIMULATION_SEED").unwrap_or(0);
    for seed in first..first + 8 {
        let logs =
            [(); 2].map(|()| played(seed, Logs::Kept, None).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}")).log);
        assert!(logs[0].len() > 100, "seed {seed}: not much happens");
        assert_eq!(difference(&logs[0], &logs[1]), None, "seed {seed}");
    }
}
