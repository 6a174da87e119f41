//! The largest amounts there are (`tutoring.md` §1): made, paid, given back, settled and taken out to the cent.

use serde_json::{Value as Json, json};
use tests::courses::COURSES;
use tests::paying::{Deal, delivers, is_received, money};
use tests::person::id;
use tests::slots::{BOOKINGS, SLOTS, slot};
use tests::{Person, Setup, World, minute};

use super::{WITHDRAWALS, decides, takes_out, wallet, wish};

const PROFILE: &str = "/api/v1/auth/profile/";
const DAY: i64 = 24 * 60;
const DEAREST: &str = "99999999.99";
const TOO_DEAR: &str = "100000000.00";
/// What is left of the dearest after fifteen percent, half up: 15000000.00 of 14999999.9985.
const NET: &str = "84999999.99";

/// What is said as a number, exactly so.
fn number(digits: &str) -> Json {
    serde_json::from_str(digits).expect("a number")
}

/// A tutor who may take out what they earn, in dollars, and to whom an hour is worth the most there is.
async fn dearest_tutor(world: &World) -> Person {
    let tom = world.tutor("tom", 9_999_999_999).await;
    tom.alter(|user| user.email_verified = true).await;
    tom
}

#[tokio::test]
async fn nothing_dearer_can_be_asked_for() {
    let world = World::new().await;
    let tom = dearest_tutor(&world).await;
    for amount in [json!(DEAREST), number(DEAREST), json!("99999999.990")] {
        for field in ["hourly_rate", "price_per_lesson"] {
            assert_eq!(tom.patch(PROFILE, json!({field: amount})).await.is(200)[field], DEAREST);
        }
        let course = tom.post(COURSES, json!({"title": "Looms", "price": amount, "is_published": true})).await.is(201);
        assert_eq!(course["price"], DEAREST);
        let path = format!("{COURSES}{}/", course["id"]);
        assert_eq!(tom.patch(&path, json!({"price": amount})).await.is(200)["price"], DEAREST);
    }
    let course = format!("{COURSES}{}/", tom.publishes("Yarn", DEAREST).await);
    for amount in [json!(TOO_DEAR), number(TOO_DEAR), json!("184467440737095516.16"), json!(u64::MAX), json!(1e30)] {
        tom.patch(PROFILE, json!({"hourly_rate": amount})).await.blames("hourly_rate");
        tom.patch(PROFILE, json!({"price_per_lesson": amount})).await.blames("price_per_lesson");
        tom.post(COURSES, json!({"title": "Looms", "price": amount})).await.blames("price");
        tom.patch(&course, json!({"price": amount})).await.blames("price");
        tom.post(WITHDRAWALS, json!({"amount": amount, "payout_details": {"a": "b"}})).await.blames("amount");
    }
    for list in [COURSES, "/api/v1/tutors/"] {
        for field in ["min_price", "max_price"] {
            tom.get(&format!("{list}?{field}={TOO_DEAR}")).await.blames(field);
            tom.get(&format!("{list}?{field}={DEAREST}")).await.is(200);
        }
    }
    let dearest = tom.get(&format!("{COURSES}?min_price={DEAREST}&ordering=-price")).await.is(200);
    assert_eq!(dearest["count"], 4);
    assert_eq!(tom.get(&format!("/api/v1/tutors/?min_price={DEAREST}")).await.is(200)["count"], 1);
}

