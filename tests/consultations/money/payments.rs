//! Paying for a booking (`consultations.md` §9).

use chrono::TimeDelta;
use domain::booking::{Actor, Funds, Status, Step};
use domain::ledger::Amount;
use serde_json::json;
use tests::paying::{Deal, INTENTS, TIME_TO_PAY, delivers, is_received, money, plain_event, stripe_event, waiting};
use tests::person::id;
use tests::{Fault, Moment, Person, Strike, World, at_once, minute, tally};

#[tokio::test]
async fn a_simulated_payment_pays_for_the_booking_at_once() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let payment = deal.asks("simulated").await.is(201);
    let payment_id = id(&payment);
    assert_eq!(
        payment,
        json!({
            "id": payment_id, "user": deal.ada.id, "booking": deal.booking.get(), "enrollment": null,
            "provider": "simulated", "amount": "50.00", "currency": "USD", "status": "succeeded",
            "transaction_id": format!("sim_local_{payment_id}"), "payment_intent_id": format!("sim_local_{payment_id}"),
            "metadata": {"booking": deal.booking.get()}, "client_secret": null,
            "created_at": payment["created_at"], "updated_at": payment["updated_at"],
        })
    );
    let booking = deal.now().await;
    assert_eq!((booking.funds, booking.status), (Funds::Held, Status::Pending));
    assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
    let mut shown = payment.clone();
    shown.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(deal.payment(&payment).await, shown);
    world.is_sound().await;
}

#[tokio::test]
async fn of_ten_payments_at_once_exactly_one_succeeds() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let answers = at_once((0..10).map(|_| {
        let deal = deal.clone();
        async move { deal.asks("simulated").await }
    }))
    .await;
    assert_eq!(tally(&answers), [((201, String::new()), 1), ((409, "not_payable".to_owned()), 9)].into());
    assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_paid_over_free_or_too_late_cannot_be_paid() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = async |hour: i64, price: Amount| Deal::at(&world, &ada, &bob, price, minute(hour * 60)).await;

    let paid = deal(48, money(5000, "USD")).await;
    paid.asks("simulated").await.is(201);
    for provider in ["simulated", "stripe", "paypal", "wise"] {
        paid.asks(provider).await.refuses(409, "not_payable");
    }
    paid.takes(Step::Cancel, Actor::Staff).await;
    paid.asks("simulated").await.refuses(409, "not_payable");

    deal(50, Amount::NOTHING).await.asks("simulated").await.refuses(409, "not_payable");
    deal(52, Amount::credits(1)).await.asks("simulated").await.refuses(409, "not_payable");

    let cancelled = deal(54, money(5000, "USD")).await;
    cancelled.takes(Step::Cancel, Actor::Learner).await;
    cancelled.asks("simulated").await.refuses(409, "not_payable");

    let (first, last) = (deal(56, money(5000, "USD")).await, deal(58, money(5000, "USD")).await);
    world.set_clock(first.now().await.pay_by.unwrap() - TimeDelta::seconds(2));
    first.asks("simulated").await.is(201);
    world.set_clock(last.now().await.pay_by.unwrap());
    for provider in ["simulated", "stripe"] {
        last.asks(provider).await.refuses(409, "not_payable");
    }
    world.is_sound().await;
}

#[tokio::test]
async fn nobody_can_pay_for_a_meeting_that_costs_credits() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let meeting = ada.books(&bob, minute(60), 60).await;
    ada.post(INTENTS, json!({"booking": meeting, "provider": "simulated"})).await.refuses(409, "not_payable");
    assert_eq!(ada.credits().await, (0, 1));
}

#[tokio::test]
async fn only_who_booked_may_pay() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let eve = world.register("eve").await;
    let unknown = json!({"booking": 4711, "provider": "simulated"});
    eve.post(INTENTS, deal.order("simulated")).await.blames("booking");
    eve.post(INTENTS, unknown.clone()).await.blames("booking");
    deal.ada.post(INTENTS, unknown).await.blames("booking");
    world.admin().await.post(INTENTS, deal.order("simulated")).await.blames("booking");
    deal.bob.post(INTENTS, deal.order("simulated")).await.refuses(403, "forbidden");
    Person::stranger(&world, "nobody").post(INTENTS, deal.order("simulated")).await.refuses(401, "not_authenticated");
    assert_eq!(deal.now().await.funds, Funds::Due);
}

