//! Wallets: what can be taken out, what is coming, what was earned.

use chrono::TimeDelta;
use domain::booking::{Actor, Step};
use domain::ledger::Currency;
use serde_json::json;
use tests::paying::{Deal, money};
use tests::shape::has_exactly;
use tests::{Costs, World, minute};

use super::{WALLETS, all_ids, rich, wallet};

fn shown([available, pending, earned]: [&str; 3]) -> [String; 3] {
    [available, pending, earned].map(str::to_owned)
}

#[tokio::test]
async fn a_tutor_has_an_empty_wallet_from_registration_on_and_a_student_none() {
    let world = World::new().await;
    let (ada, mia) = (world.register("ada").await, world.new_mentor("mia").await);
    assert_eq!(ada.get(WALLETS).await.is(200), json!({"count": 0, "next": null, "previous": null, "results": []}));
    let found = mia.get(WALLETS).await.is(200);
    let wallet = &found["results"][0];
    has_exactly(
        wallet,
        &[
            "id",
            "tutor",
            "tutor_email",
            "available_balance",
            "pending_balance",
            "total_earned",
            "currency",
            "created_at",
            "updated_at",
        ],
    );
    assert_eq!((&wallet["tutor"], &wallet["tutor_email"]), (&json!(mia.id), &json!("mia@example.org")));
    assert_eq!(wallet["currency"], world.app.settings.default_currency.code());
    assert_eq!(super::wallet(&mia).await, shown(["0.00", "0.00", "0.00"]));
    mia.get(&format!("{WALLETS}{}/", wallet["id"])).await.is(200);
    ada.get(&format!("{WALLETS}{}/", wallet["id"])).await.refuses(404, "not_found");
}

#[tokio::test]
async fn what_is_paid_is_pending_and_what_is_completed_is_available_and_earned() {
    let world = World::new().await;
    let (ada, mia) = (world.register("ada").await, world.expert("mia").await);
    let deal = Deal::at(&world, &ada, &mia, money(3_333, "USD"), minute(60)).await;
    assert_eq!(wallet(&mia).await, shown(["0.00", "0.00", "0.00"]));
    deal.asks("simulated").await.is(201);
    // Fifteen percent, half up: 5.00 of 33.33.
    assert_eq!(wallet(&mia).await, shown(["0.00", "28.33", "0.00"]));
    world.is_sound().await;
    deal.takes(Step::Confirm, Actor::Expert).await;
    world.set_clock(minute(121));
    deal.takes(Step::Begin, Actor::Expert).await;
    deal.takes(Step::Complete, Actor::Expert).await;
    let mia = mia.logs_in().await;
    assert_eq!(wallet(&mia).await, shown(["28.33", "0.00", "28.33"]));
    world.is_sound().await;
}

#[tokio::test]
async fn what_goes_back_is_neither_pending_nor_earned() {
    let world = World::new().await;
    let (ada, mia) = (world.register("ada").await, world.expert("mia").await);
    let deal = Deal::between(&world, &ada, &mia).await;
    let other = Deal::at(&world, &ada, &mia, money(1_000, "USD"), minute(72 * 60)).await;
    deal.asks("simulated").await.is(201);
    other.asks("simulated").await.is(201);
    assert_eq!(wallet(&mia).await, shown(["0.00", "51.00", "0.00"]));
    deal.takes(Step::Cancel, Actor::Expert).await;
    assert_eq!(wallet(&mia).await, shown(["0.00", "8.50", "0.00"]));
    world.is_sound().await;
}

