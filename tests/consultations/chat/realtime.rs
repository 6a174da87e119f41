//! Chat over sockets, from this façade (§11).

use app::sockets::{self, Destination, Handshake};
use domain::facade::Facade;
use domain::feed::Address;
use serde_json::json;
use tests::Person;
use tests::consultations::talk::{Talk, at, ids, message, opened, reads, said, says, talk, texts};
use tests::person::id;

#[tokio::test]
async fn a_socket_is_addressed_by_the_conversation_or_the_other_one() {
    let Talk { world, ada, bob, room } = &talk().await;
    let eve = world.register("eve").await;
    for address in [room, &bob.id] {
        assert!(ada.connects(&format!("/ws/chat/{address}/")).await.is_ok());
    }
    for outsider in [&eve, &world.admin().await] {
        assert_eq!(outsider.connects(&format!("/ws/chat/{room}/")).await.err(), Some(404));
    }
    assert_eq!(ada.connects("/ws/chat/9/").await.err(), Some(404));
    let stranger = Person::stranger(world, "nobody");
    assert_eq!(stranger.connects(&format!("/ws/chat/{room}/")).await.err(), Some(401));
    ada.post("/api/users/logout/", json!({})).await.is(200);
    assert_eq!(ada.connects(&format!("/ws/chat/{room}/")).await.err(), Some(401));
}

#[tokio::test]
async fn what_is_sent_either_way_arrives_on_every_socket_once_and_stands_in_the_list() {
    let Talk { world, ada, bob, room } = &talk().await;
    world.settles().await;
    let mut sockets = Vec::new();
    for (person, other) in [(ada, bob), (bob, ada)] {
        sockets.push(person.listens(&format!("/ws/chat/{room}/")).await);
        sockets.push(person.listens(&format!("/ws/chat/{}/", other.id)).await);
        sockets.push(person.listens("/ws/").await);
    }
    let posted = says(ada, *room, "By post").await.is(201);
    world.settles().await;
    sockets[3].says(json!({"type": "message.send", "content": "By socket", "ref": "r"})).await;
    world.settles().await;
    let listed = reads(ada, *room, "").await;
    assert_eq!(texts(&listed), ["By post", "By socket"]);
    for socket in &sockets {
        let frames = socket.heard_of("message.receive");
        let heard: Vec<_> = frames.iter().map(|frame| id(&frame["message"])).collect();
        assert_eq!(heard, ids(&listed));
        assert_eq!(frames[0]["message"]["content"], "By post");
        assert_eq!(frames[0]["message"]["id"], posted["id"]);
    }
    assert_eq!(listed["results"][1]["sender_type"], "expert");
    assert_eq!(sockets[3].heard_of("message.receive")[1]["ref"], "r");
}

#[tokio::test]
async fn a_socket_of_one_conversation_hears_no_other() {
    let Talk { world, ada, bob, room } = &talk().await;
    let eve = world.register("eve").await;
    let other = opened(&eve, bob).await;
    let socket = bob.listens(&format!("/ws/chat/{room}/")).await;
    said(&eve, other, "Not here").await;
    said(ada, *room, "Here").await;
    world.settles().await;
    let frames = socket.heard_of("message.receive");
    assert_eq!((frames.len(), &frames[0]["message"]["content"]), (1, &json!("Here")));
    socket.says(json!({"type": "message.send", "receiver_id": eve.id, "content": "x"})).await;
    assert_eq!(socket.heard_of("error")[0]["code"], "not_allowed_here");
}

#[tokio::test]
async fn frames_are_at_most_4000_characters_and_refused_while_blocked() {
    let Talk { bob, ada, room, .. } = &talk().await;
    let socket = ada.listens(&format!("/ws/chat/{room}/")).await;
    socket.says(json!({"type": "message.send", "content": "x".repeat(4001)})).await;
    assert_eq!(socket.heard_of("error")[0]["code"], "validation");
    socket.says(json!({"type": "message.send", "content": "x".repeat(4000)})).await;
    bob.post(&at(*room, "block"), json!({})).await.is(200);
    socket.says(json!({"type": "message.send", "content": "x", "ref": "b"})).await;
    let error = socket.heard_of("error").pop().unwrap();
    assert_eq!((&error["code"], &error["ref"]), (&json!("blocked"), &json!("b")));
    assert_eq!(reads(ada, *room, "").await["count"], 1);
}

#[tokio::test]
async fn what_was_deleted_before_it_went_out_goes_out_empty() {
    let Talk { world, ada, bob, room } = &talk().await;
    let socket = bob.listens("/ws/").await;
    let sent = said(ada, *room, "secret").await;
    ada.delete(&message(sent)).await.is(204);
    world.settles().await;
    let frames = socket.heard_of("message.receive");
    assert_eq!((frames.len(), &frames[0]["message"]["content"]), (1, &json!("")));
}

#[tokio::test]
async fn a_socket_of_one_facade_gets_the_frames_of_that_facade() {
    let Talk { world, ada, bob, .. } = &talk().await;
    world.settles().await;
    for facade in Facade::ALL {
        let handshake = Handshake {
            connection: facade.rules().word.to_owned(),
            token: bob.token.clone(),
            facade,
            to: Destination::Address(Address::Everything),
            from: "203.0.113.7".to_owned(),
        };
        sockets::open(&world.app, &world.background.context.sockets, handshake).await.unwrap();
    }
    ada.writes(bob, "hello").await.is(201);
    let event = serde_json::from_value(json!({"Records": world.unread_records()})).unwrap();
    let failures =
        outbox::handle_with(&world.background.context, event, |socket, _| format!("as {}", socket.facade.rules().word))
            .await;
    assert_eq!(serde_json::to_value(failures).unwrap(), json!({"batchItemFailures": []}));
    for facade in Facade::ALL {
        let word = facade.rules().word;
        // The message and the notification of it.
        assert_eq!(world.background.recording.frames(word), vec![format!("as {word}"); 2]);
    }
}
