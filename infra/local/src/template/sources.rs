//! What besides requests wakes a function: the table's stream, queues, schedules; and the queues
//! themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::Kind;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use serde_yaml_ng::Value;
use table::Item;

use super::Template;
use super::intrinsics::text;
use crate::Fault;
use crate::sources::filter::Filter;

const FUNCTION: &str = "AWS::Serverless::Function";
const QUEUE: &str = "AWS::SQS::Queue";

/// A queue and the attributes of its `CreateQueue` call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its logical id.
    pub id: String,
    pub name: String,
    pub arn: String,
    pub url: String,
    pub attributes: BTreeMap<String, String>,
    pub redrive: Option<Redrive>,
}

/// After so many receptions a message goes to the queue with this ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    pub arn: String,
    pub max_receive_count: u32,
}

/// All event sources of all functions, in the template's order. Ids are `Function/Event`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventSources {
    pub streams: Vec<StreamSource>,
    pub queues: Vec<QueueSource>,
    pub schedules: Vec<ScheduleSource>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StreamSource {
    pub id: String,
    pub function: String,
    /// From the oldest record on, not only what is written from now on.
    pub from_the_start: bool,
    pub batch_size: usize,
    pub window: Duration,
    /// A record passes if any of them takes it, or if there are none.
    pub filters: Vec<Filter>,
    pub bisects: bool,
    /// Endless if absent.
    pub max_retries: Option<u32>,
    pub max_age: Option<Duration>,
    pub reports_failures: bool,
    /// The ARN of the queue that hears of what was given up.
    pub on_failure: Option<String>,
}

