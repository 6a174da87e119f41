//! What the chat asks of the table: round trips, read units and write units, the gate's own taken off.

use serde_json::json;
use store::meter::Meter;
use tests::Costs;
use tests::consultations::c;
use tests::consultations::talk::{at, message, opened, reads, said, says, talk};

#[tokio::test]
async fn no_route_of_the_chat_asks_more_of_the_table_than_it_may() {
    let talk = talk().await;
    let mut costs = Costs::new(&talk.world);
    let eve = talk.world.register("eve").await;
    let open = json!({"expert_id": talk.bob.id});
    costs.of("open, made", (2, 3.0, 6.0), eve.post(&c("chat/"), open.clone())).await.is(201);
    costs.of("open, found", (1, 3.0, 0.0), eve.post(&c("chat/"), open)).await.is(200);
    let text = "x".repeat(200);
    costs.of("send, by a cold function", (3, 4.0, 12.0), says(&talk.ada, talk.room, &text)).await.is(201);
    costs.of("send", (2, 3.0, 12.0), says(&talk.ada, talk.room, &text)).await.is(201);
    let mut last = 0;
    for n in 0..58 {
        last = said(if n % 2 == 0 { &talk.ada } else { &talk.bob }, talk.room, &text).await;
    }
    costs.of("messages, 50", (1, 4.0, 0.0), reads(&talk.ada, talk.room, "")).await;
    let cursor = reads(&talk.ada, talk.room, "").await["next_cursor"].as_str().unwrap().to_owned();
    let cursor = format!("cursor={cursor}");
    costs.of("messages by cursor, none", (1, 1.0, 0.0), reads(&talk.ada, talk.room, &cursor)).await;
    costs.of("read", (1, 0.0, 3.0), talk.bob.post(&at(talk.room, "read"), json!({}))).await.is(200);
    costs.of("archive", (2, 1.0, 3.0), talk.bob.post(&at(talk.room, "archive"), json!({}))).await.is(200);
    costs.of("edit", (3, 4.0, 8.0), talk.bob.patch(&message(last), json!({"message_content": "y"}))).await.is(200);
    costs.of("delete", (3, 4.0, 8.0), talk.bob.delete(&message(last))).await.is(204);
    for person in talk.world.crowd("client", 19).await {
        let room = opened(&person, &talk.bob).await;
        said(&person, room, "Hello").await;
    }
    costs.of("list of 20, as expert", (3, 2.5, 0.0), talk.bob.get(&c("chat/list/"))).await.is(200);
    costs.of("unread count of 20", (2, 1.5, 0.0), talk.bob.get(&c("chat/unread-count/"))).await.is(200);
    costs.of("notifications", (1, 4.0, 0.0), talk.bob.get(&c("notifications/"))).await.is(200);
    costs.of("notifications unread", (2, 5.0, 0.0), talk.bob.get(&c("notifications/unread-count/"))).await.is(200);
    costs.hold();

    let socket = talk.ada.listens(&format!("/ws/chat/{}/", talk.room)).await;
    for reference in ["r1", "r2"] {
        let meter = Meter::default();
        let frame = json!({"type": "message.send", "content": text, "ref": reference});
        meter.count(Box::pin(socket.says(frame))).await;
        println!("{:<34} {:?}", "send over a socket, gate and all", meter.usage());
    }
}
