//! Notifications (§13): how they are listed, counted and marked.

use chrono::TimeDelta;
use domain::facade::Facade;
use domain::ids::NoticeId;
use domain::notice::{Channel, Topic};
use serde_json::{Value as Json, json};
use store::Transaction;
use tests::consultations::c;
use tests::consultations::talk::{Talk, notice, said, talk};
use tests::person::id;
use tests::{Person, World, minute};

async fn list(person: &Person, query: &str) -> Json {
    person.get(&c(&format!("notifications/?{query}"))).await.is(200)
}

async fn unread(person: &Person) -> Json {
    person.get(&c("notifications/unread-count/")).await.is(200)["unread_count"].clone()
}

#[tokio::test]
async fn a_message_is_told_to_the_other_one_with_where_it_stands() {
    let Talk { ada, bob, room, .. } = &talk().await;
    let sent = said(ada, *room, "Hello").await;
    let page = list(bob, "").await;
    assert_eq!((&page["count"], &page["page"], &page["page_size"]), (&json!(1), &json!(1), &json!(20)));
    let told = page["results"][0].clone();
    let expected = json!({
        "id": sent, "title": "New Message", "message": "ada sent you a message.", "notification_type": "info",
        "is_read": false, "read_at": null, "created_at": "2027-03-01T08:00:00Z",
        "data": {"type": "chat_message", "conversation_id": room, "message_id": sent},
    });
    assert_eq!(told, expected);
    assert_eq!(list(ada, "").await["count"], 0);
    // The same one stands in ExpertConnect's list, and one sent there stands here.
    assert_eq!(id(&bob.all("/api/notifications/").await[0]), sent);
    let there = id(&ada.writes(bob, "Hello").await.is(201));
    assert_eq!(list(bob, "").await["results"][0]["data"]["message_id"], there);
    assert_eq!(list(bob, "").await["results"][0]["data"]["conversation_id"], *room);
}

#[tokio::test]
async fn they_are_read_one_by_one_or_all_at_once_by_their_owner() {
    let Talk { world, ada, bob, room } = &talk().await;
    let mut sent = Vec::new();
    for n in 0..5 {
        world.advance(TimeDelta::seconds(1));
        sent.push(said(ada, *room, &n.to_string()).await);
    }
    assert_eq!(unread(bob).await, 5);
    let path = |id: i64| c(&format!("notifications/{id}/read/"));
    world.advance(TimeDelta::minutes(1));
    let read = bob.post(&path(sent[2]), json!({})).await.is(200);
    assert_eq!(read["is_read"], true);
    assert!(read["read_at"].as_str().unwrap().starts_with("2027-03-01T08:01:"), "{read}");
    world.advance(TimeDelta::minutes(1));
    assert_eq!(bob.post(&path(sent[2]), json!({})).await.is(200), read, "once");
    for (person, id) in [(ada, sent[0]), (bob, 7)] {
        person.post(&path(id), json!({})).await.refuses(404, "not_found");
    }
    bob.post(&c("notifications/x/read/"), json!({})).await.refuses(404, "not_found");
    let of = async |query: &str| {
        let page = list(bob, query).await;
        let ids: Vec<_> = page["results"].as_array().unwrap().iter().map(id).collect();
        (page["count"].as_u64().unwrap(), ids)
    };
    assert_eq!(of("").await, (5, vec![sent[4], sent[3], sent[2], sent[1], sent[0]]));
    assert_eq!(of("unread=true").await, (4, vec![sent[4], sent[3], sent[1], sent[0]]));
    assert_eq!(of("unread=true&page_size=3&page=2").await, (4, vec![sent[0]]));
    assert_eq!(of("unread=false&page_size=1").await, (5, vec![sent[4]]));
    assert_eq!(of("page=9").await, (5, vec![]));
    for bad in ["unread=maybe", "page=0", "page_size=x"] {
        bob.get(&c(&format!("notifications/?{bad}"))).await.refuses(400, "validation");
    }
    bob.get(&c("notifications/?page=51")).await.refuses(400, "page_too_deep");
    assert_eq!(unread(bob).await, 4);
    let all = bob.post(&c("notifications/read-all/"), json!({})).await.is(200);
    assert_eq!((&all["updated"], all["message"].is_string()), (&json!(4), true));
    assert_eq!((unread(bob).await, of("unread=true").await), (json!(0), (0, vec![])));
    assert_eq!(bob.post(&c("notifications/read-all/"), json!({})).await.is(200)["updated"], 0);
    // Behind the place up to which all is read, counting goes on; also of one that is unread again.
    world.advance(TimeDelta::minutes(5));
    bob.post(&c("notifications/read-all/"), json!({})).await.is(200);
    said(ada, *room, "more").await;
    assert_eq!(unread(bob).await, 1);
    bob.patch(&format!("/api/notifications/{}/", sent[0]), json!({"is_read": false})).await.is(200);
    assert_eq!(unread(bob).await, 2);
}

