//! The largest price there is (`tutoring.md` §1), as this façade shows it and as providers are asked for it.

use domain::booking::{Actor, Funds, PaymentState, Step};
use domain::ledger::{Currency, Unit};
use serde_json::json;
use tests::checkout::{hears, of_refund};
use tests::consultations::c;
use tests::paying::{Deal, delivers, is_received, money};
use tests::person::id;
use tests::razorpay_double::with_razorpay;
use tests::stripe_double::{Mood, with_stripe};
use tests::{Setup, minute};

use super::prices::{START, pays, two};
use super::razorpay::{does, owed, paid};
use super::stripe::event;

#[tokio::test]
async fn the_dearest_session_is_shown_as_the_number_it_is() {
    let (world, client, expert) = two().await;
    // Asked for where it may be; here the most is a million.
    expert.charges(Unit::Currency(Currency::USD), 9_999_999_999).await;
    for price in ["1000000.01", "99999999.99"] {
        for price in [json!(price), serde_json::from_str(price).unwrap()] {
            expert.patch(&c("experts/me/"), json!({"price_per_session": price})).await.blames("price_per_session");
        }
    }
    let is_written = |answer: &tests::Answer, what: &str| {
        let text = std::str::from_utf8(&answer.bytes).unwrap();
        assert!(text.contains(what), "{what} in {text}");
    };
    is_written(&expert.get(&c("experts/me/")).await, r#""price_per_session":99999999.99,"#);
    let booked = client.consults(&expert, minute(START)).await;
    is_written(&booked, r#""price":99999999.99,"#);
    let booked = id(&booked.is(201));
    pays(&world, booked).await;
    expert.does(booked, "confirm").await.is(200);
    world.set_clock(minute(START));
    let expert = expert.logs_in().await;
    expert.does(booked, "start").await.is(200);
    expert.does(booked, "end").await.is(200);
    // The platform keeps 15 %, half up: 15000000.00.
    let stock = world.app.store.stock().await.unwrap();
    assert!(stock.is_sound(), "{stock:#?}");
    assert_eq!(stock.owned["USD"], 8_499_999_999);
}

#[tokio::test]
async fn the_dearest_is_as_dear_to_stripe_unless_it_takes_no_such_amount() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = Deal::at(&world, &ada, &bob, money(9_999_999_999, "USD"), minute(48 * 60)).await;
    for code in ["amount_too_large", "amount_too_small"] {
        stripe.is([Mood::Says(400, code)]);
        deal.asks("stripe").await.refuses(409, "not_payable");
    }
    // Whatever Stripe takes today.
    let payment = deal.asks("stripe").await.is(201);
    assert_eq!((&payment["amount"], &stripe.asked()[2].form["amount"][..]), (&json!("99999999.99"), "9999999999"));
    let mut intent = stripe.intents()[0].clone();
    intent["amount"] = json!(9_999_999_998_u64);
    delivers(&world, "stripe", &event("evt_1", &intent)).await.refuses(400, "amount_mismatch");
    is_received(delivers(&world, "stripe", &event("evt_2", &stripe.intents()[0])).await, false);
    assert_eq!(deal.now().await.funds, Funds::Held);
    world.is_sound().await;
}

#[tokio::test]
async fn the_dearest_is_as_dear_to_razorpay() {
    let (world, razorpay) = with_razorpay(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = Deal::at(&world, &ada, &bob, money(9_999_999_999, "INR"), minute(48 * 60)).await;
    let order = paid(&deal, &razorpay).await;
    // A part of it goes back by the provider's own word, the rest by ours.
    hears(&world, "evt_1", &of_refund("processed", "rfnd_1", &order, "pay_1", 5_000_000_000)).await.unwrap();
    assert_eq!(deal.now().await.payment_state(), PaymentState::PartiallyRefunded);
    deal.takes(Step::Cancel, Actor::Learner).await;
    let [job] = owed(&world).await[..] else { panic!("one refund is owed") };
    assert!(does(&world, job).await);
    let asked: Vec<_> = razorpay.asked().into_iter().map(|asked| asked.body["amount"].as_u64()).collect();
    assert_eq!(asked, [9_999_999_999, 9_999_999_999, 4_999_999_999].map(Some));
    assert_eq!((deal.now().await.payment_state(), deal.now().await.returned), (PaymentState::Refunded, 9_999_999_999));
    world.is_sound().await;
}
