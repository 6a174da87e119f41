//! The stream's event source mapping: batches in order, one at a time, by Lambda's rules for
//! partial failure, bisecting, retries and giving up.
//!
//! Batches of different partition keys are never run at the same time here, whatever
//! `ParallelizationFactor` says: that only makes the order stricter.

use std::collections::VecDeque;
use std::time::Duration;

use app::Clock;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::answer::{Outcome, outcome};
use super::checkpoint::Checkpoint;
use crate::embedded::queues::Queues;
use crate::embedded::stream::{Position, SHARD, Stream};
use crate::invoke::Function;
use crate::template::sources::StreamSource;
use crate::template::{ACCOUNT, REGION};
use crate::{Fault, random};

/// How many records are read ahead.
const READ_AHEAD: usize = 200;
/// A batch's records stay below Lambda's limit for an event.
const BATCH_BYTES: u64 = 5_000_000;
const FIRST_RETRY_AFTER: Duration = Duration::from_millis(100);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(10);

/// What one step did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PollResult {
    /// There was nothing to do.
    Idle,
    /// There is less than a batch, which may wait this long for more.
    Gathering(Duration),
    /// Records were handled, or given up.
    Moved { handled: usize, given_up: usize },
    /// Records failed and are to be tried again, not before this time.
    Failed(Duration),
}

#[derive(Debug)]
pub(super) struct StreamPoller {
    pub source: StreamSource,
    pub stream: Stream,
    function: Function,
    queues: Queues,
    clock: Clock,
    checkpoint: Checkpoint,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Up to here everything is done.
    handled: Position,
    /// Up to here everything was read.
    read: Position,
    saved: Position,
    /// Read and wanted by the filters, but in no batch yet.
    ahead: VecDeque<Record>,
    gathering_since: Option<Instant>,
    /// What is under way: one batch, or what is left of it after it failed.
    batches: VecDeque<Batch>,
}

#[derive(Debug)]
struct Record {
    position: Position,
    json: Json,
}

#[derive(Debug)]
struct Batch {
    records: Vec<Record>,
    attempts: u32,
}

impl StreamPoller {
    /// # Errors
    /// The checkpoint cannot be read or written.
    pub(super) fn new(
        source: StreamSource,
        stream: Stream,
        function: Function,
        queues: Queues,
        clock: Clock,
        checkpoint: Checkpoint,
    ) -> Result<Self, Fault> {
        let saved = checkpoint.read(stream.latest())?;
        let begin = match saved {
            Some(position) => position,
            None if source.from_the_start => Position::default(),
            None => stream.latest(),
        };
        // Where `LATEST` began must be known after a crash.
        if saved.is_none() {
            checkpoint.write(begin)?;
        }
        let state = State {
            handled: begin,
            read: begin,
            saved: begin,
            ahead: VecDeque::new(),
            gathering_since: None,
            batches: VecDeque::new(),
        };
        Ok(Self { source, stream, function, queues, clock, checkpoint, state: Mutex::new(state) })
    }

    /// Handles one batch. In a hurry it waits for no more records.
    ///
    /// # Errors
    /// The stream cannot be read, or a message about what was given up not be sent.
    pub(super) async fn step(&self, in_a_hurry: bool) -> Result<PollResult, Fault> {
        let mut state = self.state.lock().await;
        if state.batches.is_empty() {
            self.read(&mut state)?;
            match self.gather(&mut state, in_a_hurry) {
                Gathered::Nothing => return Ok(PollResult::Idle),
                Gathered::TooFew(wait) => return Ok(PollResult::Gathering(wait)),
                Gathered::Batch(records) => state.batches.push_back(Batch { records, attempts: 0 }),
            }
        }
        let given_up = self.give_up_old(&mut state).await?;
        if given_up > 0 {
            return Ok(PollResult::Moved { handled: 0, given_up });
        }
        self.attempt(&mut state).await
    }

    fn read(&self, state: &mut State) -> Result<(), Fault> {
        while state.ahead.len() < self.source.batch_size {
            let page = self.stream.read(state.read, READ_AHEAD)?;
            let is_last = page.len() < READ_AHEAD;
            for (position, json) in page {
                state.read = position;
                if self.wants(&json) {
                    state.ahead.push_back(Record { position, json });
                }
            }
            if is_last {
                break;
            }
        }
        if state.ahead.is_empty() {
            state.handled = state.read;
        }
        Ok(())
    }

    fn wants(&self, record: &Json) -> bool {
        let filters = &self.source.filters;
        filters.is_empty() || filters.iter().any(|filter| filter.takes(record))
    }

    fn gather(&self, state: &mut State, in_a_hurry: bool) -> Gathered {
        if state.ahead.is_empty() {
            return Gathered::Nothing;
        }
        let since = *state.gathering_since.get_or_insert_with(Instant::now);
        let left = self.source.window.saturating_sub(since.elapsed());
        if !in_a_hurry && !left.is_zero() && state.ahead.len() < self.source.batch_size {
            return Gathered::TooFew(left);
        }
        state.gathering_since = None;
        let mut bytes = 0;
        let mut records = Vec::new();
        while records.len() < self.source.batch_size
            && let Some(record) = state.ahead.front()
        {
            bytes += record.json["dynamodb"]["SizeBytes"].as_u64().unwrap_or(0);
            if bytes > BATCH_BYTES && !records.is_empty() {
                break;
            }
            records.extend(state.ahead.pop_front());
        }
        Gathered::Batch(records)
    }

