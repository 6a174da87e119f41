//! The gate counts in steps: exact for one process, nearly so for many, and a session ends in all of them at once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::ids::{SessionId, UserId};
use serde_json::{Value as Json, json};
use store::meter::Meter;
use store::{Counted, Gate, Measure, Noted};
use tests::tutoring::people::user;
use tests::world::KEY;
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World, at_once};

const ME: &str = "/api/users/me/";

/// So many reads of one minute may be known to one process alone.
const UNKNOWN: usize = 4;

/// The same person, as each of so many processes meets them.
fn in_processes(person: &Person, how_many: usize) -> Vec<Person> {
    (0..how_many).map(|_| Person { world: person.world.with_keys(&[KEY]), ..person.clone() }).collect()
}

async fn reads(person: &Person) -> Answer {
    person.get(ME).await
}

async fn writes(person: &Person) -> Answer {
    person.patch(ME, json!({})).await
}

/// Whether it passed the limit.
fn passed(answer: &Answer) -> bool {
    assert!(matches!(answer.status, 200 | 429), "{answer}");
    answer.status == 200
}

fn gate(person: &Person) -> Json {
    let key = |gate: &Json| store::key_in_words(gate["pk"]["S"].as_str().unwrap(), "GATE").unwrap().to_string();
    let gates = person.world.table.items().into_iter().filter(|item| item["sk"]["S"] == "GATE");
    let mut own = gates.filter(|gate| key(gate).ends_with(&format!(" {}", person.id)));
    own.next().expect("a gate")
}

