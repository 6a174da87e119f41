//! What payment providers say, and who only says so.

use app::background::Job;
use chrono::TimeDelta;
use domain::booking::{Actor, Funds, Step};
use serde_json::json;
use store::RefundOf;
use tests::paying::{
    TIME_TO_PAY, delivers, is_received, plain_event, plain_signature, posts, secret, stripe_event, stripe_signature,
    waiting,
};
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once};

#[tokio::test]
async fn an_event_of_every_provider_pays_for_the_booking() {
    for provider in ["stripe", "paypal", "wise"] {
        let world = World::new().await;
        let (deal, payment) = waiting(&world, provider).await;
        let event = match provider {
            "stripe" => stripe_event("evt_1", "succeeded", &payment),
            _ => plain_event("evt_1", "succeeded", &payment),
        };
        is_received(delivers(&world, provider, &event).await, false);
        let paid = deal.payment(&payment).await;
        assert_eq!(paid["status"], "succeeded");
        let called = if provider == "stripe" { json!("ch_1") } else { payment["payment_intent_id"].clone() };
        assert_eq!((&paid["transaction_id"], &paid["payment_intent_id"]), (&called, &payment["payment_intent_id"]));
        assert_eq!(deal.now().await.funds, Funds::Held);
        assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn an_event_has_its_effect_once() {
    let world = World::new().await;
    let (deal, payment) = waiting(&world, "stripe").await;
    let event = stripe_event("evt_1", "succeeded", &payment);
    is_received(delivers(&world, "stripe", &event).await, false);
    for _ in 0..3 {
        is_received(delivers(&world, "stripe", &event).await, true);
    }
    // The same said in another event is news without an effect; and nothing fails after it has succeeded.
    is_received(delivers(&world, "stripe", &stripe_event("evt_2", "succeeded", &payment)).await, false);
    is_received(delivers(&world, "stripe", &stripe_event("evt_2", "succeeded", &payment)).await, true);
    is_received(delivers(&world, "stripe", &stripe_event("evt_3", "payment_failed", &payment)).await, false);
    assert_eq!(deal.payment(&payment).await["status"], "succeeded");
    assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
    // Not even after three months.
    world.advance(TimeDelta::days(91));
    is_received(delivers(&world, "stripe", &event).await, true);
    world.is_sound().await;
}

#[tokio::test]
async fn of_ten_deliveries_at_once_one_has_the_effect() {
    for kind in ["succeeded", "payment_failed"] {
        let world = World::new().await;
        let (deal, payment) = waiting(&world, "stripe").await;
        let event = stripe_event("evt_1", kind, &payment);
        let answers = at_once((0..10).map(|_| {
            let (world, event) = (world.clone(), event.clone());
            async move { delivers(&world, "stripe", &event).await }
        }))
        .await;
        let duplicates = answers.into_iter().map(|answer| answer.is(200)["duplicate"] == true);
        assert_eq!(duplicates.filter(|duplicate| *duplicate).count(), 9);
        let held = if kind == "succeeded" { 5000 } else { 0 };
        assert_eq!(deal.dollars(&deal.ada).await, (0, held));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn ten_different_events_about_one_payment_pay_once() {
    let world = World::new().await;
    let (deal, payment) = waiting(&world, "stripe").await;
    let answers = at_once((0..10).map(|number| {
        let event = stripe_event(&format!("evt_{number}"), "succeeded", &payment);
        let world = world.clone();
        async move { delivers(&world, "stripe", &event).await }
    }))
    .await;
    answers.into_iter().for_each(|answer| is_received(answer, false));
    assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
    world.is_sound().await;
}

#[tokio::test]
async fn another_amount_or_currency_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (deal, payment) = waiting(&world, "stripe").await;
    let event = stripe_event("evt_1", "succeeded", &payment);
    for (member, value) in [
        ("amount", json!(4999)),
        ("amount", json!(5001)),
        ("amount", json!(50)),
        ("amount", json!(-5000)),
        ("amount", json!("5000")),
        ("amount", json!(5000.5)),
        ("amount", json!(null)),
        ("amount", json!(1e300)),
        ("currency", json!("eur")),
        ("currency", json!("")),
        ("currency", json!(null)),
        ("currency", json!(["usd"])),
    ] {
        for kind in ["succeeded", "payment_failed"] {
            let mut wrong = stripe_event("evt_1", kind, &payment);
            wrong["data"]["object"][member] = value.clone();
            let answer = delivers(&world, "stripe", &wrong).await;
            assert_eq!(answer.outcome(), (400, "amount_mismatch"), "{wrong}");
        }
    }
    assert_eq!(
        (deal.payment(&payment).await["status"].clone(), deal.now().await.funds),
        (json!("pending"), Funds::Due)
    );
    is_received(delivers(&world, "stripe", &event).await, false);

    let world = World::new().await;
    let (deal, payment) = waiting(&world, "paypal").await;
    for amount in [json!("49.99"), json!("5000"), json!("50.001"), json!(""), json!(null), json!({})] {
        let mut wrong = plain_event("evt_1", "succeeded", &payment);
        wrong["amount"] = amount;
        delivers(&world, "paypal", &wrong).await.refuses(400, "amount_mismatch");
    }
    assert_eq!(deal.now().await.funds, Funds::Due);
    let mut right = plain_event("evt_1", "succeeded", &payment);
    right["amount"] = json!(50);
    is_received(delivers(&world, "paypal", &right).await, false);
}

#[tokio::test]
async fn what_is_not_for_us_is_received_and_changes_nothing() {
    let world = World::new().await;
    let (deal, payment) = waiting(&world, "stripe").await;
    let paypal = deal.asks("paypal").await.is(201);
    for kind in ["created", "processing", "canceled", "requires_action"] {
        is_received(delivers(&world, "stripe", &stripe_event("evt_1", kind, &payment)).await, false);
    }
    is_received(delivers(&world, "stripe", &json!({"id": "evt_1", "type": "charge.refunded", "data": 7})).await, false);
    for unknown in ["pi_3MtwBwLkdIwHu7ix28a3tqPa", "pi_local_1", "pi_local_", "x", "#", "pi_\u{1F600}"] {
        let mut event = stripe_event("evt_1", "succeeded", &payment);
        event["data"]["object"]["id"] = json!(unknown);
        for _ in 0..2 {
            is_received(delivers(&world, "stripe", &event).await, false);
        }
    }
    // What Stripe says of its own, another provider cannot say.
    let mut foreign = plain_event("evt_1", "succeeded", &paypal);
    is_received(delivers(&world, "wise", &foreign).await, false);
    foreign["payment_intent_id"] = payment["payment_intent_id"].clone();
    is_received(delivers(&world, "paypal", &foreign).await, false);
    // A payment that has a name of its own does not answer to another, whatever is said of it.
    let mut named = stripe_event("evt_1", "succeeded", &payment);
    named["data"]["object"]["id"] = json!("pi_other");
    named["data"]["object"]["metadata"] = json!({"payment": payment["id"].to_string()});
    is_received(delivers(&world, "stripe", &named).await, false);
    assert_eq!(deal.now().await.funds, Funds::Due);
    // The id of the event was never used up.
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &payment)).await, false);
    assert_eq!(deal.now().await.funds, Funds::Held);
}

