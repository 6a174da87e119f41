//! What goes on by itself: the stream is read, the queues are emptied, the minutes are counted. Batches come twice, messages
//! beside their own copies, and what dies comes again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use app::background::Job;
use chrono::{DateTime, TimeDelta, Utc};
use engine::Record;
use lambda_runtime::{Context, LambdaEvent};
use local::embedded::record;
use serde_json::{Value as Json, json};
use tests::background::as_lambda_sends;

use super::board::Board;

/// So long a message that was not done is out of sight.
const OUT_OF_SIGHT: TimeDelta = TimeDelta::seconds(180);

/// Then it lies among the dead letters.
const MOST_RECEIVED: u32 = 5;

/// So many functions empty the queue beside each other.
const DELIVERIES: usize = 2;

struct Message {
    body: Json,
    visible_at: DateTime<Utc>,
    received: u32,
}

#[derive(Default)]
struct Going {
    queue: VecDeque<Message>,
    /// The last record of the stream that is done.
    checkpoint: u64,
    is_reading: bool,
    delivering: usize,
    is_ticking: bool,
}

pub(crate) struct Crew {
    board: Arc<Board>,
    going: Arc<Mutex<Going>>,
    ticked_at: DateTime<Utc>,
}

fn sequence(record: &Json) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned()
}

fn failures(answer: &Json) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap_or_default().to_owned()).collect()
}

fn event<T: serde::de::DeserializeOwned>(event: Json) -> LambdaEvent<T> {
    LambdaEvent::new(serde_json::from_value(event).expect("an event the function understands"), Context::default())
}

impl Crew {
    pub(crate) fn new(board: Arc<Board>) -> Self {
        let ticked_at = board.world.now();
        Self { board, going: Arc::default(), ticked_at }
    }

