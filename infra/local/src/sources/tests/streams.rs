//! The stream: order, filters, failure, giving up.

use std::sync::{Arc, Mutex};

use engine::{Durability, Engine, Given};
use serde_json::{Value as Json, json};

use super::super::stream::PollResult;
use super::{FIXTURE, Seen, Stage, keys, noting, reporting, taken};
use crate::data::Scratch;
use crate::embedded::table::tests;

#[tokio::test]
async fn the_stream_comes_in_order_in_batches_and_filtered() {
    let seen = Seen::default();
    let stage = Stage::with(vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))]).await;
    stage.notices(&["a", "b"]).await;
    stage.put("x", "MESSAGE#1").await;
    stage.put("c", "SENT#1").await;
    stage.notices(&["a", "d", "e"]).await; // "a" again is no insertion.
    let report = stage.sources.tick().await;
    assert_eq!(taken(&seen), [vec!["a", "b", "c", "d"], vec!["e"]]);
    assert_eq!(report["stream"], json!({"records": 5, "given_up": 0}));
    assert_eq!((&report["failures"], &report["drained"]), (&json!(0), &json!(true)));
    stage.sources.tick().await;
    assert!(taken(&seen).is_empty());
}

#[tokio::test]
async fn a_partial_failure_is_tried_again_from_the_lowest_record_on() {
    let seen = Seen::default();
    let has_failed = Arc::new(Mutex::new(false));
    let function = noting(&seen, keys, move |event, names| {
        let mut has_failed = has_failed.lock().unwrap();
        let first_time = !std::mem::replace(&mut *has_failed, true);
        Ok(reporting(event, names, "dynamodb.SequenceNumber", |name| first_time && name == "b"))
    });
    let stage = Stage::with(vec![("OutboxFunction", function)]).await;
    stage.notices(&["a", "b", "c"]).await;
    let report = stage.sources.tick().await;
    assert_eq!(taken(&seen), [vec!["a", "b", "c"], vec!["b", "c"]]);
    assert_eq!(report["stream"]["records"], 3);
}

#[tokio::test]
async fn a_batch_that_fails_is_halved_until_the_bad_record_is_alone_and_given_up() {
    let seen = Seen::default();
    let function =
        noting(
            &seen,
            keys,
            |_, names| {
                if names.iter().any(|name| name == "bad") { Err("no".into()) } else { Ok(Json::Null) }
            },
        );
    let stage = Stage::with(vec![("OutboxFunction", function)]).await;
    stage.notices(&["a", "b", "bad", "c", "d"]).await;
    let report = stage.sources.tick().await;
    let bad = vec!["bad"];
    let expected: [Vec<&str>; 8] = [
        vec!["a", "b", "bad", "c"],
        vec!["a", "b"],
        vec!["bad", "c"],
        bad.clone(),
        bad.clone(),
        bad,
        vec!["c"],
        vec!["d"],
    ];
    assert_eq!(taken(&seen), expected);
    assert_eq!(report["stream"], json!({"records": 4, "given_up": 1}));
    let dead = stage.queues.receive(stage.queue("OutboxDeadQueue"), 10).await.unwrap();
    let told: Json = serde_json::from_str(dead[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(told["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(told["requestContext"]["approximateInvokeCount"], 3);
    let batch = &told["DDBStreamBatchInfo"];
    assert_eq!((&batch["batchSize"], &batch["startSequenceNumber"]), (&json!(1), &batch["endSequenceNumber"]));
    assert!(batch["streamArn"].as_str().unwrap().starts_with("arn:aws:dynamodb:us-east-1:"));
}

#[tokio::test]
async fn records_that_are_too_old_are_given_up_unseen() {
    let scratch = Scratch::make().unwrap();
    // A table of an hour ago.
    let ago = || app::Clock::System.now().timestamp_millis().unsigned_abs() - 4_000_000;
    let earlier = Engine::open(&scratch.path().join("table.redb"), Durability::Process, Given::clock(ago)).unwrap();
    for name in ["old", "older"] {
        tests::put(&earlier, tests::item(name, "NOTICE#1", &[])).await;
    }
    earlier.close();
    let seen = Seen::default();
    let stage = Stage::on(scratch, vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))]).await;
    stage.notices(&["new"]).await;
    assert_eq!(stage.sources.tick().await["stream"], json!({"records": 1, "given_up": 2}));
    assert_eq!(taken(&seen), [["new"]]);
    let dead = stage.queues.receive(stage.queue("OutboxDeadQueue"), 10).await.unwrap();
    let told: Json = serde_json::from_str(dead[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(told["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(told["DDBStreamBatchInfo"]["batchSize"], 2);
}

#[tokio::test]
async fn a_source_that_begins_with_the_latest_does_not_see_what_was_before() {
    let stage = Stage::idle().await;
    stage.notices(&["before"]).await;
    let Stage { sources, table, queues, scratch } = stage;
    drop((sources, table, queues));
    std::fs::remove_file(scratch.path().join("checkpoint-OutboxFunction-Changes")).unwrap();
    let seen = Seen::default();
    let functions = vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))];
    let latest = FIXTURE.replace("TRIM_HORIZON", "LATEST");
    let stage = Stage::of(&latest, scratch, functions).await;
    stage.notices(&["after"]).await;
    stage.sources.tick().await;
    assert_eq!(taken(&seen), [["after"]]);
}

#[tokio::test]
async fn a_poller_waits_for_a_full_batch_within_its_window_and_a_tick_does_not() {
    let seen = Seen::default();
    let functions = vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))];
    let patient = FIXTURE.replace("BatchSize: 4", "BatchSize: 4\n            MaximumBatchingWindowInSeconds: 300");
    let stage = Stage::of(&patient, Scratch::make().unwrap(), functions).await;
    let poller = &stage.sources.streams[0];
    stage.notices(&["a"]).await;
    assert!(matches!(poller.step(false).await.unwrap(), PollResult::Gathering(_)));
    stage.notices(&["b", "c", "d", "e"]).await;
    assert_eq!(poller.step(false).await.unwrap(), PollResult::Moved { handled: 4, given_up: 0 });
    assert!(matches!(poller.step(false).await.unwrap(), PollResult::Gathering(_)));
    stage.sources.tick().await;
    assert_eq!(taken(&seen), [vec!["a", "b", "c", "d"], vec!["e"]]);
}
