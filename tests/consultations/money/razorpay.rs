//! Razorpay, as far as it can be had without it: its wire, its ways of failing, and that nothing is made twice.

use app::background::Job;
use app::payments::Gateway;
use app::{Keyring, Settings};
use chrono::TimeDelta;
use domain::booking::{Actor, Funds, PaymentState, Step};
use serde_json::json;
use tests::checkout::{hears, of_payment, of_refund, refusal, signed};
use tests::paying::{Deal, money};
use tests::razorpay_double::{Double, Mood, with_razorpay, with_silent_razorpay};
use tests::{Fault, Moment, Setup, Strike, World, at_once, minute};

/// Five hundred rupees for an hour.
async fn deal(world: &World) -> Deal {
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    Deal::at(world, &ada, &bob, money(50_000, "INR"), minute(48 * 60)).await
}

/// Longer than whoever places an order is waited for.
const CLAIM: TimeDelta = TimeDelta::seconds(9);

/// The order, once it is paid with `pay_1`.
pub(super) async fn paid(deal: &Deal, razorpay: &Double) -> String {
    let order = deal.order_id().await;
    razorpay.pays("pay_1", &order);
    deal.verifies(&order, "pay_1").await.unwrap();
    order
}

fn placed(razorpay: &Double) -> usize {
    razorpay.asked().iter().filter(|asked| asked.what == "POST /v1/orders").count()
}

/// The jobs to give money back, among all that happened until now.
pub(super) async fn owed(world: &World) -> Vec<Job> {
    assert!(world.carries_out().await, "the outbox gets on");
    world.background.take_jobs().into_iter().filter(|job| matches!(job, Job::Refund(_))).collect()
}

/// One attempt at a job; whether it is done.
pub(super) async fn does(world: &World, job: Job) -> bool {
    world.delivers(&[world.queued(job)]).await.is_empty()
}

#[tokio::test]
async fn razorpay_is_asked_as_it_wants_to_be_asked() {
    let (world, razorpay) = with_razorpay(Setup::live()).await;
    let deal = deal(&world).await;
    let order = deal.orders().await.unwrap();
    let (booking, payment) = (deal.booking.to_string(), order.intent.id.to_string());
    let [asked] = &razorpay.asked()[..] else { panic!("asked once") };
    assert_eq!((asked.what.as_str(), asked.key.as_str()), ("POST /v1/orders", ""));
    assert_eq!(
        asked.body,
        json!({
            "amount": 50_000, "currency": "INR", "receipt": format!("b{booking}-p{payment}"), "payment_capture": true,
            "notes": {"booking": booking, "payment": payment},
        })
    );
    assert!(asked.body["receipt"].as_str().unwrap().len() <= 40);
    let id = order.intent.reference.unwrap();
    assert_eq!(razorpay.orders()[0]["id"], *id);
    assert_eq!(deal.now().await.order.as_deref(), Some(&*id));
    // Both may ask, and hear of the same one.
    assert_eq!(deal.orders_as(&deal.bob).await.unwrap().intent.reference.as_deref(), Some(&*id));
    assert_eq!(razorpay.asked().len(), 1);

    razorpay.pays("pay_1", &id);
    deal.verifies(&id, "pay_1").await.unwrap();
    let capture = razorpay.asked().pop().unwrap();
    assert_eq!(capture.what, "POST /v1/payments/pay_1/capture");
    assert_eq!(capture.body, json!({"amount": 50_000, "currency": "INR"}));
    assert_eq!(deal.now().await.payment_state(), PaymentState::Paid);

    deal.takes(Step::Cancel, Actor::Learner).await;
    assert_eq!(deal.now().await.payment_state(), PaymentState::RefundPending);
    let [job] = owed(&world).await[..] else { panic!("one refund is owed") };
    assert!(does(&world, job).await);
    let refund = razorpay.asked().pop().unwrap();
    assert_eq!(refund.what, "POST /v1/payments/pay_1/refund");
    assert_eq!(refund.key, format!("refund-payment-{payment}-0"));
    let notes = json!({"payment": payment});
    assert_eq!(refund.body, json!({"amount": 50_000, "speed": "normal", "receipt": refund.key, "notes": notes}));
    assert_eq!(deal.now().await.payment_state(), PaymentState::Refunded);
    world.is_sound().await;
}

