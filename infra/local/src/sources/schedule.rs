//! Schedules: an event by the machine's clock that tells the application's time.

use std::time::Duration;

use app::Clock;
use chrono::SecondsFormat;
use serde_json::{Value as Json, json};

use crate::invoke::{Failure, Function};
use crate::random;
use crate::template::sources::ScheduleSource;
use crate::template::{ACCOUNT, REGION};

/// Whoever starts the program should not wait a minute for what is due.
const FIRST_AFTER: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub(super) struct Scheduled {
    pub source: ScheduleSource,
    pub function: Function,
}

impl Scheduled {
    /// # Errors
    /// What the function says.
    pub(super) async fn run(&self, clock: &Clock) -> Result<(), String> {
        let ran = self.function.invoke(self.event(clock).to_string().into_bytes()).await;
        let why = match ran {
            Ok(_) => return Ok(()),
            Err(Failure::TimedOut) => "it took too long".to_owned(),
            Err(Failure::Failed(fault)) => fault.to_string(),
        };
        tracing::error!(schedule = self.source.id, why, "a scheduled function failed");
        Err(why)
    }

    /// A timer that rings soon and then at the schedule's rate.
    pub(super) fn timer(&self) -> tokio::time::Interval {
        let first = tokio::time::Instant::now() + FIRST_AFTER;
        let mut timer = tokio::time::interval_at(first, self.source.every);
        // After the machine slept: once, not once for every turn missed.
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        timer
    }

    fn event(&self, clock: &Clock) -> Json {
        if let Some(input) = &self.source.input {
            return input.clone();
        }
        let name = self.source.id.replace('/', "-");
        let (source, resource, detail) = if self.source.by_scheduler {
            ("aws.scheduler", format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}"), json!("{}"))
        } else {
            ("aws.events", format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"), json!({}))
        };
        json!({
            "version": "0",
            "id": random::uuid(),
            "detail-type": "Scheduled Event",
            "source": source,
            "account": ACCOUNT,
            "time": clock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
            "region": REGION,
            "resources": [resource],
            "detail": detail,
        })
    }
}
