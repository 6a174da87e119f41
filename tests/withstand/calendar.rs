//! Nobody is booked twice at one time, whoever asks at the same moment.

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use serde_json::Value as Json;
use tests::crowd::timed;
use tests::{Answer, Person, World, at_once, dice, minute, tally};

const SEEDS: u64 = 20;
const REQUESTS: usize = 200;
const DAY: i64 = 24 * 60;

/// Random starts and lengths within the twelve hours of the day that `seed` is given.
fn wishes(seed: u64, length: std::ops::Range<i64>) -> Vec<(DateTime<Utc>, i64)> {
    let mut dice = dice(seed);
    let morning = DAY * (1 + i64::try_from(seed).unwrap());
    (0..REQUESTS)
        .map(|_| (minute(morning + dice.random_range(0..12 * 60)), dice.random_range(length.clone())))
        .collect()
}

/// The five-minute steps a meeting touches.
fn steps(meeting: &Json) -> std::ops::Range<i64> {
    let at = |name: &str| meeting[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap().timestamp();
    at("scheduled_start").div_euclid(300)..(at("scheduled_end") + 299).div_euclid(300)
}

fn clash(a: &std::ops::Range<i64>, b: &std::ops::Range<i64>) -> bool {
    a.start < b.end && b.start < a.end
}

/// That the accepted ones are apart from each other, and that each refused one was refused for one of them.
fn check(seed: u64, wishes: &[(DateTime<Utc>, i64)], answers: &[Answer]) {
    let counts = tally(answers);
    let expected = [(201, String::new()), (409, "slot_taken".to_owned())];
    assert!(counts.keys().eq(&expected), "seed {seed}: {counts:?}");
    let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 201).map(|a| steps(&a.body)).collect();
    for (place, one) in accepted.iter().enumerate() {
        assert!(!accepted[..place].iter().any(|other| clash(one, other)), "seed {seed}: {one:?} is booked twice");
    }
    for ((start, minutes), answer) in wishes.iter().zip(answers).filter(|(_, answer)| answer.status == 409) {
        let wanted = start.timestamp().div_euclid(300)..(start.timestamp() + minutes * 60 + 299).div_euclid(300);
        assert!(accepted.iter().any(|taken| clash(&wanted, taken)), "seed {seed}: refused for nothing: {answer}");
    }
}

/// Asks until it is not told that others were in the way all the time, as it may be on a slow machine.
async fn until_decided(learner: &Person, expert: &Person, start: DateTime<Utc>, minutes: i64) -> Answer {
    loop {
        let answer = learner.requests(expert, start, minutes).await;
        if answer.outcome() != (409, "conflict") {
            return answer;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_requests_for_one_expert_no_two_accepted_ones_overlap() {
    let world = World::new().await;
    let expert = world.register("expert").await;
    let learners = world.crowd("learner", REQUESTS).await;
    at_once(learners.iter().cloned().map(|learner| async move { learner.buys(20).await })).await;
    for seed in 0..SEEDS {
        let wishes = wishes(seed, 3..120);
        let jobs = wishes.iter().zip(&learners).map(|((start, minutes), learner)| {
            let (learner, expert, start, minutes) = (learner.clone(), expert.clone(), *start, *minutes);
            async move { until_decided(&learner, &expert, start, minutes).await }
        });
        let answers = timed("200 requests", at_once(jobs)).await;
        check(seed, &wishes, &answers);
    }
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_requests_of_one_learner_no_two_accepted_ones_overlap() {
    let world = World::new().await;
    let learner = world.register("learner").await;
    learner.buys(1000).await;
    let experts = world.crowd("expert", REQUESTS).await;
    for seed in 0..SEEDS {
        let wishes = wishes(seed + 100, 3..120);
        let jobs = wishes.iter().zip(&experts).map(|((start, minutes), expert)| {
            let (learner, expert, start, minutes) = (learner.clone(), expert.clone(), *start, *minutes);
            async move { until_decided(&learner, &expert, start, minutes).await }
        });
        check(seed + 100, &wishes, &at_once(jobs).await);
    }
    world.is_sound().await;
}

/// Everybody is learner and expert of everybody, meetings cross midnight, and what is free again is taken again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calendars_stay_sound_while_many_book_move_and_cancel_at_once() {
    let world = World::new().await;
    let crowd = world.crowd("person", 12).await;
    for person in &crowd {
        person.buys(50).await;
    }
    for seed in 0..6 {
        let mut dice = dice(seed);
        let jobs = (0..60).map(|_| {
            let one = dice.random_range(0..crowd.len());
            let other = (one + dice.random_range(1..crowd.len())) % crowd.len();
            let (learner, expert) = (crowd[one].clone(), crowd[other].clone());
            let start = minute(DAY + dice.random_range(0..DAY));
            let (minutes, shift) = (dice.random_range(5..240), dice.random_range(-90..90));
            let then = dice.random_range(0..4);
            async move {
                let answer = learner.requests(&expert, start, minutes).await;
                if answer.status != 201 {
                    answer.refuses(409, "slot_taken");
                    return;
                }
                let meeting = tests::person::id(&answer.body);
                let moved = start + TimeDelta::minutes(shift);
                let times = serde_json::json!({
                    "scheduled_start": tests::person::stamp(moved),
                    "scheduled_end": tests::person::stamp(moved + TimeDelta::minutes(minutes)),
                });
                let path = format!("/api/meetings/{meeting}/");
                let (a, b) = (learner.clone(), expert.clone());
                let (moved, cancelled) = match then {
                    0 => (true, false),
                    1 => (false, true),
                    2 => (true, true),
                    _ => (false, false),
                };
                let (moving, cancelling) =
                    (async { if moved { Some(a.patch(&path, times).await) } else { None } }, async {
                        if cancelled { Some(b.declares(meeting, "cancelled").await) } else { None }
                    });
                let (moving, cancelling) = tokio::join!(moving, cancelling);
                for answer in moving.into_iter().chain(cancelling) {
                    let fine = [(200, ""), (409, "slot_taken"), (409, "conflict"), (400, "invalid_transition")];
                    assert!(fine.contains(&answer.outcome()), "{answer}");
                }
            }
        });
        at_once(jobs.collect::<Vec<_>>()).await;
        world.is_sound().await;
    }
}

/// Eight hours from an odd minute touch 97 steps: the longest condition there is.
#[tokio::test]
async fn the_longest_meeting_can_be_booked_moved_and_cancelled() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    for start in [minute(61), minute(DAY + 10 * 60 + 1)] {
        let meeting = ada.books(&bob, start, 480).await;
        ada.requests(&bob, start + TimeDelta::minutes(479), 10).await.refuses(409, "slot_taken");
        let times = serde_json::json!({
            "scheduled_start": tests::person::stamp(start + TimeDelta::minutes(7)),
            "scheduled_end": tests::person::stamp(start + TimeDelta::minutes(487)),
        });
        ada.patch(&format!("/api/meetings/{meeting}/"), times).await.is(200);
        bob.declares(meeting, "cancelled").await.is(200);
        world.is_sound().await;
    }
}
