//! What happens without being asked: the stream is read, the queues are emptied, the minutes are counted. Here only when
//! a test says so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use app::App;
use app::background::{Background, Job, Order, Queues, Recording, Sockets};
use app::mail::{Post, SentMail};
use lambda_runtime::{Context, LambdaEvent};
use mail_parser::{MessageParser, MimeHeaders};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::world::World;

/// The functions without an audience, and what would have left the house.
pub struct Crew {
    pub context: Background,
    pub recording: Recording,
    jobs: Arc<Mutex<Vec<Order>>>,
    posted: Arc<Mutex<Vec<SentMail>>>,
    /// The last record of the stream that was carried out.
    checkpoint: Mutex<Option<String>>,
    messages: AtomicU64,
}

impl Crew {
    pub(crate) fn new(app: &App) -> Self {
        let (recording, jobs, posted) = (Recording::default(), Arc::default(), Arc::default());
        let context = Background {
            app: app.clone(),
            sockets: Sockets::Recorded(recording.clone()),
            queues: Queues::Recorded(Arc::clone(&jobs)),
            post: Post::Recorded(Arc::clone(&posted)),
        };
        Self { context, recording, jobs, posted, checkpoint: Mutex::default(), messages: AtomicU64::new(0) }
    }

    /// The jobs put into queues since they were last taken.
    pub fn take_jobs(&self) -> Vec<Job> {
        self.take_orders().into_iter().map(|order| order.job).collect()
    }

    /// The same, with what caused them.
    pub fn take_orders(&self) -> Vec<Order> {
        std::mem::take(&mut *self.jobs.lock().expect("nobody panics while holding it"))
    }
}

/// A mail as its reader sees it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The calendar file.
    pub invite: Option<String>,
    /// What caused it.
    pub request: Option<String>,
    raw: Vec<u8>,
}

impl Letter {
    /// A line of its head, unfolded.
    pub fn header(&self, name: &str) -> String {
        let mail = MessageParser::default().parse(&self.raw).expect("a mail");
        let lines: String = mail.header_raw(name).unwrap_or_default().lines().collect();
        lines.trim().to_owned()
    }

    fn open(sent: &SentMail) -> Self {
        let mail = MessageParser::default().parse(&sent.raw).expect("a mail");
        let is_invite = |part: &&mail_parser::MessagePart<'_>| part.attachment_name() == Some("invite.ics");
        let file = mail.attachments().find(is_invite);
        Self {
            to: sent.to.clone(),
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).unwrap_or_default().into_owned(),
            html: mail.body_html(0).unwrap_or_default().into_owned(),
            request: mail.header_raw("X-Request-Id").map(|id| id.trim().to_owned()),
            invite: file.map(|part| String::from_utf8_lossy(part.contents()).into_owned()),
            raw: sent.raw.clone(),
        }
    }
}

/// An event as AWS sends it, through a function's own types and back.
pub(crate) async fn invoke<E, A, F>(handle: impl FnOnce(LambdaEvent<E>) -> F, event: Json) -> Json
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, lambda_runtime::Error>>,
{
    let event = serde_json::from_value(event).expect("an event the function understands");
    let answer = Box::pin(handle(LambdaEvent::new(event, Context::default()))).await.expect("the function answers");
    serde_json::to_value(answer).expect("an answer is JSON")
}

/// A record of the stream as Lambda hands it on.
pub fn as_lambda_sends(mut record: Json) -> Json {
    record["awsRegion"] = json!("us-east-1");
    record["eventSource"] = json!("aws:dynamodb");
    record["eventSourceARN"] = json!("arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s");
    record
}

fn failures(answer: &Json) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap_or_default().to_owned()).collect()
}

impl World {
    /// Every mail that went out, in order; the platform's welcomes left out.
    pub fn mails(&self) -> Vec<Letter> {
        let posted = self.background.posted.lock().expect("nobody panics while holding it");
        posted.iter().map(Letter::open).filter(|letter| letter.subject != "Welcome to ExpertConnect").collect()
    }

