//! Taking money out: asking for it, and what administrators decide.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World, at_once, tally};

use super::{WITHDRAWALS, all_ids, decides, ids, rich, takes_out, wallet, wish};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

async fn available(mia: &Person) -> String {
    wallet(mia).await[0].clone()
}

#[tokio::test]
async fn what_is_asked_for_leaves_the_balance_at_once() {
    let world = World::with(Setup::live()).await;
    let (mia, admin) = rich(&world, 10_000).await;
    let asked = mia.post(WITHDRAWALS, wish("60.00")).await.is(201);
    has_exactly(
        &asked,
        &[
            "id",
            "tutor",
            "tutor_email",
            "amount",
            "currency",
            "status",
            "payout_method",
            "payout_details",
            "admin_notes",
            "transaction_id",
            "processed_at",
            "created_at",
            "updated_at",
        ],
    );
    for (name, value) in [
        ("tutor", json!(mia.id)),
        ("tutor_email", json!("mia@example.org")),
        ("amount", json!("60.00")),
        ("currency", json!("INR")),
        ("status", json!("pending")),
        ("payout_method", json!("paypal")),
        ("payout_details", json!({"account": "mia@example.org"})),
        ("admin_notes", json!("")),
        ("transaction_id", json!(null)),
        ("processed_at", json!(null)),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert_eq!(available(&mia).await, "40.00");
    mia.post(WITHDRAWALS, wish("40.01")).await.refuses(409, "insufficient_funds");
    mia.post(WITHDRAWALS, wish("99999999.99")).await.refuses(409, "insufficient_funds");
    let mut elsewhere = wish("1.00");
    elsewhere["currency"] = json!("usd");
    mia.post(WITHDRAWALS, elsewhere).await.refuses(409, "insufficient_funds");
    assert_eq!(mia.post(WITHDRAWALS, wish("40.00")).await.is(201)["amount"], "40.00");
    let path = format!("{WITHDRAWALS}{}/", asked["id"]);
    assert_eq!((mia.get(&path).await.is(200), admin.get(&path).await.is(200)), (asked.clone(), asked));
    world.settles().await;
    assert_eq!(tests::sessions::told(&world, "mia"), ["Withdrawal requested"; 2]);
    assert!(world.mails().iter().all(|mail| !mail.text.contains("mia@example.org\"")), "where it goes is secret");
    assert!(
        world.mails().iter().any(|mail| mail.text.contains("INR 60.00") && mail.text.contains("3–5 business days"))
    );
    world.is_sound().await;
}

#[tokio::test]
async fn who_may_not_take_money_out_is_told_why() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let (ada, new) = (world.register("ada").await, world.new_mentor("new").await);
    ada.post(WITHDRAWALS, wish("1.00")).await.refuses(403, "forbidden");
    admin.post(WITHDRAWALS, wish("1.00")).await.refuses(403, "forbidden");
    new.post(WITHDRAWALS, wish("1.00")).await.refuses(403, "not_approved");
    mia.alter(|user| user.email_verified = false).await;
    mia.post(WITHDRAWALS, json!({})).await.refuses(403, "email_unverified");
    assert_eq!(available(&mia).await, "100.00");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_takes_nothing() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let large: Json = serde_json::from_str(&format!(r#"{{"a": "{}"}}"#, "x".repeat(4_089))).unwrap();
    for (field, value) in [
        ("amount", json!("0")),
        ("amount", json!(0)),
        ("amount", json!("-60")),
        ("amount", json!("0.001")),
        ("amount", json!("100000000")),
        ("amount", json!("all")),
        ("amount", json!(null)),
        ("payout_method", json!("cash")),
        ("payout_method", json!(null)),
        ("payout_details", json!({})),
        ("payout_details", json!([1])),
        ("payout_details", json!("{\"a\": 1}")),
        ("payout_details", json!({"a": "\u{0}"})),
        ("payout_details", json!(null)),
        ("payout_details", large),
        ("currency", json!("JPY")),
        ("currency", json!("rupees")),
    ] {
        let mut body = wish("60.00");
        body[field] = value.clone();
        mia.post(WITHDRAWALS, body).await.blames(field);
    }
    mia.post(WITHDRAWALS, json!({"amount": "1"})).await.blames("payout_details");
    let id = takes_out(&mia, "0.01").await;
    let path = format!("{WITHDRAWALS}{id}/reject/");
    for reason in [json!(null), json!(" "), json!("x".repeat(1_001))] {
        admin.post(&path, json!({"reason": reason})).await.blames("reason");
        admin.post(&format!("{WITHDRAWALS}4711/reject/"), json!({"reason": reason})).await.refuses(404, "not_found");
    }
    admin
        .post(&format!("{WITHDRAWALS}{id}/complete/"), json!({"transaction_id": "x".repeat(256)}))
        .await
        .refuses(400, "validation");
    assert_eq!(available(&mia).await, "99.99");
    for path in ["?status=x", "?ordering=status", "?page=0", "?page_size=0"] {
        mia.get(&format!("{WITHDRAWALS}{path}")).await.refuses(400, "validation");
    }
    mia.get(&format!("{WITHDRAWALS}?page=2&page_size=501")).await.is(404);
    mia.get(&format!("{WITHDRAWALS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    mia.get(&format!("{WITHDRAWALS}?cursor=x")).await.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn a_form_takes_money_out_too() {
    let world = World::new().await;
    let (mia, _) = rich(&world, 10_000).await;
    let form = "amount=2.50&payout_method=skrill&payout_details=%7B%22id%22%3A7%7D";
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let asked = send(&mia, "POST", WITHDRAWALS, &kind, form).await.is(201);
    assert_eq!((&asked["amount"], &asked["payout_details"]), (&json!("2.50"), &json!({"id": 7})));
}

#[tokio::test]
async fn of_twenty_at_once_only_as_many_succeed_as_there_is_money_for() {
    for _ in 0..3 {
        let world = World::new().await;
        let (mia, _) = rich(&world, 12_050).await;
        let answers = at_once((0..20).map(|_| {
            let mia = mia.clone();
            async move { mia.post(WITHDRAWALS, wish("10.00")).await }
        }))
        .await;
        let expected = [((201, String::new()), 12), ((409, "insufficient_funds".to_owned()), 8)];
        assert_eq!(tally(&answers), expected.into());
        assert_eq!((available(&mia).await.as_str(), all_ids(&mia, WITHDRAWALS).await.len()), ("0.50", 12));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn under_one_key_it_is_asked_for_once() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let answers = at_once((0..5).map(|_| {
        let mia = mia.clone();
        async move { mia.post_once("k", WITHDRAWALS, wish("10.00")).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| [(201, ""), (409, "in_flight")].contains(&answer.outcome())));
    let again = mia.post_once("k", WITHDRAWALS, wish("10.00")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    let asked = again.is(201);
    assert_eq!((available(&mia).await.as_str(), all_ids(&mia, WITHDRAWALS).await.len()), ("90.00", 1));
    mia.post_once("k", WITHDRAWALS, wish("11.00")).await.refuses(422, "idempotency_mismatch");
    for (word, body) in [("approve", json!({})), ("complete", json!({"transaction_id": "TR 7"}))] {
        let path = format!("{WITHDRAWALS}{}/{word}/", asked["id"]);
        let first = admin.post_once(word, &path, body.clone()).await.is(200);
        assert_eq!(admin.post_once(word, &path, body).await.is(200), first);
    }
}

#[tokio::test]
async fn what_is_approved_is_completed_later_and_each_is_told() {
    let world = World::with(Setup::live()).await;
    let (mia, admin) = rich(&world, 10_000).await;
    let id = takes_out(&mia, "60.00").await;
    decides(&admin, id, "complete").await.refuses(409, "invalid_status");
    let approved = decides(&admin, id, "approve").await.is(200);
    assert_eq!((&approved["status"], &approved["processed_at"]), (&json!("approved"), &json!(null)));
    decides(&admin, id, "approve").await.refuses(409, "invalid_status");
    world.advance(TimeDelta::minutes(1));
    let path = format!("{WITHDRAWALS}{id}/complete/");
    let completed = admin.post(&path, json!({"transaction_id": " TR 7 "})).await.is(200);
    assert_eq!((&completed["status"], &completed["transaction_id"]), (&json!("completed"), &json!("TR 7")));
    assert_eq!(completed["processed_at"], completed["updated_at"]);
    assert_ne!(completed["processed_at"], approved["updated_at"]);
    for word in ["approve", "reject", "complete"] {
        decides(&admin, id, word).await.refuses(409, "invalid_status");
        decides(&mia, id, word).await.refuses(403, "forbidden");
    }
    assert_eq!(available(&mia).await, "40.00");
    world.settles().await;
    let titles = ["Withdrawal approved", "Withdrawal completed", "Withdrawal requested"];
    let mut told = tests::sessions::told(&world, "mia");
    told.sort();
    assert_eq!(told, titles);
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_rejected_comes_back_once_even_after_it_was_approved() {
    let world = World::with(Setup::live()).await;
    let (mia, admin) = rich(&world, 10_000).await;
    let (id, other) = (takes_out(&mia, "60.00").await, takes_out(&mia, "30.00").await);
    decides(&admin, other, "approve").await.is(200);
    for id in [id, other] {
        let answers = at_once((0..10).map(|_| {
            let admin = admin.clone();
            async move { decides(&admin, id, "reject").await }
        }))
        .await;
        assert_eq!(tally(&answers), [((200, String::new()), 1), ((409, "invalid_status".to_owned()), 9)].into());
    }
    assert_eq!(wallet(&mia).await, ["100.00", "0.00", "0.00"].map(str::to_owned));
    let seen = mia.get(&format!("{WITHDRAWALS}{id}/")).await.is(200);
    assert_eq!((&seen["status"], &seen["admin_notes"]), (&json!("rejected"), &json!("Unknown address.")));
    assert_eq!(seen["processed_at"], json!(null));
    world.settles().await;
    let told = tests::sessions::told(&world, "mia");
    assert_eq!(told.iter().filter(|title| *title == "Withdrawal rejected").count(), 2, "{told:?}");
    assert!(world.mails().iter().any(|mail| mail.text.contains("Unknown address.")));
    world.is_sound().await;
}

#[tokio::test]
async fn what_another_product_asked_for_is_shown_and_decided_here() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let body = json!({"amount": "50.00", "payment_method": "upi", "bank_details": "mia@upi"});
    let id = tests::person::id(&mia.post("/api/mentor/withdrawals/", body).await.is(201));
    let seen = mia.get(&format!("{WITHDRAWALS}{id}/")).await.is(200);
    assert_eq!((&seen["payout_method"], &seen["payout_details"]), (&json!("upi"), &json!({"details": "mia@upi"})));
    decides(&admin, id, "reject").await.is(200);
    assert_eq!(available(&mia).await, "100.00");
}

#[tokio::test]
async fn lists_lead_in_both_directions_by_time_and_by_amount() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 100_000).await;
    let noa = world.mentor("noa", 50_000).await;
    noa.alter(|user| user.email_verified = true).await;
    noa.earns(100_000).await;
    let mut made = Vec::new();
    for (number, amount) in ["5.00", "3.00", "9.00", "3.00", "7.00", "1.00", "4.00"].into_iter().enumerate() {
        made.push(takes_out(if number % 2 == 0 { &mia } else { &noa }, amount).await);
        world.advance(TimeDelta::seconds(1));
    }
    decides(&admin, made[0], "approve").await.is(200);
    decides(&admin, made[1], "reject").await.is(200);
    decides(&admin, made[0], "complete").await.is(200);
    let pick = |places: &[usize]| places.iter().map(|place| made[*place]).collect::<Vec<_>>();
    for size in [1, 2, 3, 7] {
        for (who, query, expected) in [
            (&mia, "", pick(&[6, 4, 2, 0])),
            (&mia, "&ordering=created_at", pick(&[0, 2, 4, 6])),
            (&mia, "&ordering=-amount", pick(&[2, 4, 0, 6])),
            (&mia, "&status=completed", pick(&[0])),
            (&mia, "&status=processing", vec![]),
            (&noa, "", pick(&[5, 3, 1])),
            (&admin, "", pick(&[6, 5, 4, 3, 2, 1, 0])),
            (&admin, "&ordering=created_at", pick(&[0, 1, 2, 3, 4, 5, 6])),
            (&admin, "&ordering=amount", pick(&[5, 1, 3, 6, 0, 4, 2])),
            (&admin, "&status=pending", pick(&[6, 5, 4, 3, 2])),
            (&admin, "&status=pending&ordering=created_at", pick(&[2, 3, 4, 5, 6])),
            (&admin, "&status=completed", pick(&[0])),
            (&admin, "&status=processing", vec![]),
        ] {
            let path = format!("{WITHDRAWALS}?page_size={size}{query}");
            assert_eq!(all_ids(who, &path).await, expected, "{path}");
            assert_eq!(who.get(&path).await.is(200)["count"], expected.len(), "{path}");
        }
    }
    let second = admin.get(&format!("{WITHDRAWALS}?page=2&page_size=3")).await.is(200);
    assert_eq!(ids(&second), pick(&[3, 2, 1]));
    let back = super::leads_to(&second, "previous").expect("a page before");
    assert_eq!(ids(&admin.get(&back).await.is(200)), pick(&[6, 5, 4]));
    admin.get(&format!("{WITHDRAWALS}?page=4&page_size=3")).await.refuses(404, "not_found");
    let next = super::leads_to(&second, "next").expect("more");
    mia.get(&next).await.refuses(400, "invalid_cursor");
    admin.get(&next.replace("page_size=3", "page_size=3&status=pending")).await.refuses(400, "invalid_cursor");
    noa.get(&format!("{WITHDRAWALS}{}/", made[0])).await.refuses(404, "not_found");
}

/// Lets a request die at every call, once with a key: whoever comes again with it hears of success, once.
async fn dies_anywhere(what: &str, decides: bool, expected: &str) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::new().await;
            let (mia, admin) = rich(&world, 10_000).await;
            let (who, path, body) = match decides {
                true => {
                    let id = takes_out(&mia, "60.00").await;
                    (admin, format!("{WITHDRAWALS}{id}/reject/"), json!({"reason": "No."}))
                }
                false => (mia.clone(), WITHDRAWALS.to_owned(), wish("60.00")),
            };
            let send = async || who.post_once("k", &path, body.clone()).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(send()).await;
            world.table.faults.disarm();
            world.is_sound().await;
            let is_over = answer.is_some_and(|answer| answer.status < 300);
            world.advance(LEASE);
            let again = send().await;
            assert!(again.status < 300, "{what} {moment:?} {nth}: {again}");
            assert_eq!(send().await.body, again.body, "{what} {moment:?} {nth}");
            let found = (available(&mia).await, all_ids(&mia, WITHDRAWALS).await.len());
            assert_eq!(found, (expected.to_owned(), 1), "{what} {moment:?} {nth}");
            let told = mia.all("/api/notifications/").await.len();
            assert_eq!(told, 1 + usize::from(decides), "{what} {moment:?} {nth}");
            world.is_sound().await;
            if is_over {
                println!("{what}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_withdrawal_that_dies_is_whole_or_nothing() {
    dies_anywhere("withdraw", false, "40.00").await;
}

#[tokio::test]
async fn a_decision_about_one_that_dies_is_whole_or_nothing() {
    dies_anywhere("reject", true, "100.00").await;
}

#[tokio::test]
async fn withdrawals_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 1_000_000).await;
    let mut costs = Costs::new(&world);
    let asked = costs.of("take money out", (2, 1.0, 8.0), mia.post(WITHDRAWALS, wish("50.00"))).await.is(201);
    let path = format!("{WITHDRAWALS}{}/", asked["id"]);
    costs.of("look at it", (2, 2.0, 0.0), mia.get(&path)).await.is(200);
    costs.of("approve it", (3, 2.0, 7.0), admin.post(&format!("{path}approve/"), json!({}))).await.is(200);
    let no = json!({"reason": "No."});
    costs.of("reject it", (3, 2.0, 11.0), admin.post(&format!("{path}reject/"), no)).await.is(200);
    costs.of("complete it", (2, 2.0, 0.0), admin.post(&format!("{path}complete/"), json!({}))).await.is(409);
    costs.of("ask for too much", (2, 1.0, 0.0), mia.post(WITHDRAWALS, wish("50000.00"))).await.is(409);
    for _ in 0..60 {
        takes_out(&mia, "1.00").await;
        world.advance(TimeDelta::milliseconds(1));
    }
    let first = mia.get(WITHDRAWALS).await.is(200);
    let next = super::leads_to(&first, "next").expect("more");
    costs.of("20 withdrawals", (3, 8.0, 0.0), mia.get(WITHDRAWALS)).await.is(200);
    costs.of("the next 20 withdrawals", (3, 8.0, 0.0), mia.get(&next)).await.is(200);
    costs.of("20 withdrawals of everybody", (10, 16.0, 0.0), admin.get(WITHDRAWALS)).await.is(200);
    costs.hold();
}
