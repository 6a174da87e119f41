//! Archived, blocked, closed (§10).

use domain::expert::Standing;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, minute};

use super::talk::{Talk, at, listed, message, opened, said, says, talk, user};

async fn status(person: &Person, room: i64) -> Json {
    listed(person, room).await.unwrap()["status"].clone()
}

async fn does(person: &Person, room: i64, what: &str) -> Json {
    let answer = person.post(&at(room, what), json!({})).await.is(200);
    assert!(answer["message"].is_string());
    assert_eq!(answer["conversation"]["id"], room);
    answer["conversation"].clone()
}

#[tokio::test]
async fn archiving_is_of_one_side_until_somebody_writes() {
    let Talk { ada, bob, room, .. } = &talk().await;
    assert_eq!(does(ada, *room, "archive").await["status"], "archived");
    assert_eq!((status(ada, *room).await, status(bob, *room).await), (json!("archived"), json!("active")));
    let of = async |person: &Person, status: &str| {
        person.get(&c(&format!("chat/list/?status={status}"))).await.is(200)["count"].clone()
    };
    assert_eq!((of(ada, "archived").await, of(ada, "active").await), (json!(1), json!(0)));
    assert_eq!((of(bob, "archived").await, of(bob, "active").await), (json!(0), json!(1)));
    assert_eq!(does(ada, *room, "unarchive").await["status"], "active");
    assert_eq!(does(ada, *room, "unarchive").await["status"], "active");
    for writer in [ada, bob] {
        does(ada, *room, "archive").await;
        does(bob, *room, "archive").await;
        said(writer, *room, "Hello").await;
        assert_eq!((status(ada, *room).await, status(bob, *room).await), (json!("active"), json!("active")));
    }
    does(ada, *room, "archive").await;
    does(bob, *room, "archive").await;
    bob.writes(ada, "From elsewhere").await.is(201);
    assert_eq!((status(ada, *room).await, status(bob, *room).await), (json!("active"), json!("active")));
    does(ada, *room, "archive").await;
    does(bob, *room, "archive").await;
    assert_eq!(opened(ada, bob).await, *room);
    assert_eq!((status(ada, *room).await, status(bob, *room).await), (json!("active"), json!("archived")));
}

#[tokio::test]
async fn while_either_blocks_nobody_writes_or_books_in_any_facade() {
    let Talk { world, ada, bob, room } = &talk().await;
    ada.buys(5).await;
    let (hers, his) = (said(ada, *room, "Hello").await, said(bob, *room, "Yes?").await);
    let socket = ada.listens(&format!("/ws/chat/{room}/")).await;
    let blocked = does(bob, *room, "block").await;
    assert_eq!((&blocked["status"], &blocked["blocked_by_me"]), (&json!("blocked"), &json!(true)));
    does(bob, *room, "block").await;
    let seen = listed(ada, *room).await.unwrap();
    assert_eq!((&seen["status"], &seen["blocked_by_me"]), (&json!("blocked"), &json!(false)));
    // The one who is blocked cannot lift it, by whatever they do.
    does(ada, *room, "archive").await;
    ada.post(&at(*room, "unblock"), json!({})).await.refuses(403, "forbidden");
    opened(ada, bob).await;
    for (writer, other, own) in [(ada, bob, hers), (bob, ada, his)] {
        says(writer, *room, "Hello?").await.refuses(403, "blocked");
        writer.post(&at(*room, "send"), json!({"message_content": 5})).await.refuses(403, "blocked");
        writer.patch(&message(own), json!({"message_content": "Hm"})).await.refuses(403, "blocked");
        writer.patch(&message(own), json!({})).await.refuses(403, "blocked");
        writer.writes(other, "Hello?").await.refuses(403, "blocked");
        writer.requests(other, minute(120), 30).await.refuses(403, "blocked");
        writer.get(&at(*room, "messages")).await.is(200);
    }
    socket.says(json!({"type": "message.send", "content": "Hello?"})).await;
    assert_eq!(socket.heard_of("error")[0]["code"], "blocked");
    // Both may block; then one lifting it does not lift the other's.
    does(ada, *room, "block").await;
    assert_eq!(does(bob, *room, "unblock").await["status"], "blocked");
    says(bob, *room, "Hello?").await.refuses(403, "blocked");
    assert_eq!(does(ada, *room, "unblock").await["status"], "active");
    ada.post(&at(*room, "unblock"), json!({})).await.refuses(403, "forbidden");
    said(ada, *room, "Hello!").await;
    ada.requests(bob, minute(120), 30).await.is(201);
    ada.delete(&message(hers)).await.is(204);
    assert_eq!(world.is_sound().await, 7);
}

