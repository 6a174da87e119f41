//! Nobody keeps all of somebody's time, or much of everybody's, without paying for it or being confirmed, whoever asks at
//! the same moment and through whichever product.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ledger::{Currency, Unit};
use tests::consultations::wish;
use tests::pending::noted_and_real;
use tests::person::{id, meeting};
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World, at_once, minute, tally};

const PER_EXPERT: usize = 10;
const PER_PERSON: usize = 30;
const REFUSED: (u16, &str) = (409, "too_many_pending");

/// The caps as deployed.
async fn capped() -> World {
    let template = Setup::limited().env.into_iter();
    let caps = template.filter(|(name, _)| tests::world::PENDING_CAPS.contains(name)).collect();
    World::with(Setup { env: caps, ..Setup::live() }).await
}

async fn two() -> (World, Person, Person) {
    let world = capped().await;
    let (learner, expert) = (world.register("learner").await, world.expert("expert").await);
    learner.buys(300).await;
    (world, learner, expert)
}

/// The n-th half hour from the second day on.
fn half_hour(n: usize) -> DateTime<Utc> {
    minute(2 * 24 * 60 + 30 * i64::try_from(n).unwrap())
}

/// Asks by turns through one product and the other.
async fn asks(learner: &Person, expert: &Person, n: usize) -> Answer {
    match n % 2 {
        0 => learner.requests(expert, half_hour(n), 30).await,
        _ => learner.consults(expert, half_hour(n)).await,
    }
}

/// Asks for so many half hours at once: how many were had.
async fn had(learner: &Person, experts: &[Person], wishes: std::ops::Range<usize>) -> usize {
    let asked = wishes.len();
    let jobs = wishes.map(|n| {
        let (learner, expert) = (learner.clone(), experts[n % experts.len()].clone());
        Box::pin(async move { asks(&learner, &expert, n).await })
    });
    let answers = at_once(jobs).await;
    let counts = tally(&answers);
    let count = |(status, code): (u16, &str)| counts.get(&(status, code.to_owned())).copied().unwrap_or_default();
    assert_eq!(count((201, "")) + count(REFUSED), asked, "{counts:?}");
    count((201, ""))
}

