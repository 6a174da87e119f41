//! Taking money out, and what administrators decide (§5.3 and §5.7).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::{Answer, Costs, Fault, Moment, Person, Setup, Strike, World, at_once, tally};

const MINE: &str = "/api/mentor/withdrawals/";
const ALL: &str = "/api/admin/withdrawals/";

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

fn wish(amount: &str) -> Json {
    json!({"amount": amount, "payment_method": "upi", "bank_details": "mia@upi"})
}

async fn rich(world: &World, paise: u64) -> (Person, Person) {
    let (mia, admin) = (world.mentor("mia", 50_000).await, world.admin().await);
    mia.earns(paise).await;
    // Her number comes with the first call.
    mia.get(MINE).await.is(200);
    (mia, admin)
}

async fn takes_out(mia: &Person, amount: &str) -> i64 {
    tests::person::id(&mia.post(MINE, wish(amount)).await.is(201))
}

async fn decides(admin: &Person, id: i64, status: &str, notes: &str) -> Answer {
    admin.post(&format!("{ALL}{id}/decide/"), json!({"status": status, "admin_notes": notes})).await
}

#[tokio::test]
async fn what_is_asked_for_leaves_the_balance_at_once() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let asked = mia.post(MINE, wish("60.00")).await.is(201);
    assert_eq!(
        asked,
        json!({
            "id": asked["id"], "amount": "60.00", "status": "pending", "payment_method": "upi",
            "request_date": asked["request_date"], "processed_date": null, "admin_notes": null,
            "transaction_id": asked["transaction_id"],
        })
    );
    assert_eq!(mia.rupees().await, (4_000, 0));
    assert_eq!(mia.get("/api/mentor/earnings/").await.is(200)["stats"]["available_balance"], "40.00");
    mia.post(MINE, wish("50.00")).await.refuses(409, "insufficient_funds");
    mia.post(MINE, wish("99999999999.00")).await.refuses(409, "insufficient_funds");
    assert_eq!(mia.get(MINE).await.is(200), json!([asked]));
    let mut whole = asked.clone();
    let about = json!({"mentor_id": "M000001", "mentor_name": "mia", "bank_details": "mia@upi"});
    whole.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
    assert_eq!(admin.get(ALL).await.is(200), json!([whole]));
    world.is_sound().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_takes_nothing() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    for (field, value) in [
        ("amount", json!("49.99")),
        ("amount", json!("0")),
        ("amount", json!("-60")),
        ("amount", json!("60.001")),
        ("amount", json!("all")),
        ("amount", json!(null)),
        ("payment_method", json!("cash")),
        ("payment_method", json!(null)),
        ("bank_details", json!("")),
        ("bank_details", json!("  ")),
        ("bank_details", json!("x".repeat(501))),
    ] {
        let mut body = wish("60.00");
        body[field] = value.clone();
        mia.post(MINE, body).await.blames(field);
    }
    let id = takes_out(&mia, "50.00").await;
    for (body, field) in [
        (json!({}), "status"),
        (json!({"status": "pending"}), "status"),
        (json!({"status": "approved", "admin_notes": "x".repeat(1_001)}), "admin_notes"),
    ] {
        admin.post(&format!("{ALL}{id}/decide/"), body.clone()).await.blames(field);
        admin.post(&format!("{ALL}4711/decide/"), body).await.refuses(404, "not_found");
    }
    admin.get(&format!("{ALL}?status=x")).await.refuses(400, "validation");
    decides(&mia, id, "approved", "").await.refuses(403, "role_required");
    mia.get(ALL).await.refuses(403, "role_required");
    let ada = world.new_student("ada").await;
    ada.post(MINE, wish("50.00")).await.refuses(403, "role_required");
    assert_eq!(mia.rupees().await, (5_000, 0));
}

