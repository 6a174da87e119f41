//! Queues, the stream and what fails: nothing is lost without an alarm, nothing is tried while it is being worked on.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::tree::{files, inner, read, resources, template};

/// An event that a mapping of Lambda's polls for.
struct Polled {
    function: String,
    timeout: u64,
    kind: String,
    properties: Value,
}

impl Polled {
    /// The logical id of its queue.
    fn queue(&self) -> Option<&str> {
        (self.kind == "SQS").then(|| inner(&self.properties["Queue"]).trim_end_matches(".Arn"))
    }
}

fn polled(template: &Value) -> Vec<Polled> {
    let usual = template["Globals"]["Function"]["Timeout"].as_u64().unwrap();
    let mut polled = Vec::new();
    for (function, properties) in resources(template, "AWS::Serverless::Function") {
        let timeout = properties["Timeout"].as_u64().unwrap_or(usual);
        for (_, event) in properties["Events"].as_mapping().into_iter().flatten() {
            let kind = event["Type"].as_str().unwrap().to_owned();
            if ["SQS", "DynamoDB"].contains(&kind.as_str()) {
                polled.push(Polled {
                    function: function.clone(),
                    timeout,
                    kind,
                    properties: event["Properties"].clone(),
                });
            }
        }
    }
    assert!(polled.len() >= 3);
    polled
}

/// The dead-letter queues that an alarm looks at, by their logical ids.
fn watched(template: &Value) -> BTreeSet<String> {
    let alarms: Value = serde_yaml_ng::from_str(&read("infra/alarms.yaml")).unwrap();
    let given = template["Resources"]["Alarms"]["Properties"]["Parameters"].as_mapping().unwrap();
    let depth = resources(&alarms, "AWS::CloudWatch::Alarm")
        .into_iter()
        .filter(|(_, alarm)| alarm["MetricName"] == "ApproximateNumberOfMessagesVisible" && alarm["Threshold"] == 0)
        .map(|(_, alarm)| inner(&alarm["Dimensions"][0]["Value"]).to_owned());
    depth.map(|parameter| inner(&given[parameter.as_str()]).trim_end_matches(".QueueName").to_owned()).collect()
}

#[test]
fn what_is_being_worked_on_does_not_appear_again() {
    let template = template();
    for event in polled(&template) {
        let Some(queue) = event.queue() else { continue };
        let visibility = template["Resources"][queue]["Properties"]["VisibilityTimeout"].as_u64().unwrap();
        assert!(visibility >= 6 * event.timeout, "{queue}: {visibility} s for {} s", event.timeout);
    }
}

#[test]
fn what_fails_for_good_waits_where_an_alarm_sees_it() {
    let template = template();
    let watched = watched(&template);
    for event in polled(&template) {
        let dead = match event.queue() {
            Some(queue) => {
                let redrive = &template["Resources"][queue]["Properties"]["RedrivePolicy"];
                let receives = redrive["maxReceiveCount"].as_u64().unwrap();
                assert!((5..=20).contains(&receives), "{queue}");
                inner(&redrive["deadLetterTargetArn"]).to_owned()
            }
            None => {
                assert!(event.properties["MaximumRetryAttempts"].as_u64().unwrap() > 0, "{}", event.function);
                inner(&event.properties["DestinationConfig"]["OnFailure"]["Destination"]).to_owned()
            }
        };
        let dead = dead.trim_end_matches(".Arn");
        assert!(watched.contains(dead), "{}: {dead}", event.function);
        let kept = template["Resources"][dead]["Properties"]["MessageRetentionPeriod"].as_u64();
        assert_eq!(kept, Some(14 * 24 * 60 * 60), "{dead}");
    }
}