#[tokio::test]
async fn what_is_no_order_is_refused_by_field() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let booking = deal.booking.get();
    for (body, field) in [
        (json!({"provider": "stripe"}), "booking"),
        (json!({"booking": null, "provider": "stripe"}), "booking"),
        (json!({"booking": "one", "provider": "stripe"}), "booking"),
        (json!({"booking": true, "provider": "stripe"}), "booking"),
        (json!({"booking": -1, "provider": "stripe"}), "booking"),
        (json!({"booking": 1.5, "provider": "stripe"}), "booking"),
        (json!({"booking": booking}), "provider"),
        (json!({"booking": booking, "provider": "cash"}), "provider"),
        (json!({"booking": booking, "provider": "Stripe"}), "provider"),
        (json!({"booking": booking, "provider": 1}), "provider"),
        (json!({"booking": booking, "provider": "stripe", "enrollment": 3}), "enrollment"),
        (json!({"enrollment": 3, "provider": "stripe"}), "enrollment"),
    ] {
        deal.ada.post(INTENTS, body).await.blames(field);
    }
    deal.ada.get(INTENTS).await.refuses(405, "method_not_allowed");
    // What only the server knows is not listened to.
    let order = json!({"booking": booking.to_string(), "provider": "stripe", "enrollment": null, "amount": "0.01",
        "currency": "EUR", "status": "succeeded", "user": 1, "id": 1, "transaction_id": "t"});
    let payment = deal.ada.post(INTENTS, order).await.is(201);
    assert_eq!((&payment["amount"], &payment["status"]), (&json!("50.00"), &json!("pending")));
    assert_eq!((&payment["currency"], &payment["transaction_id"]), (&json!("USD"), &json!(null)));
}

#[tokio::test]
async fn an_intent_waits_for_its_event_and_is_found_again() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    for (provider, prefix) in [("stripe", "pi_"), ("paypal", "paypal_"), ("wise", "wise_")] {
        let made = deal.asks(provider).await.is(201);
        assert!(made["payment_intent_id"].as_str().unwrap().starts_with(prefix), "{made}");
        assert!(made["client_secret"].is_string(), "{made}");
        assert_eq!(made["status"], "pending");
        assert_eq!(deal.asks(provider).await.is(200), made);
    }
    assert_eq!(deal.now().await.funds, Funds::Due);
    // One by another way does not wait for them.
    deal.asks("simulated").await.is(201);
    deal.asks("stripe").await.refuses(409, "not_payable");
    world.is_sound().await;
}

#[tokio::test]
async fn ten_who_ask_at_once_get_one_intent() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let answers = at_once((0..10).map(|_| {
        let deal = deal.clone();
        async move { deal.asks("stripe").await }
    }))
    .await;
    assert_eq!(tally(&answers), [((200, String::new()), 9), ((201, String::new()), 1)].into());
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
}

#[tokio::test]
async fn after_a_failure_there_is_a_new_intent_and_either_may_succeed() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let first = deal.asks("stripe").await.is(201);
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "payment_failed", &first)).await, false);
    assert_eq!(deal.payment(&first).await["status"], "failed");
    let second = deal.asks("stripe").await.is(201);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(deal.asks("stripe").await.is(200), second);
    // The card worked at the second attempt after all.
    is_received(delivers(&world, "stripe", &stripe_event("evt_2", "succeeded", &first)).await, false);
    assert_eq!(deal.payment(&first).await["status"], "succeeded");
    assert_eq!(deal.now().await.funds, Funds::Held);
    is_received(delivers(&world, "stripe", &stripe_event("evt_3", "succeeded", &second)).await, false);
    assert_eq!(deal.payment(&second).await["status"], "refunded");
    assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
    world.is_sound().await;
}

