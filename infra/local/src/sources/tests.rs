//! The sources of `tests/fixture.yaml` with small functions behind them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use app::Clock;
use aws_lambda_events::dynamodb::Event as StreamEvent;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::SqsEvent;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::LambdaEvent;
use serde_json::{Value as Json, json};

use super::*;
use crate::data::Scratch;
use crate::embedded::dynamo::Dynamo;
use crate::invoke::Function;
use crate::template::Template;

const FIXTURE: &str = include_str!("../../tests/fixture.yaml");

/// Events in the order in which they came.
type Seen<T> = Arc<Mutex<Vec<T>>>;

pub(crate) struct Stage {
    pub(crate) sources: Arc<Sources>,
    dynamo: Dynamo,
    queues: Queues,
    // Last: everything else is in it.
    scratch: Scratch,
}

fn answering<F>(answer: F) -> Function
where
    F: Fn(Json) -> Result<Json, lambda_runtime::Error> + Clone + Send + Sync + 'static,
{
    Function::serving(move |event: LambdaEvent<Json>| {
        let answer = answer(event.payload);
        async move { answer }
    })
}

fn keys(event: &Json) -> Vec<String> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned()).collect()
}

fn bodies(event: &Json) -> Vec<String> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect()
}

/// A function that notes batches by `name` and fails as `fails` says.
fn noting(
    seen: &Seen<Vec<String>>,
    name: fn(&Json) -> Vec<String>,
    fails: impl Fn(&Json, &[String]) -> Result<Json, lambda_runtime::Error> + Clone + Send + Sync + 'static,
) -> Function {
    let seen = seen.clone();
    answering(move |event| {
        let names = name(&event);
        seen.lock().unwrap().push(names.clone());
        fails(&event, &names)
    })
}

/// Reports the failure of those records that `is_bad` names.
fn reporting(event: &Json, names: &[String], id: &str, is_bad: impl Fn(&str) -> bool) -> Json {
    let records = event["Records"].as_array().unwrap().iter().zip(names);
    let failures = records.filter(|(_, name)| is_bad(name)).map(|(record, _)| {
        let id = id.split('.').fold(record, |value, field| &value[field]);
        json!({ "itemIdentifier": id })
    });
    json!({ "batchItemFailures": failures.collect::<Vec<_>>() })
}

fn taken<T: Clone>(seen: &Seen<T>) -> Vec<T> {
    std::mem::take(&mut *seen.lock().unwrap())
}

impl Stage {
    pub(crate) async fn idle() -> Self {
        Self::with(Vec::new()).await
    }

    async fn with(functions: Vec<(&str, Function)>) -> Self {
        Self::on(Scratch::make().unwrap(), functions).await
    }

    async fn on(scratch: Scratch, functions: Vec<(&str, Function)>) -> Self {
        Self::of(FIXTURE, scratch, functions).await
    }

    async fn of(template: &str, scratch: Scratch, functions: Vec<(&str, Function)>) -> Self {
        let template = Template::parse(template).unwrap();
        let idle = ["ExpertsFunction", "OutboxFunction", "RemindersFunction", "DeliveryFunction"]
            .map(|id| (id.to_owned(), answering(|_| Ok(Json::Null))));
        let mut all = HashMap::from(idle);
        all.extend(functions.into_iter().map(|(id, function)| (id.to_owned(), function)));
        let dynamo = Dynamo::start_file(scratch.path(), &template.table().unwrap()).unwrap();
        let queues = Queues::open(template.queues()).await.unwrap();
        let parts = Parts {
            sources: template.event_sources().unwrap(),
            functions: &all,
            stream: dynamo.stream(),
            queues: queues.clone(),
            clock: Clock::shifted(),
            directory: scratch.path(),
        };
        Self { sources: Sources::open(parts).unwrap(), dynamo, queues, scratch }
    }

    /// As a `kill -9`: what is in memory is gone, what is in files stays.
    async fn crash(self, functions: Vec<(&str, Function)>) -> Self {
        let Self { sources, dynamo, queues, scratch } = self;
        drop((sources, dynamo, queues));
        Self::on(scratch, functions).await
    }

    async fn put(&self, pk: &str, sk: &str) {
        let text = |value: &str| AttributeValue::S(value.into());
        let put = self.dynamo.client().put_item().table_name(self.dynamo.table_name());
        put.item("pk", text(pk)).item("sk", text(sk)).send().await.unwrap();
    }

    async fn notices(&self, names: &[&str]) {
        for name in names {
            self.put(name, "NOTICE#1").await;
        }
    }

    fn queue(&self, id: &str) -> &crate::template::sources::Queue {
        self.queues.all().iter().find(|queue| queue.id == id).unwrap()
    }