#[tokio::test]
async fn a_provider_nobody_knows_is_nowhere() {
    let world = World::new().await;
    for provider in ["razorpay", "Stripe", "x", "stripe%20"] {
        delivers(&world, provider, &json!({"id": "evt_1", "type": "x"})).await.refuses(404, "not_found");
    }
    let ada = world.register("ada").await;
    ada.get("/api/v1/payments/webhook/stripe/").await.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn money_a_booking_no_longer_waits_for_goes_back() {
    for case in ["paid otherwise", "cancelled", "too late"] {
        let world = World::with(Setup::live()).await;
        let (deal, payment) = waiting(&world, "stripe").await;
        match case {
            "paid otherwise" => drop(deal.asks("simulated").await.is(201)),
            "cancelled" => drop(deal.takes(Step::Cancel, Actor::Learner).await),
            _ => world.advance(TIME_TO_PAY),
        }
        let before = deal.now().await;
        let event = stripe_event("evt_1", "succeeded", &payment);
        is_received(delivers(&world, "stripe", &event).await, false);
        is_received(delivers(&world, "stripe", &event).await, true);
        assert_eq!(deal.payment(&payment).await["status"], "refunded", "{case}");
        assert_eq!(deal.now().await, before, "{case}");
        assert!(world.carries_out().await);
        let jobs = world.background.take_jobs();
        let is_refund = |job: &&Job| matches!(job, Job::Refund(RefundOf::Payment(_)));
        assert_eq!(jobs.iter().filter(is_refund).count(), 1, "{case}");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn whoever_pays_at_the_same_moment_by_another_way_gets_it_back() {
    for _ in 0..6 {
        let world = World::new().await;
        let (deal, stripe) = waiting(&world, "stripe").await;
        let wise = deal.asks("wise").await.is(201);
        let events =
            [("stripe", stripe_event("e1", "succeeded", &stripe)), ("wise", plain_event("e1", "succeeded", &wise))];
        let heard = events.map(|(provider, event)| {
            let world = world.clone();
            tokio::spawn(async move { delivers(&world, provider, &event).await })
        });
        let answers = at_once((0..3).map(|_| {
            let deal = deal.clone();
            async move { deal.asks("simulated").await }
        }))
        .await;
        for answer in heard {
            is_received(answer.await.unwrap(), false);
        }
        let simulated = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(answers.iter().all(|answer| [(201, ""), (409, "not_payable")].contains(&answer.outcome())));
        let mut succeeded = simulated;
        for payment in [&stripe, &wise] {
            let status = deal.payment(payment).await["status"].clone();
            assert!(status == "succeeded" || status == "refunded", "{status}");
            succeeded += usize::from(status == "succeeded");
        }
        assert_eq!(succeeded, 1);
        assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn what_is_no_event_is_refused_politely() {
    let world = World::new().await;
    let eve = Person::stranger(&world, "eve");
    let deep = "[".repeat(60_000);
    for body in ["", "null", "[]", "\"x\"", "{", "{\"id\":", "{\"id\": 7, \"type\": \"x\"}", "{\"a\": 1e999}", &deep] {
        for provider in ["stripe", "paypal"] {
            let (name, signature) = match provider {
                "stripe" => ("stripe-signature", stripe_signature(&secret("stripe"), world.now(), body)),
                _ => ("x-signature", plain_signature(provider, body)),
            };
            let answer = posts(&eve, provider, Some((name, &signature)), body.as_bytes()).await;
            assert_eq!(answer.outcome(), (400, "bad_json"), "{provider} {}", &body[..body.len().min(40)]);
        }
    }
    let long = json!({"id": "e".repeat(256), "type": "payment.succeeded", "payment_intent_id": "x"});
    delivers(&world, "wise", &long).await.refuses(400, "bad_json");
    let full = json!({"id": "evt_1", "type": "x", "more": "y".repeat(64 * 1024 - 100)});
    is_received(delivers(&world, "wise", &full).await, false);
    let huge = json!({"id": "evt_1", "type": "x", "more": "y".repeat(64 * 1024)});
    delivers(&world, "wise", &huge).await.refuses(413, "too_large");
    for bytes in [&b"\xff\xfe"[..], b"\x00"] {
        posts(&eve, "stripe", None, bytes).await.refuses(400, "invalid_signature");
    }
}

#[tokio::test]
async fn a_webhook_with_an_idempotency_key_needs_no_session() {
    let world = World::new().await;
    let request = http::Request::post("/api/v1/payments/webhook/stripe/").header("idempotency-key", "k");
    let answer = Person::stranger(&world, "x").ask(request.body(bytes::Bytes::new()).unwrap()).await;
    answer.refuses(400, "invalid_signature");
}

#[tokio::test]
async fn an_event_whose_receiver_dies_has_its_effect_when_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::new().await;
            let (deal, payment) = waiting(&world, "stripe").await;
            let event = stripe_event("evt_1", "succeeded", &payment);
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(delivers(&world, "stripe", &event)).await;
            world.table.faults.disarm();
            if let Some(answer) = answer {
                is_received(answer, false);
                println!("an event: {} calls, died {moment:?} each", nth - 1);
                break;
            }
            let was_done = deal.now().await.funds == Funds::Held;
            is_received(delivers(&world, "stripe", &event).await, was_done);
            assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
            world.is_sound().await;
        }
    }
}