fn counters(person: &Person) -> Vec<String> {
    let names = gate(person).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    names.into_iter().filter(|name| name[1..].parse::<i64>().is_ok()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_parallel_requests_are_told_twenty_different_counts() {
    let world = World::with(Setup::limited()).await;
    for round in 0..5 {
        let ada = world.register(&format!("ada{round}")).await;
        world.set_clock(tests::minute(10));
        let mut left = BTreeSet::new();
        for _ in 0..3 {
            let jobs = (0..20).map(|n| {
                let ada = ada.clone();
                async move { if n % 5 == 0 { writes(&ada).await } else { reads(&ada).await } }
            });
            for answer in at_once(jobs).await {
                assert!(passed(&answer), "{answer}");
                left.insert(answer.header("x-ratelimit-remaining").parse::<u32>().unwrap());
            }
        }
        assert_eq!(left, (0..60).collect());
        assert!(!passed(&reads(&ada).await) && !passed(&writes(&ada).await));
    }
}

#[tokio::test]
async fn of_each_further_process_at_most_four_more_reads_pass_and_no_more_writes() {
    let world = World::with(Setup::limited()).await;
    // All that others may have counted and not written, and then one alone.
    let ada = in_processes(&world.register("ada").await, 4);
    for ada in &ada {
        for _ in 0..UNKNOWN {
            assert!(passed(&reads(ada).await));
        }
    }
    assert_eq!(counters(&ada[0]), Vec::<String>::new());
    let mut more = 0;
    while passed(&reads(&ada[0]).await) {
        more += 1;
    }
    assert_eq!(4 * UNKNOWN + more, 60 + 3 * UNKNOWN);
    for ada in &ada {
        assert!(!passed(&reads(ada).await) && !passed(&writes(ada).await), "what one has written is known to all");
    }
    // In turns.
    for (name, processes) in [("bob", 2), ("cy", 3), ("dan", 7), ("eve", 12)] {
        world.set_clock(tests::minute(10));
        let people = in_processes(&world.register(name).await, processes);
        let mut count = 0;
        for n in 0..200 {
            count += usize::from(passed(&reads(&people[n % processes]).await));
        }
        println!("{processes} processes in turns: {count} reads");
        assert!((60..=60 + (processes - 1) * UNKNOWN).contains(&count), "{count} of {processes}");
    }
    // Writes, in turns or after reads, wherever they come from.
    world.set_clock(tests::minute(10));
    let people = in_processes(&world.register("finn").await, 7);
    let mut count = 0;
    for n in 0..100 {
        count += usize::from(passed(&writes(&people[n % 7]).await));
    }
    assert_eq!(count, 60);
    world.set_clock(tests::minute(10));
    let people = in_processes(&world.register("gil").await, 7);
    let (mut read, mut written) = (0, 0);
    for n in 0..200 {
        read += usize::from(passed(&reads(&people[n % 7]).await));
        written += usize::from(passed(&writes(&people[n % 3]).await));
    }
    println!("7 processes: {read} reads and {written} writes");
    assert!(written <= 60 && (60..=60 + 6 * UNKNOWN).contains(&(read + written)), "{read} and {written}");
}

/// A process of a function has one request at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_writes_in_ten_processes_at_once_sixty_pass() {
    let world = World::with(Setup::limited()).await;
    let jobs = in_processes(&world.register("ada").await, 10).into_iter().map(|ada| async move {
        let mut count = 0;
        for _ in 0..10 {
            count += usize::from(passed(&writes(&ada).await));
        }
        count
    });
    assert_eq!(at_once(jobs).await.into_iter().sum::<usize>(), 60);
}

#[tokio::test]
async fn a_session_that_ended_passes_nowhere_any_more() {
    let world = World::new().await;
    let root = world.admin().await;
    let (ada, bob, eve) = (world.register("ada").await, world.register("bob").await, world.register("eve").await);
    let (kept, others) = (bob.logs_in().await, bob);
    let all: Vec<_> = [&ada, &kept, &others, &eve].map(|person| in_processes(person, 3)).into();
    for person in all.iter().flatten() {
        reads(person).await.is(200);
        writes(person).await.is(200);
    }
    let [ada_there, kept_there, others_there, eve_there] = &all[..] else { unreachable!() };
    let refused = async |people: &[Person]| {
        for person in people {
            reads(person).await.refuses(401, "token_invalid");
            writes(person).await.refuses(401, "token_invalid");
        }
    };
    ada.post("/api/users/logout/", json!({})).await.is(200);
    refused(ada_there).await;
    let change = json!({"current_password": Person::PASSWORD, "password": "another horse battery",
        "password2": "another horse battery"});
    kept.post(tests::member::CHANGE, change).await.is(200);
    refused(others_there).await;
    for kept in kept_there {
        reads(kept).await.is(200);
        writes(kept).await.is(200);
    }
    root.post(&user(eve.id, "suspend/"), json!({"reason": "x"})).await.is(200);
    refused(eve_there).await;
    assert_eq!(counters(&eve).len(), 1, "what an ended session asks for is counted of nobody");
    let before = gate(&eve);
    refused(eve_there).await;
    assert_eq!(gate(&eve), before);
}

#[tokio::test]
async fn a_read_costs_a_read_unit_and_a_fifth_of_a_write_unit_and_nothing_is_written_beyond_the_limit() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let before = world.app.capacity.as_ref().unwrap().gate();
    for _ in 0..100 {
        reads(&ada).await.is(200);
    }
    let after = world.app.capacity.as_ref().unwrap().gate();
    assert_eq!(after.requests - before.requests, 100);
    assert_eq!(after.round_trips - before.round_trips, 100);
    assert_eq!((after.read_units - before.read_units, after.write_units - before.write_units), (80.0, 20.0));
    // So does a frame that is relayed.
    world.set_clock(tests::minute(10));
    let (user, session) = (UserId::new(ada.id).unwrap(), SessionId::mint(world.now(), 0));
    let measure = Measure { counted: Counted::Signal, limit: 300, noted: Noted::InSteps };
    let meter = Meter::default();
    for count in 1..=100 {
        let gate = meter.count(world.app.store.gate_session(user, session, measure, world.now())).await.unwrap();
        assert!(matches!(gate, Gate::Open(standing) if standing.hit.count == count), "{gate:?}");
    }
    let usage = meter.usage();
    assert_eq!((usage.round_trips, usage.read_units, usage.write_units), (100, 80.0, 20.0));

    let world = World::with(Setup::limited()).await;
    let ada = world.register("ada").await;
    let gate = || world.app.capacity.as_ref().unwrap().gate().write_units;
    for _ in 0..60 {
        assert!(passed(&reads(&ada).await));
    }
    let cost = gate();
    println!("a minute up to the limit: {cost} write units");
    assert!(cost <= 20.0);
    for _ in 0..100 {
        assert!(!passed(&reads(&ada).await) && !passed(&writes(&ada).await));
    }
    assert!((gate() - cost).abs() < f64::EPSILON, "a flood costs no write unit");
}

