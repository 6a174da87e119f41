//! Stripe, as far as it can be had without it: its wire, its ways of failing, and that nothing is made twice.

use std::collections::BTreeMap;
use std::time::Duration;

use app::Settings;
use app::payments::Gateway;
use domain::booking::Funds;
use serde_json::{Value as Json, json};
use tests::paying::{Deal, INTENTS, delivers, is_received, money, stripe_event};
use tests::stripe_double::{Mood, with_silent_stripe, with_stripe};
use tests::world::STRIPE_KEY;
use tests::{Fault, Moment, Setup, Strike, World, at_once, minute, tally};

/// The same event Stripe sends about an intent it has made.
pub(super) fn event(id: &str, intent: &Json) -> Json {
    json!({"id": id, "type": "payment_intent.succeeded", "data": {"object": intent}})
}

#[tokio::test]
async fn stripe_is_asked_as_it_wants_to_be_asked() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    let payment = deal.asks("stripe").await.is(201);
    let [asked] = &stripe.asked()[..] else { panic!("asked once") };
    let form: BTreeMap<_, _> = [
        ("amount", "5000".to_owned()),
        ("currency", "usd".to_owned()),
        ("automatic_payment_methods[enabled]", "true".to_owned()),
        ("metadata[booking]", deal.booking.to_string()),
        ("metadata[payment]", payment["id"].to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    assert_eq!((asked.path.as_str(), &asked.form), ("/v1/payment_intents", &form));
    assert_eq!(asked.key, format!("intent-{}", payment["id"]));
    let made = &stripe.intents()[0];
    assert_eq!((&payment["payment_intent_id"], &payment["client_secret"]), (&made["id"], &made["client_secret"]));
    assert_eq!((&payment["status"], &payment["provider"]), (&json!("pending"), &json!("stripe")));
    assert_eq!(deal.asks("stripe").await.is(200), payment);
    assert_eq!(stripe.asked().len(), 1);
    is_received(delivers(&world, "stripe", &event("evt_1", made)).await, false);
    assert_eq!(deal.payment(&payment).await["status"], "succeeded");
    assert_eq!(deal.now().await.funds, Funds::Held);
    world.is_sound().await;
}

#[tokio::test]
async fn yens_are_whole() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = Deal::at(&world, &ada, &bob, money(500_000, "JPY"), minute(48 * 60)).await;
    let payment = deal.asks("stripe").await.is(201);
    assert_eq!((&payment["amount"], &payment["currency"]), (&json!("5000.00"), &json!("JPY")));
    assert_eq!(stripe.asked()[0].form["amount"], "5000");
    is_received(delivers(&world, "stripe", &event("evt_1", &stripe.intents()[0])).await, false);
    assert_eq!(deal.now().await.funds, Funds::Held);
    let half = Deal::at(&world, &ada, &bob, money(550, "JPY"), minute(50 * 60)).await;
    half.asks("stripe").await.refuses(409, "not_payable");
    assert_eq!(stripe.asked().len(), 1);
}

#[tokio::test]
async fn ten_who_ask_at_once_are_one_to_stripe() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    let answers = at_once((0..10).map(|_| {
        let deal = deal.clone();
        async move { deal.asks("stripe").await }
    }))
    .await;
    assert_eq!(tally(&answers), [((200, String::new()), 9), ((201, String::new()), 1)].into());
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(stripe.intents().len(), 1);
}

