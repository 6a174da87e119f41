//! Credits are neither lost nor made, whoever spends at the same moment.

use tests::person::{meeting, purchase};
use tests::{World, at_once, minute, tally};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_parallel_spends_ten_credits_pay_for_ten() {
    let world = World::new().await;
    let expert = world.register("expert").await;
    let learner = world.register("learner").await;
    learner.buys(9).await;
    let jobs = (0..100).map(|hour| {
        let (learner, body) = (learner.clone(), meeting(&expert, minute(60 * (hour + 1)), 60));
        async move { learner.post("/api/meetings/", body).await }
    });
    let counts = tally(&at_once(jobs).await);
    let expected = [((201, String::new()), 10), ((400, "insufficient_credits".to_owned()), 90)];
    assert_eq!(counts, expected.into());
    assert_eq!(learner.credits().await, (0, 10));
    assert_eq!(world.is_sound().await, 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_purchases_all_arrive() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let jobs = (1..=40).map(|credits| {
        let ada = ada.clone();
        async move { ada.post("/api/payments/purchase_credits/", purchase(credits)).await.is(200) }
    });
    at_once(jobs).await;
    assert_eq!(ada.credits().await, (1 + 40 * 41 / 2, 0));
    assert_eq!(ada.all("/api/credit-transactions/?limit=7").await.len(), 41);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_transfers_move_what_is_missing_once() {
    let world = World::new().await;
    let (learner, expert) = (world.register("learner").await, world.register("expert").await);
    learner.buys(10).await;
    let held = learner.books(&expert, minute(60), 30).await;
    expert.declares(held, "confirmed").await.is(200);
    world.set_clock(minute(91));
    expert.declares(held, "completed").await.is(200);
    let jobs = (0..40).map(|n| {
        let learner = learner.clone();
        let body = serde_json::json!({"meeting_id": held, "amount": 1 + n % 4});
        async move { learner.post("/api/credits/transfer/", body).await.is(200) }
    });
    at_once(jobs).await;
    assert_eq!(expert.credits().await, (1 + 4, 0));
    assert_eq!(learner.credits().await, (11 - 4, 0));
    world.is_sound().await;
}
