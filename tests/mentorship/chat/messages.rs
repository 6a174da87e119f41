//! Messages over HTTP (§3.4): written, read, paged, and the same in every product.

use domain::chat::Pair;
use domain::ids::{MessageId, UserId};
use serde_json::{Value as Json, json};
use tests::chatting::{MESSAGES, Two, contents, two_in};
use tests::person::id;
use tests::{Setup, World};

async fn two() -> Two {
    two_in(World::new().await).await
}

#[tokio::test]
async fn a_message_is_one_in_every_product_and_on_every_socket() {
    let Two { world, ada, mia, student, mentor } = two_in(World::with(Setup::live()).await).await;
    world.settles().await;
    let (hers, all) = (ada.listens(&format!("/ws/chat/{}/", mia.id)).await, mia.listens("/ws/").await);
    let sent = ada.post(MESSAGES, json!({"receiver_id": mentor, "content": "Hello", "sender": "M9", "id": 7})).await;
    let sent = sent.is(201);
    let room = sent["conversation"].clone();
    assert_eq!(
        sent,
        json!({
            "id": sent["id"], "conversation": room, "sender_type": "student", "sender": student, "receiver": mentor,
            "content": "Hello", "timestamp": sent["timestamp"], "read": false,
        })
    );
    assert!(sent["timestamp"].as_str().unwrap().ends_with('Z'));
    // ExpertConnect's: read there, and answered from there.
    let there = mia.all(&format!("/api/messages/?with_user={}", ada.id)).await;
    assert_eq!((&there[0]["id"], &there[0]["content"]), (&sent["id"], &json!("Hello")));
    mia.writes(&ada, "Hello yourself").await.is(201);
    world.settles().await;
    let heard = ada.hears(&room, "").await;
    assert_eq!(contents(&heard), ["Hello", "Hello yourself"]);
    assert_eq!((&heard[1]["sender"], &heard[1]["sender_type"]), (&json!(mentor), &json!("mentor")));
    for socket in [&hers, &all] {
        let frames = socket.heard_of("message.receive");
        let said: Vec<_> = frames.iter().map(|frame| frame["message"]["content"].as_str().unwrap()).collect();
        assert_eq!(said, ["Hello", "Hello yourself"]);
    }
    assert_eq!(mia.get("/api/notifications/").await.is(200)[0]["notification_type"], "new_message");
}

#[tokio::test]
async fn a_receiver_has_many_names_and_so_has_what_is_said() {
    let Two { ada, mia, mentor, .. } = two().await;
    let room = ada.tells(&mentor, "one").await.is(201)["conversation"].clone();
    for body in [
        json!({"receiver": mentor.to_lowercase(), "message": "two"}),
        json!({"receiver_id": mia.id, "text": "two"}),
        json!({"receiver_id": mia.id.to_string(), "content": "two"}),
        json!({"conversation_id": room, "content": "two"}),
        json!({"conversation": room, "text": "two", "receiver": null}),
        json!({"conversation_id": room, "receiver_id": "S999999", "content": "two"}),
    ] {
        let sent = ada.post(MESSAGES, body.clone()).await.is(201);
        assert_eq!((&sent["conversation"], &sent["content"]), (&room, &json!("two")), "{body}");
    }
    for content in [json!(""), json!(" \n\t"), json!("x".repeat(4001)), json!(7), json!("a\0b")] {
        ada.post(MESSAGES, json!({"receiver_id": mentor, "content": content})).await.blames("content");
    }
    ada.post(MESSAGES, json!({"receiver_id": mentor})).await.blames("content");
    ada.post(MESSAGES, json!({"content": "x"})).await.blames("conversation_id");
    ada.post(MESSAGES, json!({"receiver_id": "X1", "content": "x"})).await.blames("receiver_id");
    assert_eq!(ada.tells(&mentor, &"é".repeat(4000)).await.status, 201);
}

