//! WebSockets (`expertconnect.md` §7): handshakes, messages and notifications as they happen, resuming.

use serde_json::{Value as Json, json};
use tests::{Person, Setup, World, minute};

async fn two() -> (World, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    world.settles().await;
    (world, ada, bob)
}

fn texts(frames: &[Json]) -> Vec<&str> {
    frames.iter().map(|frame| frame["message"]["content"].as_str().unwrap()).collect()
}

fn error(socket: &tests::Socket) -> Json {
    socket.heard_of("error").pop().expect("an error")
}

#[tokio::test]
async fn a_handshake_needs_a_living_session_and_somebody_to_talk_to() {
    let (world, ada, bob) = two().await;
    let stranger = Person::stranger(&world, "nobody");
    for path in ["/ws/", "/ws/notifications/"] {
        assert_eq!(stranger.connects(path).await.err(), Some(401));
        assert!(ada.connects(path).await.is_ok());
    }
    assert!(ada.connects(&format!("/ws/chat/{}/", bob.id)).await.is_ok());
    for (id, status) in [(ada.id.to_string(), 400), ("4".into(), 404), ("0".into(), 404), ("x".into(), 404)] {
        assert_eq!(ada.connects(&format!("/ws/chat/{id}/")).await.err(), Some(status), "{id}");
    }
    let forged = Person { token: Some("a.b.c".to_owned()), ..ada.clone() };
    assert_eq!(forged.connects("/ws/").await.err(), Some(401));
    ada.post("/api/users/logout/", json!({})).await.is(200);
    assert_eq!(ada.connects("/ws/").await.err(), Some(401));
}

#[tokio::test]
async fn two_people_talk_and_hear_each_other_wherever_they_write() {
    let (world, ada, bob) = two().await;
    let (hers, his) =
        (ada.listens(&format!("/ws/chat/{}/", bob.id)).await, bob.listens(&format!("/ws/chat/{}", ada.id)).await);
    hers.says(json!({"type": "message.send", "content": "Hello", "ref": "r1"})).await;
    world.settles().await;
    bob.writes(&ada, "Hello yourself").await.is(201);
    world.settles().await;
    for socket in [&hers, &his] {
        assert_eq!(texts(&socket.heard()), ["Hello", "Hello yourself"]);
    }
    let listed = ada.all(&format!("/api/messages/?with_user={}", bob.id)).await;
    assert_eq!(hers.heard()[0]["message"], listed[0]);
    assert_eq!(hers.heard()[1]["message"], listed[1]);
    assert_eq!((&hers.heard()[0]["ref"], &his.heard()[0]["ref"]), (&json!("r1"), &Json::Null));
}

