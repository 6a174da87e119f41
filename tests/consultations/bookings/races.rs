//! Many at the same moment, and deaths in between.

use serde_json::json;
use tests::consultations::{c, wish};
use tests::person::{id, stamp};
use tests::{Person, World, at_once, minute, tally};

const START: i64 = 3 * 24 * 60;

async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    (world, client, expert)
}

fn count(answers: &[tests::Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_overlapping_bookings_exactly_one_wins() {
    let (world, _client, expert) = two().await;
    let crowd = world.crowd("c", 20).await;
    let jobs = crowd.into_iter().zip(0..).map(|(person, number)| {
        let body = wish(&expert, minute(START + 5 * (number % 4)));
        async move { person.post(&c("consultations/book/"), body).await }
    });
    let answers = at_once(jobs).await;
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 19), "{:?}", tally(&answers));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_commands_on_one_consultation_one_wins() {
    let (world, client, expert) = two().await;
    let booked = id(&client.consults(&expert, minute(START)).await.is(201));
    let confirm = (0..10).map(|_| {
        let expert = expert.clone();
        async move { expert.does(booked, "confirm").await }
    });
    let answers = at_once(confirm).await;
    assert_eq!((count(&answers, 200), count(&answers, 400)), (1, 9), "{:?}", tally(&answers));
    let moves = (0..10).map(|number| {
        let client = client.clone();
        async move {
            match number % 2 {
                0 => client.moves(booked, minute(START + 60 + 30 * number)).await,
                _ => client.does(booked, "cancel").await,
            }
        }
    });
    let answers = at_once(moves).await;
    assert_eq!(answers.iter().filter(|answer| answer.status < 300).count(), 1, "{:?}", tally(&answers));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_ratings_one_counts() {
    let (world, client, expert) = two().await;
    let booked = id(&client.consults(&expert, minute(60)).await.is(201));
    expert.does(booked, "confirm").await.is(200);
    world.set_clock(minute(60));
    client.does(booked, "start").await.is(200);
    client.does(booked, "end").await.is(200);
    let rate = (0..10).map(|_| {
        let client = client.clone();
        async move { client.post(&c(&format!("consultations/{booked}/rate/")), json!({"rating": 4})).await }
    });
    let answers = at_once(rate).await;
    assert_eq!((count(&answers, 201), count(&answers, 400)), (1, 9), "{:?}", tally(&answers));
    let seen = expert.consultation(booked).await;
    assert_eq!((&seen["expert"]["rating"], &seen["expert"]["review_count"]), (&json!(4), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_of_one_expert_at_the_same_moment_all_count() {
    let (world, _client, expert) = two().await;
    let crowd = world.crowd("c", 4).await;
    let mut given = Vec::new();
    for (person, number) in crowd.iter().zip(0..) {
        let booked = id(&person.consults(&expert, minute(60 + 30 * number)).await.is(201));
        expert.does(booked, "confirm").await.is(200);
        given.push(booked);
    }
    world.set_clock(minute(60 + 30 * 4));
    for (person, booked) in crowd.iter().zip(&given) {
        person.does(*booked, "start").await.is(200);
        person.does(*booked, "end").await.is(200);
    }
    let rate = crowd.into_iter().zip(given).zip(0u8..).map(|((person, booked), number)| async move {
        let body = json!({"rating": 1 + number % 5});
        person.post(&c(&format!("consultations/{booked}/rate/")), body).await
    });
    let answers = at_once(rate).await;
    assert_eq!(count(&answers, 201), 4, "{:?}", tally(&answers));
    let card = expert.get(&c("experts/dashboard/")).await.is(200);
    assert_eq!((&card["expert"]["rating"], &card["expert"]["review_count"]), (&json!(2.5), &json!(4)));
}

/// Twenty people at once want what somebody has let lapse.
#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_time_is_given_to_one() {
    let (world, client, expert) = two().await;
    client.consults(&expert, minute(START)).await.is(201);
    world.set_clock(minute(START));
    let crowd = world.crowd("late", 10).await;
    let jobs = crowd.into_iter().map(|person| {
        let body =
            json!({"expert_id": expert.id, "consultation_type": "phone", "scheduled_at": stamp(minute(START + 15))});
        async move { person.post(&c("consultations/book/"), body).await }
    });
    let answers = at_once(jobs).await;
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 9), "{:?}", tally(&answers));
    world.is_sound().await;
}
