//! Who wants the same time at the same moment (§3.2, §4.3).

use serde_json::json;
use tests::person::{meeting, stamp};
use tests::sessions::{BOOK, session};
use tests::slots::{BOOKINGS, SLOTS};
use tests::{Person, World, at_once, minute, tally};

const START: i64 = 48 * 60;

#[tokio::test]
async fn of_fifty_who_want_a_slot_through_four_products_one_gets_it() {
    let world = World::new().await;
    let tom = world.tutor("tom", 5_000).await;
    let slot = tom.opens_slot(minute(START)).await;
    let crowd = world.crowd("crowd", 50).await;
    let jobs = crowd.into_iter().enumerate().map(|(n, person)| {
        let tom = tom.clone();
        async move {
            match n % 4 {
                0 => person.wants_slot(slot).await,
                1 => person.consults(&tom, minute(START + 15)).await,
                2 => person.post(BOOK, session(&tom, minute(START))).await,
                _ => person.post("/api/meetings/", meeting(&tom, minute(START + 10), 45)).await,
            }
        }
    });
    let told = tally(&at_once(jobs).await);
    assert_eq!(told.get(&(201, String::new())), Some(&1), "{told:?}");
    assert!(told.keys().all(|(status, code)| *status == 201 || code == "slot_taken" || code == "conflict"), "{told:?}");
    assert_eq!(tom.slot(slot).await["is_booked"], true);
    world.is_sound().await;
}

#[tokio::test]
async fn of_one_student_who_wants_two_slots_of_one_time_one_is_theirs() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let tim = world.tutor("tim", 5_000).await;
    let slots = [tom.opens_slot(minute(START)).await, tim.opens_slot(minute(START + 30)).await];
    let jobs = (0..10).map(|n| {
        let ada = ada.clone();
        async move { ada.wants_slot(slots[n % 2]).await }
    });
    let told = tally(&at_once(jobs).await);
    assert_eq!(told.get(&(201, String::new())), Some(&1), "{told:?}");
    world.is_sound().await;
}

#[tokio::test]
async fn a_slot_is_booked_or_taken_back_never_both() {
    let mut both = [0, 0];
    for n in 0..40 {
        let world = World::new().await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let slot = tom.opens_slot(minute(START)).await;
        let path = format!("{SLOTS}{slot}/");
        let change = json!({"start_time": stamp(minute(START + 15))});
        let jobs: Vec<std::pin::Pin<Box<dyn Future<Output = tests::Answer> + Send>>> = match n % 2 {
            0 => vec![Box::pin(async move { ada.wants_slot(slot).await }), {
                let (tom, path) = (tom.clone(), path.clone());
                Box::pin(async move { tom.delete(&path).await })
            }],
            _ => vec![
                {
                    let (tom, path) = (tom.clone(), path.clone());
                    Box::pin(async move { tom.patch(&path, change).await })
                },
                Box::pin(async move { ada.wants_slot(slot).await }),
            ],
        };
        let mut answers = at_once(jobs).await;
        if n % 2 == 1 {
            answers.reverse();
        }
        let (booked, changed) = (&answers[0], &answers[1]);
        if booked.status == 201 && changed.status < 300 {
            // Whoever booked came after the change, and so has the new times.
            assert_eq!(booked.body["slot_start"], changed.body["start_time"], "{booked} {changed}");
        }
        assert!(booked.status == 201 || changed.status < 300, "{booked} {changed}");
        both[usize::from(booked.status == 201)] += 1;
        world.is_sound().await;
    }
    println!("taken back, booked: {both:?}");
}

#[tokio::test]
async fn of_two_bookings_moved_to_one_slot_one_is_there() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let ben = world.register("ben").await;
    let mut bookings: Vec<(Person, i64)> = Vec::new();
    for (n, person) in [(0, &ada), (1, &ben)] {
        bookings.push((person.clone(), person.has_lesson(&tom, minute(START + 60 * n)).await));
    }
    let free = tom.opens_slot(minute(START + 180)).await;
    let jobs = bookings.into_iter().cycle().take(8).map(|(person, booking)| async move {
        person.post(&format!("{BOOKINGS}{booking}/reschedule/"), json!({"availability_slot": free})).await
    });
    let answers = at_once(jobs).await;
    let told = tally(&answers);
    assert_eq!(told.get(&(200, String::new())), Some(&1), "{told:?}");
    world.is_sound().await;
}
