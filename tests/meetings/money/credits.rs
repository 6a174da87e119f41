//! Credits: balance, transactions, purchases (§4).

use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two, two};
use tests::person::purchase;
use tests::shape::{each, has_exactly, time};
use tests::{Person, World, minute};

const PURCHASE: &str = "/api/payments/purchase_credits/";

/// Type, amount and meeting of each transaction, newest first.
async fn entries(person: &Person) -> Vec<(String, i64, Option<i64>)> {
    let entries = person.all("/api/credit-transactions/").await;
    let read = |entry: &Json| {
        let kind = entry["transaction_type"].as_str().unwrap().to_owned();
        (kind, entry["amount"].as_i64().unwrap(), entry["related_meeting_id"].as_i64())
    };
    entries.iter().map(read).collect()
}

fn entry(kind: &str, amount: i64, meeting: impl Into<Option<i64>>) -> (String, i64, Option<i64>) {
    (kind.to_owned(), amount, meeting.into())
}

#[tokio::test]
async fn a_balance_tells_what_can_be_spent_and_what_is_held() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let balance = ada.get("/api/credits/balance/").await.is(200);
    has_exactly(&balance, &["id", "user", "balance", "held", "updated_at"]);
    assert_eq!((&balance["user"], &balance["balance"], &balance["held"]), (&json!(ada.id), &json!(1), &json!(0)));
    assert!(balance["id"].is_i64());
    let before = time(&balance["updated_at"]);
    world.set_clock(minute(5));
    ada.buys(2).await;
    let after = ada.get("/api/credits/balance/").await.is(200);
    assert!(time(&after["updated_at"]) > before);
}

#[tokio::test]
async fn a_purchase_answers_payment_transaction_and_balance() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let bought = ada.post(PURCHASE, purchase(10)).await.is(200);
    has_exactly(&bought, &["success", "payment", "transaction", "new_balance"]);
    assert_eq!((&bought["success"], &bought["new_balance"]), (&json!(true), &json!(11)));
    let payment = &bought["payment"];
    let (id, at) = (payment["id"].clone(), payment["created_at"].clone());
    assert!(id.is_i64());
    time(&at);
    let expected = json!({
        "id": id, "user": ada.id, "payment_method": "credit_card", "amount": "10.00", "currency": "USD",
        "status": "completed", "credits_purchased": 10, "transaction_id": format!("sim_{}_10_10", ada.id),
        "created_at": at,
    });
    assert_eq!(*payment, expected);
    let transaction = &bought["transaction"];
    has_exactly(
        transaction,
        &["id", "user", "username", "transaction_type", "amount", "description", "related_meeting_id", "created_at"],
    );
    assert_eq!((&transaction["user"], &transaction["username"]), (&json!(ada.id), &json!("ada")));
    assert_eq!((&transaction["transaction_type"], &transaction["amount"]), (&json!("purchased"), &json!(10)));
    assert_eq!(ada.all("/api/credit-transactions/").await[0], *transaction);
    assert_eq!(entries(&ada).await, [entry("purchased", 10, None), entry("initial", 1, None)]);
    assert_eq!(ada.credits().await, (11, 0));
}

#[tokio::test]
async fn every_spelling_of_the_amount_and_every_method_is_taken() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for amount in [json!("3.00"), json!("3"), json!("3.0"), json!(3), json!(3.0), json!("3.000")] {
        let body = json!({"payment_method": "paypal", "amount": amount, "credits_to_purchase": "3"});
        let payment = ada.post(PURCHASE, body).await.is(200)["payment"].clone();
        assert_eq!((&payment["amount"], &payment["payment_method"]), (&json!("3.00"), &json!("paypal")));
    }
    for method in ["credit_card", "debit_card", "paypal"] {
        let body = json!({"payment_method": method, "amount": "1000.00", "credits_to_purchase": 1000});
        ada.post(PURCHASE, body).await.is(200);
    }
    assert_eq!(ada.credits().await, (1 + 18 + 3000, 0));
}

#[tokio::test]
async fn a_wrong_purchase_charges_and_grants_nothing() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let refusal = ada.post(PURCHASE, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["payment_method", "amount", "credits_to_purchase"]);
    for (field, bad) in [
        ("payment_method", json!("bitcoin")),
        ("payment_method", json!("Credit_Card")),
        ("payment_method", json!("")),
        ("payment_method", json!(1)),
        ("payment_method", Json::Null),
        ("amount", json!("2.99")),
        ("amount", json!("3.01")),
        ("amount", json!("3.001")),
        ("amount", json!(-3)),
        ("amount", json!("three")),
        ("amount", json!(true)),
        ("amount", json!("1e400")),
        ("amount", json!("NaN")),
        ("amount", json!("")),
        ("amount", json!({"usd": 3})),
        ("amount", Json::Null),
        ("credits_to_purchase", json!(0)),
        ("credits_to_purchase", json!(-3)),
        ("credits_to_purchase", json!(1001)),
        ("credits_to_purchase", json!(3.5)),
        ("credits_to_purchase", json!(true)),
        ("credits_to_purchase", json!("three")),
    ] {
        let mut body = purchase(3);
        body[field] = bad;
        ada.post(PURCHASE, body).await.blames(field);
    }
    assert_eq!(ada.credits().await, (1, 0));
    assert_eq!(entries(&ada).await, [entry("initial", 1, None)]);
}