impl StreamSource {
    /// Whether its function may be woken by a change. Never no where it is.
    pub(crate) fn may_want(&self, kind: Kind, old: Option<&Item>, new: Option<&Item>) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.may_take(kind, old, new))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSource {
    pub id: String,
    pub function: String,
    pub queue_arn: String,
    pub batch_size: usize,
    pub reports_failures: bool,
    pub concurrency: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleSource {
    pub id: String,
    pub function: String,
    pub every: Duration,
    /// Sent instead of the service's own event.
    pub input: Option<Json>,
    /// By EventBridge Scheduler (`ScheduleV2`), whose event differs from a rule's.
    pub by_scheduler: bool,
}

impl Template {
    /// Every queue.
    #[must_use]
    pub fn queues(&self) -> Vec<Queue> {
        self.resources_of(QUEUE).map(|(id, properties)| self.queue(id, properties)).collect()
    }

    fn queue(&self, id: &str, properties: &Value) -> Queue {
        const ATTRIBUTES: [&str; 5] = [
            "VisibilityTimeout",
            "MessageRetentionPeriod",
            "DelaySeconds",
            "MaximumMessageSize",
            "ReceiveMessageWaitTimeSeconds",
        ];
        let properties = self.resolve(properties).unwrap_or_default();
        let mut attributes: BTreeMap<_, _> =
            ATTRIBUTES.into_iter().filter_map(|name| Some((name.to_owned(), text(properties.get(name)?)))).collect();
        let policy = &properties["RedrivePolicy"];
        let redrive = policy["deadLetterTargetArn"].as_str().map(|arn| Redrive {
            arn: arn.to_owned(),
            max_receive_count: text(&policy["maxReceiveCount"]).parse().unwrap_or(10),
        });
        if redrive.is_some() {
            attributes.insert("RedrivePolicy".into(), policy.to_string());
        }
        let name = self.physical_name(id);
        Queue { id: id.into(), arn: self.queue_arn(&name), url: self.queue_url(&name), name, attributes, redrive }
    }

    /// # Errors
    /// An event source has a form that cannot be run here.
    pub fn event_sources(&self) -> Result<EventSources, Fault> {
        let mut sources = EventSources::default();
        for (function, properties) in self.resources_of(FUNCTION) {
            let events = properties.get("Events").and_then(Value::as_mapping);
            for (name, event) in events.into_iter().flatten() {
                let id = format!("{function}/{}", name.as_str().unwrap_or_default());
                let properties = event.get("Properties").and_then(|properties| self.resolve(properties));
                let event = Event { id, function: function.to_owned(), properties: properties.unwrap_or_default() };
                let kind = self.root_text(function, name, "Type");
                event.add(&kind, &mut sources).map_err(|fault| format!("{}: {fault}", event.id))?;
            }
        }
        Ok(sources)
    }

    fn root_text(&self, function: &str, event: &Value, field: &str) -> String {
        let resource = self.root.get("Resources").and_then(|resources| resources.get(function));
        let events = resource.and_then(|resource| resource.get("Properties")?.get("Events"));
        let value = events.and_then(|events| events.get(event)?.get(field)?.as_str());
        value.unwrap_or_default().to_owned()
    }
}

/// One entry below `Events`.
struct Event {
    id: String,
    function: String,
    properties: Json,
}

impl Event {
    fn add(&self, kind: &str, sources: &mut EventSources) -> Result<(), Fault> {
        if self.properties["Enabled"] == json!(false) || self.properties["State"] == "DISABLED" {
            return Ok(());
        }
        match kind {
            "DynamoDB" => sources.streams.push(self.stream()?),
            "SQS" => sources.queues.push(self.queue()?),
            "Schedule" | "ScheduleV2" => sources.schedules.push(self.schedule(kind)?),
            _ => {}
        }
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        Ok(serde_json::from_value(self.properties.clone())?)
    }

    fn stream(&self) -> Result<StreamSource, Fault> {
        let given: Stream = self.read()?;
        let filters = given.filter_criteria.unwrap_or_default().filters;
        let on_failure = given.destination_config.and_then(|config| config.on_failure);
        if on_failure.as_ref().and_then(|target| target.kind.as_deref()).is_some_and(|kind| kind != "SQS") {
            return Err("only a queue can be an on-failure destination here".into());
        }
        Ok(StreamSource {
            id: self.id.clone(),
            function: self.function.clone(),
            from_the_start: given.starting_position != "LATEST",
            batch_size: given.batch_size.unwrap_or(100).clamp(1, 10_000),
            window: Duration::from_secs(given.maximum_batching_window_in_seconds.unwrap_or(0)),
            filters: filters.iter().map(|filter| Filter::parse(&filter.pattern)).collect::<Result<_, _>>()?,
            bisects: given.bisect_batch_on_function_error,
            max_retries: given.maximum_retry_attempts.and_then(|count| u32::try_from(count).ok()),
            max_age: given
                .maximum_record_age_in_seconds
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs),
            reports_failures: reports(&given.function_response_types),
            on_failure: on_failure.map(|target| target.destination),
        })
    }

    fn queue(&self) -> Result<QueueSource, Fault> {
        let given: QueueEvent = self.read()?;
        if given.filter_criteria.is_some() {
            return Err("messages of a queue cannot be filtered here".into());
        }
        let asked = given.scaling_config.and_then(|scaling| scaling.maximum_concurrency);
        Ok(QueueSource {
            id: self.id.clone(),
            function: self.function.clone(),
            queue_arn: given.queue,
            batch_size: given.batch_size.unwrap_or(10).clamp(1, 10_000),
            reports_failures: reports(&given.function_response_types),
            // Lambda begins with five.
            concurrency: asked.unwrap_or(5).clamp(1, 5),
        })
    }

    fn schedule(&self, kind: &str) -> Result<ScheduleSource, Fault> {
        let given: Schedule = self.read()?;
        let expression = given.schedule.or(given.schedule_expression).unwrap_or_default();
        let every = rate(&expression).ok_or_else(|| format!("{expression:?} is not a rate that can be run here"))?;
        Ok(ScheduleSource {
            id: self.id.clone(),
            function: self.function.clone(),
            every,
            input: given.input.as_deref().map(serde_json::from_str).transpose()?,
            by_scheduler: kind == "ScheduleV2",
        })
    }
}

fn reports(kinds: &[String]) -> bool {
    kinds.iter().any(|kind| kind == "ReportBatchItemFailures")
}

