//! Lambda's event sources in this process: the table's stream, queues and schedules, read from
//! `template.yaml`, each waking its function with the event that AWS would send.
//!
//! What runs in the background holds a shared lock for each step, whoever asks for all of it (a
//! tick, a redelivery) the exclusive one: so nothing is under way that it does not know of.

mod answer;
mod checkpoint;
pub mod filter;
mod queue;
mod report;
mod schedule;
mod stream;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::Clock;
use serde_json::{Map, Value as Json, json};
use tokio::sync::{RwLock, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::checkpoint::Checkpoint;
use self::queue::QueuePoller;
use self::report::Report;
use self::schedule::Scheduled;
use self::stream::{PollResult, StreamPoller};
use crate::Fault;
use crate::embedded::queues::Queues;
use crate::embedded::stream::{Position, Stream};
use crate::invoke::Function;
use crate::template::sources::{EventSources, Queue};

/// How long a poller sleeps when no bell rings: what comes without one is delayed messages,
/// visibility time-outs.
const NAP: Duration = Duration::from_secs(1);
/// Writes that come together are read together.
const BREATH: Duration = Duration::from_millis(2);
/// After a crash what came in this time is carried out again, as functions must bear anyway.
const SETTLE_EVERY: Duration = Duration::from_millis(900);
/// When the machinery fails.
const PAUSE: Duration = Duration::from_secs(1);
/// A tick ends after so long even if there is still something to do.
const LONGEST_TICK: Duration = Duration::from_secs(120);
/// Jobs come behind requests: after a batch its poller rests so many times as long as the batch took. So however many
/// wait, they take a tenth of a poller's time, and come the more slowly the more there is to do besides.
const RESTS: u32 = 9;
/// A batch that was slow for reasons of its own holds nothing up for longer.
const LONGEST_REST: Duration = Duration::from_secs(2);
/// How often in a row a tick tries again what fails.
const STUBBORNNESS: u32 = 50;
/// How long steps under way may take once the process is asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often expired items go. On AWS it may take days, so nothing may rely on it.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// What the sources work with.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub sources: EventSources,
    pub functions: &'a HashMap<String, Function>,
    pub stream: Stream,
    pub queues: Queues,
    pub clock: Clock,
    /// Where checkpoints are.
    pub directory: &'a Path,
}

#[derive(Debug)]
pub(crate) struct Sources {
    gate: RwLock<()>,
    streams: Vec<Arc<StreamPoller>>,
    queues: Vec<Arc<QueuePoller>>,
    schedules: Vec<Arc<Scheduled>>,
    all_queues: Queues,
    stream: Stream,
    clock: Clock,
}

impl Sources {
    /// Ready, but only [`Sources::run`] and [`Sources::tick`] move anything.
    ///
    /// # Errors
    /// A source names a function, queue or stream that is not here.
    pub(crate) fn open(parts: Parts<'_>) -> Result<Arc<Self>, Fault> {
        let Parts { sources, functions, stream, queues, clock, directory } = parts;
        let function = |name: &String, id: &String| {
            functions.get(name).cloned().ok_or_else(|| format!("{id} wakes {name}, which is not here"))
        };
        let mut streams = Vec::new();
        for source in sources.streams {
            let stream = stream.clone();
            let (function, checkpoint) =
                (function(&source.function, &source.id)?, Checkpoint::of(directory, &source.id));
            if let Some(destination) = &source.on_failure {
                queues.by_arn(destination)?;
            }
            let poller = StreamPoller::new(source, stream, function, queues.clone(), clock.clone(), checkpoint)?;
            streams.push(Arc::new(poller));
        }
        let mut pollers = Vec::new();
        for source in sources.queues {
            let function = function(&source.function, &source.id)?;
            pollers.push(Arc::new(QueuePoller::new(source, function, queues.clone())?));
        }
        let mut schedules = Vec::new();
        for source in sources.schedules {
            let function = function(&source.function, &source.id)?;
            schedules.push(Arc::new(Scheduled { source, function }));
        }
        let gate = RwLock::default();
        Ok(Arc::new(Self { gate, streams, queues: pollers, schedules, all_queues: queues, stream, clock }))
    }

