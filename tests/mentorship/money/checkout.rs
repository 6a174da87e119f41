//! Paying a session: the order, and what its client shows afterwards.

use serde_json::{Value as Json, json};
use tests::checkout::{CHECKOUT_SECRET, EVENT_SECRET, mac, signed};
use tests::sessions::{ORDER, VERIFY, verification};
use tests::{Person, Setup, World, at_once, minute};

async fn two(world: &World) -> (Person, Person) {
    (world.student("ada").await, world.mentor("mia", 50_000).await)
}

#[tokio::test]
async fn an_order_is_of_the_sessions_price_and_the_same_for_everybody() {
    let world = World::new().await;
    let (ada, mia) = two(&world).await;
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let mut wish = json!({"booking_id": booking, "amount": 1, "currency": "USD"});
    let order = ada.post(ORDER, wish.clone()).await.is(200);
    assert_eq!(
        (&order["amount"], &order["currency"], &order["booking_id"]),
        (&json!(50_000), &json!("INR"), &json!(booking))
    );
    assert_eq!(order["order"]["id"], order["order_id"]);
    let keys = ["id", "entity", "amount", "currency", "receipt", "status"];
    assert!(keys.iter().all(|key| !order["order"][key].is_null()), "{order}");
    assert!(order["key_id"].is_string());
    wish["booking_id"] = json!(booking.to_string());
    assert_eq!(mia.post(ORDER, wish).await.is(200), order);
    assert_eq!(ada.session("student", booking).await["order_id"], order["order_id"]);
    let answers = at_once((0..10).map(|_| {
        let ada = ada.clone();
        async move { ada.post(ORDER, json!({"booking_id": booking})).await.is(200) }
    }))
    .await;
    assert!(answers.iter().all(|answer| *answer == order));
    world.student("eve").await.post(ORDER, json!({"booking_id": booking})).await.refuses(404, "not_found");
    for wrong in [json!({}), json!({"booking_id": "x"}), json!({"booking_id": null})] {
        ada.post(ORDER, wrong).await.blames("booking_id");
    }
    ada.post(ORDER, json!({"booking_id": 4711})).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_good_signature_confirms_and_holds_the_price() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = two(&world).await;
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order = ada.orders_session(booking).await;
    let verified = mia.post(VERIFY, verification(booking, &order, "pay_29QQoUBi66xm2f")).await.is(200);
    assert_eq!((&verified["status"], &verified["booking_id"]), (&json!("Payment verified"), &json!(booking)));
    let session = &verified["session"];
    let expected = (&json!("confirmed"), &json!("paid"), &json!(true), &json!(null));
    assert_eq!(
        (&session["status"], &session["payment_status"], &session["is_paid"], &session["hold_expires_at"]),
        expected
    );
    assert_eq!((ada.rupees().await, mia.rupees().await), ((0, 50_000), (0, 0)));
    let keys = [ada.session("student", booking).await, mia.session("mentor", booking).await];
    let [student, mentor] = keys.map(|session| session["attendance_key"].as_str().unwrap().to_owned());
    assert!(student.len() == 8 && mentor.len() == 8 && student != mentor);
    world.settles().await;
    for person in ["ada", "mia"] {
        assert_eq!(tests::sessions::told(&world, person), ["Session confirmed"]);
    }
    ada.post(ORDER, json!({"booking_id": booking})).await.refuses(409, "already_paid");
    world.is_sound().await;
}

#[tokio::test]
async fn the_same_payment_changes_nothing_however_often_it_is_shown() {
    let world = World::new().await;
    let (ada, mia) = two(&world).await;
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order = ada.orders_session(booking).await;
    let first = ada.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200);
    for _ in 0..9 {
        assert_eq!(ada.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200), first);
    }
    let mut otherwise = verification(booking, &order, "pay_1");
    otherwise["razorpay_order_id"] = otherwise["order_id"].take();
    otherwise.as_object_mut().unwrap().remove("order_id");
    assert_eq!(ada.post(VERIFY, otherwise).await.is(200), first);
    assert_eq!(ada.rupees().await, (0, 50_000));
    world.is_sound().await;
}