    async fn send(&self, id: &str, bodies: &[&str]) {
        for body in bodies {
            self.queues.send(&self.queue(id).arn, (*body).to_owned()).await.unwrap();
        }
    }

    /// Makes a hidden message visible, so that no test has to wait for its time-out.
    async fn uncover(&self, id: &str, receipt: &str) {
        let change = self.queues.client.change_message_visibility().queue_url(&self.queue(id).url);
        change.receipt_handle(receipt).visibility_timeout(0).send().await.unwrap();
    }

    async fn count(&self, queue: &str, what: &str) -> u64 {
        self.sources.counts().await.unwrap()[queue][what].as_u64().unwrap()
    }
}

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
async fn the_events_are_those_that_the_runtime_reads() {
    let streams: Seen<StreamEvent> = Seen::default();
    let messages: Seen<SqsEvent> = Seen::default();
    let schedules: Seen<EventBridgeEvent> = Seen::default();
    fn keeping<E: serde::de::DeserializeOwned + Send + 'static>(seen: &Seen<E>) -> Function {
        let seen = seen.clone();
        Function::serving(move |event: LambdaEvent<E>| {
            seen.lock().unwrap().push(event.payload);
            async { Ok(Json::Null) }
        })
    }
    let stage = Stage::with(vec![
        ("OutboxFunction", keeping(&streams)),
        ("DeliveryFunction", keeping(&messages)),
        ("RemindersFunction", keeping(&schedules)),
        ("ExpertsFunction", keeping(&schedules)),
    ])
    .await;
    stage.notices(&["a"]).await;
    stage.send("DueQueue", &["{}"]).await;
    stage.sources.tick().await;

    let record = &taken(&streams)[0].records[0];
    assert_eq!((&*record.event_name, &*record.aws_region), ("INSERT", "us-east-1"));
    assert_eq!(record.event_source.as_deref(), Some("aws:dynamodb"));
    assert!(record.event_source_arn.as_ref().unwrap().contains(":table/table/stream/"));
    assert_eq!(json!(record.change.new_image)["sk"], json!({"S": "NOTICE#1"}));
    assert!((Clock::System.now() - record.change.approximate_creation_date_time).num_seconds() < 60);
    assert_eq!(record.change.sequence_number.as_ref().unwrap().len(), 21);
    assert!(record.change.size_bytes > 0);

    let message = &taken(&messages)[0].records[0];
    assert_eq!(message.body.as_deref(), Some("{}"));
    assert_eq!(message.md5_of_body.as_deref(), Some("99914b932bd37a50b983c5e7c90ae93b"));
    assert_eq!(message.event_source_arn.as_ref().unwrap(), &stage.queue("DueQueue").arn);
    assert_eq!(message.attributes["ApproximateReceiveCount"], "1");
    for name in ["SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"] {
        assert!(message.attributes.contains_key(name), "{name}");
    }

    let told = taken(&schedules);
    let sources: Vec<_> = told.iter().map(|event| &*event.source).collect();
    assert_eq!(sources, ["aws.events", "aws.scheduler"]);
    assert_eq!(told[0].detail_type, "Scheduled Event");
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
    let seen = Seen::default();
    let stage = Stage::with(vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))]).await;
    stage.notices(&["old", "older"]).await;
    let file = rusqlite::Connection::open(stage.scratch.path().join("table.sqlite")).unwrap();
    file.execute("UPDATE _stream_records SET created_at = created_at - 4000", []).unwrap();
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
    let Stage { sources, dynamo, queues, scratch } = stage;
    drop((sources, dynamo, queues));
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
    assert!(matches!(poller.step(false).await.unwrap(), Step::Gathering(_)));
    stage.notices(&["b", "c", "d", "e"]).await;
    assert_eq!(poller.step(false).await.unwrap(), Step::Moved { handled: 4, given_up: 0 });
    assert!(matches!(poller.step(false).await.unwrap(), Step::Gathering(_)));
    stage.sources.tick().await;
    assert_eq!(taken(&seen), [vec!["a", "b", "c", "d"], vec!["e"]]);
}

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
async fn a_tick_runs_schedules_and_what_comes_of_them_to_the_end() {
    let seen = Seen::default();
    let waiting = Arc::new(Mutex::new(None::<(Queues, String)>));
    let place = waiting.clone();
    let reminders = Function::serving(move |event: LambdaEvent<Json>| {
        let (queues, arn) = place.lock().unwrap().clone().unwrap();
        async move {
            queues.send(&arn, event.payload["detail-type"].as_str().unwrap().to_owned()).await.unwrap();
            Ok(Json::Null)
        }
    });
    let delivery = noting(&seen, bodies, |_, _| Ok(Json::Null));
    let stage = Stage::with(vec![("RemindersFunction", reminders), ("DeliveryFunction", delivery)]).await;
    *waiting.lock().unwrap() = Some((stage.queues.clone(), stage.queue("MailQueue").arn.clone()));
    let report = stage.sources.tick().await;
    assert_eq!(taken(&seen), [["Scheduled Event"]]);
    assert_eq!(report["schedules"][1], json!({"schedule": "RemindersFunction/EveryMinute", "succeeded": true}));
    assert_eq!(report["queues"], json!({"MailQueue": {"handled": 1, "failed": 0}}));
}