    /// Puts a message into a queue, by its logical id.
    ///
    /// # Errors
    /// There is no such queue, or the service refuses.
    pub(crate) async fn send(&self, queue: &str, body: String) -> Result<(), Fault> {
        let found = self.all_queues.all().iter().find(|known| known.id == queue);
        let arn = found.map(|known| known.arn.clone()).ok_or_else(|| format!("there is no queue {queue}"))?;
        self.all_queues.send(&arn, body).await
    }

    /// Polls for as long as what it returns lives.
    pub(crate) fn run(self: &Arc<Self>) -> JoinSet<()> {
        let mut running = JoinSet::new();
        for poller in &self.streams {
            running.spawn(self.clone().poll_stream(poller.clone()));
        }
        for poller in &self.queues {
            for _ in 0..poller.source.concurrency {
                running.spawn(self.clone().poll_queue(poller.clone()));
            }
        }
        for schedule in &self.schedules {
            running.spawn(self.clone().keep_time(schedule.clone()));
        }
        running.spawn(self.clone().keep_swept());
        running
    }

    /// Waits for the steps under way, lets none begin, and ends what runs.
    pub(crate) async fn stop(&self, running: JoinSet<()>) {
        let all = tokio::time::timeout(GRACE, self.gate.write()).await;
        match &all {
            Ok(_) => self.settle_or_tell().await,
            Err(_) => tracing::warn!("some event sources did not end in time"),
        }
        drop(running);
    }