#[tokio::test]
async fn ten_who_ask_at_once_are_one_to_razorpay() {
    let (world, razorpay) = with_razorpay(Setup::default()).await;
    let deal = deal(&world).await;
    let orders = at_once((0..10).map(|_| {
        let deal = deal.clone();
        async move { deal.order_id().await }
    }))
    .await;
    assert!(orders.iter().all(|order| *order == orders[0]), "{orders:?}");
    assert_eq!((razorpay.orders().len(), placed(&razorpay)), (1, 1));
}

#[tokio::test]
async fn while_razorpay_fails_the_order_stays_asked_for() {
    let (world, razorpay) = with_silent_razorpay(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let moods = [
        Mood::Says(400, "BAD_REQUEST_ERROR"),
        Mood::Says(401, "BAD_REQUEST_ERROR"),
        Mood::Says(429, "BAD_REQUEST_ERROR"),
        Mood::Says(500, "SERVER_ERROR"),
        Mood::Says(504, "GATEWAY_ERROR"),
        Mood::BadGateway,
        Mood::Closes,
        Mood::Silent,
        Mood::DoneInHtml,
        Mood::DoneAndCloses,
        Mood::DoneSilently,
    ];
    for (hour, mood) in (48..).step_by(2).zip(moods) {
        let deal = Deal::at(&world, &ada, &bob, money(50_000, "INR"), minute(hour * 60)).await;
        let before = razorpay.orders().len();
        // Neither the order nor looking for it succeeds.
        razorpay.is([mood, Mood::Closes, mood, Mood::Closes]);
        for _ in 0..2 {
            assert_eq!(refusal(deal.orders().await), "ProviderUnavailable", "{mood:?}");
        }
        assert_eq!(deal.now().await.funds, Funds::Due);
        razorpay.is([]);
        let order = deal.order_id().await;
        assert_eq!(deal.order_id().await, order, "{mood:?}");
        assert_eq!(razorpay.orders().len(), before + 1, "{mood:?}");
        assert_eq!(razorpay.orders()[before]["id"], *order);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_by_its_receipt() {
    let (world, razorpay) = with_silent_razorpay(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    for (hour, mood) in (48..).step_by(2).zip([Mood::DoneInHtml, Mood::DoneAndCloses, Mood::DoneSilently]) {
        let deal = Deal::at(&world, &ada, &bob, money(50_000, "INR"), minute(hour * 60)).await;
        let (orders, asked) = (razorpay.orders().len(), placed(&razorpay));
        razorpay.is([mood]);
        let order = deal.order_id().await;
        assert_eq!((razorpay.orders().len(), placed(&razorpay)), (orders + 1, asked + 1), "{mood:?}");
        assert_eq!(razorpay.orders()[orders]["id"], *order);
    }
}

#[tokio::test]
async fn a_razorpay_that_is_not_there_at_all_is_unavailable() {
    let razorpay = Some(("http://127.0.0.1:9".to_owned(), std::time::Duration::from_millis(700)));
    let world = World::with(Setup { razorpay, ..Setup::default() }).await;
    assert_eq!(refusal(deal(&world).await.orders().await), "ProviderUnavailable");
}

#[tokio::test]
async fn a_function_that_dies_leaves_one_order() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (world, razorpay) = with_razorpay(Setup::default()).await;
            let deal = deal(&world).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(deal.orders()).await;
            world.table.faults.disarm();
            let is_over = answer.is_some_and(|answer| answer.is_ok());
            world.advance(CLAIM);
            let order = deal.order_id().await;
            assert_eq!(razorpay.orders().len(), 1, "{moment:?} {nth}");
            assert_eq!(razorpay.orders()[0]["id"], *order);
            assert_eq!(deal.now().await.order.as_deref(), Some(&*order));
            if is_over {
                println!("an order: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_payment_is_captured_before_anybody_relies_on_it() {
    let (world, razorpay) = with_silent_razorpay(Setup::live()).await;
    let deal = deal(&world).await;
    let order = deal.order_id().await;
    razorpay.pays("pay_1", &order);
    for mood in [Mood::Says(429, ""), Mood::Says(500, ""), Mood::BadGateway, Mood::Closes, Mood::Silent] {
        razorpay.is([mood]);
        assert_eq!(refusal(deal.verifies(&order, "pay_1").await), "ProviderUnavailable", "{mood:?}");
        assert_eq!(deal.now().await.funds, Funds::Due);
    }
    // It was captured, and nobody heard so.
    razorpay.is([Mood::DoneAndCloses]);
    assert_eq!(refusal(deal.verifies(&order, "pay_1").await), "ProviderUnavailable");
    deal.verifies(&order, "pay_1").await.unwrap();
    assert_eq!((razorpay.payment("pay_1")["status"].as_str(), deal.now().await.funds), (Some("captured"), Funds::Held));
    let asked = razorpay.asked().len();
    deal.verifies(&order, "pay_1").await.unwrap();
    assert_eq!(razorpay.asked().len(), asked, "what is paid is not captured again");
    world.is_sound().await;
}

#[tokio::test]
async fn a_payment_that_went_back_or_failed_confirms_nothing() {
    let (world, razorpay) = with_razorpay(Setup::default()).await;
    let deal = deal(&world).await;
    let order = deal.order_id().await;
    for (payment, status) in [("pay_1", "refunded"), ("pay_2", "failed")] {
        razorpay.pays(payment, &order);
        razorpay.payment_is(payment, status);
        assert_eq!(refusal(deal.verifies(&order, payment).await), "NotPayable", "{status}");
    }
    // One that nobody has made.
    assert_eq!(refusal(deal.verifies(&order, "pay_3").await), "ProviderUnavailable");
    assert_eq!(deal.now().await.funds, Funds::Due);
    razorpay.pays("pay_4", &order);
    razorpay.payment_is("pay_4", "captured");
    deal.verifies(&order, "pay_4").await.unwrap();
    assert_eq!(deal.now().await.funds, Funds::Held);
}

/// Paid, and cancelled in time; the job that is owed.
async fn cancelled(world: &World, razorpay: &Double) -> (Deal, String, Job) {
    let deal = deal(world).await;
    let order = paid(&deal, razorpay).await;
    deal.takes(Step::Cancel, Actor::Learner).await;
    let [job] = owed(world).await[..] else { panic!("one refund is owed") };
    (deal, order, job)
}

#[tokio::test]
async fn a_refund_waits_until_razorpay_is_back_and_is_made_once() {
    let (world, razorpay) = with_silent_razorpay(Setup::live()).await;
    let (deal, _, job) = cancelled(&world, &razorpay).await;
    for mood in [
        Mood::Says(400, "BAD_REQUEST_ERROR"),
        Mood::UnderWay,
        Mood::Says(429, ""),
        Mood::Says(500, ""),
        Mood::BadGateway,
        Mood::Closes,
        Mood::Silent,
        Mood::DoneInHtml,
        Mood::DoneAndCloses,
        Mood::DoneSilently,
    ] {
        razorpay.is([mood]);
        assert!(!does(&world, job).await, "{mood:?}");
        assert_eq!(deal.now().await.payment_state(), PaymentState::RefundPending, "{mood:?}");
    }
    assert!(does(&world, job).await && does(&world, job).await);
    assert_eq!(razorpay.refunds().len(), 1);
    assert_eq!(deal.now().await.payment_state(), PaymentState::Refunded);
}

#[tokio::test]
async fn a_refund_out_of_the_dead_letters_finds_that_it_was_made() {
    let (world, razorpay) = with_silent_razorpay(Setup::live()).await;
    let (deal, _, job) = cancelled(&world, &razorpay).await;
    razorpay.is([Mood::DoneSilently]);
    assert!(!does(&world, job).await);
    razorpay.forgets_keys();
    assert!(does(&world, job).await);
    assert_eq!((razorpay.refunds().len(), deal.now().await.payment_state()), (1, PaymentState::Refunded));
}

#[tokio::test]
async fn a_refund_whose_worker_dies_is_made_once() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (world, razorpay) = with_razorpay(Setup::live()).await;
            let (deal, _, job) = cancelled(&world, &razorpay).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let done = world.table.faults.until_death(does(&world, job)).await;
            world.table.faults.disarm();
            assert!(does(&world, job).await);
            assert_eq!(razorpay.refunds().len(), 1, "{moment:?} {nth}");
            assert_eq!(deal.now().await.payment_state(), PaymentState::Refunded);
            if done.is_some() {
                println!("a refund: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_refund_that_comes_later_is_pending_until_razorpay_says_so() {
    let (world, razorpay) = with_razorpay(Setup::live()).await;
    let (deal, order, job) = cancelled(&world, &razorpay).await;
    razorpay.is([Mood::Pending]);
    assert!(does(&world, job).await);
    assert_eq!(deal.now().await.payment_state(), PaymentState::RefundPending);
    let processed = of_refund("processed", "rfnd_1", &order, "pay_1", 50_000);
    for _ in 0..3 {
        hears(&world, "evt_1", &processed).await.unwrap();
        assert_eq!(deal.now().await.payment_state(), PaymentState::Refunded);
    }
    assert!(does(&world, job).await);
    assert_eq!((razorpay.refunds().len(), owed(&world).await), (1, vec![]));
    world.is_sound().await;
}

#[tokio::test]
async fn a_refund_that_fails_after_all_is_asked_for_again() {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let (world, razorpay) = with_razorpay(Setup { env, ..Setup::live() }).await;
    let admin = world.admin().await;
    let (deal, order, job) = cancelled(&world, &razorpay).await;
    razorpay.is([Mood::Failed]);
    assert!(!does(&world, job).await, "its first word");
    razorpay.forgets_keys();
    razorpay.is([Mood::Pending]);
    assert!(does(&world, job).await);
    razorpay.payment_is("pay_1", "captured");
    for (round, refund) in ["rfnd_1", "rfnd_2"].into_iter().enumerate() {
        let failed = of_refund("failed", refund, &order, "pay_1", 50_000);
        for _ in 0..2 {
            hears(&world, &format!("evt_{round}"), &failed).await.unwrap();
        }
        let [again] = owed(&world).await[..] else { panic!("it is owed again") };
        assert_eq!(deal.now().await.payment_state(), PaymentState::RefundPending);
        let told = admin.get("/api/notifications/").await.is(200);
        assert_eq!(told.as_array().map(Vec::len), Some(round + 1), "{told}");
        if round == 1 {
            // Nothing has gone back so far.
            assert!(does(&world, again).await, "{:?}", razorpay.asked());
        }
    }
    let keys: Vec<_> = razorpay.asked().into_iter().map(|asked| asked.key).filter(|key| !key.is_empty()).collect();
    assert!(keys.last().unwrap().ends_with("-2"), "{keys:?}");
    world.is_sound().await;
}

#[tokio::test]
async fn money_that_is_only_promised_is_captured_before_it_can_go_back() {
    let (world, razorpay) = with_razorpay(Setup::live()).await;
    let deal = deal(&world).await;
    let order = paid(&deal, &razorpay).await;
    // A second one on the same order, which nobody needs.
    razorpay.pays("pay_2", &order);
    assert_eq!(refusal(deal.verifies(&order, "pay_2").await), "AlreadyPaid");
    let [job] = owed(&world).await[..] else { panic!("one refund is owed") };
    assert!(!does(&world, job).await, "it is captured first");
    assert_eq!(razorpay.payment("pay_2")["status"], "captured");
    assert!(does(&world, job).await);
    assert_eq!(razorpay.payment("pay_2")["status"], "refunded");
    assert_eq!(razorpay.payment("pay_1")["status"], "captured");
    assert_eq!((deal.now().await.payment_state(), deal.has(&deal.ada).await), (PaymentState::Paid, (0, 50_000)));
    world.is_sound().await;
}

#[tokio::test]
async fn whoever_knows_no_secret_confirms_nothing() {
    let env = [("RAZORPAY_KEY_SECRET", String::new()), ("RAZORPAY_WEBHOOK_SECRET", String::new())].into();
    let world = World::with(Setup { env, ..Setup::default() }).await;
    let deal = deal(&world).await;
    let order = deal.order_id().await;
    for signature in [signed(&order, "pay_1"), tests::checkout::mac("", &format!("{order}|pay_1")), String::new()] {
        assert_eq!(refusal(deal.shows(&order, "pay_1", &signature).await), "BadSignature");
    }
    let event = of_payment("captured", &order, "pay_1", 50_000);
    assert_eq!(refusal(hears(&world, "evt_1", &event).await), "BadSignature");
    assert_eq!(deal.now().await.funds, Funds::Due);
}

#[test]
fn razorpay_needs_its_keys() {
    let settings = Settings::read(|name| (name == "PAYMENT_PROVIDER").then(|| "stripe,razorpay".to_owned())).unwrap();
    let some = |text: &str| Some(text.to_owned());
    let both = Keyring {
        stripe: some("sk"),
        razorpay_key_id: some("rzp"),
        razorpay_key_secret: some("secret"),
        ..Keyring::default()
    };
    for lacking in [
        Keyring { stripe: None, ..both.clone() },
        Keyring { razorpay_key_id: None, ..both.clone() },
        Keyring { razorpay_key_secret: None, ..both.clone() },
    ] {
        assert_eq!(Gateway::of(&settings, &lacking).err().unwrap().name, "PAYMENT_PROVIDER");
    }
    let gateway = Gateway::of(&settings, &both);
    assert!(matches!(gateway, Ok(Gateway::Live(live)) if live.stripe.is_some() && live.razorpay.is_some()));
}