#[tokio::test]
async fn there_is_one_wallet_per_currency_and_each_keeps_its_number() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let rupees = mia.get(WALLETS).await.is(200)["results"][0].clone();
    let euros = Currency::parse("EUR").unwrap();
    mia.alter(|user| user.expert.as_mut().unwrap().ask_in(euros)).await;
    let found = mia.get(WALLETS).await.is(200);
    let codes: Vec<_> = found["results"].as_array().unwrap().iter().map(|wallet| &wallet["currency"]).collect();
    assert_eq!(codes, ["EUR", "INR"]);
    assert_eq!(found["results"][1], rupees);
    assert_eq!(admin.get(WALLETS).await.is(200), found);
    let path = format!("{WALLETS}{}/", rupees["id"]);
    assert_eq!((mia.get(&path).await.is(200), admin.get(&path).await.is(200)), (rupees.clone(), rupees.clone()));
    for number in [1, rupees["id"].as_i64().unwrap() + 1, 1 << 53] {
        mia.get(&format!("{WALLETS}{number}/")).await.refuses(404, "not_found");
        admin.get(&format!("{WALLETS}{number}/")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn an_administrator_sees_every_wallet_once_page_by_page_forth_and_back() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    world.advance(TimeDelta::seconds(1));
    for number in 0..6 {
        let expert = world.expert(&format!("tutor{number}")).await;
        if number % 2 == 0 {
            expert.alter(|user| user.expert.as_mut().unwrap().ask_in(Currency::parse("EUR").unwrap())).await;
            expert.earns(100).await;
        }
        world.advance(TimeDelta::seconds(1));
    }
    let whole = admin.get(WALLETS).await.is(200);
    assert_eq!((whole["count"].as_u64(), &whole["next"]), (Some(10), &json!(null)), "{whole}");
    assert_eq!(whole["results"][0]["tutor"], mia.id);
    for size in [1, 2, 3, 4, 9, 10] {
        assert_eq!(all_ids(&admin, &format!("{WALLETS}?page_size={size}")).await, super::ids(&whole), "{size}");
    }
    let third = admin.get(&format!("{WALLETS}?page=3&page_size=4")).await.is(200);
    assert_eq!(super::ids(&third), super::ids(&whole)[8..]);
    admin.get(&format!("{WALLETS}?page=4&page_size=4")).await.refuses(404, "not_found");
    admin.get(&format!("{WALLETS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    admin.get(&format!("{WALLETS}?cursor=x")).await.refuses(400, "invalid_cursor");
    let foreign = whole["results"][0].clone();
    mia.get(&format!("{WALLETS}?cursor=x")).await.refuses(400, "invalid_cursor");
    assert_eq!(foreign["tutor_email"], "mia@example.org");
}

#[tokio::test]
async fn wallets_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (mia, admin) = rich(&world, 10_000).await;
    let id = mia.get(WALLETS).await.is(200)["results"][0]["id"].clone();
    let mut costs = Costs::new(&world);
    costs.of("my wallets", (2, 2.0, 0.0), mia.get(WALLETS)).await.is(200);
    costs.of("my wallet", (2, 2.0, 0.0), mia.get(&format!("{WALLETS}{id}/"))).await.is(200);
    for number in 0..30 {
        world.expert(&format!("tutor{number}")).await;
        world.advance(TimeDelta::milliseconds(1));
    }
    admin.get(&format!("{WALLETS}?page_size=100")).await.is(200);
    let first = admin.get(&format!("{WALLETS}?page_size=10")).await.is(200);
    let next = super::leads_to(&first, "next").expect("more");
    costs.of("10 of everybody's", (24, 40.0, 0.0), admin.get(&format!("{WALLETS}?page_size=10"))).await.is(200);
    costs.of("the next 10 of everybody's", (24, 40.0, 0.0), admin.get(&next)).await.is(200);
    costs.hold();
}

#[tokio::test]
async fn a_wallet_holds_more_than_any_one_price() {
    let world = World::new().await;
    let (ada, mia) = (world.register("ada").await, world.expert("mia").await);
    for hour in [60, 120, 180] {
        let deal = Deal::at(&world, &ada, &mia, money(9_999_999_999, "USD"), minute(hour)).await;
        deal.asks("simulated").await.is(201);
    }
    // 84999999.99 each, after fifteen percent.
    assert_eq!(wallet(&mia).await, shown(["0.00", "254999999.97", "0.00"]));
    world.is_sound().await;
}