#[tokio::test]
async fn while_stripe_fails_the_intent_stays_asked_for() {
    let (world, stripe) = with_silent_stripe(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let moods = [
        Mood::Says(400, "parameter_invalid_integer"),
        Mood::Says(401, "api_key_expired"),
        Mood::Says(402, "card_declined"),
        Mood::Says(409, "idempotency_key_in_use"),
        Mood::Says(429, "rate_limit"),
        Mood::Says(500, ""),
        Mood::Says(503, ""),
        Mood::Garbage,
        Mood::Silent,
        Mood::DoneSilently,
    ];
    for (hour, mood) in (48..).step_by(2).zip(moods) {
        let deal = Deal::at(&world, &ada, &bob, money(5000, "USD"), minute(hour * 60)).await;
        let before = (stripe.asked().len(), stripe.intents().len());
        stripe.is([mood; 4]);
        for _ in 0..2 {
            deal.asks("stripe").await.refuses(503, "provider_unavailable");
        }
        assert_eq!(deal.now().await.funds, Funds::Due);
        stripe.is([]);
        let payment = deal.asks("stripe").await.is(201);
        assert_eq!(deal.asks("stripe").await.is(200), payment, "{mood:?}");
        let asked = stripe.asked().split_off(before.0);
        assert!(asked.iter().all(|asked| *asked == asked_first(&asked.form, &payment)), "{mood:?}: {asked:?}");
        assert_eq!(stripe.intents().len(), before.1 + 1, "{mood:?}");
    }
    world.is_sound().await;
}

fn asked_first(form: &BTreeMap<String, String>, payment: &Json) -> tests::stripe_double::Asked {
    let key = format!("intent-{}", payment["id"]);
    tests::stripe_double::Asked { path: "/v1/payment_intents".to_owned(), key, form: form.clone() }
}

#[tokio::test]
async fn what_passes_is_tried_once_more_and_what_does_not_is_not() {
    let (world, stripe) = with_silent_stripe(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let passing = [Mood::Says(429, ""), Mood::Says(500, ""), Mood::Garbage, Mood::Silent, Mood::DoneSilently];
    for (hour, mood) in (48..).step_by(2).zip(passing) {
        stripe.is([mood]);
        let deal = Deal::at(&world, &ada, &bob, money(5000, "USD"), minute(hour * 60)).await;
        deal.asks("stripe").await.is(201);
    }
    assert_eq!((stripe.asked().len(), stripe.intents().len()), (10, 5));
    stripe.is([Mood::Says(402, "card_declined")]);
    let deal = Deal::at(&world, &ada, &bob, money(5000, "USD"), minute(80 * 60)).await;
    deal.asks("stripe").await.refuses(503, "provider_unavailable");
    assert_eq!(stripe.asked().len(), 11);
}

#[tokio::test]
async fn a_failure_stripe_remembers_does_not_last() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    stripe.is([Mood::Keeps(500)]);
    let payment = deal.asks("stripe").await.is(201);
    let keys: Vec<_> = stripe.asked().into_iter().map(|asked| asked.key).collect();
    let key = format!("intent-{}", payment["id"]);
    assert_eq!(keys, [key.clone(), key.clone(), format!("{key}-again")]);
    assert_eq!(stripe.intents().len(), 1);
}

#[tokio::test]
async fn a_stripe_that_is_not_there_at_all_is_unavailable() {
    let stripe = Some(("http://127.0.0.1:9".to_owned(), Duration::from_millis(700)));
    let world = World::with(Setup { stripe, ..Setup::default() }).await;
    let deal = Deal::made(&world).await;
    deal.asks("stripe").await.refuses(503, "provider_unavailable");
}

#[tokio::test]
async fn an_event_may_be_faster_than_the_answer_it_is_about() {
    let (world, stripe) = with_silent_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    stripe.is([Mood::DoneSilently, Mood::Silent]);
    deal.asks("stripe").await.refuses(503, "provider_unavailable");
    let made = stripe.intents()[0].clone();
    is_received(delivers(&world, "stripe", &event("evt_1", &made)).await, false);
    is_received(delivers(&world, "stripe", &event("evt_1", &made)).await, true);
    assert_eq!(deal.now().await.funds, Funds::Held);
    let path = format!("/api/v1/payments/{}/", made["metadata"]["payment"].as_str().unwrap());
    let paid = deal.ada.get(&path).await.is(200);
    assert_eq!((&paid["status"], &paid["payment_intent_id"]), (&json!("succeeded"), &made["id"]));
    deal.asks("stripe").await.refuses(409, "not_payable");
    world.is_sound().await;
}

#[tokio::test]
async fn an_event_that_comes_between_the_answer_and_its_note_is_not_undone() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    // The second transaction is the note of what Stripe has answered.
    let strike = Strike { at: 2, ..Strike::once(Fault::Stall, Moment::Before, 1) }.only("TransactWriteItems");
    world.table.faults.arm(strike);
    let asking = deal.clone();
    let asking = world.table.faults.start(async move { asking.asks("stripe").await }).await;
    is_received(delivers(&world, "stripe", &event("evt_1", &stripe.intents()[0])).await, false);
    world.table.faults.release();
    let payment = asking.await.unwrap().is(201);
    assert_eq!(payment["status"], "succeeded");
    assert_eq!(payment["client_secret"], stripe.intents()[0]["client_secret"]);
    assert_eq!(deal.now().await.funds, Funds::Held);
    world.is_sound().await;
}

