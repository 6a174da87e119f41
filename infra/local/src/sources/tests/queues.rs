//! Queues: failure, return, dead letters, redelivery.

use serde_json::{Value as Json, json};

use super::{Seen, Stage, answering, bodies, reporting, taken};

#[tokio::test]
async fn a_message_that_fails_comes_back_and_ends_among_the_dead() {
    let receipts: Seen<String> = Seen::default();
    let note = receipts.clone();
    let function = answering(move |event| {
        let names = bodies(&event);
        let bad = event["Records"].as_array().unwrap().iter().filter(|record| record["body"] == "bad");
        note.lock().unwrap().extend(bad.map(|record| record["receiptHandle"].as_str().unwrap().to_owned()));
        Ok(reporting(&event, &names, "messageId", |name| name == "bad"))
    });
    let stage = Stage::with(vec![("DeliveryFunction", function)]).await;
    stage.send("DueQueue", &["good", "bad", "fine"]).await;
    assert_eq!(stage.count("DueQueue", "waiting").await, 3);
    let report = stage.sources.tick().await;
    assert_eq!(report["queues"]["DueQueue"], json!({"handled": 3, "failed": 1}));
    assert_eq!((stage.count("DueQueue", "waiting").await, stage.count("DueQueue", "in_flight").await), (0, 1));

    stage.uncover("DueQueue", &taken(&receipts)[0]).await;
    assert_eq!((stage.count("DueQueue", "waiting").await, stage.count("DueQueue", "in_flight").await), (1, 0));
    stage.sources.tick().await;
    stage.uncover("DueQueue", &taken(&receipts)[0]).await;
    assert_eq!(stage.sources.tick().await["queues"], json!({}));
    assert!(taken(&receipts).is_empty());
    assert_eq!(stage.sources.counts().await.unwrap()["DueQueue"], json!({"waiting": 0, "in_flight": 0, "dead": 1}));
}

#[tokio::test]
async fn a_function_that_fails_fails_all_its_messages() {
    let stage = Stage::with(vec![("DeliveryFunction", answering(|_| Err("no".into())))]).await;
    stage.send("MailQueue", &["a", "b"]).await;
    let report = stage.sources.tick().await;
    assert_eq!(report["queues"]["MailQueue"], json!({"handled": 2, "failed": 2}));
    assert_eq!(stage.count("MailQueue", "in_flight").await, 2);
}

#[tokio::test]
async fn the_last_messages_can_be_delivered_again() {
    let seen: Seen<Json> = Seen::default();
    let note = seen.clone();
    let function = answering(move |event| {
        note.lock().unwrap().extend(event["Records"].as_array().unwrap().iter().cloned());
        Ok(Json::Null)
    });
    let stage = Stage::with(vec![("DeliveryFunction", function)]).await;
    stage.send("DueQueue", &["a", "b", "c"]).await;
    // What waits is delivered first.
    let told = stage.sources.redeliver("due-queue", 2).await.unwrap().unwrap();
    assert_eq!(told, json!({"queue": "DueQueue", "messages": 3, "deliveries": 6, "failures": 0}));
    let seen = taken(&seen);
    let of_a: Vec<_> = seen.iter().filter(|record| record["body"] == "a").collect();
    let mut counts: Vec<_> =
        of_a.iter().map(|r| r["attributes"]["ApproximateReceiveCount"].as_str().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!((seen.len(), counts), (9, vec!["1", "2", "3"]));
    assert!(of_a.iter().all(|record| record["messageId"] == of_a[0]["messageId"]));
    assert_ne!(of_a[0]["receiptHandle"], of_a[1]["receiptHandle"]);
    assert_eq!(stage.sources.redeliver("nothing", 1).await.unwrap(), None);
}

#[tokio::test]
async fn a_message_that_is_put_off_waits_for_nobody_yet() {
    let stage = Stage::idle().await;
    let later = stage.queues.client.send_message().queue_url(&stage.queue("DueQueue").url).message_body("later");
    later.delay_seconds(60).send().await.unwrap();
    assert_eq!(stage.sources.tick().await["queues"], json!({}));
    assert_eq!(stage.sources.counts().await.unwrap()["DueQueue"], json!({"waiting": 0, "in_flight": 0, "dead": 0}));
}
