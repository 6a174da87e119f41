//! Whom to believe that money has moved.

use chrono::TimeDelta;
use serde_json::json;
use tests::paying::{
    is_received, plain_event, plain_signature, posts, secret, stripe_event, stripe_signature, waiting,
};
use tests::{Person, Setup, World};

#[tokio::test]
async fn a_signature_of_stripe_is_believed_only_if_it_is_one() {
    let world = World::new().await;
    let (deal, payment) = waiting(&world, "stripe").await;
    let body = stripe_event("evt_1", "succeeded", &payment).to_string();
    let (now, right) = (world.now(), secret("stripe"));
    let good = stripe_signature(&right, now, &body);
    let mac = good.split_once("v1=").unwrap().1.to_owned();
    let at = now.timestamp();
    let signed = |seconds: i64| stripe_signature(&right, now + TimeDelta::seconds(seconds), &body);
    let bad = [
        String::new(),
        "nonsense".to_owned(),
        mac.clone(),
        format!("v1={mac}"),
        format!("t={at}"),
        format!("t={at},v1="),
        format!("t={at},v1={}", "0".repeat(64)),
        format!("t={at},v1={}", &mac[..32]),
        format!("t={at},v0={mac}"),
        format!("t={},v1={mac}", at + 1),
        format!("t=+{at},v1={mac}"),
        format!("t=,v1={mac}"),
        format!("t=99999999999999999999,v1={mac}"),
        format!("t=-9223372036854775808,v1={mac}"),
        stripe_signature(&secret("paypal"), now, &body),
        stripe_signature("", now, &body),
        stripe_signature(&right, now, &body.replace("5000", "5001")),
        signed(-310),
        signed(310),
        signed(-86_400),
    ];
    let eve = Person::stranger(&world, "eve");
    for signature in &bad {
        let answer = posts(&eve, "stripe", Some(("stripe-signature", signature)), body.as_bytes()).await;
        assert_eq!(answer.outcome(), (400, "invalid_signature"), "{signature}");
    }
    posts(&eve, "stripe", None, body.as_bytes()).await.refuses(400, "invalid_signature");
    let plain = plain_signature("stripe", &body);
    posts(&eve, "stripe", Some(("x-signature", &plain)), body.as_bytes()).await.refuses(400, "invalid_signature");
    // Another byte is another body, though it means the same.
    let spaced = format!("{body} ");
    posts(&eve, "stripe", Some(("stripe-signature", &good)), spaced.as_bytes()).await.refuses(400, "invalid_signature");
    assert_eq!(deal.payment(&payment).await["status"], "pending");
    // While a secret is being replaced, an event has two.
    let both = format!("t={at}, v1={}, v1={mac},v0=x", "0".repeat(64));
    is_received(posts(&eve, "stripe", Some(("stripe-signature", &both)), body.as_bytes()).await, false);
    for seconds in [-290, 290] {
        let near = signed(seconds);
        is_received(posts(&eve, "stripe", Some(("stripe-signature", &near)), body.as_bytes()).await, true);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn a_plain_signature_is_believed_only_if_it_is_one() {
    for provider in ["paypal", "wise", "simulated"] {
        let world = World::new().await;
        let (deal, payment) = waiting(&world, provider).await;
        let body = plain_event("evt_1", "succeeded", &payment).to_string();
        let good = plain_signature(provider, &body);
        let eve = Person::stranger(&world, "eve");
        let stripes = stripe_signature(&secret(provider), world.now(), &body);
        let bad = ["", "0", "nonsense", &good[..62], &stripes, &plain_signature("stripe", &body)];
        for signature in bad {
            let answer = posts(&eve, provider, Some(("x-signature", signature)), body.as_bytes()).await;
            assert_eq!(answer.outcome(), (400, "invalid_signature"), "{signature}");
        }
        posts(&eve, provider, None, body.as_bytes()).await.refuses(400, "invalid_signature");
        posts(&eve, provider, Some(("x-signature", &good)), b"{}").await.refuses(400, "invalid_signature");
        let loud = good.to_uppercase();
        is_received(posts(&eve, provider, Some(("x-signature", &loud)), body.as_bytes()).await, false);
        assert_eq!(deal.payment(&payment).await["status"], "succeeded");
        assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
    }
}

#[tokio::test]
async fn without_a_secret_nobody_is_believed() {
    let env = [("STRIPE_WEBHOOK_SECRET", String::new()), ("WISE_WEBHOOK_SECRET", String::new())].into();
    let world = World::with(Setup { env, ..Setup::default() }).await;
    let (_, payment) = waiting(&world, "stripe").await;
    let eve = Person::stranger(&world, "eve");
    let body = stripe_event("evt_1", "succeeded", &payment).to_string();
    for guess in ["", &secret("stripe")] {
        let signature = stripe_signature(guess, world.now(), &body);
        let answer = posts(&eve, "stripe", Some(("stripe-signature", &signature)), body.as_bytes()).await;
        answer.refuses(400, "invalid_signature");
    }
    let signature = plain_signature("wise", &body);
    posts(&eve, "wise", Some(("x-signature", &signature)), body.as_bytes()).await.refuses(400, "invalid_signature");
}

#[tokio::test]
async fn providers_are_not_limited_and_forgers_are() {
    let world = World::with(Setup::limited()).await;
    let machine = Person::stranger(&world, "provider");
    let body = json!({"id": "evt_1", "type": "x"}).to_string();
    let good = plain_signature("wise", &body);
    let send = async |signature: &str| posts(&machine, "wise", Some(("x-signature", signature)), body.as_bytes()).await;
    for _ in 0..70 {
        is_received(send(&good).await, false);
    }
    for _ in 0..60 {
        send("00").await.refuses(400, "invalid_signature");
    }
    send("00").await.refuses(429, "rate_limited");
    // From the same address, a provider is still heard.
    is_received(send(&good).await, false);
}
