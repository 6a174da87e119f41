//! What students pay, and what tutors have and take out (`tutoring.md` §3.2, §4.4, §5.3).

mod dearest;
mod payments;
mod wallets;
mod withdrawals;

use serde_json::{Value as Json, json};
use tests::{Answer, Person, World};

const WALLETS: &str = "/api/v1/wallets/";
const WITHDRAWALS: &str = "/api/v1/withdrawals/";

fn wish(amount: &str) -> Json {
    json!({"amount": amount, "payout_details": {"account": "mia@example.org"}})
}

/// A tutor whom mail reaches and who has so many paise, and an administrator.
async fn rich(world: &World, paise: u64) -> (Person, Person) {
    let (mia, admin) = (world.mentor("mia", 50_000).await, world.admin().await);
    mia.alter(|user| user.email_verified = true).await;
    if paise > 0 {
        mia.earns(paise).await;
    }
    (mia, admin)
}

async fn takes_out(mia: &Person, amount: &str) -> i64 {
    tests::person::id(&mia.post(WITHDRAWALS, wish(amount)).await.is(201))
}

async fn decides(admin: &Person, id: i64, word: &str) -> Answer {
    let body = if word == "reject" { json!({"reason": "Unknown address."}) } else { json!({}) };
    admin.post(&format!("{WITHDRAWALS}{id}/{word}/"), body).await
}

/// Available, pending and earned, in the one currency.
async fn wallet(of: &Person) -> [String; 3] {
    let found = of.get(WALLETS).await.is(200);
    assert_eq!(found["count"], 1, "{found}");
    ["available_balance", "pending_balance", "total_earned"]
        .map(|name| found["results"][0][name].as_str().expect("a text").to_owned())
}

/// The path of the next page, or of the one before.
fn leads_to(page: &Json, name: &str) -> Option<String> {
    let url = url::Url::parse(page[name].as_str()?).expect("an address");
    Some(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
}

fn ids(page: &Json) -> Vec<i64> {
    page["results"].as_array().expect("rows").iter().map(tests::person::id).collect()
}

/// Every id of a list, page by page, and back again.
async fn all_ids(of: &Person, path: &str) -> Vec<i64> {
    let mut page = of.get(path).await.is(200);
    assert_eq!(page["previous"], json!(null));
    let mut forth = ids(&page);
    while let Some(next) = leads_to(&page, "next") {
        page = of.get(&next).await.is(200);
        forth.extend(ids(&page));
    }
    let mut back = ids(&page);
    while let Some(previous) = leads_to(&page, "previous") {
        page = of.get(&previous).await.is(200);
        back.splice(0..0, ids(&page));
    }
    assert_eq!(forth, back);
    forth
}