#[tokio::test]
async fn two_ticks_and_the_pollers_together_handle_everything_once() {
    let seen = Seen::default();
    let messages = Seen::default();
    let stage = Stage::with(vec![
        ("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null))),
        ("DeliveryFunction", noting(&messages, bodies, |_, _| Ok(Json::Null))),
    ])
    .await;
    let running = stage.sources.run();
    let names: Vec<_> = (0..40).map(|n| n.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let writing = async {
        stage.notices(&names).await;
        stage.send("DueQueue", &names).await;
    };
    let ticking = async || {
        for _ in 0..5 {
            stage.sources.tick().await;
        }
    };
    tokio::join!(writing, ticking(), ticking());
    stage.sources.tick().await;
    let told: Vec<_> = taken(&seen).concat();
    assert_eq!(told, names);
    let mut told: Vec<u32> = taken(&messages).concat().iter().map(|name| name.parse().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, (0..40).collect::<Vec<_>>());
    stage.sources.stop(running).await;
}

#[tokio::test]
async fn a_write_wakes_the_poller() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let function = answering(move |event| {
        told.send(keys(&event)).unwrap();
        Ok(Json::Null)
    });
    let stage = Stage::with(vec![("OutboxFunction", function)]).await;
    let running = stage.sources.run();
    for name in ["a", "b"] {
        stage.notices(&[name]).await;
        assert_eq!(heard.recv().await.unwrap(), [name]);
    }
    stage.sources.stop(running).await;
}

#[tokio::test]
async fn after_a_crash_nothing_that_was_carried_out_is_carried_out_again() {
    let seen = Seen::default();
    let outbox = || vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))];
    let stage = Stage::with(outbox()).await;
    stage.notices(&["a", "b"]).await;
    stage.sources.tick().await;
    stage.notices(&["c"]).await;
    taken(&seen);
    let stage = stage.crash(outbox()).await;
    stage.sources.tick().await;
    assert_eq!(taken(&seen), [["c"]]);
}

#[tokio::test]
async fn after_a_crash_with_a_message_in_a_queue_its_facts_are_carried_out_again() {
    let seen = Seen::default();
    let waiting = Arc::new(Mutex::new(None::<(Queues, String)>));
    let outbox = || {
        let (place, seen) = (waiting.clone(), seen.clone());
        Function::serving(move |event: LambdaEvent<Json>| {
            let (queues, arn) = place.lock().unwrap().clone().unwrap();
            let names = keys(&event.payload);
            seen.lock().unwrap().extend(names.clone());
            async move {
                queues.send(&arn, names.concat()).await.unwrap();
                Ok(Json::Null)
            }
        })
    };
    let is_down = Arc::new(Mutex::new(true));
    let delivery = || {
        let is_down = is_down.clone();
        answering(move |_| if *is_down.lock().unwrap() { Err("down".into()) } else { Ok(Json::Null) })
    };
    let both = || vec![("OutboxFunction", outbox()), ("DeliveryFunction", delivery())];
    let wire = |stage: &Stage| {
        *waiting.lock().unwrap() = Some((stage.queues.clone(), stage.queue("MailQueue").arn.clone()));
    };
    let stage = Stage::with(both()).await;
    wire(&stage);
    stage.notices(&["a"]).await;
    stage.sources.tick().await;
    assert_eq!(taken(&seen), ["a"]);

    *is_down.lock().unwrap() = false;
    let stage = stage.crash(both()).await;
    wire(&stage);
    stage.sources.tick().await;
    assert_eq!(taken(&seen), ["a"]);
    let stage = stage.crash(both()).await;
    wire(&stage);
    stage.sources.tick().await;
    assert!(taken(&seen).is_empty());
}

#[tokio::test]
async fn a_source_of_a_function_that_is_not_here_is_found_at_the_start() {
    let scratch = Scratch::make().unwrap();
    let template = Template::parse(FIXTURE).unwrap();
    let parts = Parts {
        sources: template.event_sources().unwrap(),
        functions: &HashMap::new(),
        stream: None,
        queues: Queues::open(template.queues()).await.unwrap(),
        clock: Clock::System,
        directory: scratch.path(),
    };
    assert!(Sources::open(parts).is_err());
}
