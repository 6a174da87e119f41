//! Shown to work: a condition that is taken away is found, and the seed that finds it finds it each time.

use store::Kind;
use tests::Forgotten;
use tests::scheduler::Logs;

use super::{STACK_BYTES, number, played};

/// What is taken away, by its word.
const CONDITIONS: [(&str, Kind, &str); 6] = [
    ("day", Kind::Day, "busy"),
    ("balance", Kind::Balance, "spendable"),
    ("version", Kind::Booking, "version"),
    ("lease", Kind::Once, "owner"),
    ("mail", Kind::Mail, "pk"),
    ("rotation", Kind::Session, "refresh"),
];

/// Within so many seeds each must be found.
const WITHIN: u64 = 2_000;

pub(crate) fn named(word: &str) -> Forgotten {
    let (_, kind, attribute) = CONDITIONS.into_iter().find(|(known, ..)| *known == word).expect("a word of the list");
    Forgotten { kind, attribute }
}

/// The first seed that finds it, and what it finds.
fn found(word: &str) -> (u64, String) {
    let threads = std::thread::available_parallelism().map_or(2, usize::from) as u64;
    let forgets = named(word);
    for first in (0..WITHIN).step_by(threads as usize) {
        let all: Vec<_> = std::thread::scope(|scope| {
            let play = |seed| {
                let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
                thread
                    .spawn_scoped(scope, move || (seed, played(seed, Logs::Nothing, Some(forgets))))
                    .expect("a thread")
            };
            let playing: Vec<_> = (first..first + threads).map(play).collect();
            playing.into_iter().map(|one| one.join().expect("it says what went wrong")).collect()
        });
        if let Some((seed, wrong)) = all.into_iter().find_map(|(seed, played)| Some((seed, played.err()?))) {
            return (seed, wrong);
        }
    }
    panic!("{word}: nothing was found within {WITHIN} seeds");
}

/// `SIMULATION_REPLAYS=100` replays each so often.
fn is_found(word: &str) {
    let (seed, wrong) = found(word);
    println!("{word}: seed {seed}, so within {} seeds: {}", seed + 1, wrong.chars().take(600).collect::<String>());
    for replay in 0..number("SIMULATION_REPLAYS").unwrap_or(2) {
        let again = played(seed, Logs::Nothing, Some(named(word))).err();
        assert_eq!(again.as_deref(), Some(wrong.as_str()), "{word}: seed {seed}, replay {replay}");
    }
}

#[test]
fn nobody_is_booked_twice_because_a_day_asks_what_is_busy() {
    is_found("day");
}

#[test]
fn nobody_spends_what_they_have_not_because_a_balance_asks() {
    is_found("balance");
}

#[test]
fn no_step_is_taken_over_another_because_a_booking_has_a_version() {
    is_found("version");
}

#[test]
#[ignore = "it takes some hundred seeds: a process has to stand still for a minute at the right place"]
fn an_answer_stays_what_it_was_because_a_lease_has_an_owner() {
    is_found("lease");
}

#[test]
fn no_mail_comes_twice_because_it_is_claimed() {
    is_found("mail");
}

#[test]
fn a_refresh_token_works_once_because_its_hash_is_asked_for() {
    is_found("rotation");
}