#[tokio::test]
async fn deleting_one_s_own_words_needs_no_peace() {
    let Talk { ada, bob, room, .. } = &talk().await;
    let hers = said(ada, *room, "Hello").await;
    does(bob, *room, "block").await;
    ada.delete(&message(hers)).await.is(204);
}

async fn stands(expert: &Person, standing: Standing) {
    expert.alter(|user| user.expert.as_mut().unwrap().standing = standing).await;
}

#[tokio::test]
async fn with_a_suspended_expert_nobody_talks_until_they_are_back() {
    let Talk { world, ada, bob, room } = &talk().await;
    let eve = world.expert("eve").await;
    let as_client = opened(bob, &eve).await;
    said(ada, *room, "Hello").await;
    stands(bob, Standing::Suspended).await;
    // From that moment on, before anything has swept through the conversations.
    for writer in [ada, bob] {
        says(writer, *room, "Hello?").await.refuses(403, "closed");
        writer.post(&at(*room, "send"), json!({})).await.refuses(403, "closed");
        assert_eq!(status(writer, *room).await, "closed");
        writer.get(&at(*room, "messages")).await.is(200);
    }
    app::chats::close_all(&world.app, user(bob), true).await.unwrap();
    app::chats::close_all(&world.app, user(bob), true).await.unwrap();
    let closed = ada.get(&c("chat/list/?status=closed")).await.is(200);
    assert_eq!((&closed["count"], &closed["results"][0]["id"]), (&json!(1), &json!(room)));
    ada.writes(bob, "Elsewhere?").await.refuses(403, "closed");
    // As a client they go on.
    said(bob, as_client, "Hello").await;
    assert_eq!(status(bob, as_client).await, "active");
    // Back at once too; what is noted follows.
    stands(bob, Standing::Approved).await;
    assert_eq!(status(ada, *room).await, "active");
    said(bob, *room, "Back").await;
    assert_eq!(ada.get(&c("chat/list/?status=active")).await.is(200)["count"], 1);
    app::chats::close_all(&world.app, user(bob), true).await.unwrap();
    app::chats::close_all(&world.app, user(bob), false).await.unwrap();
    assert_eq!(ada.get(&c("chat/list/?status=active")).await.is(200)["count"], 1);
    said(ada, *room, "Hello again").await;
    ada.writes(bob, "Elsewhere too").await.is(201);
}

#[tokio::test]
async fn with_an_account_that_is_gone_nobody_talks() {
    let Talk { ada, bob, room, .. } = &talk().await;
    ada.alter(|user| user.is_suspended = true).await;
    says(bob, *room, "Hello?").await.refuses(403, "closed");
    bob.get(&at(*room, "messages")).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_reaches_every_conversation_of_an_expert_and_no_other() {
    let talk = talk().await;
    let mut rooms = vec![(talk.ada.clone(), talk.room)];
    for person in talk.world.crowd("client", 20).await {
        let room = opened(&person, &talk.bob).await;
        rooms.push((person, room));
    }
    stands(&talk.bob, Standing::Suspended).await;
    app::chats::close_all(&talk.world.app, user(&talk.bob), true).await.unwrap();
    for (person, _) in &rooms {
        assert_eq!(person.get(&c("chat/list/?status=closed")).await.is(200)["count"], 1);
    }
}