/// What people are told of how often something is tried is what the queue does.
#[test]
fn how_often_something_is_tried_is_said_where_people_look() {
    let template = template();
    let alarms: Value = serde_yaml_ng::from_str(&read("infra/alarms.yaml")).unwrap();
    let descriptions: Vec<_> = resources(&alarms, "AWS::CloudWatch::Alarm")
        .into_iter()
        .filter(|(id, _)| id.ends_with("DeadLetters"))
        .map(|(id, alarm)| (id, alarm["AlarmDescription"].as_str().unwrap().to_owned()))
        .collect();
    let guide = read("docs/deployment.md");
    for (id, properties) in resources(&template, "AWS::SQS::Queue") {
        let Some(receives) = properties["RedrivePolicy"]["maxReceiveCount"].as_u64() else { continue };
        let kind = id.trim_end_matches("Queue");
        let (_, told) = descriptions.iter().find(|(alarm, _)| *alarm == format!("{kind}DeadLetters")).unwrap();
        assert!(told.contains(&format!(" {receives} ")), "{id}: {told}");
        assert!(guide.contains(&format!(" {receives} times")), "{id}: docs/deployment.md");
        let output = template["Outputs"][format!("{kind}DeadQueueUrl").as_str()]["Description"].as_str().unwrap();
        assert!(output.contains(&format!(" {receives} times")), "{id}: {output}");
    }
    for words in ["five times", "five attempts", "twenty times"] {
        for place in ["README.md", "ARCHITECTURE.md", "docs/deployment.md", "infra/alarms.yaml"] {
            assert!(!read(place).contains(words), "{place}: {words}");
        }
    }
}

#[test]
fn one_bad_message_does_not_repeat_the_good_ones() {
    for event in polled(&template()) {
        let types = event.properties["FunctionResponseTypes"].as_sequence().unwrap();
        assert_eq!(types, &[Value::from("ReportBatchItemFailures")], "{}", event.function);
    }
}

#[test]
fn every_queue_is_encrypted_and_says_who_may_use_it_for_dead_letters() {
    let template = template();
    for (id, properties) in resources(&template, "AWS::SQS::Queue") {
        assert_eq!(properties["SqsManagedSseEnabled"], true, "{id}");
        let is_dead = id.ends_with("DeadQueue");
        assert_eq!(is_dead, !properties["RedriveAllowPolicy"].is_null(), "{id}");
        assert_eq!(is_dead, properties["RedrivePolicy"].is_null(), "{id}");
        if let Some(sources) = properties["RedriveAllowPolicy"]["sourceQueueArns"].as_sequence() {
            let name = inner(&properties["QueueName"]);
            let source = name.strip_suffix("-dead").unwrap();
            assert!(sources.iter().all(|arn| inner(arn).ends_with(&format!(":{source}"))), "{id}");
        }
    }
}

/// The beginnings of sort keys that wake the outbox, and the whole ones.
fn filters(template: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let stream = polled(template).into_iter().find(|event| event.kind == "DynamoDB").unwrap();
    let (mut prefixes, mut whole) = (BTreeSet::new(), BTreeSet::new());
    for filter in stream.properties["FilterCriteria"]["Filters"].as_sequence().unwrap() {
        let pattern: serde_json::Value = serde_json::from_str(filter["Pattern"].as_str().unwrap()).unwrap();
        for key in pattern["dynamodb"]["Keys"]["sk"]["S"].as_array().unwrap() {
            match key.as_str() {
                Some(key) => whole.insert(key.to_owned()),
                None => prefixes.insert(key["prefix"].as_str().unwrap().to_owned()),
            };
        }
    }
    (prefixes, whole)
}

#[test]
fn what_wakes_the_outbox_are_keys_the_store_makes() {
    let (prefixes, whole) = filters(&template());
    let mut keys = files("shared/store/src", "keys.rs");
    keys.extend(files("shared/store/src/keys", ".rs"));
    let texts = keys.iter().flat_map(|source| source.code()).flat_map(|line| line.split('"').skip(1).step_by(2));
    let made: BTreeSet<_> = texts.collect();
    let is_made = |prefix: &str| made.iter().any(|text| text.starts_with(prefix));
    assert!(whole.iter().all(|key| made.contains(key.as_str())), "{whole:?}");
    assert!(prefixes.contains("NOTICE#") && prefixes.iter().all(|prefix| is_made(prefix)), "{prefixes:?}");
    assert!(prefixes.iter().all(|prefix| prefix.ends_with('#')), "no other kind of key begins like one of them");
}

#[test]
fn a_mapping_takes_no_more_filters() {
    for event in polled(&template()) {
        let filters = event.properties["FilterCriteria"]["Filters"].as_sequence().map_or(0, Vec::len);
        assert!(filters <= 5, "{}", event.function);
    }
}