    async fn poll_stream(self: Arc<Self>, poller: Arc<StreamPoller>) {
        let mut bell = poller.stream.news();
        let mut settled = Instant::now();
        loop {
            bell.borrow_and_update();
            let turn = self.gate.read().await;
            let step = poller.step(false).await;
            drop(turn);
            // Not at every write, and only if nothing else is under way: there is always a next time.
            if settled.elapsed() >= SETTLE_EVERY
                && let Ok(_all) = self.gate.try_write()
            {
                self.settle_or_tell().await;
                settled = Instant::now();
            }
            match step {
                Ok(PollResult::Moved { .. }) => {}
                Ok(PollResult::Idle) => rest(&mut bell, NAP).await,
                Ok(PollResult::Gathering(wait)) => rest(&mut bell, wait).await,
                Ok(PollResult::Failed(wait)) => tokio::time::sleep(wait).await,
                Err(fault) => {
                    tracing::error!(%fault, source = poller.source.id, "the stream was not read");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn poll_queue(self: Arc<Self>, poller: Arc<QueuePoller>) {
        let mut bell = poller.queues.bell.listen();
        loop {
            bell.borrow_and_update();
            let turn = self.gate.read().await;
            let begun = Instant::now();
            let step = poller.step().await;
            let took = begun.elapsed();
            drop(turn);
            match step {
                Ok(Some(_)) => tokio::time::sleep((took * RESTS).min(LONGEST_REST)).await,
                Ok(None) => rest(&mut bell, NAP).await,
                Err(fault) => {
                    tracing::error!(%fault, source = poller.source.id, "a queue was not read");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn keep_time(self: Arc<Self>, schedule: Arc<Scheduled>) {
        let mut timer = schedule.timer();
        loop {
            timer.tick().await;
            let _turn = self.gate.read().await;
            // It logs its failures; the next turn is the retry.
            let _ = schedule.run(&self.clock).await;
        }
    }

    async fn keep_swept(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            let _turn = self.gate.read().await;
            if let Err(fault) = self.sweep().await {
                tracing::warn!(%fault, "expired items were not removed");
            }
        }
    }

    /// Removes what has expired by the application's clock.
    async fn sweep(&self) -> Result<(), Fault> {
        self.stream.sweep(self.clock.now()).await
    }

    /// Runs every schedule once and then streams and queues until nothing moves, with nothing else
    /// under way. What failed in a queue stays hidden until its visibility time-out.
    pub(crate) async fn tick(&self) -> Json {
        let _all = self.gate.write().await;
        let mut report = Report::default();
        for schedule in &self.schedules {
            report.scheduled(&schedule.source, schedule.run(&self.clock).await);
        }
        let drained = self.drain(&mut report).await;
        report.finish(drained)
    }

    async fn drain(&self, report: &mut Report) -> bool {
        let end = Instant::now() + LONGEST_TICK;
        let mut failures_in_a_row = 0;
        while Instant::now() < end && failures_in_a_row < STUBBORNNESS {
            match self.round(report).await {
                Ok(Round { moved: true, .. }) => failures_in_a_row = 0,
                Ok(Round { failed: true, .. }) => failures_in_a_row += 1,
                Ok(_) => {
                    return match self.settle().await {
                        Ok(()) => true,
                        Err(fault) => report.broken(&fault),
                    };
                }
                Err(fault) => return report.broken(&fault),
            }
        }
        false
    }

    async fn round(&self, report: &mut Report) -> Result<Round, Fault> {
        let mut round = Round::default();
        for poller in &self.streams {
            let step = poller.step(true).await?;
            round.moved |= matches!(step, PollResult::Moved { .. });
            round.failed |= matches!(step, PollResult::Failed(_));
            report.streamed(&step);
        }
        for poller in &self.queues {
            if let Some(tally) = poller.step().await? {
                round.moved = true;
                report.queued(&poller.queue.id, tally);
            }
        }
        Ok(round)
    }

    /// Saves how far the streams are, if no queue holds anything that came of them: queues are in
    /// memory only. What all have saved, the table forgets. To be called with the exclusive lock.
    async fn settle(&self) -> Result<(), Fault> {
        let mut all_have = None;
        for stream in &self.streams {
            if let Some(handled) = stream.unsaved().await {
                for queue in &self.queues {
                    if !queue.is_empty().await? {
                        return Ok(());
                    }
                }
                stream.save(handled).await?;
            }
            let saved = stream.saved().await;
            all_have = Some(all_have.map_or(saved, |least: Position| least.min(saved)));
        }
        all_have.into_iter().for_each(|place| self.stream.trim(place));
        Ok(())
    }

    async fn settle_or_tell(&self) {
        if let Err(fault) = self.settle().await {
            tracing::error!(%fault, "a checkpoint was not written");
        }
    }

    /// Delivers the last messages of a queue `times` more, after what waits in it. Nothing if
    /// no queue has this name, or none that wakes a function.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn redeliver(&self, name: &str, times: u32) -> Result<Option<Json>, Fault> {
        let is_meant = |poller: &&Arc<QueuePoller>| {
            let Queue { id, name: physical, .. } = &poller.queue;
            [id, physical, id.trim_end_matches("Queue")].into_iter().any(|known| same(known, name))
        };
        let Some(poller) = self.queues.iter().find(is_meant) else {
            return Ok(None);
        };
        let _all = self.gate.write().await;
        let end = Instant::now() + LONGEST_TICK;
        while Instant::now() < end && poller.step().await?.is_some() {}
        let (messages, tally) = poller.redeliver(times).await;
        Ok(Some(json!({
            "queue": poller.queue.id,
            "messages": messages,
            "deliveries": tally.handled,
            "failures": tally.failed,
        })))
    }

    /// Per queue what waits, is in flight and is dead. Dead letters are counted at the queue
    /// they come from.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn counts(&self) -> Result<Json, Fault> {
        let mut counts = Map::new();
        for queue in self.all_queues.all() {
            let has_source = |other: &Queue| other.redrive.as_ref().is_some_and(|redrive| redrive.arn == queue.arn);
            let told = if let Some(poller) = self.queues.iter().find(|poller| poller.queue.id == queue.id) {
                poller.counts().await?
            } else if self.all_queues.all().iter().any(has_source) {
                continue;
            } else {
                let depth = self.all_queues.depth(queue).await?;
                json!({ "waiting": depth.fresh, "in_flight": depth.hidden, "dead": 0 })
            };
            counts.insert(queue.id.clone(), told);
        }
        Ok(Json::Object(counts))
    }
}

#[derive(Debug, Default)]
struct Round {
    moved: bool,
    failed: bool,
}

/// `MailQueue` is also `mail-queue` and `mailqueue`.
fn same(known: &str, given: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    letters(known) == letters(given)
}

/// Sleeps until the bell rings, no longer than `most`.
async fn rest(bell: &mut watch::Receiver<u64>, most: Duration) {
    if let Ok(Ok(())) = tokio::time::timeout(most, bell.changed()).await {
        tokio::time::sleep(BREATH).await;
    }
}
