//! What one tick of the schedule did, as the control endpoint answers.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::queue::Tally;
use super::stream::PollResult;
use crate::Fault;
use crate::template::sources::ScheduleSource;

#[derive(Debug, Default)]
pub(super) struct Report {
    schedules: Vec<Json>,
    records: usize,
    given_up: usize,
    queues: BTreeMap<String, Tally>,
    failures: usize,
}

impl Report {
    pub(super) fn scheduled(&mut self, source: &ScheduleSource, ran: Result<(), String>) {
        self.failures += usize::from(ran.is_err());
        self.schedules.push(json!({ "schedule": source.id, "succeeded": ran.is_ok() }));
    }

    pub(super) fn streamed(&mut self, step: &PollResult) {
        match step {
            PollResult::Idle | PollResult::Gathering(_) => {}
            PollResult::Failed(_) => self.failures += 1,
            PollResult::Moved { handled, given_up } => {
                self.records += handled;
                self.given_up += given_up;
            }
        }
    }

    pub(super) fn queued(&mut self, queue: &str, tally: Tally) {
        self.failures += tally.failed;
        let sum = self.queues.entry(queue.to_owned()).or_default();
        sum.handled += tally.handled;
        sum.failed += tally.failed;
    }

    /// The machinery itself failed; nothing is drained then.
    pub(super) fn broken(&mut self, fault: &Fault) -> bool {
        tracing::error!(%fault, "a tick broke off");
        self.failures += 1;
        false
    }

    pub(super) fn finish(self, drained: bool) -> Json {
        let queues: BTreeMap<_, _> = self
            .queues
            .into_iter()
            .map(|(queue, tally)| (queue, json!({ "handled": tally.handled, "failed": tally.failed })))
            .collect();
        json!({
            "schedules": self.schedules,
            "stream": { "records": self.records, "given_up": self.given_up },
            "queues": queues,
            "failures": self.failures,
            "drained": drained,
        })
    }
}
