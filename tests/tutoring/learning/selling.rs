//! Paying for courses (§4.4, §4.5): once, to the tutor, at once.

use app::background::Job;
use serde_json::{Value as Json, json};
use store::{Made, RefundOf};
use tests::courses::{ENROLLMENTS, course};
use tests::paying::{INTENTS, delivers, is_received, plain_event, stripe_event};
use tests::person::id;
use tests::{Person, Setup, World, at_once};

struct Scene {
    world: World,
    ada: Person,
    bob: Person,
    course: i64,
    enrollment: i64,
}

/// Bob wants to take Ada's course for ten rupees and three paise.
async fn wanted(setup: Setup) -> Scene {
    let world = World::with(setup).await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    let course = ada.publishes("Looms <b>", "10.03").await;
    let enrollment = id(&bob.enrolls(course).await.is(201));
    Scene { world, ada, bob, course, enrollment }
}

impl Scene {
    async fn asks(&self, provider: &str) -> Json {
        self.bob.wants_to_pay(self.enrollment, provider).await.is(201)
    }

    async fn status(&self) -> Json {
        self.bob.get(&format!("{ENROLLMENTS}{}/", self.enrollment)).await.is(200)["status"].clone()
    }

    async fn payment(&self, payment: &Json) -> Json {
        self.bob.get(&format!("/api/v1/payments/{}/", id(payment))).await.is(200)
    }

    /// 15 % of 10.03 are 1.5045.
    async fn is_sold(&self) {
        assert_eq!(self.status().await, "active");
        assert_eq!(self.ada.purse().await, ("8.53".to_owned(), "8.53".to_owned()));
        self.world.is_sound().await;
    }
}

fn event(provider: &str, name: &str, payment: &Json) -> Json {
    match provider {
        "stripe" => stripe_event(name, "succeeded", payment),
        _ => plain_event(name, "succeeded", payment),
    }
}

#[tokio::test]
async fn a_simulated_payment_pays_in_the_same_request() {
    let scene = wanted(Setup::default()).await;
    let payment = scene.asks("simulated").await;
    let expected = json!({
        "id": payment["id"], "user": scene.bob.id, "booking": null, "enrollment": scene.enrollment,
        "provider": "simulated", "amount": "10.03", "currency": "INR", "status": "succeeded",
        "transaction_id": payment["payment_intent_id"], "payment_intent_id": payment["payment_intent_id"],
        "metadata": {"enrollment": scene.enrollment}, "client_secret": null,
        "created_at": payment["created_at"], "updated_at": payment["updated_at"],
    });
    assert_eq!(payment, expected);
    scene.is_sold().await;
    scene.bob.wants_to_pay(scene.enrollment, "simulated").await.refuses(409, "not_payable");
    scene.bob.wants_to_pay(scene.enrollment, "stripe").await.refuses(409, "not_payable");
    scene.ada.get(&format!("/api/v1/payments/{}/", id(&payment))).await.refuses(404, "not_found");
    scene.is_sold().await;
}

#[tokio::test]
async fn others_wait_for_their_event_which_acts_once() {
    for provider in ["stripe", "paypal", "wise"] {
        let scene = wanted(Setup::default()).await;
        let payment = scene.asks(provider).await;
        assert_eq!(payment["status"], "pending");
        assert!(payment["client_secret"].is_string());
        let found = scene.bob.wants_to_pay(scene.enrollment, provider).await.is(200);
        assert_eq!(found, payment, "one of that provider waits");
        assert_eq!(scene.status().await, "pending");
        let event = event(provider, "evt_1", &payment);
        is_received(delivers(&scene.world, provider, &event).await, false);
        scene.is_sold().await;
        assert_eq!(scene.payment(&payment).await["status"], "succeeded");
        for _ in 0..3 {
            is_received(delivers(&scene.world, provider, &event).await, true);
        }
        scene.is_sold().await;
    }
}

#[tokio::test]
async fn the_same_event_twenty_times_at_once_is_one_entry() {
    let scene = wanted(Setup::default()).await;
    let payment = scene.asks("stripe").await;
    let event = event("stripe", "evt_1", &payment);
    let jobs = (0..20).map(|_| {
        let (world, event) = (scene.world.clone(), event.clone());
        async move { delivers(&world, "stripe", &event).await }
    });
    let answers = at_once(jobs).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.body["duplicate"] == false).count(), 1);
    let entries = scene.world.table.items().into_iter().filter(|item| item["sk"]["S"] == "SALE").count();
    assert_eq!(entries, 1);
    scene.is_sold().await;
}

