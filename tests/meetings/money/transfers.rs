//! Seeing to it that an expert has got credits for a meeting (§4).

use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two, two};
use tests::shape::has_exactly;
use tests::{Answer, Person, minute};

async fn transfers(person: &Person, meeting: i64, amount: impl Into<Json>) -> Answer {
    person.post("/api/credits/transfer/", json!({"meeting_id": meeting, "amount": amount.into()})).await
}

#[tokio::test]
async fn what_completion_has_moved_is_not_moved_again() {
    let (world, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    for body in
        [json!({"meeting_id": meeting}), json!({"meeting": meeting, "amount": 1}), json!({"meeting_id": meeting})]
    {
        let answer = learner.post("/api/credits/transfer/", body).await.is(200);
        has_exactly(&answer, &["success", "message", "new_balance"]);
        assert_eq!((&answer["success"], &answer["new_balance"]), (&json!(true), &json!(0)));
        assert!(answer["message"].is_string());
    }
    assert_eq!((learner.credits().await, expert.credits().await), ((0, 0), (2, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn an_amount_above_the_price_is_a_tip_and_only_what_is_missing_moves() {
    let (world, learner, expert) = rich_two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    for (amount, left, earned) in [(4, 7, 5), (4, 7, 5), (2, 7, 5), (5, 6, 6), (11, 0, 12)] {
        assert_eq!(transfers(&learner, meeting, amount).await.is(200)["new_balance"], left, "{amount}");
        assert_eq!((learner.credits().await, expert.credits().await), ((left, 0), (earned, 0)), "{amount}");
    }
    let tips = expert.all("/api/credit-transactions/").await;
    let amounts: Vec<_> = tips.iter().map(|tip| tip["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [6, 1, 3, 1, 1]);
    assert!(tips[..4].iter().all(|tip| tip["related_meeting_id"] == meeting && tip["transaction_type"] == "earned"));
    world.is_sound().await;
}

#[tokio::test]
async fn more_than_one_has_cannot_be_given() {
    let (world, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    transfers(&learner, meeting, 2).await.refuses(400, "insufficient_credits");
    assert_eq!((learner.credits().await, expert.credits().await), ((0, 0), (2, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn only_the_requester_of_a_completed_meeting_gives() {
    let (world, learner, expert) = rich_two().await;
    let stranger = world.register("stranger").await;
    let open = learner.books(&expert, minute(5000), 30).await;
    let cancelled = learner.books(&expert, minute(6000), 30).await;
    learner.declares(cancelled, "cancelled").await.is(200);
    for meeting in [open, cancelled] {
        transfers(&learner, meeting, 1).await.refuses(400, "not_completed");
        transfers(&expert, meeting, 1).await.refuses(403, "forbidden");
        transfers(&stranger, meeting, 1).await.refuses(404, "not_found");
    }
    let done = complete_a_meeting(&learner, &expert).await;
    transfers(&expert, done, 1).await.refuses(403, "forbidden");
    transfers(&stranger, done, 1).await.refuses(404, "not_found");
    transfers(&learner, 1, 1).await.refuses(404, "not_found");
    assert_eq!((learner.credits().await, expert.credits().await), ((9, 1), (2, 0)));
    world.is_sound().await;
}

#[tokio::test]
async fn an_amount_is_between_one_and_a_thousand() {
    let (_, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    learner.post("/api/credits/transfer/", json!({"amount": 1})).await.blames("meeting_id");
    for bad in [json!(0), json!(-1), json!(1001), json!(1.5), json!("x"), json!(true), Json::Null, json!([1])] {
        transfers(&learner, meeting, bad).await.blames("amount");
    }
    for bad in [json!("abc"), json!(0), json!(-5), json!(1.5), Json::Null, json!(true), json!({})] {
        learner.post("/api/credits/transfer/", json!({"meeting_id": bad})).await.blames("meeting_id");
    }
    learner.buys(999).await;
    assert_eq!(transfers(&learner, meeting, "1000").await.is(200)["new_balance"], 0);
}
