//! Two people of a confirmed meeting find each other for a call.

use serde_json::{Value as Json, json};

use super::House;
use super::wire::Wire;

async fn refused(wire: &mut Wire, frame: &Json) -> String {
    wire.says(frame.clone()).await;
    let error = wire.hears_of("error").await;
    error["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_of_a_confirmed_meeting_exchange_offer_answer_and_candidates() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let meeting = ada.books(&bob, house.in_days(1)).await;
    bob.declares(meeting, "confirmed").await;
    house.ticks().await;
    let (mut hers, mut his) = (ada.listens("/ws/").await, bob.listens(&format!("/ws/chat/{}/", ada.id)).await);
    let signal = |kind: &str, data: &Json| json!({"type": kind, "meeting_id": meeting, "data": data});
    let relayed = |mut frame: Json, sender: i64| {
        frame["sender_id"] = json!(sender);
        frame
    };
    let offer = signal("signal.offer", &json!({"type": "offer", "sdp": "v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\n"}));
    hers.says(offer.clone()).await;
    assert_eq!(his.hears().await, relayed(offer, ada.id));
    let answer = signal("signal.answer", &json!({"type": "answer", "sdp": "v=0\r\n", "nested": [1, 2.5, null, "é"]}));
    his.says(answer.clone()).await;
    assert_eq!(hers.hears().await, relayed(answer, bob.id));
    for number in 0..5 {
        let candidate = signal("signal.candidate", &json!({"candidate": format!("candidate:{number}"), "sdpMid": "0"}));
        hers.says(candidate.clone()).await;
        assert_eq!(his.hears().await, relayed(candidate.clone(), ada.id));
        his.says(candidate.clone()).await;
        assert_eq!(hers.hears().await, relayed(candidate, bob.id));
    }
    assert!(hers.hears_all().await.is_empty() && his.hears_all().await.is_empty(), "nothing comes back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_refused_to_strangers_without_a_confirmed_meeting_and_to_nobody() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let eve = house.register("eve").await;
    let meeting = ada.books(&bob, house.in_days(1)).await;
    house.ticks().await;
    let (mut hers, mut his) = (ada.listens("/ws/").await, bob.listens("/ws/").await);
    let mut strangers = eve.listens("/ws/").await;
    let offer = json!({"type": "signal.offer", "meeting_id": meeting, "data": {}, "sender_id": bob.id});
    assert_eq!(refused(&mut hers, &offer).await, "not_confirmed");
    assert_eq!(refused(&mut strangers, &offer).await, "not_found");
    bob.declares(meeting, "confirmed").await;
    house.ticks().await;
    assert_eq!(refused(&mut strangers, &offer).await, "not_found");
    let mut elsewhere = ada.listens(&format!("/ws/chat/{}/", eve.id)).await;
    assert_eq!(refused(&mut elsewhere, &offer).await, "not_allowed_here");
    let huge = json!({"type": "signal.offer", "meeting_id": meeting, "data": {"sdp": "x".repeat(17_000)}});
    let (_, _) = (hers.hears_all().await, his.hears_all().await);
    assert_eq!(refused(&mut hers, &huge).await, "validation");
    assert!(his.hears_all().await.is_empty() && strangers.hears_all().await.is_empty());
    let mut notices = ada.listens("/ws/notifications/").await;
    assert_eq!(refused(&mut notices, &offer).await, "not_allowed_here");
    // His socket breaks, or somebody takes good leave: either way he is not there.
    his.breaks();
    house.has_socket_rows(4).await;
    assert_eq!(refused(&mut hers, &offer).await, "peer_offline");
    let his = bob.listens("/ws/").await;
    his.closes().await;
    house.has_socket_rows(4).await;
    assert_eq!(refused(&mut hers, &offer).await, "peer_offline");
    ada.declares(meeting, "cancelled").await;
    house.ticks().await;
    let _ = hers.hears_all().await;
    assert_eq!(refused(&mut hers, &offer).await, "not_confirmed");
}