#[tokio::test]
async fn who_is_not_of_the_session_an_order_of_another_and_a_bad_signature_are_refused_in_this_order() {
    let world = World::new().await;
    let (ada, mia) = two(&world).await;
    let (one, two) = (ada.takes_session(&mia, minute(48 * 60)).await, ada.takes_session(&mia, minute(50 * 60)).await);
    let (order, other) = (ada.orders_session(one).await, ada.orders_session(two).await);
    let eve = world.student("eve").await;
    eve.post(VERIFY, verification(one, &order, "pay_1")).await.refuses(404, "not_found");
    let with = |order: &str, signature: String| {
        let mut shown = verification(one, order, "pay_1");
        shown["razorpay_signature"] = json!(signature);
        shown
    };
    for unknown in [other.as_str(), "order_x", "order_local_4711", "order_local_", "x"] {
        ada.post(VERIFY, with(unknown, "0".repeat(64))).await.refuses(400, "order_mismatch");
        ada.post(VERIFY, with(unknown, signed(unknown, "pay_1"))).await.refuses(400, "order_mismatch");
    }
    let good = signed(&order, "pay_1");
    for signature in [
        "0".repeat(64),
        good.to_uppercase(),
        good[..62].to_owned(),
        format!("{good}00"),
        format!(" {good}"),
        "nonsense".to_owned(),
        signed(&order, "pay_2"),
        signed(&other, "pay_1"),
        mac(EVENT_SECRET, &format!("{order}|pay_1")),
        mac("", &format!("{order}|pay_1")),
        mac(CHECKOUT_SECRET, &format!("pay_1|{order}")),
        mac(CHECKOUT_SECRET, &format!("{order}pay_1")),
    ] {
        ada.post(VERIFY, with(&order, signature)).await.refuses(400, "bad_signature");
    }
    let now = ada.session("student", one).await;
    assert_eq!((&now["status"], &now["is_paid"]), (&json!("pending_payment"), &json!(false)));
    ada.post(VERIFY, with(&order, good)).await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_no_verification_is_blamed_on_its_field() {
    let world = World::new().await;
    let (ada, mia) = two(&world).await;
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let good = verification(booking, &ada.orders_session(booking).await, "pay_1");
    for (field, values) in [
        ("order_id", vec![json!(null), json!(""), json!("x".repeat(65)), json!(7)]),
        (
            "razorpay_payment_id",
            vec![json!(null), json!("pay_"), json!("1"), json!("pay_-"), json!(format!("pay_{}", "x".repeat(41)))],
        ),
        ("razorpay_signature", vec![json!(null), json!(""), json!([])]),
        ("booking_id", vec![json!(null), json!("x"), json!(-1)]),
    ] {
        for value in values {
            let mut wrong = good.clone();
            wrong[field] = value.clone();
            let answer = ada.post(VERIFY, wrong).await;
            assert_eq!(answer.status, 400, "{field} {value} {answer}");
            answer.blames(field);
        }
    }
}

#[tokio::test]
async fn a_second_payment_goes_back_and_one_of_another_session_is_known() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = two(&world).await;
    let one = ada.has_session(&mia, minute(48 * 60)).await;
    let order = ada.session("student", one).await["order_id"].as_str().unwrap().to_owned();
    let refunds = async || {
        assert!(world.carries_out().await);
        let is_refund = |job: &app::background::Job| matches!(job, app::background::Job::Refund(_));
        let jobs: Vec<_> = world.background.take_jobs().into_iter().filter(is_refund).collect();
        for job in &jobs {
            assert_eq!(world.delivers(&[world.queued(*job)]).await, Vec::<String>::new());
        }
        jobs.len()
    };
    for _ in 0..3 {
        ada.post(VERIFY, verification(one, &order, "pay_again")).await.refuses(409, "already_paid");
    }
    assert_eq!(refunds().await, 1);
    let two = ada.takes_session(&mia, minute(50 * 60)).await;
    let order = ada.orders_session(two).await;
    for payment in [format!("pay_{one}"), "pay_again".to_owned()] {
        ada.post(VERIFY, verification(two, &order, &payment)).await.refuses(409, "payment_reused");
    }
    assert_eq!((refunds().await, ada.session("student", two).await["status"].clone()), (0, json!("pending_payment")));
    ada.post(VERIFY, verification(two, &order, "pay_2")).await.is(200);
    assert_eq!(ada.rupees().await, (0, 100_000));
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_cancelled_or_free_is_not_paid() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = two(&world).await;
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order = ada.orders_session(booking).await;
    ada.takes_step("student", booking, "cancel", json!({})).await.is(200);
    ada.post(ORDER, json!({"booking_id": booking})).await.refuses(409, "not_payable");
    for _ in 0..3 {
        ada.post(VERIFY, verification(booking, &order, "pay_1")).await.refuses(409, "not_payable");
    }
    let session = ada.session("student", booking).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("cancelled"), &json!("unpaid")));
    mia.asks_by_the_hour(0).await;
    let free = ada.takes_session(&mia, minute(50 * 60)).await;
    ada.post(ORDER, json!({"booking_id": free})).await.refuses(409, "not_payable");
    world.settles().await;
    assert!(
        tests::sessions::told(&world, "ada").contains(&"Refund".to_owned()),
        "{:?}",
        tests::sessions::told(&world, "ada")
    );
    // Elsewhere other rules hold.
    let meeting = ada.books(&mia, minute(60 * 60), 60).await;
    ada.post(ORDER, json!({"booking_id": meeting})).await.refuses(409, "not_payable");
    world.is_sound().await;
}

#[tokio::test]
async fn a_verification_under_a_key_is_answered_alike() {
    let world = World::new().await;
    let (ada, mia) = two(&world).await;
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order: Json = ada.post_once("o", ORDER, json!({"booking_id": booking})).await.is(200);
    assert_eq!(ada.post_once("o", ORDER, json!({"booking_id": booking})).await.is(200), order);
    let shown = verification(booking, order["order_id"].as_str().unwrap(), "pay_1");
    let first = ada.post_once("k", VERIFY, shown.clone()).await.is(200);
    assert_eq!(ada.post_once("k", VERIFY, shown).await.is(200), first);
}