    /// The subjects of all mails to one person, in order.
    pub fn subjects_to(&self, username: &str) -> Vec<String> {
        let posted = self.background.posted.lock().expect("nobody panics while holding it");
        let theirs = posted.iter().map(Letter::open).filter(|letter| letter.to == format!("{username}@example.org"));
        theirs.map(|letter| letter.subject).collect()
    }

    /// Records of the stream nobody has carried out yet.
    pub fn unread_records(&self) -> Vec<Json> {
        let after = self.background.checkpoint.lock().expect("nobody panics while holding it").clone();
        self.table.stream(after.as_deref()).into_iter().map(as_lambda_sends).collect()
    }

    /// One invocation of the outbox; the sequence numbers that have to come again.
    pub async fn outbox(&self, records: &[Json]) -> Vec<String> {
        let context = self.background.context.clone();
        failures(&invoke(|event| outbox::handle(context, event), json!({"Records": records})).await)
    }

    /// Carries out everything the stream holds, batch by batch, as Lambda does; `false` if something does not want to.
    pub async fn carries_out(&self) -> bool {
        for _ in 0..1_000 {
            let records = self.unread_records();
            let Some(batch) = records.chunks(100).next() else { return true };
            let sequence = |record: &Json| record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned();
            let failed = self.outbox(batch).await;
            let done = batch.iter().map(sequence).take_while(|sequence| !failed.contains(sequence)).last();
            if done.is_some() {
                *self.background.checkpoint.lock().expect("nobody panics while holding it") = done;
            } else if !failed.is_empty() {
                return false;
            }
        }
        false
    }

    /// One message of a queue, with an id of its own.
    pub fn queued(&self, job: impl Into<Order>) -> Json {
        self.message(&job.into().to_text())
    }

    /// Any message of a queue.
    pub fn message(&self, body: &str) -> Json {
        let id = self.background.messages.fetch_add(1, Ordering::Relaxed);
        json!({
            "messageId": format!("message-{id}"), "body": body, "receiptHandle": "r",
            "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {},
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q", "awsRegion": "us-east-1",
        })
    }

    /// One invocation of the delivery; the messages that have to come again.
    pub async fn delivers(&self, messages: &[Json]) -> Vec<String> {
        let context = self.background.context.clone();
        failures(&invoke(|event| delivery::handle(context, event), json!({"Records": messages})).await)
    }

    /// One invocation of what listens to the post; the messages that have to come again.
    pub async fn hears(&self, messages: &[Json]) -> Vec<String> {
        let context = self.background.context.clone();
        failures(&invoke(|event| feedback::handle(context, event), json!({"Records": messages})).await)
    }

    /// One invocation of what writes long reports; the messages that have to come again.
    pub async fn writes_reports(&self, messages: &[Json]) -> Vec<String> {
        let context = self.background.context.clone();
        failures(&invoke(|event| reporting::handle(context, event), json!({"Records": messages})).await)
    }

    /// One run of the schedule: how many bookings it found.
    pub async fn ticks(&self) -> u64 {
        let context = self.background.context.clone();
        let event = json!({
            "version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": "0",
            "time": self.now(), "region": "us-east-1", "resources": [], "detail": "{}",
        });
        let found = invoke(|event| reminders::handle(context, event), event).await;
        found["bookings"].as_u64().expect("a number")
    }

    /// A minute of everything: the schedule runs, and stream and queues are emptied until nothing moves.
    pub async fn settles(&self) {
        self.ticks().await;
        loop {
            assert!(self.carries_out().await, "the outbox does not get on");
            let orders = self.background.take_orders();
            if orders.is_empty() {
                return;
            }
            let (reports, others): (Vec<_>, Vec<_>) =
                orders.into_iter().partition(|order| matches!(order.job, Job::Write(..)));
            let reports: Vec<_> = reports.into_iter().map(|order| self.queued(order)).collect();
            let messages: Vec<_> = others.into_iter().map(|order| self.queued(order)).collect();
            for batch in messages.chunks(10) {
                assert_eq!(self.delivers(batch).await, Vec::<String>::new());
            }
            for message in reports {
                assert_eq!(self.writes_reports(&[message]).await, Vec::<String>::new());
            }
        }
    }
}