#[track_caller]
fn is_exact(world: &World) {
    let (noted, real) = noted_and_real(world);
    assert_eq!(noted, real);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_parallel_bookings_with_one_expert_ten_are_had() {
    let (world, learner, expert) = two().await;
    assert_eq!(had(&learner, std::slice::from_ref(&expert), 0..40).await, PER_EXPERT);
    is_exact(&world);
    asks(&learner, &expert, 50).await.refuses(409, "too_many_pending");
    asks(&learner, &expert, 51).await.refuses(409, "too_many_pending");
    // It is nobody else's cap, and no other expert's.
    asks(&world.register("another").await, &expert, 51).await.is(201);
    asks(&learner, &world.expert("free").await, 60).await.is(201);
    asks(&expert, &learner, 62).await.is(201);
    is_exact(&world);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_parallel_bookings_with_twelve_experts_thirty_are_had() {
    let (world, learner, expert) = two().await;
    let mut experts = vec![expert];
    for number in 0..11 {
        experts.push(world.expert(&format!("expert{number}")).await);
    }
    assert_eq!(had(&learner, &experts, 0..60).await, PER_PERSON);
    asks(&learner, &experts[0], 61).await.refuses(409, "too_many_pending");
    is_exact(&world);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_ends_the_waiting_makes_room_for_one_and_once() {
    let (world, learner, expert) = two().await;
    let experts = std::slice::from_ref(&expert);
    let mut booked = Vec::new();
    for n in 0..PER_EXPERT {
        booked.push(id(&asks(&learner, &expert, n).await.is(201)));
    }
    // Confirmed by the expert, ten times at once.
    let jobs = (0..10).map(|_| {
        let (expert, meeting) = (expert.clone(), booked[0]);
        Box::pin(async move { expert.declares(meeting, "confirmed").await })
    });
    at_once(jobs).await;
    assert_eq!(had(&learner, experts, 100..105).await, 1);
    expert.does(booked[1], "confirm").await.is(200);
    assert_eq!(had(&learner, experts, 105..110).await, 1);
    // Cancelled by either, from both sides at once.
    for (number, meeting) in [booked[2], booked[4]].into_iter().enumerate() {
        let jobs = (0..6).map(|n| {
            let person = if n % 2 == 0 { learner.clone() } else { expert.clone() };
            Box::pin(async move { person.declares(meeting, "cancelled").await })
        });
        at_once(jobs).await;
        let first = 120 + 10 * number;
        assert_eq!(had(&learner, experts, first..first + 5).await, 1);
    }
    learner.does(booked[3], "cancel").await.is(200);
    assert_eq!(had(&learner, experts, 150..155).await, 1);
    is_exact(&world);
    world.is_sound().await;
}

#[tokio::test]
async fn a_booking_that_is_moved_is_not_refused_and_counts_once() {
    let (world, learner, expert) = two().await;
    let mut booked = Vec::new();
    for n in 0..PER_EXPERT {
        booked.push(id(&asks(&learner, &expert, n).await.is(201)));
    }
    let times = |n: usize| {
        let body = meeting(&expert, half_hour(n), 30);
        serde_json::json!({"scheduled_start": body["scheduled_start"], "scheduled_end": body["scheduled_end"]})
    };
    learner.patch(&format!("/api/meetings/{}/", booked[0]), times(100)).await.is(200);
    let moved = id(&learner.moves(booked[1], half_hour(102)).await.is(201));
    is_exact(&world);
    expert.does(moved, "confirm").await.is(200);
    expert.declares(booked[0], "confirmed").await.is(200);
    assert_eq!(had(&learner, std::slice::from_ref(&expert), 200..206).await, 2);
    // They wait again; the time was theirs before.
    learner.patch(&format!("/api/meetings/{}/", booked[0]), times(104)).await.is(200);
    learner.moves(moved, half_hour(106)).await.is(201);
    is_exact(&world);
    assert_eq!(noted_and_real(&world).0.len(), PER_EXPERT + 2);
    asks(&learner, &expert, 300).await.refuses(409, "too_many_pending");
}

#[tokio::test]
async fn what_is_over_by_the_clock_makes_room_with_and_without_the_schedule() {
    let (world, learner, expert) = two().await;
    expert.charges(Unit::Currency(Currency::USD), 20_00).await;
    for n in 0..PER_EXPERT {
        learner.consults(&expert, half_hour(n)).await.is(201);
    }
    learner.consults(&expert, half_hour(20)).await.refuses(409, "too_many_pending");
    // Not paid in time, and nobody has come by to write so.
    world.advance(TimeDelta::minutes(15));
    for n in 0..PER_EXPERT {
        learner.consults(&expert, half_hour(20 + n)).await.is(201);
    }
    learner.consults(&expert, half_hour(40)).await.refuses(409, "too_many_pending");
    is_exact(&world);
    world.advance(TimeDelta::minutes(16));
    world.settles().await;
    is_exact(&world);
    assert_eq!(noted_and_real(&world).0.len(), 0);
    // Unanswered meetings: the schedule expires them at their start.
    for n in 0..PER_EXPERT {
        learner.requests(&expert, half_hour(60 + n), 30).await.is(201);
    }
    world.set_clock(half_hour(61));
    let learner = learner.logs_in().await;
    world.settles().await;
    is_exact(&world);
    for n in [80, 81] {
        learner.requests(&expert, half_hour(n), 30).await.is(201);
    }
    learner.requests(&expert, half_hour(82), 30).await.refuses(409, "too_many_pending");
    world.is_sound().await;
}

#[tokio::test]
async fn bookings_from_before_the_cap_end_like_any_other() {
    let (world, learner, expert) = two().await;
    let mut booked = Vec::new();
    for n in 0..PER_EXPERT {
        booked.push(id(&learner.requests(&expert, half_hour(2 * n), 30).await.is(201)));
    }
    let list = world.table.items().into_iter().find(|item| item["sk"]["S"] == "PENDING").unwrap();
    world.table.remove(&list);
    for meeting in &booked[..5] {
        learner.declares(*meeting, "cancelled").await.is(200);
    }
    expert.declares(booked[5], "confirmed").await.is(200);
    assert_eq!(noted_and_real(&world).0.len(), 0);
    assert_eq!(had(&learner, std::slice::from_ref(&expert), 100..130).await, PER_EXPERT);
    world.is_sound().await;
}

#[tokio::test]
async fn a_lost_answer_or_a_death_counts_nothing_twice() {
    let (world, learner, expert) = two().await;
    for (n, fault) in [(0, Fault::Lost), (1, Fault::Conflict), (2, Fault::Down)] {
        let moment = if fault == Fault::Conflict { Moment::Before } else { Moment::After };
        world.table.faults.arm(Strike::once(fault, moment, 1).only("TransactWriteItems"));
        let booked = id(&learner.consults(&expert, half_hour(n)).await.is(201));
        world.table.faults.arm(Strike::once(fault, moment, 1).only("TransactWriteItems"));
        expert.does(booked, "cancel").await.is(200);
        world.table.faults.disarm();
        is_exact(&world);
    }
    let body = wish(&expert, half_hour(5));
    let path = tests::consultations::c("consultations/book/");
    let first = learner.post_once("again", &path, body.clone()).await.is(201);
    assert_eq!(learner.post_once("again", &path, body).await.is(201), first);
    is_exact(&world);
    assert_eq!(noted_and_real(&world).0.len(), 1);
}