#[tokio::test]
async fn of_two_payments_the_second_goes_back() {
    let scene = wanted(Setup::default()).await;
    let (first, second) = (scene.asks("paypal").await, scene.asks("wise").await);
    is_received(delivers(&scene.world, "paypal", &event("paypal", "evt_1", &first)).await, false);
    is_received(delivers(&scene.world, "wise", &event("wise", "evt_2", &second)).await, false);
    scene.is_sold().await;
    assert_eq!(scene.payment(&first).await["status"], "succeeded");
    assert_eq!(scene.payment(&second).await["status"], "refunded");
    let owed = domain::ids::PaymentId::new(id(&second)).unwrap();
    let job = scene.world.queued(Job::Refund(RefundOf::Payment(owed)));
    assert!(scene.world.delivers(&[job]).await.is_empty());
    scene.is_sold().await;
    // Two at once likewise: one pays, the other goes back.
    let scene = wanted(Setup::default()).await;
    let payments = [scene.asks("paypal").await, scene.asks("wise").await];
    let jobs = ["paypal", "wise"].into_iter().zip(payments.clone()).map(|(provider, payment)| {
        let world = scene.world.clone();
        async move { delivers(&world, provider, &event(provider, "evt", &payment)).await }
    });
    assert!(at_once(jobs).await.iter().all(|answer| answer.status == 200));
    let mut became = Vec::new();
    for payment in &payments {
        became.push(scene.payment(payment).await["status"].as_str().unwrap().to_owned());
    }
    became.sort();
    assert_eq!(became, ["refunded", "succeeded"]);
    scene.is_sold().await;
}

#[tokio::test]
async fn what_is_not_the_price_is_refused_and_a_failure_may_be_followed_by_success() {
    let scene = wanted(Setup::default()).await;
    let payment = scene.asks("wise").await;
    for (field, value) in [("amount", "10.02"), ("currency", "USD")] {
        let mut wrong = plain_event("evt_1", "succeeded", &payment);
        wrong[field] = json!(value);
        delivers(&scene.world, "wise", &wrong).await.refuses(400, "amount_mismatch");
    }
    is_received(delivers(&scene.world, "wise", &plain_event("evt_2", "failed", &payment)).await, false);
    assert_eq!(
        (scene.payment(&payment).await["status"].clone(), scene.status().await),
        (json!("failed"), json!("pending"))
    );
    is_received(delivers(&scene.world, "wise", &plain_event("evt_3", "succeeded", &payment)).await, false);
    scene.is_sold().await;
}

#[tokio::test]
async fn who_may_pay_and_for_what() {
    let scene = wanted(Setup::default()).await;
    scene.ada.wants_to_pay(scene.enrollment, "simulated").await.refuses(403, "forbidden");
    scene.world.register("eve").await.wants_to_pay(scene.enrollment, "simulated").await.blames("enrollment");
    scene.bob.wants_to_pay(7, "simulated").await.blames("enrollment");
    scene.bob.signed_out().wants_to_pay(scene.enrollment, "simulated").await.refuses(401, "not_authenticated");
    let both = json!({"booking": 7, "enrollment": scene.enrollment, "provider": "simulated"});
    scene.bob.post(INTENTS, both).await.blames("enrollment");
    scene.bob.post(INTENTS, json!({"provider": "simulated"})).await.blames("booking");
    let free = scene.ada.publishes("Free", "0.00").await;
    let taken = scene.bob.takes(free).await;
    scene.bob.wants_to_pay(taken, "simulated").await.refuses(409, "not_payable");
    assert_eq!(scene.status().await, "pending");
}

#[tokio::test]
async fn the_student_is_told_once_and_lists_of_all_know_of_the_sale() {
    let scene = wanted(Setup::live()).await;
    let payment = scene.asks("paypal").await;
    let event = event("paypal", "evt_1", &payment);
    for duplicate in [false, true] {
        is_received(delivers(&scene.world, "paypal", &event).await, duplicate);
    }
    scene.world.settles().await;
    let received = |person: &str| {
        let mails = scene.world.mails().into_iter().filter(|mail| mail.to == format!("{person}@example.org"));
        mails.filter(|mail| mail.subject.starts_with("Payment received")).collect::<Vec<_>>()
    };
    let letters = received("bob");
    assert_eq!((letters.len(), received("ada").len()), (1, 0));
    assert!(letters[0].text.contains("INR 10.03") && letters[0].text.contains("Looms <b>"), "{}", letters[0].text);
    assert!(letters[0].html.contains("Looms &#60;b&#62;"), "{}", letters[0].html);
    let notices = scene.bob.all("/api/notifications/").await;
    assert_eq!(notices.iter().filter(|notice| notice["title"] == "Payment received").count(), 1);
    let store = &scene.world.app.store;
    let payments = store.payments_made(Made::NEWEST_FIRST, None, 9).await.unwrap().items;
    assert_eq!(payments.iter().map(|payment| payment.id.get()).collect::<Vec<_>>(), [id(&payment)]);
    let earned = store.earnings_made(Made::NEWEST_FIRST, None, 9).await.unwrap().items;
    let [earned] = &earned[..] else { panic!("{earned:?}") };
    assert_eq!((earned.by.get(), earned.earning.price, earned.earning.fee), (scene.ada.id, 1_003, 150));
    assert_eq!(earned.earning.booking(), None);
    scene.ada.delete(&course(scene.course, "")).await.refuses(409, "has_enrollments");
}

#[tokio::test]
async fn what_was_sold_can_be_taken_out() {
    let scene = wanted(Setup::default()).await;
    scene.asks("simulated").await;
    scene.ada.alter(|user| user.email_verified = true).await;
    let wish = |amount: &str| json!({"amount": amount, "payout_details": {"account": "7"}});
    scene.ada.post("/api/v1/withdrawals/", wish("8.54")).await.refuses(409, "insufficient_funds");
    scene.ada.post("/api/v1/withdrawals/", wish("8.53")).await.is(201);
    assert_eq!(scene.ada.purse().await, ("0.00".to_owned(), "8.53".to_owned()));
    scene.world.is_sound().await;
}