#[tokio::test]
async fn a_function_that_dies_leaves_one_intent() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (world, stripe) = with_stripe(Setup::default()).await;
            let deal = Deal::made(&world).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(deal.asks("stripe")).await;
            world.table.faults.disarm();
            let is_over = answer.is_some();
            let payment = deal.asks("stripe").await;
            assert!([200, 201].contains(&payment.status), "{payment}");
            assert_eq!(stripe.intents().len(), 1, "{moment:?} {nth}");
            assert_eq!(payment.body["payment_intent_id"], stripe.intents()[0]["id"]);
            if is_over {
                println!("an intent: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_intent_with_a_key_that_stripe_did_not_hear_of_can_be_asked_for_again() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    stripe.is([Mood::Says(402, "")]);
    deal.ada.post_once("k", INTENTS, deal.order("stripe")).await.refuses(503, "provider_unavailable");
    let payment = deal.ada.post_once("k", INTENTS, deal.order("stripe")).await.is(201);
    assert_eq!(deal.ada.post_once("k", INTENTS, deal.order("stripe")).await.is(201), payment);
    assert_eq!(stripe.intents().len(), 1);
}

#[tokio::test]
async fn where_money_is_real_nothing_is_paid_by_wishing() {
    let (world, stripe) = with_stripe(Setup::default()).await;
    let deal = Deal::made(&world).await;
    for provider in ["simulated", "paypal", "wise"] {
        deal.asks(provider).await.blames("provider");
    }
    assert_eq!(deal.now().await.funds, Funds::Due);
    // Nobody can name a payment that Stripe does not have.
    let payment = deal.asks("stripe").await.is(201);
    let mut wish = stripe_event("evt_1", "succeeded", &payment);
    wish["data"]["object"]["id"] = json!(format!("pi_local_{}", payment["id"]));
    is_received(delivers(&world, "stripe", &wish).await, false);
    assert_eq!(deal.now().await.funds, Funds::Due);
    assert_eq!(stripe.intents().len(), 1);
}

#[tokio::test]
async fn credits_are_not_sold_where_money_is_real() {
    let env = [("PAYMENT_PROVIDER", "stripe".to_owned()), ("STRIPE_SECRET_KEY", STRIPE_KEY.to_owned())].into();
    let world = World::with(Setup { env, ..Setup::default() }).await;
    let ada = world.register("ada").await;
    let answer = ada.post("/api/payments/purchase_credits/", tests::person::purchase(2)).await;
    answer.refuses(503, "provider_unavailable");
    assert_eq!(ada.credits().await, (1, 0));
}

#[test]
fn stripe_needs_its_key() {
    let settings = Settings::read(|name| (name == "PAYMENT_PROVIDER").then(|| "stripe".to_owned())).unwrap();
    let refused = Gateway::of(&settings, &app::Keyring::default()).err().unwrap();
    assert_eq!(refused.name, "PAYMENT_PROVIDER");
    let keyring = app::Keyring { stripe: Some(STRIPE_KEY.to_owned()), ..app::Keyring::default() };
    assert!(matches!(Gateway::of(&settings, &keyring), Ok(Gateway::Live(live)) if live.stripe.is_some()));
}
