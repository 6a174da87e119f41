//! The check every other test here relies on: nothing can be missing or changed without its notice.

use serde_json::{Value as Json, json};
use tests::{World, minute};

/// A meeting of every kind: requested, confirmed, completed with a tip, cancelled, missed.
async fn busy_world() -> World {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(20).await;
    let mut meetings = Vec::new();
    for hour in 1..=4 {
        meetings.push(ada.books(&bob, minute(60 * hour), 60).await);
    }
    ada.declares(meetings[0], "cancelled").await.is(200);
    for meeting in &meetings[1..] {
        bob.declares(*meeting, "confirmed").await.is(200);
    }
    world.set_clock(minute(60 * 6));
    bob.declares(meetings[1], "completed").await.is(200);
    ada.post("/api/credits/transfer/", json!({"meeting_id": meetings[1], "amount": 4})).await.is(200);
    ada.declares(meetings[2], "no_show").await.is(200);
    bob.declares(meetings[3], "no_show").await.is(200);
    ada.books(&bob, minute(60 * 48), 60).await;
    let confirmed = bob.books(&ada, minute(60 * 72), 60).await;
    ada.declares(confirmed, "confirmed").await.is(200);
    world
}

async fn is_sound(world: &World) -> bool {
    world.app.store.stock().await.expect("the table reads").is_sound()
}

fn kind(item: &Json) -> &str {
    let (pk, sk) = (item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap());
    if pk.starts_with("L#") { "entry" } else { sk.split('#').next().unwrap() }
}

#[tokio::test]
async fn a_missing_booking_balance_entry_or_claimed_day_is_found() {
    let world = busy_world().await;
    assert!(is_sound(&world).await);
    let mut tried = std::collections::BTreeMap::new();
    for item in world.table.items() {
        // The day of meetings that have all ended may be gone.
        let is_over = item["sk"]["S"] == "DAY#2027-03-01";
        if !["entry", "BALANCE", "BOOKING", "DAY"].contains(&kind(&item)) || is_over {
            continue;
        }
        world.table.remove(&item);
        assert!(!is_sound(&world).await, "nobody misses {item}");
        *tried.entry(kind(&item).to_owned()).or_insert(0) += 1;
        world.table.import(vec![item]);
    }
    assert!(is_sound(&world).await);
    let expected = [("BALANCE", 2), ("BOOKING", 6), ("DAY", 4), ("entry", 14)];
    assert_eq!(tried, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
}

#[tokio::test]
async fn an_amount_a_state_or_a_step_that_was_changed_is_found() {
    let world = busy_world().await;
    for item in world.table.items() {
        let changes: &[(&str, Json)] = match kind(&item) {
            "BALANCE" => &[("spendable", json!({"N": "99"})), ("held", json!({"N": "99"}))],
            "BOOKING" => {
                &[("funds", json!({"S": "free"})), ("paid_out", json!({"N": "7"})), ("price", json!({"N": "2"}))]
            }
            "DAY" => &[("busy", json!({"NS": ["287"]}))],
            _ => continue,
        };
        for (attribute, value) in changes {
            // What a price is, matters as long as it is held.
            if *attribute == "price" && item["funds"]["S"] != "held" {
                continue;
            }
            let mut changed = item.clone();
            changed[*attribute] = value.clone();
            world.table.import(vec![changed]);
            assert!(!is_sound(&world).await, "nobody notices another {attribute} in {item}");
        }
        world.table.import(vec![item]);
    }
    assert!(is_sound(&world).await);
}

/// What is held in money no balance keeps, and what was taken out is no entry beside its withdrawal: both are missed as well.
#[tokio::test]
async fn money_that_is_held_and_money_that_was_taken_out_are_found_missing() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    ada.has_lesson(&tom, minute(48 * 60)).await;
    let mia = world.mentor("mia", 50_000).await;
    mia.earns(10_000).await;
    let wish = json!({"amount": "60.00", "payment_method": "upi", "bank_details": "mia@upi"});
    mia.post("/api/mentor/withdrawals/", wish).await.is(201);
    assert!(is_sound(&world).await);
    let mut tried = std::collections::BTreeMap::new();
    for item in world.table.items() {
        if !["entry", "BALANCE", "BOOKING", "WITHDRAWAL"].contains(&kind(&item)) {
            continue;
        }
        world.table.remove(&item);
        assert!(!is_sound(&world).await, "nobody misses {item}");
        *tried.entry(kind(&item).to_owned()).or_insert(0) += 1;
        let attribute = match kind(&item) {
            "WITHDRAWAL" => Some("amount"),
            "BOOKING" => Some("price"),
            _ => None,
        };
        if let Some(attribute) = attribute {
            let mut changed = item.clone();
            changed[attribute] = json!({"N": "7"});
            world.table.import(vec![changed]);
            assert!(!is_sound(&world).await, "nobody notices another {attribute}");
        }
        world.table.import(vec![item]);
    }
    // Everybody's first credit, what the tutor may expect, what is left to spend.
    let expected = [("BALANCE", 5), ("BOOKING", 1), ("WITHDRAWAL", 1), ("entry", 5)];
    assert_eq!(tried, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
}

/// As they were written before: an entry beside the withdrawal, and in the balance what is held in money.
#[tokio::test]
async fn a_withdrawal_and_a_balance_from_before_are_sound() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let lesson = ada.has_lesson(&tom, minute(48 * 60)).await;
    tom.earns(10_000).await;
    let wish = json!({"amount": "60.00", "payment_method": "upi", "bank_details": "tom@upi"});
    tom.post("/api/mentor/withdrawals/", wish).await.is(201);
    let items = world.table.items();
    let of = |sk: &str| items.iter().find(|item| item["sk"]["S"] == sk).expect("an item").clone();
    let (withdrawal, learner) = (of("WITHDRAWAL"), &of("BOOKING")["learner"]["N"]);
    let credits =
        items.iter().find(|item| item["sk"]["S"] == "BALANCE#credit" && person(item).as_deref() == learner.as_str());
    let mut held = credits.expect("a first credit").clone();
    held["sk"] = json!({"S": "BALANCE#USD"});
    (held["spendable"], held["held"]) = (json!({"N": "0"}), json!({"N": "5000"}));
    let pk = withdrawal["pk"]["S"].as_str().unwrap().replace("OUT#", "L#W#");
    let leg = |account: &str, delta: &str| json!({"M": {"account": {"S": account}, "delta": {"N": delta}}});
    let mut left = leg("spendable", "-6000");
    left["M"]["user"] = withdrawal["user"].clone();
    let entry = json!({
        "pk": {"S": pk}, "sk": {"S": "OUT"}, "shape": {"N": "1"}, "id": withdrawal["entry"],
        "cause": {"S": "withdrawal"}, "subject": withdrawal["id"], "unit": withdrawal["unit"],
        "legs": {"L": [left, leg("payout", "6000")]}, "at": withdrawal["asked_at"],
    });
    world.table.import(vec![held, entry]);
    assert!(is_sound(&world).await);
    ada.steps(lesson, "refund", json!({"reason": "Ill."})).await.is(200);
    assert!(is_sound(&world).await);
}

/// The number of whose item it is.
fn person(item: &Json) -> Option<String> {
    let named = store::key_in_words(item["pk"]["S"].as_str()?, item["sk"]["S"].as_str()?)?;
    named.of.into_iter().find(|(what, _)| *what == "person").map(|(_, id)| id)
}
