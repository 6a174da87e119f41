//! A queue's event source mapping: takes messages in batches, deletes what succeeded, leaves what
//! failed to come back after its visibility time-out and to end among the dead letters.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_sqs::types::Message;
use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::answer::{Outcome, outcome};
use crate::embedded::queues::Queues;
use crate::invoke::Function;
use crate::template::REGION;
use crate::template::sources::{Queue, QueueSource};
use crate::{Fault, random};

/// How many messages can be delivered again.
const REMEMBERED: usize = 200;

/// How many messages were handed to the function, and how many of them it did not manage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub handled: usize,
    pub failed: usize,
}

#[derive(Debug)]
pub(super) struct QueuePoller {
    pub source: QueueSource,
    pub queue: Queue,
    pub function: Function,
    pub queues: Queues,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Taken and neither done nor given up. SQS itself counts a message nowhere between the end of its
    /// time-out and its next reception.
    open: HashSet<String>,
    /// The last messages, as the function got them.
    last: VecDeque<Json>,
}

impl QueuePoller {
    /// # Errors
    /// The queue does not exist.
    pub(super) fn new(source: QueueSource, function: Function, queues: Queues) -> Result<Self, Fault> {
        let queue = queues.by_arn(&source.queue_arn)?.clone();
        Ok(Self { source, queue, function, queues, memory: Mutex::default() })
    }

    /// Nothing can be half done under this lock, so a panic elsewhere does no harm.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles one batch; nothing if no message is visible.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn step(&self) -> Result<Option<Tally>, Fault> {
        let messages = self.queues.receive(&self.queue, self.source.batch_size).await?;
        if messages.is_empty() {
            return Ok(None);
        }
        let records: Vec<_> = messages.iter().map(|message| record(message, &self.queue.arn)).collect();
        self.remember(&records);
        let failed = self.deliver(&records).await;
        let done: Vec<_> =
            messages.iter().enumerate().filter(|(index, _)| !failed.contains(index)).map(|(_, m)| m).collect();
        let receipts: Vec<_> = done.iter().filter_map(|message| message.receipt_handle.clone()).collect();
        self.queues.delete(&self.queue, &receipts).await?;
        self.forget(&messages, &failed);
        Ok(Some(Tally { handled: messages.len(), failed: failed.len() }))
    }

    /// Invokes the function once; the indexes of what failed.
    async fn deliver(&self, records: &[Json]) -> HashSet<usize> {
        let event = json!({ "Records": records }).to_string().into_bytes();
        let ids: Vec<_> = records.iter().filter_map(|record| record["messageId"].as_str()).collect();
        let why = match outcome(self.function.invoke(event).await, self.source.reports_failures, &ids) {
            Outcome::Done => return HashSet::new(),
            Outcome::Partly(failed) => return failed.into_iter().collect(),
            Outcome::Failed(why) => why,
        };
        tracing::error!(source = self.source.id, why, "a batch of messages failed");
        (0..records.len()).collect()
    }

    fn remember(&self, records: &[Json]) {
        let mut memory = self.memory();
        for record in records {
            let id = record["messageId"].as_str().unwrap_or_default();
            memory.open.insert(id.to_owned());
            memory.last.retain(|known| known["messageId"] != id);
            memory.last.push_back(record.clone());
        }
        let surplus = memory.last.len().saturating_sub(REMEMBERED);
        memory.last.drain(..surplus);
    }

    fn forget(&self, messages: &[Message], failed: &HashSet<usize>) {
        let last_time = |message: &Message| {
            let received = attributes(message)["ApproximateReceiveCount"].as_str().and_then(|count| count.parse().ok());
            let most = self.queue.redrive.as_ref().map(|redrive| redrive.max_receive_count);
            most.zip(received).is_some_and(|(most, received): (u32, u32)| received >= most)
        };
        let mut memory = self.memory();
        for (index, message) in messages.iter().enumerate() {
            let is_failed = failed.contains(&index);
            let id = message.message_id.as_deref().unwrap_or_default();
            if is_failed && last_time(message) {
                tracing::error!(queue = self.queue.id, message = id, "a message is given up");
            } else if is_failed {
                continue;
            }
            memory.open.remove(id);
        }
    }

    /// Nothing waits, is under way or will come back.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn is_empty(&self) -> Result<bool, Fault> {
        let depth = self.queues.depth(&self.queue).await?;
        Ok(depth.fresh == 0 && depth.delayed == 0 && self.memory().open.is_empty())
    }

    /// `{"waiting", "in_flight", "dead"}`. What is put off stands nowhere, until its time has come.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn counts(&self) -> Result<Json, Fault> {
        let depth = self.queues.depth(&self.queue).await?;
        let open = self.memory().open.len();
        let dead = match &self.queue.redrive {
            Some(redrive) => self.queues.depth(self.queues.by_arn(&redrive.arn)?).await?.fresh,
            None => 0,
        };
        let returned = open.saturating_sub(depth.hidden);
        Ok(json!({ "waiting": depth.fresh + returned, "in_flight": depth.hidden, "dead": dead }))
    }

    /// Delivers every message it remembers `times` more, all at the same time, as SQS may. What
    /// fails is not in the queue any more and does not come back.
    pub(super) async fn redeliver(&self, times: u32) -> (usize, Tally) {
        let last: Vec<_> = self.memory().last.iter().cloned().collect();
        let rounds = (1..=times).map(|round| {
            let again: Vec<_> = last.iter().map(|record| received_again(record, round)).collect();
            async move {
                let mut tally = Tally::default();
                for batch in again.chunks(self.source.batch_size) {
                    tally.handled += batch.len();
                    tally.failed += self.deliver(batch).await.len();
                }
                tally
            }
        });
        let total = join_all(rounds).await.into_iter().fold(Tally::default(), |sum, round| Tally {
            handled: sum.handled + round.handled,
            failed: sum.failed + round.failed,
        });
        (last.len(), total)
    }
}

/// The same message under a new receipt.
fn received_again(record: &Json, round: u32) -> Json {
    let mut record = record.clone();
    let count = record["attributes"]["ApproximateReceiveCount"].as_str().and_then(|count| count.parse().ok());
    record["attributes"]["ApproximateReceiveCount"] = json!((count.unwrap_or(1_u32) + round).to_string());
    record["receiptHandle"] = json!(random::secret());
    record
}

fn attributes(message: &Message) -> Json {
    let named: HashMap<_, _> =
        message.attributes.iter().flatten().map(|(name, value)| (name.as_str().to_owned(), value)).collect();
    json!(named)
}

/// A message as Lambda hands it on.
fn record(message: &Message, arn: &str) -> Json {
    let named = message.message_attributes.iter().flatten().map(|(name, value)| {
        let value = json!({
            "stringValue": value.string_value,
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value.data_type,
        });
        (name.clone(), value)
    });
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes(message),
        "messageAttributes": named.collect::<HashMap<_, _>>(),
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    })
}
