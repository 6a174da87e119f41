//! A mail that comes back, on a laptop: what SES would tell goes through topic, queue and function to its person.

use serde_json::json;

use super::House;

#[tokio::test(flavor = "multi_thread")]
async fn who_bounces_is_told_and_mailed_no_more() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let says = |to: &str, kind: &str| json!({"to": to, "kind": kind});
    let start = house.in_days(3);
    house.ticks().await;
    house.ask("POST", "/_local/bounce", None, Some(says("eve@example.org", "bounce"))).await.is(404);
    house.ask("POST", "/_local/bounce", None, Some(says("bob@example.org", "wish"))).await.is(400);
    house.ask("GET", "/_local/bounce", None, None).await.is(405);
    house.ask("POST", "/_local/bounce", None, Some(says("bob@example.org", "transient"))).await.is(200);
    house.ticks().await;
    ada.books(&bob, start).await;
    house.ticks().await;
    assert_eq!(house.subjects(&bob).await, ["Meeting Request"], "a full mailbox is not for ever");
    let told = house.ask("POST", "/_local/bounce", None, Some(says("bob@example.org", "bounce"))).await.is(200);
    assert_eq!(told["mail"]["tags"]["person"], json!([bob.id.to_string()]), "{told}");
    house.ticks().await;
    ada.books(&bob, start + chrono::TimeDelta::hours(1)).await;
    house.ticks().await;
    assert_eq!(house.subjects(&bob).await, ["Meeting Request"]);
    let bob = bob.logs_in().await;
    assert_eq!(bob.notices("email_undeliverable").await, ["Mail does not reach you"]);
    assert_eq!(bob.notices("meeting_request").await.len(), 2);
    house.is_at_rest().await;
}
