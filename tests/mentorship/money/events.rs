//! What Razorpay tells, in whatever order and however often.

use serde_json::{Value as Json, json};
use tests::checkout::{CHECKOUT_SECRET, mac, of_payment, of_refund};
use tests::mentorship::m;
use tests::sessions::{ORDER, VERIFY, WEBHOOK, hears, is_told, verification};
use tests::{Person, Setup, World, minute};

async fn held(world: &World) -> (Person, Person, i64, String) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order = ada.orders_session(booking).await;
    (ada, mia, booking, order)
}

async fn world_with_an_administrator() -> (World, Person) {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::live() }).await;
    let admin = world.admin().await;
    (world, admin)
}

async fn stands(person: &Person, booking: i64) -> (String, String) {
    let session = person.session("student", booking).await;
    let word = |name: &str| session[name].as_str().unwrap().to_owned();
    (word("status"), word("payment_status"))
}

fn words(status: &str, payment: &str) -> (String, String) {
    (status.to_owned(), payment.to_owned())
}

async fn notices(person: &Person) -> usize {
    person.get("/api/notifications/").await.is(200).as_array().unwrap().len()
}

#[tokio::test]
async fn a_captured_payment_confirms_once() {
    let world = World::new().await;
    let (ada, _, booking, order) = held(&world).await;
    let event = of_payment("captured", &order, "pay_1", 50_000);
    for id in ["evt_1", "evt_1", "evt_2"] {
        hears(&world, id, &event).await;
        assert_eq!(stands(&ada, booking).await, words("confirmed", "paid"));
    }
    assert_eq!(is_told(&world, None, &event, None).await.is(200), json!({"status": "ok"}), "known by its bytes");
    ada.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200);
    assert_eq!((ada.rupees().await, notices(&ada).await), ((0, 50_000), 1));
    world.is_sound().await;
}

