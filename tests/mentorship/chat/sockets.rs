//! The socket of a student and a mentor (§3.8): who may open it, what goes over it, how it ends.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::chatting::{CONVERSATIONS, Two, contents, two_in};
use tests::consultations::talk::at;
use tests::{Fault, Moment, Person, Setup, Socket, Strike, World};

async fn two() -> Two {
    let two = two_in(World::with(Setup::live()).await).await;
    two.world.settles().await;
    two
}

fn path(one: &str, other: &str) -> String {
    format!("/ws/chat/{one}/{other}/")
}

impl Both {
    async fn listen() -> Self {
        let two = two().await;
        let (student, mentor) = (two.student.clone(), two.mentor.clone());
        let hers = two.ada.listens(&path(&student, &mentor)).await;
        let his = two.mia.listens(&path(&mentor, &student)).await;
        Self { two, hers, his }
    }

    async fn settle(&self) {
        self.two.world.settles().await;
    }
}

/// Ada and Mia, each at a socket.
struct Both {
    two: Two,
    hers: Socket,
    his: Socket,
}

fn texts(socket: &Socket) -> Vec<String> {
    let frames = socket.heard_of("message");
    frames.iter().map(|frame| frame["content"].as_str().unwrap().to_owned()).collect()
}

fn errors(socket: &Socket) -> Vec<String> {
    let frames = socket.heard_of("error");
    assert!(frames.iter().all(|frame| frame["error"].is_string()), "{frames:?}");
    frames.iter().map(|frame| frame["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn only_the_two_open_it_by_whatever_they_are_called_in_either_order() {
    let Two { world, ada, mia, student, mentor } = two().await;
    let (own, peer) = (ada.id.to_string(), mia.id.to_string());
    for (one, other) in [(&student, &mentor), (&mentor, &student), (&own, &peer), (&peer, &student)] {
        assert!(ada.connects(&path(one, other)).await.is_ok(), "{one} {other}");
        // Before a word was said: whoever waits may listen.
        assert!(mia.connects(&path(&one.to_lowercase(), other)).await.is_ok(), "{one} {other}");
    }
    let (ben, max) = (world.new_student("ben").await, world.new_mentor("max").await);
    let (other_student, new_mentor) = (ben.student_id().await, max.mentor_id().await);
    for (person, one, other) in [
        (&ben, &student, &mentor),
        (&ada, &student, &other_student),
        (&ada, &student, &new_mentor),
        (&ada, &student, &student),
        (&mia, &mentor, &new_mentor),
        (&ada, &student, &"M999999".to_owned()),
        (&ada, &student, &"nobody".to_owned()),
        (&ada, &"99999999".to_owned(), &student),
    ] {
        assert_eq!(person.connects(&path(one, other)).await.err(), Some(403), "{one} {other}");
    }
    let stranger = Person::stranger(&world, "nobody");
    let forged = Person { token: Some("a.b.c".to_owned()), ..ada.clone() };
    for person in [stranger, forged] {
        assert_eq!(person.connects(&path(&student, &mentor)).await.err(), Some(401));
        assert_eq!(person.connects(&path("x", "y")).await.err(), Some(401), "first of all");
    }
}

#[tokio::test]
async fn a_token_comes_in_the_query_a_header_or_a_subprotocol() {
    let Two { ada, student, mentor, .. } = two().await;
    let (token, path) = (ada.token.clone().unwrap(), path(&student, &mentor));
    for (query, headers) in [
        (json!({"token": token}), json!({})),
        (json!({}), json!({"Authorization": format!("Token {token}")})),
        (json!({}), json!({"authorization": format!("bearer {token}")})),
    ] {
        let (_, answer) = ada.knocks(&path, query, headers).await.unwrap_or_else(|status| panic!("{status}"));
        assert_eq!(answer["headers"], Json::Null, "nothing was offered");
    }
    for offered in [format!("token, {token}"), format!("token,{token}"), format!("chat, token, {token}")] {
        let headers = json!({"Sec-WebSocket-Protocol": offered});
        let (_, answer) = ada.knocks(&path, json!({}), headers).await.unwrap_or_else(|status| panic!("{status}"));
        assert_eq!(answer["headers"]["Sec-WebSocket-Protocol"], "token");
    }
    for offered in ["token", "token, ", "token, a.b.c", "chat", &token] {
        let headers = json!({"Sec-WebSocket-Protocol": offered});
        assert_eq!(ada.knocks(&path, json!({}), headers).await.err(), Some(401), "{offered}");
    }
}

#[tokio::test]
async fn what_one_says_both_hear_on_every_socket_of_theirs_in_the_words_of_its_product() {
    let both = Both::listen().await;
    let Two { ada, mia, student, mentor, .. } = &both.two;
    let elsewhere = [ada.listens("/ws/").await, mia.listens(&format!("/ws/chat/{}/", ada.id)).await];
    both.hers.says(json!({"message": "one", "ref": "r1", "sender": "M000099", "receiver": 5, "id": 7})).await;
    both.settle().await;
    both.his.says(json!({"type": "message.send", "content": "two"})).await;
    both.settle().await;
    ada.tells(mentor, "three").await.is(201);
    mia.writes(ada, "four").await.is(201);
    elsewhere[1].says(json!({"type": "message.send", "content": "five"})).await;
    both.settle().await;
    let room = &ada.conversations().await[0]["id"];
    let heard = ada.hears(room, "").await;
    assert_eq!(contents(&heard), ["one", "two", "three", "four", "five"]);
    for socket in [&both.hers, &both.his] {
        assert_eq!(texts(socket), ["one", "two", "three", "four", "five"]);
        let frames = socket.heard_of("message");
        for (frame, message) in frames.iter().zip(&heard) {
            for name in ["id", "content", "sender", "sender_type", "receiver", "conversation", "timestamp"] {
                assert_eq!(frame[name], message[name], "{name}");
            }
            assert_eq!(frame["message"], message["content"]);
            assert!(frame["cursor"].is_string());
        }
        assert_eq!((&frames[0]["sender"], &frames[0]["receiver"]), (&json!(student), &json!(mentor)));
        assert_eq!((&frames[1]["sender"], &frames[1]["sender_type"]), (&json!(mentor), &json!("mentor")));
    }
    assert_eq!((&both.hers.heard()[0]["ref"], &both.his.heard()[0]["ref"]), (&json!("r1"), &Json::Null));
    for socket in elsewhere {
        let frames = socket.heard_of("message.receive");
        let said: Vec<_> = frames.iter().map(|frame| frame["message"]["content"].as_str().unwrap()).collect();
        assert_eq!(said, ["one", "two", "three", "four", "five"]);
    }
}

#[tokio::test]
async fn what_others_say_is_not_heard_here() {
    let both = Both::listen().await;
    let ben = both.two.world.new_student("ben").await;
    ben.tells(&both.two.mentor, "from ben").await.is(201);
    both.settle().await;
    assert!(both.hers.heard().is_empty() && both.his.heard().is_empty());
}

#[tokio::test]
async fn one_reference_is_one_message_and_repeats_its_frame() {
    let both = Both::listen().await;
    for _ in 0..10 {
        both.hers.says(json!({"text": "once", "ref": "r"})).await;
        both.settle().await;
    }
    let frames = both.hers.heard_of("message");
    assert_eq!(texts(&both.hers), vec!["once"; 10]);
    assert!(frames.iter().all(|frame| frame["ref"] == "r" && frame["id"] == frames[0]["id"]));
    assert_eq!(texts(&both.his), ["once"]);
}

#[tokio::test]
async fn a_frame_that_dies_is_stored_once_when_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let both = Both::listen().await;
            let (world, frame) = (&both.two.world, json!({"message": "once", "ref": "r"}));
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let is_over = world.table.faults.until_death(both.hers.says(frame.clone())).await.is_some();
            world.table.faults.disarm();
            both.hers.says(frame).await;
            both.settle().await;
            assert_eq!(texts(&both.his), ["once"], "{moment:?} {nth}");
            let room = &both.two.ada.conversations().await[0]["id"];
            assert_eq!(both.two.ada.hears(room, "").await.len(), 1);
            if is_over {
                println!("send over a socket: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_ping_is_answered_and_what_was_missed_comes_after_a_resume() {
    let both = Both::listen().await;
    let Two { world, ada, student, mentor, .. } = &both.two;
    both.hers.says(json!({"type": "ping", "ref": "p"})).await;
    assert_eq!(both.hers.heard(), [json!({"type": "pong", "ref": "p"})]);
    both.his.says(json!({"type": "resume", "cursor": null})).await;
    both.settle().await;
    let cursor = both.his.cursor().unwrap();
    both.his.closes().await;
    for text in ["one", "two"] {
        ada.tells(mentor, text).await.is(201);
    }
    let again = both.two.mia.listens(&path(student, mentor)).await;
    again.says(json!({"type": "resume", "cursor": cursor})).await;
    world.settles().await;
    assert_eq!(texts(&again), ["one", "two"]);
    let resumed = again.heard().pop().unwrap();
    assert_eq!((&resumed["type"], &resumed["count"], &resumed["more"]), (&json!("resumed"), &json!(2), &json!(false)));
    again.says(json!({"type": "resume", "cursor": "nonsense"})).await;
    assert_eq!(errors(&again), ["bad_cursor"]);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_the_socket_stays_open() {
    let both = Both::listen().await;
    let large = json!({"message": "x".repeat(33 * 1024)}).to_string();
    let cases = [
        ("hello", "bad_json"),
        ("[1]", "bad_json"),
        ("{}", "validation"),
        (r#"{"message": " "}"#, "validation"),
        (r#"{"message": 7}"#, "validation"),
        (r#"{"message": "x", "ref": 7}"#, "validation"),
        (r#"{"type": "signal.offer", "meeting_id": 4, "data": {}}"#, "unknown_type"),
        (r#"{"type": "typing"}"#, "unknown_type"),
        (large.as_str(), "too_large"),
    ];
    for (frame, _) in cases {
        both.hers.says_text(frame).await;
    }
    assert_eq!(errors(&both.hers), cases.map(|(_, code)| code));
    // Before the student has written, the mentor listens.
    both.his.says(json!({"message": "x"})).await;
    assert_eq!(errors(&both.his), ["not_found"]);
    both.hers.says(json!({"message": "hello", "ref": "r"})).await;
    both.settle().await;
    assert_eq!((texts(&both.hers), texts(&both.his)), (vec!["hello".to_owned()], vec!["hello".to_owned()]));
    let room = both.two.ada.conversations().await[0]["id"].as_i64().unwrap();
    both.two.ada.post(&at(room, "block"), json!({})).await.is(200);
    for socket in [&both.hers, &both.his] {
        socket.says(json!({"message": "x", "ref": "b"})).await;
        let error = socket.heard_of("error").pop().unwrap();
        assert_eq!((&error["code"], &error["ref"]), (&json!("blocked"), &json!("b")));
    }
    assert!(both.two.ada.connects(&path(&both.two.student, &both.two.mentor)).await.is_ok(), "a block is no wall");
}

#[tokio::test]
async fn too_many_frames_are_refused_for_a_minute() {
    let world = World::with(Setup { env: [("RATE_LIMIT_PER_MINUTE", "20".to_owned())].into(), ..Setup::live() }).await;
    let Two { world, ada, student, mentor, .. } = two_in(world).await;
    world.advance(TimeDelta::minutes(1));
    let socket = ada.listens(&path(&student, &mentor)).await;
    for number in 0..25 {
        socket.says(json!({"message": number.to_string()})).await;
    }
    world.settles().await;
    assert_eq!(texts(&socket).len(), 19, "one was the handshake");
    assert_eq!(errors(&socket), vec!["rate_limited"; 6]);
    world.advance(TimeDelta::minutes(1));
    socket.says(json!({"message": "again"})).await;
    world.settles().await;
    assert_eq!(texts(&socket).len(), 20);
}

#[tokio::test]
async fn nothing_is_written_while_the_site_is_maintained() {
    let both = Both::listen().await;
    let admin = both.two.world.admin().await;
    admin.put("/api/site-status/", json!({"maintenance_mode": true})).await.is(200);
    both.two.world.advance(TimeDelta::seconds(6));
    both.hers.says(json!({"message": "x", "ref": "r"})).await;
    assert_eq!(errors(&both.hers), ["maintenance"]);
    both.two.ada.tells(&both.two.mentor, "x").await.refuses(503, "maintenance");
    both.two.ada.post(CONVERSATIONS, json!({"mentor_id": both.two.mentor})).await.refuses(503, "maintenance");
    admin.put("/api/site-status/", json!({"maintenance_mode": false})).await.is(200);
    both.two.world.advance(TimeDelta::seconds(6));
    both.hers.says(json!({"message": "x"})).await;
    both.settle().await;
    assert_eq!(texts(&both.hers), ["x"]);
}

#[tokio::test]
async fn a_session_that_ends_ends_its_socket() {
    let both = Both::listen().await;
    both.two.ada.post("/api/auth/logout/", json!({})).await.is(200);
    both.settle().await;
    assert!(both.hers.is_gone() && !both.his.is_gone());
    let mia = &both.two.mia;
    mia.forgets_the_password().await.is(200);
    let token = mia.mailed_token("Reset your password").await;
    let reset = json!({"token": token, "password": "another horse battery"});
    mia.signed_out().post("/api/auth/password/reset/confirm/", reset).await.is(200);
    both.settle().await;
    assert!(both.his.is_gone());
}
