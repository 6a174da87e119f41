//! Random commands against the real use-cases over the embedded table, beside a small model of what the specifications
//! of all products say, played by the same people on the same calendars with the same money. After each command the
//! answer and all it changed are compared, and the platform's counters, once they were told of what was written; now and
//! then, everything.
//!
//! A world that disagrees prints its seed, the step and the last commands. `MODEL_SEED=<seed>` plays that world again,
//! and no other, and takes stock after each command. Ids differ from run to run, because the clock goes on ticking; nothing
//! that is decided depends on them.

mod calendar;
mod check;
mod clock;
mod command;
mod consultations;
mod counters;
mod courses;
mod dice;
mod experts;
mod inventory;
mod journal;
mod keys;
mod meetings;
mod mentorship;
mod money;
mod oracle;
mod play;
mod rules;
mod stage;
mod talk;
mod tutoring;

use std::sync::Mutex;

use journal::Census;
use rand::RngExt;

/// Many small worlds instead of a large one: the embedded table gets slower with every write it has seen.
const WORLDS: u64 = 201;
const COMMANDS: usize = 500;

const STOCK_EVERY: usize = 250;

/// Unoptimised, two commands at once need more than the usual two megabytes.
const STACK_BYTES: usize = 16 << 20;

/// If one of these is never heard, the dice do not find their way there any more.
const MUST_BE_HEARD: [(&str, &str); 62] = [
    (
        "Meeting Request",
        "Booking expert_id scheduled_start scheduled_end blocked outside_availability slot_taken insufficient_credits",
    ),
    ("Meeting Step Confirm", "Booking not_found forbidden invalid_transition too_late"),
    ("Meeting Step Cancel", "Booking not_found invalid_transition"),
    ("Meeting Step Complete", "Booking not_found invalid_transition too_early"),
    ("Meeting Step ReportNoShow", "Booking not_found invalid_transition too_early"),
    ("Meeting Step Expire", "not_found forbidden"),
    (
        "Meeting Change",
        "Booking not_found forbidden invalid_transition too_late scheduled_start scheduled_end blocked \
         outside_availability slot_taken",
    ),
    ("Meeting Transfer", "Moved not_found forbidden not_completed insufficient_credits"),
    ("Meeting Review", "Made not_found not_completed reviewee_id already_reviewed"),
    (
        "Consultation Book",
        "Booking expert_id scheduled_start blocked outside_availability slot_taken own_conflict insufficient_credits",
    ),
    ("Consultation Confirm", "Booking not_found forbidden invalid_transition payment_required"),
    ("Consultation Cancel", "Booking not_found invalid_transition too_late"),
    ("Consultation Begin", "Booking not_found invalid_transition too_early too_late"),
    ("Consultation End", "Booking not_found invalid_transition not_started too_early"),
    (
        "Consultation Reschedule",
        "Booking not_found forbidden invalid_transition blocked outside_availability slot_taken own_conflict",
    ),
    ("Consultation Rate", "Made not_found forbidden not_completed already_reviewed"),
    ("Mentorship Number", "Made role_required"),
    ("Mentorship Book", "Booking expert_id scheduled_start blocked outside_availability slot_taken own_conflict"),
    ("Mentorship Pay", "Booking Nothing already_paid not_payable payment_reused slot_taken not_found"),
    ("Mentorship Attend", "Booking outside_window invalid_transition not_found"),
    ("Mentorship Cancel", "Booking invalid_transition too_late not_found"),
    ("Mentorship Move", "Booking slot_taken invalid_transition too_late"),
    ("Mentorship Dispute", "Booking invalid_transition forbidden"),
    ("Mentorship Resolve", "Booking invalid_transition"),
    ("Mentorship Withdraw", "Made insufficient_credits"),
    ("Mentorship Decide", "Nothing bad_step not_found"),
    ("Money Pay", "Intent unknown_booking not_the_payer not_payable"),
    ("Money Event", "Count amount_mismatch"),
    ("Money Refund", "Nothing"),
    ("Tutoring Offer", "Made slot_overlap"),
    ("Tutoring Drop", "Nothing unknown_slot forbidden slot_booked"),
    ("Tutoring Book", "Booking unknown_slot expert_id blocked past_slot slot_taken own_conflict"),
    ("Tutoring Confirm", "Booking not_found forbidden invalid_transition payment_required"),
    ("Tutoring Complete", "Booking not_found invalid_transition payment_required too_early"),
    ("Tutoring Cancel", "Booking not_found invalid_transition too_late"),
    ("Tutoring Refund", "Booking not_found invalid_transition payment_required too_late"),
    ("Tutoring Move", "Booking not_found invalid_transition too_late unknown_slot other_length slot_taken"),
    ("Tutoring Dispute", "Booking forbidden invalid_transition too_early"),
    ("Tutoring Resolve", "Booking invalid_transition"),
    ("Course Publish", "Made forbidden"),
    ("Course Change", "Nothing not_found forbidden"),
    ("Course Delete", "Nothing not_found forbidden has_enrolments"),
    ("Course Drop", "Nothing not_found"),
    ("Course Teach", "Made not_found forbidden"),
    ("Course Enrol", "Enrolment not_found own_course"),
    ("Course Pay", "Intent not_found not_payable not_the_payer"),
    ("Course Study", "Studied not_found enrolment_required"),
    ("Expert Charge", "Nothing not_expert suspended"),
    ("Expert Week", "Rows"),
    ("Expert Leave", "Away"),
    ("Expert Return", "Nothing not_found"),
    ("Expert Suspend", "Nothing not_found not_approved"),
    ("Expert Reinstate", "Nothing not_suspended"),
    ("Expert Day", "Slots not_found"),
    ("Tick", "Nothing"),
    ("Schedule Expire", "Booking too_early invalid_transition"),
    ("Schedule Complete", "Booking too_early invalid_transition"),
    ("Say", "Made receiver_id blocked"),
    ("Read", "Nothing not_found forbidden"),
    ("Once", "Booking Balance Made Moved Intent Again in_flight idempotency_mismatch"),
    ("Late", "in_flight"),
    ("Slots", "Slots"),
];