/// `rate(n unit)`.
fn rate(expression: &str) -> Option<Duration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.trim().split_once(' ')?;
    let seconds = match unit.trim() {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Duration::from_secs(count.checked_mul(seconds)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    starting_position: String,
    batch_size: Option<usize>,
    maximum_batching_window_in_seconds: Option<u64>,
    filter_criteria: Option<FilterCriteria>,
    #[serde(default)]
    bisect_batch_on_function_error: bool,
    /// −1 is endless.
    maximum_retry_attempts: Option<i64>,
    /// −1 is endless.
    maximum_record_age_in_seconds: Option<i64>,
    #[serde(default)]
    function_response_types: Vec<String>,
    destination_config: Option<DestinationConfig>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct FilterCriteria {
    filters: Vec<Pattern>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pattern {
    pattern: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationConfig {
    on_failure: Option<OnFailure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OnFailure {
    #[serde(rename = "Type")]
    kind: Option<String>,
    destination: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueueEvent {
    queue: String,
    batch_size: Option<usize>,
    filter_criteria: Option<Json>,
    #[serde(default)]
    function_response_types: Vec<String>,
    scaling_config: Option<ScalingConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScalingConfig {
    maximum_concurrency: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Schedule {
    schedule: Option<String>,
    schedule_expression: Option<String>,
    input: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::WORKSPACE;

    fn fixture() -> Template {
        Template::parse(include_str!("../../tests/fixture.yaml")).unwrap()
    }

    #[test]
    fn the_workspace_template_has_sources_that_can_be_run() {
        let template = Template::parse(WORKSPACE).unwrap();
        let sources = template.event_sources().unwrap();
        let arns: Vec<_> = template.queues().into_iter().map(|queue| queue.arn).collect();
        assert!(sources.queues.iter().all(|source| arns.contains(&source.queue_arn)));
        assert!(sources.streams.iter().filter_map(|source| source.on_failure.as_ref()).all(|arn| arns.contains(arn)));
    }

    #[test]
    fn a_stream_source_is_read_with_its_retries_filters_and_destination() {
        let sources = fixture().event_sources().unwrap();
        let [stream] = &sources.streams[..] else { panic!("{sources:?}") };
        assert_eq!(stream.id, "OutboxFunction/Changes");
        assert!(stream.from_the_start && stream.bisects && stream.reports_failures);
        assert_eq!((stream.batch_size, stream.max_retries), (4, Some(2)));
        assert_eq!(stream.max_age, Some(Duration::from_secs(3_600)));
        assert_eq!(stream.filters.len(), 2);
        assert_eq!(stream.on_failure.as_deref(), Some("arn:aws:sqs:us-east-1:000000000000:outbox-dead-queue"));
    }

    #[test]
    fn a_queue_source_names_its_queue_and_the_queue_its_dead_letters() {
        let template = fixture();
        let sources = template.event_sources().unwrap();
        let queues = template.queues();
        let due = queues.iter().find(|queue| queue.id == "DueQueue").unwrap();
        let redrive = due.redrive.as_ref().unwrap();
        assert_eq!(redrive.max_receive_count, 2);
        assert_eq!(queues.iter().find(|queue| queue.arn == redrive.arn).unwrap().id, "DueDeadQueue");
        assert_eq!(due.attributes["VisibilityTimeout"], "60");
        let told: Vec<_> = sources.queues.iter().map(|source| (&*source.id, &*source.queue_arn)).collect();
        assert_eq!(told[0], ("DeliveryFunction/Due", &*due.arn));
        assert_eq!((sources.queues[0].batch_size, sources.queues[0].concurrency), (2, 2));
    }

    #[test]
    fn the_environment_holds_the_urls_of_queues() {
        let environment = fixture().environment();
        assert_eq!(environment["DUE_QUEUE_URL"], "https://sqs.us-east-1.amazonaws.com/000000000000/due-queue");
        assert_eq!(environment["MAIL_QUEUE_URL"], "https://sqs.us-east-1.amazonaws.com/000000000000/post");
    }

    #[test]
    fn schedules_are_rates_of_both_kinds() {
        let sources = fixture().event_sources().unwrap();
        let told: Vec<_> = sources.schedules.iter().map(|s| (&*s.id, s.every.as_secs(), s.by_scheduler)).collect();
        assert_eq!(told, [("ExpertsFunction/Nightly", 86_400, false), ("RemindersFunction/EveryMinute", 60, true)]);
        assert_eq!(rate("rate(5 minutes)"), Some(Duration::from_secs(300)));
        for wrong in ["cron(0 12 * * ? *)", "rate(0 minutes)", "rate(x days)", "rate(1 week)", ""] {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }
}