#[tokio::test]
async fn the_newest_page_comes_first_the_cursor_goes_back_and_after_goes_on() {
    let Two { ada, mia, mentor, .. } = two().await;
    let mut sent = Vec::new();
    for number in 0..7 {
        sent.push(ada.tells(&mentor, &number.to_string()).await.is(201));
    }
    let room = &sent[0]["conversation"];
    let newest = mia.get(&format!("{MESSAGES}{room}/?limit=3")).await;
    let older = tests::person::next_page(newest.header("link")).expect("older ones");
    assert_eq!(contents(newest.is(200).as_array().unwrap()), ["4", "5", "6"]);
    let page = mia.get(&older).await;
    let oldest = tests::person::next_page(page.header("link")).expect("the oldest");
    assert_eq!(contents(page.is(200).as_array().unwrap()), ["1", "2", "3"]);
    let page = mia.get(&oldest).await;
    assert_eq!(page.header("link"), "");
    assert_eq!(contents(page.is(200).as_array().unwrap()), ["0"]);
    let after = |number: usize| format!("?after={}&limit=2", sent[number]["id"]);
    assert_eq!(contents(&mia.hears(room, &after(2)).await), ["3", "4"]);
    assert_eq!(contents(&mia.hears(room, &after(4)).await), ["5", "6"]);
    assert!(mia.hears(room, &after(6)).await.is_empty());
    assert_eq!(mia.hears(room, "?after=0&limit=200").await.len(), 7);
    let path = |query: &str| format!("{MESSAGES}{room}/?{query}");
    for (query, field) in [("limit=201", "limit"), ("limit=0", "limit"), ("after=x", "after"), ("cursor=x", "cursor")] {
        mia.get(&path(query)).await.blames(field);
    }
    // A cursor belongs to who got it.
    let cursor = older.split("cursor=").nth(1).unwrap();
    ada.get(&path(&format!("cursor={cursor}"))).await.blames("cursor");
}

#[tokio::test]
async fn reading_marks_what_the_other_one_wrote_and_nothing_else() {
    let Two { ada, mia, student, mentor, .. } = two().await;
    let room = ada.tells(&mentor, "one").await.is(201)["conversation"].clone();
    ada.tells(&mentor, "two").await.is(201);
    assert_eq!(mia.conversations().await[0]["unread_count"], 2);
    // The writer's own reading marks nothing.
    assert!(ada.hears(&room, "").await.iter().all(|message| message["read"] == false));
    assert_eq!(mia.conversations().await[0]["unread_count"], 2);
    assert!(mia.hears(&room, "?limit=1").await.iter().all(|message| message["read"] == true));
    assert_eq!(mia.conversations().await[0]["unread_count"], 0);
    assert!(ada.hears(&room, "").await.iter().all(|message| message["read"] == true));
    let there = mia.all(&format!("/api/messages/?with_user={}", ada.id)).await;
    assert!(there.iter().all(|message| message["is_read"] == true), "in the other products, too");
    mia.tells(&student, "three").await.is(201);
    assert_eq!(ada.conversations().await[0]["unread_count"], 1);
    let sent = ada.hears(&room, "").await.last().cloned().unwrap();
    assert_eq!((&sent["content"], &sent["read"]), (&json!("three"), &json!(true)));
}

#[tokio::test]
async fn what_came_while_somebody_read_is_not_marked() {
    let Two { world, ada, mia, mentor, .. } = two().await;
    let seen = id(&ada.tells(&mentor, "seen").await.is(201));
    ada.tells(&mentor, "not seen").await.is(201);
    let pair = Pair::new(UserId::new(ada.id).unwrap(), UserId::new(mia.id).unwrap()).unwrap();
    let reader = UserId::new(mia.id).unwrap();
    let marked = world.app.store.thread_seen(pair, reader, MessageId::new(seen).unwrap(), world.now()).await.unwrap();
    assert_eq!(marked.unwrap().side(reader).unread, 2);
    assert_eq!(mia.conversations().await[0]["unread_count"], 2);
}

#[tokio::test]
async fn a_message_under_a_key_is_written_once() {
    let Two { ada, mentor, .. } = two().await;
    let once = || ada.post_once("k", MESSAGES, json!({"receiver_id": mentor, "content": "Once"}));
    let first = once().await.is(201);
    for _ in 0..9 {
        assert_eq!(once().await.is(201), first);
    }
    assert_eq!(ada.hears(&first["conversation"], "").await.len(), 1);
    let other = ada.post_once("k", MESSAGES, json!({"receiver_id": mentor, "content": "Other"})).await;
    other.refuses(422, "idempotency_mismatch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_messages_at_once_make_one_conversation() {
    let Two { ada, mia, mentor, .. } = two().await;
    let jobs = (0..10).map(|number: usize| {
        let (ada, mentor) = (ada.clone(), mentor.clone());
        async move { ada.tells(&mentor, &number.to_string()).await }
    });
    let answers = tests::at_once(jobs).await;
    let sent: Vec<Json> =
        answers.into_iter().filter(|answer| answer.status == 201).map(|answer| answer.is(201)).collect();
    assert!(sent.len() > 1, "{}", sent.len());
    assert!(sent.iter().all(|message| message["conversation"] == sent[0]["conversation"]));
    let listed = mia.conversations().await;
    assert_eq!((listed.len(), &listed[0]["unread_count"]), (1, &json!(sent.len())));
    assert_eq!(ada.hears(&sent[0]["conversation"], "").await.len(), sent.len());
}