#[tokio::test]
async fn a_client_sets_neither_price_nor_status_nor_receiver() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let mut body = purchase(2);
    for (name, value) in
        [("user", json!(bob.id)), ("status", json!("pending")), ("currency", json!("JPY")), ("new_balance", json!(99))]
    {
        body[name] = value;
    }
    let bought = ada.post(PURCHASE, body).await.is(200);
    assert_eq!((&bought["payment"]["user"], &bought["payment"]["currency"]), (&json!(ada.id), &json!("USD")));
    assert_eq!((&bought["payment"]["status"], &bought["new_balance"]), (&json!("completed"), &json!(3)));
    assert_eq!(bob.credits().await, (1, 0));
}

#[tokio::test]
async fn a_request_holds_the_price_without_an_entry() {
    let (world, learner, expert) = two().await;
    learner.books(&expert, minute(60), 30).await;
    assert_eq!((learner.credits().await, expert.credits().await), ((0, 1), (1, 0)));
    assert_eq!(entries(&learner).await, [entry("initial", 1, None)]);
    world.is_sound().await;
}

#[tokio::test]
async fn completion_moves_the_price_and_both_see_it() {
    let (world, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    assert_eq!((learner.credits().await, expert.credits().await), ((0, 0), (2, 0)));
    assert_eq!(entries(&learner).await[0], entry("spent", 1, meeting));
    assert_eq!(entries(&expert).await[0], entry("earned", 1, meeting));
    assert_eq!(world.is_sound().await, 2);
}

#[tokio::test]
async fn an_absent_requester_pays() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(minute(71));
    expert.declares(meeting, "no_show").await.is(200);
    assert_eq!((learner.credits().await, expert.credits().await), ((0, 0), (2, 0)));
    assert_eq!(entries(&learner).await[0], entry("spent", 1, meeting));
    assert_eq!(entries(&expert).await[0], entry("earned", 1, meeting));
    world.is_sound().await;
}

#[tokio::test]
async fn an_absent_expert_gets_nothing() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(minute(71));
    learner.declares(meeting, "no_show").await.is(200);
    assert_eq!((learner.credits().await, expert.credits().await), ((1, 0), (1, 0)));
    assert_eq!((entries(&learner).await.len(), entries(&expert).await.len()), (1, 1));
    world.is_sound().await;
}

#[tokio::test]
async fn a_cancellation_gives_the_hold_back_without_an_entry() {
    for confirmed in [false, true] {
        for by_expert in [false, true] {
            let (world, learner, expert) = two().await;
            let meeting = learner.books(&expert, minute(60), 30).await;
            if confirmed {
                expert.declares(meeting, "confirmed").await.is(200);
            }
            let canceller = if by_expert { &expert } else { &learner };
            canceller.declares(meeting, "cancelled").await.is(200);
            assert_eq!((learner.credits().await, expert.credits().await), ((1, 0), (1, 0)));
            assert_eq!((entries(&learner).await.len(), entries(&expert).await.len()), (1, 1));
            world.is_sound().await;
        }
    }
}

#[tokio::test]
async fn without_a_credit_nothing_is_reserved() {
    let (world, learner, expert) = two().await;
    learner.books(&expert, minute(60), 30).await;
    learner.requests(&expert, minute(120), 30).await.refuses(400, "insufficient_credits");
    assert_eq!(learner.all("/api/meetings/").await.len(), 1);
    assert_eq!(expert.all("/api/notifications/").await.len(), 1);
    // The time stayed free.
    let third = world.register("third").await;
    third.requests(&expert, minute(120), 30).await.is(201);
    world.is_sound().await;
}

#[tokio::test]
async fn transactions_are_listed_newest_first_to_their_owner() {
    let (_, learner, expert) = rich_two().await;
    let meetings = [complete_a_meeting(&learner, &expert).await, complete_a_meeting(&learner, &expert).await];
    learner.post("/api/credits/transfer/", json!({"meeting_id": meetings[0], "amount": 3})).await.is(200);
    let expected = [
        entry("spent", 2, meetings[0]),
        entry("spent", 1, meetings[1]),
        entry("spent", 1, meetings[0]),
        entry("purchased", 10, None),
        entry("initial", 1, None),
    ];
    assert_eq!(entries(&learner).await, expected);
    let whole = learner.all("/api/credit-transactions/").await;
    assert!(each(&whole, "id").windows(2).all(|pair| pair[0].as_i64() > pair[1].as_i64()));
    assert_eq!(learner.all("/api/credit-transactions/?limit=2").await, whole);
    let earned = entries(&expert).await;
    assert_eq!(earned[0], entry("earned", 2, meetings[0]));
    assert_eq!(earned.len(), 4);
    assert!(whole.iter().all(|entry| entry["user"] == learner.id && entry["username"] == "learner"));
}
