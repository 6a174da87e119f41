//! Archived, blocked, closed (§10).

use domain::expert::Standing;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::talk::{Talk, at, listed, message, opened, said, says, talk, user};
use tests::{Fault, Moment, Person, Strike, World, minute};

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
async fn a_block_is_lifted_though_the_table_s_answer_was_lost() {
    let Talk { world, ada, bob, room } = &talk().await;
    for fault in [Fault::Lost, Fault::Down] {
        for nth in 1..=2 {
            does(bob, *room, "block").await;
            world.table.faults.arm(Strike::once(fault, Moment::After, nth).only("UpdateItem"));
            assert_eq!(does(bob, *room, "unblock").await["status"], "active", "{fault:?} {nth}");
            assert_eq!(world.table.faults.disarm(), 1, "{fault:?} {nth}");
            bob.post(&at(*room, "unblock"), json!({})).await.refuses(403, "forbidden");
        }
    }
    said(ada, *room, "Hello").await;
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

/// How many conversations somebody is shown as so.
async fn counted(person: &Person, status: &str) -> Json {
    person.get(&c(&format!("chat/list/?status={status}"))).await.is(200)["count"].clone()
}

#[tokio::test]
async fn a_conversation_opened_while_its_expert_is_suspended_is_closed() {
    let Talk { world, ada, bob, room } = &talk().await;
    let eve = world.register("eve").await;
    let mut bookings = Vec::new();
    for (person, hour) in [(ada, 2), (&eve, 4)] {
        person.buys(5).await;
        bookings.push(json!({"consultation_id": person.books(bob, minute(hour * 60), 30).await}));
    }
    stands(bob, Standing::Suspended).await;
    // One that was there before is linked, one is made.
    for (person, booking) in [ada, &eve].into_iter().zip(&bookings) {
        let shown = person.post(&c("chat/"), booking.clone()).await;
        assert_eq!(shown.body["status"], "closed", "{shown}");
        assert_eq!((counted(person, "closed").await, counted(person, "active").await), (json!(1), json!(0)));
    }
    assert_eq!(counted(bob, "closed").await, 2);
    says(ada, *room, "Hello?").await.refuses(403, "closed");
    // And open again when opened by somebody whose expert is back, before anything has swept through.
    stands(bob, Standing::Approved).await;
    assert_eq!(ada.post(&c("chat/"), bookings[0].clone()).await.is(200)["status"], "active");
    assert_eq!((counted(ada, "active").await, counted(&eve, "closed").await), (json!(1), json!(1)));
    app::chats::close_all(&world.app, user(bob), false).await.unwrap();
    assert_eq!(counted(bob, "active").await, 2);
}

/// What makes an expert of somebody who wrote before they were one.
async fn becomes_an_expert(person: &Person, like: &Person) {
    let expert = person.world.app.store.user(user(like)).await.unwrap().unwrap().expert;
    person.alter(|user| user.expert = expert).await;
}

#[tokio::test]
async fn closing_finds_the_conversations_of_before_somebody_became_an_expert() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.register("ada").await, world.register("bob").await, world.register("eve").await);
    ada.writes(&bob, "Hello").await.is(201);
    eve.writes(&bob, "Hello").await.is(201);
    let model = world.expert("model").await;
    becomes_an_expert(&bob, &model).await;
    becomes_an_expert(&eve, &model).await;
    assert_eq!(counted(&ada, "active").await, 1);
    stands(&bob, Standing::Suspended).await;
    app::chats::close_all(&world.app, user(&bob), true).await.unwrap();
    assert_eq!((counted(&ada, "closed").await, counted(&ada, "active").await), (json!(1), json!(0)));
    let room = ada.get(&c("chat/list/")).await.is(200)["results"][0].clone();
    assert_eq!((&room["expert"]["id"], &room["user"]), (&json!(bob.id), &json!(ada.id)));
    says(&ada, room["id"].as_i64().unwrap(), "Hello?").await.refuses(403, "closed");
    // With the other expert they are the client.
    assert_eq!((counted(&eve, "closed").await, counted(&eve, "active").await), (json!(0), json!(1)));
    stands(&bob, Standing::Approved).await;
    app::chats::close_all(&world.app, user(&bob), false).await.unwrap();
    assert_eq!(counted(&ada, "active").await, 1);
}

#[tokio::test]
async fn who_is_the_expert_is_told_of_messages_from_before_they_were_one() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.writes(&bob, "Hello").await.is(201);
    let his = bob.writes(&ada, "Yes?").await.is(201)["id"].as_i64().unwrap();
    becomes_an_expert(&bob, &world.expert("model").await).await;
    let room = ada.get(&c("chat/list/")).await.is(200)["results"][0]["id"].as_i64().unwrap();
    for person in [&ada, &bob] {
        let page = tests::consultations::talk::reads(person, room, "").await;
        let types = page["results"].as_array().unwrap().iter().map(|message| message["sender_type"].clone());
        assert_eq!(types.collect::<Vec<_>>(), ["user", "expert"]);
    }
    let edited = bob.patch(&message(his), json!({"message_content": "Yes!"})).await.is(200);
    assert_eq!(edited["sender_type"], "expert");
}