#[tokio::test]
async fn a_payment_with_a_key_is_made_once_and_answered_alike() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    for (hour, provider) in [(48, "simulated"), (50, "stripe")] {
        let deal = Deal::at(&world, &ada, &bob, money(5000, "USD"), minute(hour * 60)).await;
        let first = ada.post_once(provider, INTENTS, deal.order(provider)).await.is(201);
        assert_eq!(ada.post_once(provider, INTENTS, deal.order(provider)).await.is(201), first);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn a_payment_is_shown_to_its_payer_and_to_administrators() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let payment = deal.asks("simulated").await.is(201);
    let path = format!("/api/v1/payments/{}/", payment["id"]);
    let shown = deal.ada.get(&path).await.is(200);
    assert_eq!(world.admin().await.get(&path).await.is(200), shown);
    for person in [&deal.bob, &world.register("eve").await] {
        person.get(&path).await.refuses(404, "not_found");
    }
    Person::stranger(&world, "nobody").get(&path).await.refuses(401, "not_authenticated");
    for path in ["/api/v1/payments/4711/", "/api/v1/payments/x/", "/api/v1/payments/0/"] {
        deal.ada.get(path).await.refuses(404, "not_found");
        world.admin().await.get(path).await.refuses(404, "not_found");
    }
    // Neither is a purchase of credits a payment for a booking.
    let bought = deal.ada.post("/api/payments/purchase_credits/", tests::person::purchase(2)).await.is(200);
    deal.ada.get(&format!("/api/v1/payments/{}/", bought["payment"]["id"])).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_booking_that_took_anothers_place_is_paid_with_its_intent() {
    let world = World::new().await;
    let deal = Deal::made(&world).await;
    let asked = deal.asks("stripe").await.is(201);
    let next = deal.is_replaced().await.is_replaced().await;
    deal.asks("stripe").await.refuses(409, "not_payable");
    assert_eq!(next.asks("stripe").await.is(200)["id"], asked["id"]);
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &asked)).await, false);
    assert_eq!((next.now().await.funds, deal.now().await.funds), (Funds::Held, Funds::Moved));
    assert_eq!(deal.payment(&asked).await["status"], "succeeded");
    world.is_sound().await;
}

#[tokio::test]
async fn a_completion_pays_the_expert_less_the_platforms_fee() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    // 15 % of 50.30 is 7.545: half a cent goes to the platform.
    let deal = Deal::at(&world, &ada, &bob, money(5030, "USD"), minute(48 * 60)).await;
    deal.asks("simulated").await.is(201);
    deal.takes(Step::Confirm, Actor::Expert).await;
    let deal = deal.later(49 * 60).await;
    deal.takes(Step::Begin, Actor::Expert).await;
    deal.takes(Step::Complete, Actor::Expert).await;
    assert_eq!(deal.dollars(&bob).await, (5030 - 755, 0));
    assert_eq!(deal.dollars(&ada).await, (0, 0));
    deal.asks("simulated").await.refuses(409, "not_payable");
    world.is_sound().await;
    // Where credits are counted, cents are not credits.
    let bob = deal.bob;
    let transactions = bob.get("/api/credit-transactions/").await.is(200);
    assert_eq!(transactions.as_array().map(Vec::len), Some(1), "{transactions}");
    assert_eq!(bob.credits().await, (1, 0));
}

#[tokio::test]
async fn a_payment_that_comes_just_as_the_time_runs_out_is_made_or_not_and_never_half() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    for hour in 0..8 {
        let deal = Deal::at(&world, &ada, &bob, money(700, "USD"), minute((48 + hour * 2) * 60)).await;
        world.advance(TIME_TO_PAY - TimeDelta::milliseconds(40));
        let answers = at_once((0..4).map(|_| {
            let deal = deal.clone();
            async move { deal.asks("simulated").await }
        }))
        .await;
        let paid = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(answers.iter().all(|answer| [(201, ""), (409, "not_payable")].contains(&answer.outcome())));
        assert_eq!(deal.now().await.funds == Funds::Held, paid == 1);
        world.is_sound().await;
    }
}

#[tokio::test]
async fn what_is_paid_while_somebody_asks_how_to_pay_is_not_to_be_paid_again() {
    let world = World::new().await;
    let (deal, payment) = waiting(&world, "paypal").await;
    // The booking has been read, its intents have not.
    let strike = Strike { at: 2, ..Strike::once(Fault::Stall, Moment::Before, 1) }.only("GetItem");
    world.table.faults.arm(strike);
    let asking = deal.clone();
    let asking = world.table.faults.start(async move { asking.asks("paypal").await }).await;
    is_received(delivers(&world, "paypal", &plain_event("evt_1", "succeeded", &payment)).await, false);
    world.table.faults.release();
    asking.await.unwrap().refuses(409, "not_payable");
    world.is_sound().await;
}
