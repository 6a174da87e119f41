//! What the chat asks of the table, the gate's own taken off.

use serde_json::json;
use tests::chatting::{CONVERSATIONS, MESSAGES, Two, two_in};
use tests::{Costs, World, minute};

#[tokio::test]
async fn the_chat_asks_no_more_of_the_table_than_it_may() {
    let Two { world, ada, mia, student, mentor } = two_in(World::new().await).await;
    let mut costs = Costs::new(&world);
    let text = "x".repeat(200);
    // Whose number it is, is looked up once in a process.
    let with = json!({"mentor_id": mentor});
    let opened = costs.of("open, made", (3, 4.0, 6.0), ada.post(CONVERSATIONS, with.clone())).await.is(201);
    costs.of("open, found", (1, 3.0, 0.0), ada.post(CONVERSATIONS, with)).await.is(200);
    ada.takes_session(&mia, minute(72 * 60)).await;
    // That there is a session is looked for where nobody wrote yet.
    costs.of("a mentor writes first", (4, 5.0, 12.0), mia.tells(&student, &text)).await.is(201);
    for _ in 0..60 {
        ada.tells(&mentor, &text).await.is(201);
    }
    costs.of("send", (2, 3.0, 12.0), ada.tells(&mentor, &text)).await.is(201);
    costs.of("answer", (2, 3.0, 12.0), mia.tells(&student, &text)).await.is(201);
    let path = format!("{MESSAGES}{}/", opened["id"]);
    let after = format!("{path}?after={}", opened["id"]);
    // So is whose conversation it is.
    costs.of("read 50, of which some are new", (4, 8.0, 3.0), mia.get(&format!("{path}?limit=50"))).await.is(200);
    costs.of("read 50 again", (2, 8.0, 0.0), mia.get(&format!("{path}?limit=50"))).await.is(200);
    costs.of("nothing new", (2, 8.0, 0.0), mia.get(&format!("{after}&limit=1"))).await.is(200);
    let pin = format!("{CONVERSATIONS}{}/pin/", opened["id"]);
    costs.of("pin", (2, 3.0, 3.0), mia.post(&pin, json!({}))).await.is(200);
    costs.of("pin again", (1, 3.0, 0.0), mia.post(&pin, json!({}))).await.is(200);
    for number in 0..20 {
        let student = world.new_student(&format!("s{number}")).await;
        student.tells(&mentor, &text).await.is(201);
    }
    costs.of("list of 20", (3, 25.0, 0.0), mia.get(&format!("{CONVERSATIONS}?limit=20"))).await.is(200);
    costs.hold();
}
