//! The sources of `tests/fixture.yaml` with small functions behind them.

mod queues;
mod streams;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use app::Clock;
use aws_lambda_events::dynamodb::Event as StreamEvent;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::SqsEvent;
use engine::Durability;
use lambda_http::LambdaEvent;
use serde_json::{Value as Json, json};

use super::*;
use crate::data::Scratch;
use crate::embedded::table::{Table, tests};
use crate::invoke::Function;
use crate::template::Template;

const FIXTURE: &str = include_str!("../../tests/fixture.yaml");

/// Events in the order in which they came.
type Seen<T> = Arc<Mutex<Vec<T>>>;

pub(crate) struct Stage {
    pub(crate) sources: Arc<Sources>,
    pub(crate) table: Table,
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
        let table = Table::in_directory(scratch.path(), Durability::Process, &template).unwrap();
        let queues = Queues::open(template.queues()).await.unwrap();
        let parts = Parts {
            sources: template.event_sources().unwrap(),
            functions: &all,
            stream: Stream::of(table.engine(), &template).unwrap(),
            queues: queues.clone(),
            clock: Clock::shifted(),
            directory: scratch.path(),
        };
        Self { sources: Sources::open(parts).unwrap(), table, queues, scratch }
    }

    /// As a `kill -9`: what is in memory is gone, what is in files stays.
    async fn crash(self, functions: Vec<(&str, Function)>) -> Self {
        let Self { sources, table, queues, scratch } = self;
        drop((sources, table, queues));
        Self::on(scratch, functions).await
    }

    async fn put(&self, pk: &str, sk: &str) {
        tests::put(&self.table.engine(), tests::item(pk, sk, &[])).await;
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
    assert_eq!(record.change.sequence_number.as_deref(), Some("1"));
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

/// A stage whose outbox notes keys, and what it has noted.
async fn noted() -> (Stage, Seen<Vec<String>>) {
    let seen = Seen::default();
    let stage = Stage::with(vec![("OutboxFunction", noting(&seen, keys, |_, _| Ok(Json::Null)))]).await;
    (stage, seen)
}

#[tokio::test]
async fn the_table_keeps_no_record_that_nobody_wants_or_that_everybody_has() {
    let (stage, seen) = noted().await;
    let engine = stage.table.engine();
    stage.put("x", "MESSAGE#1").await;
    stage.notices(&["a", "b"]).await;
    assert_eq!(engine.stream(0, 10).unwrap().len(), 2, "the message wakes nobody");
    stage.sources.tick().await;
    assert_eq!(taken(&seen), [["a", "b"]]);
    assert!(engine.stream(0, 10).unwrap().is_empty());
    stage.notices(&["c"]).await;
    assert_eq!(engine.stream(0, 10).unwrap().len(), 1, "the next commit has removed the others from the file");
}

#[tokio::test]
async fn a_record_whose_message_still_waits_stays_in_the_table() {
    let (stage, _) = noted().await;
    stage.notices(&["a"]).await;
    stage.send("DueQueue", &["{}"]).await;
    let PollResult::Moved { .. } = stage.sources.streams[0].step(true).await.unwrap() else { panic!("it was handled") };
    stage.sources.settle().await.unwrap();
    assert_eq!(stage.table.engine().stream(0, 10).unwrap().len(), 1);
    stage.sources.tick().await;
    assert!(stage.table.engine().stream(0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn what_expires_goes_by_the_clock_of_the_application() {
    let stage = Stage::idle().await;
    let engine = stage.table.engine();
    let over = stage.sources.clock.now().timestamp() + 3_600;
    tests::put(&engine, tests::item("U#1", "N#1", &[("expires_at", ::table::Value::N(over.to_string()))])).await;
    let is_there = || engine.get(&tests::key("U#1", "N#1")).unwrap().answer.is_some();
    stage.sources.sweep().await.unwrap();
    assert!(is_there());
    stage.sources.clock.advance(chrono::TimeDelta::seconds(3_601));
    stage.sources.sweep().await.unwrap();
    assert!(!is_there());
}

#[tokio::test]
async fn a_source_of_a_function_that_is_not_here_is_found_at_the_start() {
    let scratch = Scratch::make().unwrap();
    let template = Template::parse(FIXTURE).unwrap();
    let parts = Parts {
        sources: template.event_sources().unwrap(),
        functions: &HashMap::new(),
        stream: Stream::of(Table::in_memory(&template).unwrap().engine(), &template).unwrap(),
        queues: Queues::open(template.queues()).await.unwrap(),
        clock: Clock::System,
        directory: scratch.path(),
    };
    assert!(Sources::open(parts).is_err());
}
