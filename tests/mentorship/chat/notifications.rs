//! Notifications (§5.4): the same ones as everywhere, by an id made of their number.

use serde_json::{Value as Json, json};
use tests::chatting::{Two, two_in};
use tests::{Costs, Setup, World, minute};

const NOTIFICATIONS: &str = "/api/chat/notifications/";

async fn two() -> Two {
    let two = two_in(World::with(Setup::live()).await).await;
    two.world.settles().await;
    two
}

fn ids(list: &[Json]) -> Vec<String> {
    list.iter().map(|told| told["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn they_are_those_of_the_other_products_under_other_ids() {
    let Two { world, ada, mia, student, mentor } = two().await;
    ada.tells(&mentor, "Hello").await.is(201);
    ada.has_session(&mia, minute(72 * 60)).await;
    world.settles().await;
    let (here, there) = (mia.all(NOTIFICATIONS).await, mia.all("/api/notifications/").await);
    assert_eq!(here.len(), there.len());
    for (here, there) in here.iter().zip(&there) {
        assert_eq!((&here["message"], &here["is_read"]), (&there["content"], &there["is_read"]));
        assert_eq!((&here["created_at"], &here["formal_id"]), (&there["created_at"], &json!(mentor)));
        let number = there["id"].as_i64().unwrap();
        assert!(here["id"].as_str().unwrap().replace('-', "").ends_with(&format!("{number:014x}")), "{here}");
    }
    let kinds = |list: &[Json]| -> Vec<String> {
        list.iter().map(|told| told["notification_type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&here), ["success", "info", "info"], "confirmed, a message, the welcome");
    assert_eq!(ada.all(NOTIFICATIONS).await[0]["formal_id"], json!(student));
    assert_eq!(ids(&mia.all(&format!("{NOTIFICATIONS}?limit=1")).await), ids(&here), "page by page");
}

#[tokio::test]
async fn what_is_read_here_is_read_everywhere() {
    let Two { world, ada, mia, mentor, .. } = two().await;
    for text in ["one", "two", "three"] {
        ada.tells(&mentor, text).await.is(201);
    }
    world.settles().await;
    let all = ids(&mia.all(NOTIFICATIONS).await);
    for _ in 0..2 {
        let path = format!("{NOTIFICATIONS}{}/read/", all[0].to_uppercase());
        let read = mia.post(&path, json!({})).await.is(200);
        assert_eq!((&read["id"], &read["is_read"]), (&json!(all[0]), &json!(true)));
    }
    assert_eq!(mia.all("/api/notifications/").await[0]["is_read"], true);
    assert_eq!(ids(&mia.all(&format!("{NOTIFICATIONS}?is_read=true")).await), all[..1]);
    assert_eq!(ids(&mia.all(&format!("{NOTIFICATIONS}?is_read=false&limit=2")).await), all[1..]);
    for (person, id) in [(&ada, all[0].as_str()), (&mia, "x"), (&mia, "6e6f7469-6365-8000-8000-000000000007")] {
        person.post(&format!("{NOTIFICATIONS}{id}/read/"), json!({})).await.refuses(404, "not_found");
    }
    for updated in [all.len() - 1, 0] {
        let path = format!("{NOTIFICATIONS}read-all/");
        assert_eq!(mia.post(&path, json!({})).await.is(200), json!({"updated": updated}));
    }
    assert!(mia.all("/api/notifications/").await.iter().all(|told| told["is_read"] == true));
    mia.get(&format!("{NOTIFICATIONS}?is_read=perhaps")).await.blames("is_read");
}

#[tokio::test]
async fn they_cost_what_they_cost_elsewhere_and_one_read_of_the_reader() {
    let Two { world, ada, mia, mentor, .. } = two().await;
    for number in 0..60 {
        ada.tells(&mentor, &number.to_string()).await.is(201);
    }
    world.settles().await;
    let mut costs = Costs::new(&world);
    let listed = costs.of("20 notifications", (2, 3.0, 0.0), mia.get(&format!("{NOTIFICATIONS}?limit=20"))).await;
    let id = listed.is(200)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{NOTIFICATIONS}{id}/read/");
    costs.of("read one", (2, 1.0, 1.0), mia.post(&path, json!({}))).await.is(200);
    costs.hold();
}