    fn going<T>(&self, look: impl FnOnce(&mut Going) -> T) -> T {
        look(&mut self.going.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Takes what was put into the queues; some of it twice.
    pub(crate) fn looks(&self) {
        let (world, scheduler) = (&self.board.world, &self.board.scheduler);
        for order in world.background.take_orders() {
            assert!(!matches!(order.job, Job::Write(..)), "nobody asks for reports");
            let copies = if scheduler.happens(100) { 2 } else { 1 };
            for _ in 0..copies {
                let (body, visible_at) = (world.queued(order.clone()), world.now());
                scheduler.note(|| format!("queued {}", body["body"]));
                self.going(|going| going.queue.push_back(Message { body, visible_at, received: 0 }));
            }
        }
    }

    /// Whatever was out of sight is there again, and the minute is over.
    pub(crate) fn settles(&mut self) {
        self.ticked_at = self.board.world.now() - TimeDelta::minutes(2);
        let now = self.board.world.now();
        self.going(|going| going.queue.iter_mut().for_each(|message| message.visible_at = now));
    }

    pub(crate) fn is_done(&self) -> bool {
        let is_waiting = !self.unread(1).is_empty();
        self.going(|going| {
            going.queue.is_empty() && !going.is_reading && going.delivering == 0 && !going.is_ticking && !is_waiting
        })
    }

    /// So many records that nobody has carried out yet.
    fn unread(&self, most: usize) -> Vec<Record> {
        let engine = self.board.world.table.engine().expect("the world is on an engine");
        engine.stream(self.going(|going| going.checkpoint), most).expect("the stream can be read")
    }

    /// One of the things that can begin; `false` if there is none.
    pub(crate) fn begins(&mut self) -> bool {
        let scheduler = self.board.scheduler.clone();
        let now = self.board.world.now();
        let first = scheduler.below(3);
        for what in (first..first + 3).map(|what| what % 3) {
            let begun = match what {
                0 => self.reads(),
                1 => self.delivers(now),
                _ => self.ticks(now),
            };
            if begun {
                return true;
            }
        }
        false
    }

    fn reads(&self) -> bool {
        if self.going(|going| going.is_reading) {
            return false;
        }
        let scheduler = self.board.scheduler.clone();
        let records = self.unread(1 + scheduler.below(20));
        if records.is_empty() {
            return false;
        }
        self.going(|going| going.is_reading = true);
        let (going, context) = (self.going.clone(), self.board.world.background.context.clone());
        tokio::spawn(async move {
            let records: Vec<_> = records.iter().map(|one| as_lambda_sends(record::record(one, "stream"))).collect();
            let batch = records.clone();
            let reading = async move {
                let records = event(json!({"Records": batch}));
                let answer = Box::pin(outbox::handle(context, records)).await;
                answer.map_or(None, |answer| serde_json::to_value(answer).ok())
            };
            let answer = scheduler.process("stream", reading).await.flatten();
            let mut going = going.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            going.is_reading = false;
            // Lambda may hand a batch on that is done.
            if let Some(answer) = answer.filter(|_| !scheduler.happens(50)) {
                let failed = failures(&answer);
                let done = records.iter().map(sequence).take_while(|one| !failed.contains(one)).last();
                going.checkpoint = done.and_then(|done| done.parse().ok()).unwrap_or(going.checkpoint);
            }
        });
        true
    }

    fn delivers(&self, now: DateTime<Utc>) -> bool {
        let scheduler = self.board.scheduler.clone();
        let messages = self.going(|going| {
            let mut messages = Vec::new();
            if going.delivering == DELIVERIES {
                return messages;
            }
            let most = 1 + scheduler.below(3);
            while messages.len() < most {
                let ready: Vec<_> = (0..going.queue.len()).filter(|at| going.queue[*at].visible_at <= now).collect();
                if ready.is_empty() {
                    break;
                }
                let at = ready[scheduler.below(ready.len())];
                messages.extend(going.queue.remove(at));
            }
            going.delivering += usize::from(!messages.is_empty());
            messages
        });
        if messages.is_empty() {
            return false;
        }
        let (going, context) = (self.going.clone(), self.board.world.background.context.clone());
        let world = self.board.world.clone();
        tokio::spawn(async move {
            let bodies: Vec<_> = messages.iter().map(|message| message.body.clone()).collect();
            let delivering = async move {
                let answer = Box::pin(delivery::handle(context, event(json!({"Records": bodies})))).await;
                answer.map_or(None, |answer| serde_json::to_value(answer).ok())
            };
            let answer = scheduler.process("delivery", delivering).await.flatten();
            let failed = answer.as_ref().map(failures);
            let mut going = going.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            going.delivering -= 1;
            for message in messages {
                let id = message.body["messageId"].as_str().unwrap_or_default();
                let comes_again = failed.as_ref().is_none_or(|failed| failed.iter().any(|one| one == id));
                let (visible_at, received) = (world.now() + OUT_OF_SIGHT, message.received + 1);
                if received < MOST_RECEIVED && (comes_again || scheduler.happens(30)) {
                    going.queue.push_back(Message { visible_at, received, ..message });
                }
            }
        });
        true
    }

    fn ticks(&mut self, now: DateTime<Utc>) -> bool {
        if now < self.ticked_at + TimeDelta::minutes(1) || self.going(|going| going.is_ticking) {
            return false;
        }
        self.ticked_at = now;
        self.going(|going| going.is_ticking = true);
        let (going, context) = (self.going.clone(), self.board.world.background.context.clone());
        let scheduler = self.board.scheduler.clone();
        tokio::spawn(async move {
            let ticking = async move {
                let tick = event(json!({"time": now, "detail-type": "Scheduled Event", "source": "aws.scheduler"}));
                // What fails is due again a minute later.
                drop(Box::pin(reminders::handle(context, tick)).await);
            };
            scheduler.process("schedule", ticking).await;
            going.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_ticking = false;
        });
        true
    }
}