#[tokio::test]
async fn another_amount_or_currency_confirms_nothing_and_the_administrator_hears_of_it() {
    let (world, admin) = world_with_an_administrator().await;
    let (ada, _, booking, order) = held(&world).await;
    let mut told = notices(&admin).await;
    for (number, (member, value)) in [
        ("amount", json!(49_999)),
        ("amount", json!(50_001)),
        ("amount", json!("50000")),
        ("amount", json!(null)),
        ("amount", json!(50_000.5)),
        ("currency", json!("USD")),
        ("currency", json!("inr")),
        ("currency", json!(null)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut wrong = of_payment("captured", &order, "pay_1", 50_000);
        wrong["payload"]["payment"]["entity"][member] = value;
        for _ in 0..2 {
            hears(&world, &format!("evt_{number}"), &wrong).await;
        }
        told += 1;
        assert_eq!((stands(&ada, booking).await, notices(&admin).await), (words("pending_payment", "unpaid"), told));
    }
    hears(&world, "evt_good", &of_payment("captured", &order, "pay_1", 50_000)).await;
    assert_eq!(stands(&ada, booking).await, words("confirmed", "paid"));
}

#[tokio::test]
async fn a_failed_attempt_is_told_and_another_may_succeed() {
    let world = World::new().await;
    let (ada, _, booking, order) = held(&world).await;
    let failed = of_payment("failed", &order, "pay_1", 50_000);
    for _ in 0..3 {
        hears(&world, "evt_1", &failed).await;
    }
    assert_eq!((stands(&ada, booking).await, notices(&ada).await), (words("pending_payment", "unpaid"), 1));
    assert_eq!(ada.orders_session(booking).await, order, "the same order");
    ada.post(VERIFY, verification(booking, &order, "pay_2")).await.is(200);
    hears(&world, "evt_2", &failed).await;
    assert_eq!((stands(&ada, booking).await, notices(&ada).await), (words("confirmed", "paid"), 2));
}

#[tokio::test]
async fn a_full_refund_cancels_and_frees_the_time() {
    let world = World::with(Setup::live()).await;
    let (ada, mia, booking, order) = held(&world).await;
    hears(&world, "evt_1", &of_payment("captured", &order, "pay_1", 50_000)).await;
    let refund = of_refund("processed", "rfnd_1", &order, "pay_1", 50_000);
    for id in ["evt_2", "evt_2", "evt_3"] {
        hears(&world, id, &refund).await;
        assert_eq!(stands(&ada, booking).await, words("cancelled", "refunded"));
    }
    hears(&world, "evt_4", &of_payment("captured", &order, "pay_1", 50_000)).await;
    assert_eq!(stands(&ada, booking).await, words("cancelled", "refunded"));
    assert_eq!(ada.session("student", booking).await["refund_amount"], "500.00");
    assert_eq!(ada.rupees().await, (0, 0));
    world.settles().await;
    world.student("ben").await.takes_session(&mia, minute(48 * 60)).await;
    world.is_sound().await;
}

#[tokio::test]
async fn refunds_in_part_add_up() {
    let world = World::new().await;
    let (ada, _, booking, order) = held(&world).await;
    ada.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200);
    for (number, amount, expected, back) in [
        (1, 10_000, words("confirmed", "partially_refunded"), "100.00"),
        (2, 15_000, words("confirmed", "partially_refunded"), "250.00"),
        (3, 25_000, words("cancelled", "refunded"), "500.00"),
    ] {
        let refund = of_refund("processed", &format!("rfnd_{number}"), &order, "pay_1", amount);
        for repeated in 0..2 {
            hears(&world, &format!("evt_{number}_{repeated}"), &refund).await;
        }
        assert_eq!(stands(&ada, booking).await, expected);
        assert_eq!(ada.session("student", booking).await["refund_amount"], back);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn a_refund_before_its_payment_is_remembered() {
    for captured in [true, false] {
        let world = World::new().await;
        let (ada, mia, booking, order) = held(&world).await;
        let mut refund = of_refund("processed", "rfnd_1", &order, "pay_1", 50_000);
        refund["payload"]["payment"]["entity"]["captured"] = json!(captured);
        hears(&world, "evt_1", &refund).await;
        hears(&world, "evt_2", &of_payment("captured", &order, "pay_1", 50_000)).await;
        ada.post(VERIFY, verification(booking, &order, "pay_1")).await.refuses(409, "not_payable");
        assert_eq!(stands(&ada, booking).await, words("pending_payment", "unpaid"), "{captured}");
        // Another payment is another matter.
        let order = ada.orders_session(booking).await;
        mia.post(VERIFY, verification(booking, &order, "pay_2")).await.is(200);
        assert_eq!(stands(&ada, booking).await, words("confirmed", "paid"), "{captured}");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_refund_after_completion_is_the_administrators_to_look_at() {
    let (world, admin) = world_with_an_administrator().await;
    let (ada, mia, booking, order) = held(&world).await;
    ada.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200);
    let keys = [mia.session("mentor", booking).await, ada.session("student", booking).await];
    world.set_clock(minute(48 * 60));
    let (ada, mia, admin) = (ada.logs_in().await, mia.logs_in().await, admin.logs_in().await);
    ada.attends(booking, &keys[0]["attendance_key"]).await.is(200);
    mia.attends(booking, &keys[1]["attendance_key"]).await.is(200);
    assert_eq!(mia.rupees().await, (42_500, 0));
    let told = notices(&admin).await;
    hears(&world, "evt_1", &of_refund("processed", "rfnd_1", &order, "pay_1", 20_000)).await;
    assert_eq!(
        (stands(&ada, booking).await, notices(&admin).await),
        (words("completed", "partially_refunded"), told + 1)
    );
    hears(&world, "evt_2", &of_refund("processed", "rfnd_2", &order, "pay_1", 30_000)).await;
    assert_eq!((stands(&ada, booking).await, notices(&admin).await), (words("completed", "refunded"), told + 2));
    assert_eq!(mia.rupees().await, (42_500, 0));
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_not_for_us_is_received_and_changes_nothing() {
    let world = World::new().await;
    let (ada, _, booking, order) = held(&world).await;
    for kind in ["authorized", "pending", "dispute.created"] {
        hears(&world, "evt_1", &of_payment(kind, &order, "pay_1", 50_000)).await;
    }
    for kind in ["created", "speed_changed", "failed", "processed"] {
        hears(&world, "evt_1", &of_refund(kind, "rfnd_1", "order_other", "pay_other", 50_000)).await;
    }
    for unknown in ["order_x", "order_local_4711", "order_local_", "", "#", "order_\u{1F600}"] {
        for kind in ["captured", "failed"] {
            hears(&world, "evt_1", &of_payment(kind, unknown, "pay_1", 50_000)).await;
        }
    }
    for body in
        [json!({"event": "payment.captured"}), json!({"event": "order.paid", "payload": 7}), json!({"event": "x"})]
    {
        hears(&world, "evt_1", &body).await;
    }
    assert_eq!(stands(&ada, booking).await, words("pending_payment", "unpaid"));
    hears(&world, "evt_1", &of_payment("captured", &order, "pay_1", 50_000)).await;
    assert_eq!(stands(&ada, booking).await, words("confirmed", "paid"), "the event's name was never used up");
}

#[tokio::test]
async fn only_the_very_bytes_that_were_signed_are_believed() {
    let world = World::new().await;
    let (ada, _, booking, order) = held(&world).await;
    let event = of_payment("captured", &order, "pay_1", 50_000);
    let body = event.to_string();
    let good = mac(tests::checkout::EVENT_SECRET, &body);
    for signature in ["", "00", &good.to_uppercase(), &good[..62], &mac(CHECKOUT_SECRET, &body), &mac("", &body)] {
        is_told(&world, None, &event, Some(signature)).await.refuses(400, "bad_signature");
    }
    let eve = Person::stranger(&world, "eve");
    let send = async |body: &str, signature: &str| {
        let headers = [("x-razorpay-signature", signature), ("content-type", "application/json")];
        tests::person::send(&eve, "POST", WEBHOOK, &headers, body.to_owned()).await
    };
    send(&format!("{body} "), &good).await.refuses(400, "bad_signature");
    // Read and written again it would be another text.
    let odd = body.replacen("50000", "50000.0", 1).replace('/', "\\/");
    let signed = mac(tests::checkout::EVENT_SECRET, &odd);
    send(&odd, &signed).await.is(200);
    for broken in ["", "null", "[]", "{", "7", "{}", "{\"event\": 7}", &"[".repeat(60_000)] {
        let signed = mac(tests::checkout::EVENT_SECRET, broken);
        send(broken, &signed).await.refuses(400, "bad_json");
    }
    assert_eq!(stands(&ada, booking).await, words("pending_payment", "unpaid"));
    send(&body, &good).await.is(200);
    assert_eq!(stands(&ada, booking).await, words("confirmed", "paid"));
    ada.get(WEBHOOK).await.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn the_secret_before_is_believed_while_it_is_known() {
    let env = [("RAZORPAY_WEBHOOK_SECRET_PREVIOUS", "the old one".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::default() }).await;
    let (ada, _, booking, order) = held(&world).await;
    let event = of_payment("captured", &order, "pay_1", 50_000);
    let old = mac("the old one", &event.to_string());
    is_told(&world, Some("evt_1"), &event, Some(&old)).await.is(200);
    assert_eq!(stands(&ada, booking).await, words("confirmed", "paid"));
}

#[tokio::test]
async fn razorpay_is_not_limited_and_forgers_are() {
    let world = World::with(Setup::limited()).await;
    let machine = Person::stranger(&world, "razorpay");
    let body = json!({"event": "x"}).to_string();
    let good = mac(tests::checkout::EVENT_SECRET, &body);
    let send = async |signature: &str| {
        tests::person::send(&machine, "POST", WEBHOOK, &[("x-razorpay-signature", signature)], body.clone()).await
    };
    for _ in 0..70 {
        send(&good).await.is(200);
    }
    for _ in 0..60 {
        send("00").await.refuses(400, "bad_signature");
    }
    send("00").await.refuses(429, "rate_limited");
    send(&good).await.is(200);
}

#[tokio::test]
async fn an_event_of_a_payment_that_is_known_elsewhere_confirms_nothing() {
    let world = World::new().await;
    let (ada, mia, one, order) = held(&world).await;
    ada.post(VERIFY, verification(one, &order, "pay_1")).await.is(200);
    let two = ada.takes_session(&mia, minute(50 * 60)).await;
    let other: Json = ada.post(ORDER, json!({"booking_id": two})).await.is(200);
    hears(&world, "evt_1", &of_payment("captured", other["order_id"].as_str().unwrap(), "pay_1", 50_000)).await;
    assert_eq!(stands(&ada, two).await, words("pending_payment", "unpaid"));
    assert_eq!(ada.get(&m("student/sessions/?status=confirmed")).await.is(200).as_array().map(Vec::len), Some(1));
}