#[tokio::test]
async fn of_ten_at_once_only_as_many_succeed_as_there_is_money_for() {
    for _ in 0..4 {
        let world = World::new().await;
        let (mia, _) = rich(&world, 32_000).await;
        let answers = at_once((0..10).map(|_| {
            let mia = mia.clone();
            async move { mia.post(MINE, wish("50.00")).await }
        }))
        .await;
        let expected = [((201, String::new()), 6), ((409, "insufficient_funds".to_owned()), 4)];
        assert_eq!(tally(&answers), expected.into());
        assert_eq!((mia.rupees().await, mia.all(MINE).await.len()), ((2_000, 0), 6));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn under_one_key_it_is_asked_for_once() {
    let world = World::new().await;
    let (mia, _) = rich(&world, 32_000).await;
    let answers = at_once((0..5).map(|_| {
        let mia = mia.clone();
        async move { mia.post_once("k", MINE, wish("50.00")).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| [(201, ""), (409, "in_flight")].contains(&answer.outcome())));
    let again = mia.post_once("k", MINE, wish("50.00")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.is(201), mia.get(MINE).await.is(200)[0]);
    assert_eq!((mia.rupees().await, mia.all(MINE).await.len()), ((27_000, 0), 1));
    mia.post_once("k", MINE, wish("60.00")).await.refuses(422, "idempotency_mismatch");
}

#[tokio::test]
async fn what_is_rejected_comes_back_once_and_its_owner_hears_of_it() {
    let world = World::with(Setup::live()).await;
    let (mia, admin) = rich(&world, 10_000).await;
    let id = takes_out(&mia, "60.00").await;
    let answers = at_once((0..10).map(|number| {
        let admin = admin.clone();
        let next = if number % 2 == 0 { "rejected" } else { "processed" };
        async move { decides(&admin, id, next, "Unknown address.").await }
    }))
    .await;
    assert_eq!(tally(&answers), [((200, String::new()), 1), ((409, "bad_state".to_owned()), 9)].into());
    assert_eq!(mia.rupees().await, (10_000, 0));
    let seen = mia.get(MINE).await.is(200);
    assert_eq!((&seen[0]["status"], &seen[0]["admin_notes"]), (&json!("rejected"), &json!("Unknown address.")));
    assert!(seen[0]["processed_date"].is_string(), "{seen}");
    for next in ["approved", "rejected", "processed"] {
        decides(&admin, id, next, "").await.refuses(409, "bad_state");
    }
    // What came back was not earned again.
    assert_eq!(mia.get("/api/mentor/earnings/").await.is(200)["stats"]["total_earnings"], "0.00");
    world.settles().await;
    assert_eq!(tests::sessions::told(&world, "mia"), ["Withdrawal rejected"]);
    let told = mia.all("/api/notifications/").await;
    let content = "You were not paid INR 60.00: it is in your balance again. The administrator says: Unknown address.";
    assert_eq!((told.len(), &told[0]["content"]), (1, &json!(content)));
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_approved_is_processed_later_and_each_is_told() {
    let world = World::with(Setup::live()).await;
    let (mia, admin) = rich(&world, 10_000).await;
    let id = takes_out(&mia, "60.00").await;
    decides(&admin, id, "processed", "").await.refuses(409, "bad_state");
    let approved = decides(&admin, id, "approved", "By Friday.").await.is(200);
    assert_eq!((&approved["status"], &approved["processed_date"]), (&json!("approved"), &json!(null)));
    for next in ["approved", "rejected"] {
        decides(&admin, id, next, "").await.refuses(409, "bad_state");
    }
    let path = format!("{ALL}{id}/decide/");
    let processed = admin.post_once("k", &path, json!({"status": "processed"})).await.is(200);
    assert_eq!((&processed["status"], &processed["admin_notes"]), (&json!("processed"), &json!("By Friday.")));
    assert_eq!(admin.post_once("k", &path, json!({"status": "processed"})).await.is(200), processed);
    assert_eq!(mia.rupees().await, (4_000, 0));
    world.settles().await;
    assert_eq!(tests::sessions::told(&world, "mia"), ["Withdrawal approved", "Withdrawal processed"]);
    assert_eq!(mia.all("/api/notifications/").await.len(), 2);
    world.is_sound().await;
}

#[tokio::test]
async fn lists_are_in_pages_newest_first_and_by_state_for_administrators() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 100_000).await;
    let noa = world.mentor("noa", 50_000).await;
    noa.earns(100_000).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let who = if number % 2 == 0 { &mia } else { &noa };
        ids.push(takes_out(who, "50.00").await);
        world.advance(TimeDelta::seconds(1));
    }
    decides(&admin, ids[0], "approved", "").await.is(200);
    decides(&admin, ids[1], "rejected", "").await.is(200);
    let found = async |who: &Person, path: &str| -> Vec<i64> {
        who.all(path).await.iter().map(|withdrawal| withdrawal["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(found(&mia, &format!("{MINE}?limit=2")).await, [ids[4], ids[2], ids[0]]);
    assert_eq!(found(&noa, MINE).await, [ids[3], ids[1]]);
    assert_eq!(found(&admin, &format!("{ALL}?limit=2")).await, [ids[4], ids[3], ids[2], ids[1], ids[0]]);
    for (state, expected) in
        [("pending", vec![ids[4], ids[3], ids[2]]), ("approved", vec![ids[0]]), ("rejected", vec![ids[1]])]
    {
        assert_eq!(found(&admin, &format!("{ALL}?status={state}&limit=2")).await, expected, "{state}");
    }
    assert!(found(&admin, &format!("{ALL}?status=processed")).await.is_empty());
    assert!(!mia.get(MINE).await.is(200).to_string().contains("upi@"), "where it goes is for administrators");
}

/// Lets a request die at every call, once with a key: whoever comes again with it hears of success, once.
async fn dies_anywhere(what: &str, decides: bool, expected: (u64, u64)) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::new().await;
            let (mia, admin) = rich(&world, 10_000).await;
            let (who, path, body) = match decides {
                true => {
                    let id = takes_out(&mia, "60.00").await;
                    (admin, format!("{ALL}{id}/decide/"), json!({"status": "rejected"}))
                }
                false => (mia.clone(), MINE.to_owned(), wish("60.00")),
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
            assert_eq!((mia.rupees().await, mia.all(MINE).await.len()), (expected, 1), "{what} {moment:?} {nth}");
            let told = mia.all("/api/notifications/").await.len();
            assert_eq!(told, usize::from(decides), "{what} {moment:?} {nth}");
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
    dies_anywhere("withdraw", false, (4_000, 0)).await;
}

#[tokio::test]
async fn a_decision_about_one_that_dies_is_whole_or_nothing() {
    dies_anywhere("decide", true, (10_000, 0)).await;
}

#[tokio::test]
async fn withdrawals_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 1_000_000).await;
    let mut costs = Costs::new(&world);
    let asked = costs.of("take money out", (2, 1.0, 6.0), mia.post(MINE, wish("50.00"))).await.is(201);
    let path = format!("{ALL}{}/decide/", asked["id"]);
    let no = json!({"status": "rejected"});
    costs.of("reject it", (3, 2.0, 18.0), admin.post(&path, no.clone())).await.is(200);
    costs.of("reject it again", (2, 2.0, 0.0), admin.post(&path, no)).await.refuses(409, "bad_state");
    costs
        .of("ask for too much", (2, 1.0, 0.0), mia.post(MINE, wish("50000.00")))
        .await
        .refuses(409, "insufficient_funds");
    for _ in 0..20 {
        takes_out(&mia, "50.00").await;
    }
    costs.of("20 withdrawals", (2, 4.0, 0.0), mia.get(&format!("{MINE}?limit=20"))).await.is(200);
    let path = format!("{ALL}?limit=20");
    let all = admin.get(&path);
    costs.of("20 withdrawals of everybody", (5, 7.0, 0.0), all).await.is(200);
    costs.hold();
}