/// Writes a notice past whatever causes one.
async fn told(world: &World, to: &Person, topic: Topic, channel: Channel, facade: Facade) -> NoticeId {
    let notice = notice(world, to, topic, channel, facade);
    let mut transaction = Transaction::new();
    store::notice_told(&mut transaction, &notice);
    world.app.store.commit(transaction).await.unwrap();
    world.advance(TimeDelta::seconds(1));
    notice.id
}

#[tokio::test]
async fn every_topic_has_its_word_its_gravity_and_what_it_is_about() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let consultation = |kind: &str| json!({"type": kind, "consultation_id": 77});
    let application = |kind: &str| json!({"type": kind, "application_id": 77});
    for (topic, gravity, data) in [
        (Topic::Booked, "success", consultation("consultation_booked")),
        (Topic::Requested, "info", consultation("consultation_request")),
        (Topic::Confirmed, "success", consultation("consultation_confirmed")),
        (Topic::Rescheduled, "info", consultation("consultation_rescheduled")),
        (Topic::Cancelled, "warning", consultation("consultation_cancelled")),
        (Topic::Completed, "info", consultation("consultation_completed")),
        (Topic::DayReminder, "info", consultation("consultation_reminder_24h")),
        (Topic::HourReminder, "warning", consultation("consultation_reminder_1h")),
        (Topic::Applied, "info", application("application_submitted")),
        (Topic::Approved, "success", application("application_approved")),
        (Topic::Rejected, "error", application("application_rejected")),
        (Topic::Suspended, "warning", json!({"type": "expert_suspended"})),
        (Topic::NewReview, "info", consultation("review_received")),
        (Topic::Expired, "warning", consultation("consultation_cancelled")),
        (Topic::NoShow, "warning", consultation("no_show")),
        (Topic::ReviewWanted, "info", consultation("review_reminder")),
        (Topic::CreditUpdate, "info", consultation("credit_update")),
    ] {
        told(&world, &ada, topic, Channel::ListAndMail, Facade::Consultations).await;
        let newest = list(&ada, "page_size=1").await["results"][0].clone();
        assert_eq!((&newest["notification_type"], &newest["data"]), (&json!(gravity), &data), "{topic:?}");
        assert_eq!((&newest["title"], &newest["message"]), (&json!("Title"), &json!("Content")));
    }
}

#[tokio::test]
async fn what_comes_by_mail_alone_is_in_no_list() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    told(&world, &ada, Topic::PasswordReset, Channel::Mail, Facade::Consultations).await;
    assert_eq!((&list(&ada, "").await["count"], unread(&ada).await), (&json!(0), json!(0)));
    assert_eq!(ada.post(&c("notifications/read-all/"), json!({})).await.is(200)["updated"], 0);
}

#[tokio::test]
async fn meetings_of_expertconnect_show_as_the_nearest() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let meeting = ada.books(&bob, minute(60), 30).await;
    let told = list(&bob, "").await["results"][0].clone();
    assert_eq!(told["data"], json!({"type": "consultation_request", "consultation_id": meeting}));
    bob.declares(meeting, "confirmed").await.is(200);
    assert_eq!(list(&ada, "").await["results"][0]["data"]["type"], "consultation_confirmed");
}

#[tokio::test]
async fn beyond_a_thousand_nothing_is_counted() {
    let Talk { world, ada, bob, room } = &talk().await;
    let sent = said(ada, *room, "Hello").await;
    let number = sent.to_string();
    let item =
        world.table.items().into_iter().find(|item| {
            item["sk"]["S"].as_str().unwrap().starts_with("NOTICE#") && item["id"]["N"] == number.as_str()
        });
    let item = item.unwrap();
    let copies = (1..=1_100).map(|n| {
        let mut copy = item.clone();
        let number = sent + n;
        let letter = |place: u32| char::from_digit((number >> (place * 5)) as u32 & 31, 32).unwrap();
        copy["sk"]["S"] = format!("NOTICE#{}", (0..11).rev().map(letter).collect::<String>()).into();
        copy["id"]["N"] = number.to_string().into();
        copy
    });
    world.table.import(copies.collect());
    assert_eq!(unread(bob).await, 1000);
    let last = list(bob, "page=10&page_size=100").await;
    assert_eq!((&last["count"], last["results"].as_array().unwrap().len()), (&json!(1000), 100));
    assert_eq!(list(bob, "unread=true").await["count"], 1000);
    assert_eq!(list(bob, "unread=true").await["results"][0]["id"], sent + 1_100);
}