#[tokio::test]
async fn the_dearest_lessons_are_paid_given_back_settled_and_taken_out_to_the_cent() {
    let world = World::with(Setup::live()).await;
    let (ada, tom, admin) = (world.register("ada").await, dearest_tutor(&world).await, world.admin().await);
    let mut bookings = Vec::new();
    for (day, minutes, price) in [
        (2, 15, ["25000000.00", "3750000.00", "21250000.00"]),
        (3, 60, [DEAREST, "15000000.00", NET]),
        (4, 480, ["799999999.92", "119999999.99", "679999999.93"]),
    ] {
        let slot = id(&tom.post(SLOTS, slot(minute(day * DAY), minutes)).await.is(201));
        let booking = ada.wants_slot(slot).await.is(201);
        for (field, expected) in ["amount", "platform_fee", "tutor_earnings"].into_iter().zip(price) {
            assert_eq!(booking[field], expected, "{field} of {minutes} minutes");
        }
        ada.pays_lesson(id(&booking)).await;
        bookings.push(id(&booking));
    }
    assert_eq!(wallet(&tom).await, ["0.00", "786249999.92", "0.00"]);
    world.is_sound().await;

    // All goes back early enough; later the tutor is paid, as by a lesson that takes place.
    ada.steps(bookings[2], "refund", json!({})).await.is(200);
    assert_eq!(wallet(&tom).await, ["0.00", "106249999.99", "0.00"]);
    world.reaches(DAY + DAY / 4).await;
    let (ada, tom) = (ada.logs_in().await, tom.logs_in().await);
    assert_eq!(ada.steps(bookings[0], "cancel", json!({})).await.is(200)["status"], "cancelled");
    assert_eq!(wallet(&tom).await, ["21250000.00", NET, "21250000.00"]);
    tom.steps(bookings[1], "confirm", json!({})).await.is(200);
    world.reaches(3 * DAY + 75).await;
    let (ada, tom, admin) = (ada.logs_in().await, tom.logs_in().await, admin.logs_in().await);
    assert_eq!(ada.get(&format!("{BOOKINGS}{}/", bookings[1])).await.is(200)["status"], "completed");
    assert_eq!(wallet(&tom).await, ["106249999.99", "0.00", "106249999.99"]);
    let payments = ada.get("/api/v1/payments/?ordering=created_at").await.is(200);
    let paid: Vec<_> = payments["results"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
    assert_eq!(paid, ["25000000.00", DEAREST, "799999999.92"]);
    world.is_sound().await;

    takes_out(&tom, DEAREST).await;
    tom.post(WITHDRAWALS, wish("6250000.01")).await.refuses(409, "insufficient_funds");
    let rest = json!({"amount": number("6250000.00"), "payout_details": {"a": "b"}});
    let rest = id(&tom.post(WITHDRAWALS, rest).await.is(201));
    assert_eq!(wallet(&tom).await, ["0.00", "0.00", "106249999.99"]);
    decides(&admin, rest, "reject").await.is(200);
    assert_eq!(wallet(&tom).await[0], "6250000.00");
    takes_out(&tom, "6250000.00").await;
    let by_amount = tom.get(&format!("{WITHDRAWALS}?ordering=-amount")).await.is(200);
    assert_eq!(by_amount["results"][0]["amount"], DEAREST);
    world.is_sound().await;

    assert!(world.carries_out().await);
    let stats = admin.get("/api/v1/admin/stats/").await.is(200);
    let revenue = json!({
        "currency": "USD",
        "gross": "924999999.91", "platform_fee": "18750000.00", "tutor_earnings": "106249999.99", "refunded": "799999999.92",
    });
    assert_eq!(stats["revenue"], json!([revenue]));
    let report = admin.get("/api/v1/admin/reports/earnings.csv").await;
    let report = String::from_utf8(report.bytes.to_vec()).unwrap();
    assert!(report.ends_with("tom@example.org,USD,2,124999999.99,18750000.00,106249999.99\r\n"), "{report}");
}

#[tokio::test]
async fn the_dearest_course_is_sold_and_what_it_brought_taken_out_to_the_cent() {
    let world = World::with(Setup::live()).await;
    let (tom, admin) = (dearest_tutor(&world).await, world.admin().await);
    let course = tom.publishes("Looms", DEAREST).await;
    for student in ["ada", "bob"] {
        let student = world.register(student).await;
        let enrolment = student.takes(course).await;
        let seen = student.get(&format!("/api/v1/enrollments/{enrolment}/")).await.is(200);
        assert_eq!((&seen["amount"], &seen["status"]), (&json!(DEAREST), &json!("active")));
    }
    assert_eq!(wallet(&tom).await, ["169999999.98", "0.00", "169999999.98"]);
    let first = takes_out(&tom, DEAREST).await;
    decides(&admin, first, "approve").await.is(200);
    let paid = decides(&admin, first, "complete").await.is(200);
    assert_eq!((&paid["amount"], &paid["status"]), (&json!(DEAREST), &json!("completed")));
    tom.post(WITHDRAWALS, wish("70000000.00")).await.refuses(409, "insufficient_funds");
    takes_out(&tom, "69999999.99").await;
    assert_eq!(wallet(&tom).await, ["0.00", "0.00", "169999999.98"]);
    world.is_sound().await;
}

/// An event of a provider that tells of a payment, with the amount as it is written here.
fn told(name: &str, payment: &Json, amount: Json) -> Json {
    json!({
        "id": name, "type": "payment.succeeded", "payment_intent_id": payment["payment_intent_id"],
        "amount": amount, "currency": "USD",
    })
}

#[tokio::test]
async fn what_a_provider_says_of_the_dearest_is_compared_to_the_cent() {
    let world = World::new().await;
    let (ada, mia) = (world.register("ada").await, world.expert("mia").await);
    for (day, amount) in [(2, json!(DEAREST)), (3, number(DEAREST))] {
        let deal = Deal::at(&world, &ada, &mia, money(9_999_999_999, "USD"), minute(day * DAY)).await;
        let payment = deal.asks("paypal").await.is(201);
        assert_eq!(payment["amount"], DEAREST);
        for (name, wrong) in [("less", "99999999.98"), ("more", TOO_DEAR)] {
            let event = told(&format!("evt_{day}_{name}"), &payment, number(wrong));
            delivers(&world, "paypal", &event).await.refuses(400, "amount_mismatch");
        }
        is_received(delivers(&world, "paypal", &told(&format!("evt_{day}"), &payment, amount)).await, false);
        assert_eq!(deal.payment(&payment).await["status"], "succeeded");
    }
    assert_eq!(wallet(&mia).await, ["0.00", "169999999.98", "0.00"]);
    world.is_sound().await;
}
