//! Counts (§3.5): exact with however many people at once, whatever goes wrong on the way.

use chrono::TimeDelta;
use serde_json::json;
use store::Kind;
use tests::community::{counts_hold, stored};
use tests::{Fault, Moment, Strike, World, at_once};

#[tokio::test]
async fn fifty_people_at_once_are_counted_exactly() {
    let world = World::new().await;
    let crowd = world.crowd("ada", 50).await;
    let post = crowd[0].tells_all("Hello").await;
    let all = |what: u8| {
        crowd.iter().cloned().enumerate().map(move |(number, person)| async move {
            match what {
                0 => person.likes(post).await,
                1 => person.sees(post).await,
                2 => person.comments_on(post, "Well").await,
                // Half of them think otherwise.
                _ if number % 2 == 0 => person.likes(post).await,
                _ => person.sees(post).await,
            }
        })
    };
    let answers = at_once((0..3).flat_map(all)).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)));
    assert_eq!(counts_hold(&crowd[0], post).await, (50, 50, 50));
    assert!(at_once(all(3)).await.iter().all(|answer| answer.status == 200));
    assert_eq!(counts_hold(&crowd[1], post).await, (25, 50, 50));
    assert_eq!(crowd[0].finds(post).await.unwrap()["liked"], json!(false));
    assert_eq!(crowd[1].finds(post).await.unwrap()["liked"], json!(true));
}

#[tokio::test]
async fn each_call_turns_a_like_over_and_a_view_counts_once() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let post = ada.tells_all("Hello").await;
    bob.likes(post).await.is(200);
    for round in 0..10 {
        let liked = round % 2 == 0;
        let answer = ada.likes(post).await.is(200);
        assert_eq!(answer, json!({"liked": liked, "like_count": if liked { 2 } else { 1 }}));
        assert_eq!(ada.sees(post).await.is(200), json!({"views": 1}));
    }
    assert_eq!(counts_hold(&ada, post).await, (1, 0, 1));
}

#[tokio::test]
async fn a_person_in_a_hurry_turns_their_like_over_as_often_as_they_ask() {
    let world = World::new().await;
    let ada = world.student("ada").await;
    let post = ada.tells_all("Hello").await;
    let times = |many: usize| {
        let ada = ada.clone();
        (0..many).map(move |_| {
            let ada = ada.clone();
            async move { ada.likes(post).await.is(200)["liked"].as_bool().unwrap() }
        })
    };
    let liked = at_once(times(7)).await;
    assert_eq!(liked.iter().filter(|liked| **liked).count(), 4);
    assert_eq!(counts_hold(&ada, post).await, (1, 0, 0));
}

/// As soon as others are in the way at the one item, people write to others; the sum is what is stored.
#[tokio::test]
async fn in_a_rush_nobody_is_refused_and_the_counts_hold_before_during_and_after() {
    let world = World::new().await;
    let crowd = world.crowd("ada", 12).await;
    let post = crowd[0].tells_all("Everybody looks at this").await;
    crowd[0].likes(post).await.is(200);
    // Three times in a row somebody else has their hands on the item.
    let strike = Strike { times: 3, ..Strike::once(Fault::Conflict, Moment::Before, 1) };
    world.table.faults.arm(strike.only("TransactWriteItems"));
    assert_eq!(crowd[1].likes(post).await.is(200), json!({"liked": true, "like_count": 2}));
    assert_eq!(world.table.faults.disarm(), 3);
    assert_eq!(stored(&world, Kind::PostSpare, ("post", post)), 1);
    at_once(crowd[2..].iter().cloned().map(|person| async move {
        person.likes(post).await.is(200);
        person.sees(post).await.is(200);
        person.comments_on(post, "Me too").await.is(201);
    }))
    .await;
    assert_eq!(counts_hold(&crowd[0], post).await, (12, 10, 10));
    assert!(stored(&world, Kind::PostSpare, ("post", post)) > 1, "they wrote to several");
    // Whoever liked it before the rush thinks otherwise in it.
    assert_eq!(crowd[0].likes(post).await.is(200), json!({"liked": false, "like_count": 11}));
    assert_eq!(counts_hold(&crowd[0], post).await, (11, 10, 10));
    // The rush is long over: the next one puts all in one place again.
    world.advance(TimeDelta::minutes(12));
    assert_eq!(crowd[0].sees(post).await.is(200), json!({"views": 11}));
    assert_eq!(stored(&world, Kind::PostSpare, ("post", post)), 0);
    assert_eq!(counts_hold(&crowd[0], post).await, (11, 10, 11));
    assert_eq!(crowd[0].likes(post).await.is(200), json!({"liked": true, "like_count": 12}));
}

#[tokio::test]
async fn too_much_for_one_partition_is_no_refusal_either() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let post = ada.tells_all("Hello").await;
    let strike = Strike { times: 3, ..Strike::once(Fault::ThrottledLeg, Moment::Before, 1) };
    world.table.faults.arm(strike.only("TransactWriteItems"));
    bob.likes(post).await.is(200);
    world.table.faults.disarm();
    assert_eq!(counts_hold(&ada, post).await, (1, 0, 0));
}

#[tokio::test]
async fn a_like_whose_answer_is_lost_is_counted_once() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let post = ada.tells_all("Hello").await;
    for round in 0..4 {
        world.table.faults.arm(Strike::once(Fault::Lost, Moment::After, 1).only("TransactWriteItems"));
        let answer = bob.likes(post).await.is(200);
        assert_eq!(world.table.faults.disarm(), 1);
        assert_eq!(answer["liked"], json!(round % 2 == 0));
        counts_hold(&ada, post).await;
    }
}

/// Whatever call a process dies at, the counts are what is stored; and what was not answered can be asked again.
#[tokio::test]
async fn a_death_at_any_call_leaves_counts_that_hold() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let post = ada.tells_all("Hello").await;
    for what in ["like", "view", "comment"] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let faults = &world.table.faults;
                faults.arm(Strike::once(Fault::Death, moment, nth));
                let done = faults
                    .until_death(async {
                        match what {
                            "like" => bob.likes(post).await,
                            "view" => bob.sees(post).await,
                            _ => bob.comments_on(post, "Well").await,
                        }
                    })
                    .await;
                faults.disarm();
                counts_hold(&ada, post).await;
                if let Some(answer) = done {
                    assert!(nth > 2 && answer.status < 300, "{what}: {answer}");
                    break;
                }
            }
        }
    }
}

/// So is a rush that begins, and one that ends.
#[tokio::test]
async fn a_death_while_a_rush_begins_or_ends_leaves_counts_that_hold() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let authors = world.crowd("author", 11).await;
    for (nth, author) in (1..).zip(&authors) {
        let post = author.tells_all("Hello").await;
        let strike = Strike { times: 3, ..Strike::once(Fault::Conflict, Moment::Before, 1) };
        world.table.faults.arm(strike.only("TransactWriteItems"));
        bob.likes(post).await.is(200);
        world.table.faults.disarm();
        world.advance(TimeDelta::minutes(12));
        for moment in [Moment::Before, Moment::After] {
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            world.table.faults.until_death(ada.likes(post)).await;
            world.table.faults.disarm();
            counts_hold(&ada, post).await;
        }
    }
}
