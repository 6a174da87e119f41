//! The lists of both sides, and the dashboard.

use serde_json::json;
use tests::consultations::c;
use tests::person::id;
use tests::{Person, World, minute};

const START: i64 = 3 * 24 * 60;

fn ids(page: &serde_json::Value) -> Vec<i64> {
    page["results"].as_array().unwrap().iter().map(id).collect()
}

/// Five consultations half an hour apart; the second is cancelled, the third confirmed, the fourth moved to the end.
async fn five() -> (World, Person, Person, Vec<i64>) {
    let world = World::new().await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    let mut made = Vec::new();
    // Not in the order of their times.
    for number in [4, 0, 3, 1, 2] {
        made.push((number, id(&client.consults(&expert, minute(START + 30 * number)).await.is(201))));
    }
    made.sort_unstable();
    let mut made: Vec<_> = made.into_iter().map(|(_, id)| id).collect();
    client.does(made[1], "cancel").await.is(200);
    expert.does(made[2], "confirm").await.is(200);
    made.push(id(&client.moves(made[3], minute(START + 300)).await.is(201)));
    (world, client, expert, made)
}

#[tokio::test]
async fn each_of_ones_own_is_either_ahead_or_over() {
    let (world, client, expert, made) = five().await;
    let upcoming = client.get(&c("consultations/upcoming/")).await.is(200);
    assert_eq!(ids(&upcoming), [made[0], made[2], made[4], made[5]]);
    assert_eq!((&upcoming["count"], &upcoming["page"], &upcoming["page_size"]), (&json!(4), &json!(1), &json!(10)));
    let past = client.get(&c("consultations/past/")).await.is(200);
    assert_eq!(ids(&past), [made[3], made[1]]);
    assert_eq!(ids(&expert.get(&c("consultations/upcoming/")).await.is(200)), [0i64; 0], "not as an expert");
    world.set_clock(minute(START + 90));
    let client = client.logs_in().await;
    let upcoming = client.get(&c("consultations/upcoming/")).await.is(200);
    assert_eq!(ids(&upcoming), [made[4], made[5]], "what nobody confirmed, and what is over, is past");
    let past = client.get(&c("consultations/past/")).await.is(200);
    assert_eq!(ids(&past), [made[3], made[2], made[1], made[0]]);
}

#[tokio::test]
async fn pages_are_asked_for_by_number() {
    let (_world, client, _expert, made) = five().await;
    let page = client.get(&c("consultations/upcoming/?page=2&page_size=3")).await.is(200);
    assert_eq!((ids(&page), &page["count"]), (vec![made[5]], &json!(4)));
    let beyond = client.get(&c("consultations/upcoming/?page=9&page_size=3")).await.is(200);
    assert_eq!((ids(&beyond), &beyond["count"]), (vec![], &json!(4)));
    let large = client.get(&c("consultations/upcoming/?page_size=5000")).await.is(200);
    assert_eq!(large["page_size"], 100);
    for bad in ["page=0", "page=x", "page_size=0", "page_size=-1", "page=", "page=1.5"] {
        assert_eq!(client.get(&c(&format!("consultations/past/?{bad}"))).await.outcome(), (400, "validation"), "{bad}");
    }
    client.get(&c("consultations/past/?page=101&page_size=10")).await.refuses(400, "page_too_deep");
    client.get(&c("consultations/past/?page=9223372036854775807")).await.refuses(400, "page_too_deep");
    client.get(&c("consultations/past/?page=100&page_size=10")).await.is(200);
}

#[tokio::test]
async fn an_expert_lists_what_they_give_by_status() {
    let (world, client, expert, made) = five().await;
    let all = expert.get(&c("experts/consultations/")).await.is(200);
    assert_eq!(ids(&all), [made[5], made[4], made[3], made[2], made[1], made[0]]);
    for (status, expected) in [
        ("pending", vec![made[5], made[4], made[0]]),
        ("confirmed", vec![made[2]]),
        ("cancelled", vec![made[1]]),
        ("rescheduled", vec![made[3]]),
        ("completed", vec![]),
    ] {
        let found = expert.get(&c(&format!("experts/consultations/?status={status}"))).await.is(200);
        assert_eq!(ids(&found), expected, "{status}");
    }
    expert.get(&c("experts/consultations/?status=expired")).await.blames("status");
    client.get(&c("experts/consultations/")).await.refuses(403, "not_expert");
    client.get(&c("experts/dashboard/")).await.refuses(403, "not_expert");
    Person::stranger(&world, "x").get(&c("experts/dashboard/")).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn the_dashboard_shows_what_is_ahead() {
    let (_world, _client, expert, made) = five().await;
    let dashboard = expert.get(&c("experts/dashboard/")).await.is(200);
    let ahead: Vec<_> = dashboard["upcoming_consultations"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(ahead, [made[0], made[2], made[4], made[5]]);
    assert_eq!((&dashboard["pending_confirmations"], &dashboard["expert"]["id"]), (&json!(3), &json!(expert.id)));
    assert_eq!(dashboard["stats"], json!({"total_consultations": 6, "completed": 0, "rating": 0}));
    expert.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Suspended).await;
    expert.get(&c("experts/dashboard/")).await.is(200);
}