#[test]
fn the_marketplace_does_what_the_specification_says_and_loses_nothing() {
    if let Some(seed) = seed_to_replay() {
        let replay = roomy_thread().spawn(move || play::world(seed, COMMANDS, 1)).expect("a thread");
        replay.join().expect("what went wrong is printed above");
        return;
    }
    let first: u64 = rand::rng().random_range(0..1 << 40);
    println!("{WORLDS} worlds of {COMMANDS} commands from seed {first} on");
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get() as u64);
    let census = Mutex::new(Some(Census::new()));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let census = &census;
            let worlds = move || {
                for number in (0..2 * WORLDS).filter(|number| number % threads == thread) {
                    // What is rare may take longer to be heard.
                    let is_enough =
                        |census: &Option<Census>| census.as_ref().is_none_or(|heard| unheard(heard).is_empty());
                    if number >= WORLDS && is_enough(&census.lock().expect("nobody panics with it")) {
                        break;
                    }
                    let of_this_world = std::panic::catch_unwind(|| play::world(first + number, COMMANDS, STOCK_EVERY));
                    if !add(&mut census.lock().expect("nobody panics with it"), of_this_world.ok()) {
                        break;
                    }
                }
            };
            roomy_thread().spawn_scoped(scope, worlds).expect("a thread");
        }
    });
    let census = census.into_inner().expect("nobody panics with it").expect("what went wrong is printed above");
    for ((command, outcome), count) in &census {
        println!("{count:>7}  {command}: {outcome}");
    }
    assert_eq!(unheard(&census), Vec::<String>::new());
}

/// What never came out.
fn unheard(census: &Census) -> Vec<String> {
    let all =
        MUST_BE_HEARD.into_iter().flat_map(|(command, outcomes)| outcomes.split(' ').map(move |it| (command, it)));
    let is_known =
        |(command, outcome): &(&str, &str)| census.contains_key(&((*command).to_owned(), (*outcome).to_owned()));
    all.filter(|it| !is_known(it)).map(|(command, outcome)| format!("{command}: {outcome}")).collect()
}

fn roomy_thread() -> std::thread::Builder {
    std::thread::Builder::new().stack_size(STACK_BYTES)
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