#[tokio::test]
async fn each_address_hears_its_own_and_everything_hears_all() {
    let (world, ada, bob) = two().await;
    let eve = world.register("eve").await;
    let all = bob.listens("/ws/").await;
    let notices = bob.listens("/ws/notifications/").await;
    let chat = bob.listens(&format!("/ws/chat/{}/", ada.id)).await;
    ada.writes(&bob, "from ada").await.is(201);
    eve.writes(&bob, "from eve").await.is(201);
    ada.books(&bob, minute(60), 30).await;
    world.settles().await;
    assert_eq!(texts(&chat.heard()), ["from ada"]);
    let types = |socket: &tests::Socket| -> Vec<String> {
        let frames = socket.heard_of("notification.receive");
        frames.iter().map(|frame| frame["notification"]["notification_type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(&notices), ["new_message", "new_message", "meeting_request"]);
    assert_eq!(notices.heard().len(), 3);
    assert_eq!(types(&all), types(&notices));
    assert_eq!(texts(&all.heard_of("message.receive")), ["from ada", "from eve"]);
    let listed = bob.all("/api/notifications/").await;
    assert_eq!(notices.heard()[2]["notification"], listed[0]);
}

#[tokio::test]
async fn a_reference_makes_one_message_of_many_frames_and_repeats_the_answer() {
    let (world, ada, bob) = two().await;
    let socket = ada.listens("/ws/").await;
    let frame = json!({"type": "message.send", "receiver_id": bob.id, "content": "once", "ref": "r"});
    for _ in 0..3 {
        socket.says(frame.clone()).await;
        world.settles().await;
    }
    let answers = socket.heard_of("message.receive");
    assert_eq!(texts(&answers), ["once"; 3]);
    assert!(answers.iter().all(|answer| answer["message"] == answers[0]["message"] && answer["ref"] == "r"));
    assert_eq!(bob.all("/api/messages/").await.len(), 1);
    let eve = world.register("eve").await;
    socket.says(json!({"type": "message.send", "receiver_id": eve.id, "content": "other", "ref": "r"})).await;
    assert_eq!(eve.all("/api/messages/").await.len(), 1, "the same reference to somebody else");
    world.advance(chrono::TimeDelta::hours(25));
    let socket = ada.logs_in().await.listens("/ws/").await;
    socket.says(frame).await;
    assert_eq!(bob.logs_in().await.all("/api/messages/").await.len(), 2, "a day later it is another message");
}

#[tokio::test]
async fn what_was_missed_comes_after_a_resume_and_once() {
    let (world, ada, bob) = two().await;
    let first = bob.listens("/ws/").await;
    ada.writes(&bob, "one").await.is(201);
    world.settles().await;
    let cursor = first.cursor().unwrap();
    first.closes().await;
    for text in ["two", "three"] {
        ada.writes(&bob, text).await.is(201);
    }
    bob.writes(&ada, "my own").await.is(201);
    let second = bob.listens("/ws/").await;
    world.settles().await;
    ada.writes(&bob, "live").await.is(201);
    second.says(json!({"type": "resume", "cursor": cursor})).await;
    world.settles().await;
    let heard = second.heard_of("message.receive");
    assert_eq!(texts(&heard), ["live", "two", "three", "my own"], "what is new need not wait for what is old");
    assert_eq!(second.heard_of("notification.receive").len(), 3);
    let resumed = second.heard().pop().unwrap();
    assert_eq!((&resumed["type"], &resumed["count"], &resumed["more"]), (&json!("resumed"), &json!(5), &json!(false)));
    let third = bob.listens("/ws/").await;
    third.says(json!({"type": "resume", "cursor": cursor})).await;
    world.settles().await;
    assert_eq!(texts(&third.heard_of("message.receive")), ["two", "three", "my own", "live"]);
    assert_eq!(third.heard_of("resumed")[0]["count"], 7);
    third.says(json!({"type": "resume", "cursor": third.cursor()})).await;
    world.settles().await;
    assert_eq!(third.heard_of("resumed")[1]["count"], 0);
}

#[tokio::test]
async fn a_cursor_of_now_is_before_nothing_that_was_there() {
    let (world, ada, bob) = two().await;
    ada.writes(&bob, "before").await.is(201);
    world.settles().await;
    let first = bob.listens("/ws/").await;
    first.says(json!({"type": "resume", "cursor": null, "ref": "now"})).await;
    world.settles().await;
    let resumed = first.heard().pop().unwrap();
    assert_eq!((&resumed["count"], &resumed["more"], &resumed["ref"]), (&json!(0), &json!(false), &json!("now")));
    first.vanishes();
    ada.writes(&bob, "after").await.is(201);
    world.settles().await;
    let second = bob.listens("/ws/").await;
    second.says(json!({"type": "resume", "cursor": resumed["cursor"]})).await;
    world.settles().await;
    assert_eq!(texts(&second.heard_of("message.receive")), ["after"]);
}

#[tokio::test]
async fn a_cursor_of_elsewhere_forged_or_too_old_is_refused() {
    let (world, ada, bob) = two().await;
    let socket = ada.listens("/ws/").await;
    let chat = ada.listens(&format!("/ws/chat/{}/", bob.id)).await;
    let his = bob.listens("/ws/").await;
    for one in [&socket, &chat, &his] {
        one.says(json!({"type": "resume", "cursor": null})).await;
    }
    world.settles().await;
    for cursor in [chat.cursor(), his.cursor(), Some(json!("nonsense")), Some(json!(""))] {
        socket.says(json!({"type": "resume", "cursor": cursor, "ref": "x"})).await;
        let error = error(&socket);
        assert_eq!((&error["code"], &error["ref"]), (&json!("bad_cursor"), &json!("x")), "{cursor:?}");
    }
    let cursor = socket.cursor();
    world.advance(chrono::TimeDelta::days(8));
    let later = ada.logs_in().await.listens("/ws/").await;
    later.says(json!({"type": "resume", "cursor": cursor})).await;
    assert_eq!(error(&later)["code"], "bad_cursor");
}

#[tokio::test]
async fn bad_frames_are_answered_and_leave_the_socket_open() {
    let (world, ada, bob) = two().await;
    let socket = ada.listens("/ws/").await;
    for (frame, code) in [
        ("", "bad_json"),
        ("hello", "bad_json"),
        ("[1]", "bad_json"),
        ("{\"type\":\"ping\",\"type\":\"ping\"}", "bad_json"),
        ("{}", "validation"),
        (r#"{"type": 7}"#, "validation"),
        (r#"{"type": "message.delete"}"#, "unknown_type"),
        (r#"{"type": "ping", "ref": 5}"#, "validation"),
        (r#"{"type": "message.send", "content": "x"}"#, "validation"),
        (r#"{"type": "message.send", "content": "x", "receiver_id": 4}"#, "not_found"),
        (r#"{"type": "message.send", "content": "x", "receiver_id": "abc"}"#, "validation"),
        (r#"{"type": "message.send", "content": " ", "receiver_id": 4}"#, "validation"),
        (r#"{"type": "resume"}"#, "validation"),
        (r#"{"type": "resume", "cursor": 5}"#, "validation"),
        (r#"{"type": "signal.offer", "data": {}}"#, "validation"),
        (r#"{"type": "signal.offer", "meeting_id": 4}"#, "validation"),
        (r#"{"type": "signal.offer", "meeting_id": 4, "data": "x"}"#, "validation"),
        (r#"{"type": "signal.offer", "meeting_id": 4, "data": {}}"#, "not_found"),
    ] {
        socket.says_text(frame).await;
        assert_eq!(error(&socket)["code"], code, "{frame}");
        assert!(error(&socket)["error"].is_string());
    }
    let own = json!({"type": "message.send", "content": "x", "receiver_id": ada.id});
    socket.says(own).await;
    assert_eq!(error(&socket)["code"], "validation");
    socket.says(json!({"type": "ping", "ref": "still here"})).await;
    assert_eq!(socket.heard().pop().unwrap(), json!({"type": "pong", "ref": "still here"}));
    let chat = ada.listens(&format!("/ws/chat/{}/", bob.id)).await;
    let eve = world.register("eve").await;
    chat.says(json!({"type": "message.send", "content": "x", "receiver_id": eve.id})).await;
    assert_eq!(error(&chat)["code"], "not_allowed_here");
    let notices = ada.listens("/ws/notifications/").await;
    notices.says(json!({"type": "message.send", "content": "x", "receiver_id": bob.id})).await;
    assert_eq!(error(&notices)["code"], "not_allowed_here");
}

#[tokio::test]
async fn logging_out_closes_the_sockets_of_that_token_only() {
    let (world, ada, bob) = two().await;
    let again = ada.logs_in().await;
    let (first, second) = (ada.listens("/ws/").await, again.listens("/ws/").await);
    ada.post("/api/users/logout/", json!({})).await.is(200);
    first.says(json!({"type": "message.send", "content": "too late", "receiver_id": bob.id})).await;
    assert!(first.is_gone(), "a frame of an ended session ends its socket at once");
    let third = again.listens("/ws/").await;
    again.post("/api/users/logout/", json!({})).await.is(200);
    world.settles().await;
    assert!(second.is_gone() && third.is_gone());
    assert_eq!(bob.all("/api/messages/").await.len(), 0);
}

#[tokio::test]
async fn a_token_that_ends_takes_its_socket_with_it() {
    let (world, ada, bob) = two().await;
    let (talks, listens) = (ada.listens("/ws/").await, ada.listens("/ws/").await);
    world.advance(chrono::TimeDelta::hours(25));
    talks.says(json!({"type": "ping"})).await;
    assert!(talks.is_gone() && talks.heard().is_empty());
    bob.logs_in().await.writes(&ada, "anybody there?").await.is(201);
    world.settles().await;
    assert!(listens.is_gone() && listens.heard().is_empty());
}

#[tokio::test]
async fn a_dead_socket_is_forgotten_at_the_first_push_and_the_others_hear() {
    let (world, ada, bob) = two().await;
    let (dead, alive) = (bob.listens("/ws/").await, bob.listens("/ws/").await);
    dead.vanishes();
    ada.writes(&bob, "hello").await.is(201);
    world.settles().await;
    assert_eq!(alive.heard().len(), 2);
    let left = world.app.store.sockets(domain::ids::UserId::new(bob.id).unwrap()).await.unwrap();
    let left: Vec<_> = left.into_iter().map(|live| live.socket.connection).collect();
    assert_eq!(left, [alive.connection]);
}

#[tokio::test]
async fn signals_pass_between_the_two_of_a_confirmed_meeting_and_nobody_else() {
    let (world, ada, bob) = two().await;
    let eve = world.register("eve").await;
    let meeting = ada.books(&bob, minute(60), 30).await;
    let (hers, his) = (ada.listens("/ws/").await, bob.listens(&format!("/ws/chat/{}/", ada.id)).await);
    let data = json!({"sdp": "v=0\r\n", "nested": {"x": [1, 2.50, null]}});
    let offer = json!({"type": "signal.offer", "meeting_id": meeting, "data": data, "sender_id": eve.id});
    hers.says(offer.clone()).await;
    assert_eq!(error(&hers)["code"], "not_confirmed");
    bob.declares(meeting, "confirmed").await.is(200);
    hers.says(offer.clone()).await;
    let heard = his.heard().pop().unwrap();
    assert_eq!(heard, json!({"type": "signal.offer", "meeting_id": meeting, "sender_id": ada.id, "data": data}));
    his.says(json!({"type": "signal.answer", "meeting_id": meeting, "data": {}})).await;
    assert_eq!(hers.heard().pop().unwrap()["type"], "signal.answer");
    let elsewhere = bob.listens(&format!("/ws/chat/{}/", eve.id)).await;
    elsewhere.says(json!({"type": "signal.candidate", "meeting_id": meeting, "data": {}})).await;
    assert_eq!(error(&elsewhere)["code"], "not_allowed_here");
    let third = eve.listens("/ws/").await;
    third.says(offer.clone()).await;
    assert_eq!(error(&third)["code"], "not_found");
    his.vanishes();
    elsewhere.vanishes();
    hers.says(offer.clone()).await;
    assert_eq!(error(&hers)["code"], "peer_offline");
    ada.declares(meeting, "cancelled").await.is(200);
    hers.says(offer).await;
    assert_eq!(error(&hers)["code"], "not_confirmed");
}

#[tokio::test]
async fn ending_all_sessions_closes_all_sockets() {
    let (world, ada, bob) = two().await;
    let (hers, others) = (ada.listens("/ws/").await, bob.listens("/ws/").await);
    let again = ada.logs_in().await.listens("/ws/notifications/").await;
    world.advance(chrono::TimeDelta::seconds(1));
    let user = domain::ids::UserId::new(ada.id).unwrap();
    world.app.store.sessions_end(store::Transaction::new, user, world.now()).await.unwrap();
    world.settles().await;
    assert!(hers.is_gone() && again.is_gone() && !others.is_gone());
    assert_eq!(ada.connects("/ws/").await.err(), Some(401));
}

#[tokio::test]
async fn rapid_frames_are_limited_by_user_and_pings_are_not() {
    let world = World::with(Setup { with_stream: true, ..Setup::limited() }).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(3).await;
    let meeting = ada.books(&bob, minute(60), 30).await;
    bob.declares(meeting, "confirmed").await.is(200);
    world.set_clock(minute(1));
    let (hers, his) = (ada.listens("/ws/").await, bob.listens("/ws/").await);
    // The handshake was her first request of this minute.
    for _ in 0..60 {
        hers.says(json!({"type": "message.send", "receiver_id": bob.id, "content": "again"})).await;
    }
    assert_eq!(error(&hers)["code"], "rate_limited");
    assert_eq!(hers.heard_of("error").len(), 1);
    for _ in 0..301 {
        hers.says(json!({"type": "signal.candidate", "meeting_id": meeting, "data": {}})).await;
    }
    assert_eq!(hers.heard_of("error").len(), 2);
    for _ in 0..70 {
        hers.says(json!({"type": "ping"})).await;
    }
    assert_eq!((hers.heard_of("pong").len(), hers.heard_of("error").len()), (70, 2));
    his.says(json!({"type": "message.send", "receiver_id": ada.id, "content": "mine"})).await;
    assert!(his.heard_of("error").is_empty(), "one user's limit is no other's");
    world.set_clock(minute(2));
    hers.says(json!({"type": "message.send", "receiver_id": bob.id, "content": "later"})).await;
    world.settles().await;
    assert_eq!(his.heard_of("message.receive").len(), 61);
    assert_eq!(his.heard_of("signal.candidate").len(), 300);
}

#[tokio::test]
async fn who_is_blocked_is_told_so() {
    let (world, ada, bob) = two().await;
    let socket = ada.listens(&format!("/ws/chat/{}/", bob.id)).await;
    let id = |person: &Person| domain::ids::UserId::new(person.id).unwrap();
    let pair = domain::chat::Pair::new(id(&ada), id(&bob)).unwrap();
    ada.writes(&bob, "hello").await.is(201);
    world.app.store.conversation_block(pair, id(&bob), true, world.now()).await.unwrap().unwrap();
    socket.says(json!({"type": "message.send", "content": "still there?", "ref": "b"})).await;
    assert_eq!((&error(&socket)["code"], &error(&socket)["ref"]), (&json!("blocked"), &json!("b")));
    assert_eq!(bob.all("/api/messages/").await.len(), 1);
}
