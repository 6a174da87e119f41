//! What pops up by itself: meetings on the notification socket, messages wherever they were written.

use serde_json::json;

use super::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_its_confirmation_and_its_cancellation_pop_up_at_once() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let (mut hers, mut his) = (ada.listens("/ws/notifications/").await, bob.listens("/ws/notifications/").await);
    let meeting = ada.books(&bob, house.in_days(1)).await;
    let asked = his.hears_of("notification.receive").await;
    assert_eq!(asked["notification"]["notification_type"], "meeting_request");
    assert_eq!(asked["notification"], bob.all("/api/notifications/").await[0]);
    bob.declares(meeting, "confirmed").await;
    let confirmed = hers.hears_of("notification.receive").await;
    assert_eq!(confirmed["notification"]["title"], "Meeting Confirmed");
    ada.declares(meeting, "cancelled").await;
    let cancelled = his.hears_of("notification.receive").await;
    assert_eq!(cancelled["notification"]["title"], "Meeting Cancelled");
    house.ticks().await;
    // Its money is told of too; each notification of the list has come once.
    for (person, wire, heard) in [(&ada, &mut hers, vec![confirmed]), (&bob, &mut his, vec![asked, cancelled])] {
        let mut heard: Vec<_> = heard.iter().map(|frame| frame["notification"]["id"].clone()).collect();
        heard.extend(wire.hears_all().await.iter().map(|frame| frame["notification"]["id"].clone()));
        let listed: Vec<_> =
            person.all("/api/notifications/").await.iter().rev().map(|one| one["id"].clone()).collect();
        assert_eq!(heard, listed, "{}", person.username);
    }
    house.is_at_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_appears_on_every_socket_wherever_it_was_written() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let mut hers = ada.listens(&format!("/ws/chat/{}/", bob.id)).await;
    let mut her_phone = ada.listens("/ws/").await;
    let mut his = bob.listens(&format!("/ws/chat/{}", ada.id)).await;
    let by_rest = bob.writes(ada.id, "written by REST ✨").await;
    for wire in [&mut hers, &mut her_phone, &mut his] {
        assert_eq!(wire.hears_of("message.receive").await["message"], by_rest);
    }
    assert_eq!(her_phone.hears_of("notification.receive").await["notification"]["notification_type"], "new_message");
    hers.says(json!({"type": "message.send", "content": "written to a socket", "ref": "r1"})).await;
    let here = hers.hears_of("message.receive").await;
    assert_eq!(here["ref"], "r1");
    for wire in [&mut her_phone, &mut his] {
        let there = wire.hears_of("message.receive").await;
        assert_eq!((&there["message"], there.get("ref")), (&here["message"], None));
    }
    let listed = bob.all(&format!("/api/messages/?with_user={}", ada.id)).await;
    assert_eq!(listed, [by_rest, here["message"].clone()]);
    house.ticks().await;
    for wire in [&mut hers, &mut her_phone, &mut his] {
        assert!(wire.hears_all().await.is_empty());
    }
}