    /// Hands the first batch to the function and acts on its answer.
    async fn attempt(&self, state: &mut State) -> Result<PollResult, Fault> {
        // Stays where it is until the answer is there: whoever polls may be stopped meanwhile.
        let Some(batch) = state.batches.front_mut() else {
            return Ok(PollResult::Idle);
        };
        batch.attempts += 1;
        let records: Vec<_> = batch.records.iter().map(|record| &record.json).collect();
        let event = json!({ "Records": records }).to_string().into_bytes();
        let numbers: Vec<_> = batch.records.iter().map(|record| record.position.to_string()).collect();
        let ids: Vec<_> = numbers.iter().map(String::as_str).collect();
        let outcome = outcome(self.function.invoke(event).await, self.source.reports_failures, &ids);
        let count = batch.records.len();
        let first_failed = match outcome {
            Outcome::Done => count,
            Outcome::Partly(failed) => failed.first().copied().unwrap_or(count),
            Outcome::Failed(why) => {
                tracing::error!(source = self.source.id, why, "a batch of the stream failed");
                return self.failed(state).await;
            }
        };
        if first_failed == 0 {
            return self.retry_or_give_up(state).await;
        }
        batch.records.drain(..first_failed);
        // Progress was made: what is left has not been tried for its own sake.
        batch.attempts = 0;
        if batch.records.is_empty() {
            state.batches.pop_front();
        }
        state.advance();
        Ok(PollResult::Moved { handled: first_failed, given_up: 0 })
    }

    /// The whole first batch failed: it is halved, if the source says so, until the one that
    /// fails is alone.
    async fn failed(&self, state: &mut State) -> Result<PollResult, Fault> {
        match state.batches.front_mut() {
            Some(batch) if self.source.bisects && batch.records.len() > 1 => {
                let rest = batch.records.split_off(batch.records.len().div_ceil(2));
                // Bisecting does not count as a retry.
                batch.attempts -= 1;
                let attempts = batch.attempts;
                state.batches.insert(1, Batch { records: rest, attempts });
                Ok(PollResult::Failed(FIRST_RETRY_AFTER))
            }
            _ => self.retry_or_give_up(state).await,
        }
    }

    async fn retry_or_give_up(&self, state: &mut State) -> Result<PollResult, Fault> {
        let Some(batch) = state.batches.front() else {
            return Ok(PollResult::Idle);
        };
        if self.source.max_retries.is_none_or(|most| batch.attempts <= most) {
            let doubled = FIRST_RETRY_AFTER.saturating_mul(1 << (batch.attempts.clamp(1, 16) - 1));
            return Ok(PollResult::Failed(doubled.min(LONGEST_RETRY_AFTER)));
        }
        self.tell(&batch.records, batch.attempts, "RetryAttemptsExhausted").await?;
        let given_up = batch.records.len();
        state.batches.pop_front();
        state.advance();
        Ok(PollResult::Moved { handled: 0, given_up })
    }

    /// Drops the records of the first batch that are older than the source accepts; how many.
    async fn give_up_old(&self, state: &mut State) -> Result<usize, Fault> {
        let (Some(most), Some(batch)) = (self.source.max_age, state.batches.front_mut()) else {
            return Ok(0);
        };
        // The stream's times are the machine's.
        let now = Clock::System.now();
        let is_old = |record: &Record| (now - record.created()).to_std().is_ok_and(|age| age > most);
        let old = batch.records.iter().take_while(|record| is_old(record)).count();
        if old > 0 {
            self.tell(&batch.records[..old], batch.attempts, "RecordAgeExceeded").await?;
            batch.records.drain(..old);
            if batch.records.is_empty() {
                state.batches.pop_front();
            }
            state.advance();
        }
        Ok(old)
    }

    /// Tells the on-failure destination what was given up. As on AWS it learns where the records
    /// are, not what they say.
    async fn tell(&self, records: &[Record], attempts: u32, condition: &str) -> Result<(), Fault> {
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(());
        };
        tracing::error!(source = self.source.id, condition, count = records.len(), "records are given up");
        let Some(destination) = &self.source.on_failure else {
            return Ok(());
        };
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        let message = json!({
            "requestContext": {
                "requestId": random::uuid(),
                "functionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.source.function),
                "condition": condition,
                "approximateInvokeCount": attempts,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": time(self.clock.now()),
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": first.position.to_string(),
                "endSequenceNumber": last.position.to_string(),
                "approximateArrivalOfFirstRecord": time(first.created()),
                "approximateArrivalOfLastRecord": time(last.created()),
                "batchSize": records.len(),
                "streamArn": self.stream.arn,
            },
        });
        self.queues.send(destination, message.to_string()).await
    }

    /// Saves how far it is. To be called only when no queue holds anything that came of it.
    ///
    /// # Errors
    /// The checkpoint cannot be written.
    pub(super) async fn save(&self, handled: Position) -> Result<(), Fault> {
        let mut state = self.state.lock().await;
        if handled > state.saved {
            self.checkpoint.write(handled)?;
            state.saved = handled;
        }
        Ok(())
    }

    /// How far it is, if that is further than what was saved.
    pub(super) async fn unsaved(&self) -> Option<Position> {
        let state = self.state.lock().await;
        (state.handled > state.saved).then_some(state.handled)
    }

    pub(super) async fn saved(&self) -> Position {
        self.state.lock().await.saved
    }
}

enum Gathered {
    Nothing,
    TooFew(Duration),
    Batch(Vec<Record>),
}

impl State {
    /// Everything before what is left is handled.
    fn advance(&mut self) {
        let left = self.batches.front().and_then(|batch| batch.records.first()).or(self.ahead.front());
        self.handled = match left {
            Some(record) => record.position.before(),
            None => self.read,
        };
    }
}

impl Record {
    fn created(&self) -> DateTime<Utc> {
        let seconds = self.json["dynamodb"]["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
        DateTime::from_timestamp_millis((seconds * 1_000.0) as i64).unwrap_or_default()
    }
}