/// What can go wrong with a write, and how many requests it may cost: an answer that was lost is asked for again by the
/// client of the table, so that its step counts twice.
#[tokio::test]
async fn a_count_that_cannot_be_written_refuses_nobody_and_is_not_lost() {
    let whole = |fault, moment| Strike { times: 12, ..Strike::once(fault, moment, 1).only("UpdateItem") };
    let once = |fault, moment| Strike::once(fault, moment, 1).only("UpdateItem");
    let cases = [
        (whole(Fault::Lost, Moment::Before), 0),
        (whole(Fault::Down, Moment::Before), 0),
        (whole(Fault::Throttled, Moment::Before), 0),
        (whole(Fault::Conflict, Moment::Before), 0),
        (once(Fault::Lost, Moment::Before), 0),
        (once(Fault::Conflict, Moment::Before), 0),
        (once(Fault::Lost, Moment::After), 5),
        (once(Fault::Down, Moment::After), 5),
    ];
    for (strike, twice) in cases {
        let world = World::with(Setup::limited()).await;
        let people = in_processes(&world.register("ada").await, 2);
        world.table.faults.arm(strike);
        let mut count = 0;
        for _ in 0..20 {
            assert!(passed(&reads(&people[0]).await), "{strike:?}");
            count += 1;
        }
        assert!(world.table.faults.disarm() > 0, "{strike:?}");
        while passed(&reads(&people[0]).await) {
            count += 1;
        }
        assert!((60 - twice..=60).contains(&count), "{count} after {strike:?}");
        assert!(!passed(&reads(&people[1]).await), "another process knows of it after {strike:?}");
    }
    // Whatever writes waits for others, and passes when they stay in the way.
    let world = World::with(Setup::limited()).await;
    let ada = world.register("ada").await;
    world.table.faults.arm(whole(Fault::Conflict, Moment::Before));
    ada.post("/api/messages/", json!({})).await.refuses(400, "validation");
    assert!(world.table.faults.disarm() > 0);
    assert_eq!(reads(&ada).await.header("x-ratelimit-remaining"), "58");
}

#[tokio::test]
async fn a_new_minute_begins_at_nothing_and_old_counts_are_forgotten() {
    let world = World::with(Setup::limited()).await;
    let ada = world.register("ada").await;
    let here = world.with_keys(&[KEY]);
    let there = Person { world: here.clone(), ..ada.clone() };
    for minute in 0..4 {
        world.set_clock(tests::minute(10 + minute));
        for n in 0..60 {
            assert!(passed(&reads(&ada).await), "{n} of minute {minute}");
        }
        assert!(!passed(&reads(&ada).await) && !passed(&reads(&there).await));
        assert_eq!(counters(&ada).len(), 1, "one minute's counter is left");
    }
    // Hours later, after a time in which nothing had to be written.
    for hour in 1..4 {
        world.advance(TimeDelta::minutes(61 * hour));
        for _ in 0..UNKNOWN {
            assert!(passed(&reads(&ada).await));
        }
        assert_eq!(counters(&ada).len(), 1);
    }
    let old = counters(&ada);
    assert!(passed(&reads(&ada).await));
    assert!(counters(&ada).len() == 1 && counters(&ada) != old);
    // Requests of the old minute that are late take nothing from the new one.
    let (user, session) = (UserId::new(ada.id).unwrap(), SessionId::mint(world.now(), 0));
    let measure = Measure { counted: Counted::Request, limit: 60, noted: Noted::InSteps };
    let store = here.app.store.anew();
    let (last, next) = (tests::minute(600) - TimeDelta::milliseconds(1), tests::minute(600));
    let mut passed = 0;
    for _ in 0..100 {
        let gate = store.gate_session(user, session, measure, next).await.unwrap();
        passed += usize::from(matches!(gate, Gate::Open(standing) if standing.hit.count <= 60));
        store.gate_session(user, session, measure, last).await.unwrap();
    }
    assert_eq!(passed, 60);
}
