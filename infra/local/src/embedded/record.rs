//! A change of the table as Lambda hands it to a function.

use engine::{Kind, Record};
use serde_json::{Map, Value as Json, json};
use table::{Item, Value};

use crate::template::REGION;

/// Who removes what has expired, as AWS names it.
const EXPIRY: &str = "dynamodb.amazonaws.com";

/// An item as DynamoDB writes it in JSON.
pub fn item(item: &Item) -> Json {
    serde_json::to_value(table::item_into(item.clone())).unwrap_or_default()
}

/// A value as DynamoDB writes it in JSON.
pub(crate) fn value(value: &Value) -> Json {
    let item = item(&Item::from([(String::new(), value.clone())]));
    match item {
        Json::Object(attributes) => attributes.into_iter().next().map(|(_, value)| value).unwrap_or_default(),
        _ => Json::Null,
    }
}

pub(crate) fn event_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Insert => "INSERT",
        Kind::Modify => "MODIFY",
        Kind::Remove => "REMOVE",
    }
}

/// A record of the stream with this name.
pub fn record(record: &Record, stream: &str) -> Json {
    let mut change = Map::from_iter([
        ("ApproximateCreationDateTime".to_owned(), json!(record.at_ms / 1000)),
        ("Keys".to_owned(), item(&record.key.item())),
        ("SequenceNumber".to_owned(), json!(record.sequence.to_string())),
        ("SizeBytes".to_owned(), json!(record.size())),
        ("StreamViewType".to_owned(), json!("NEW_AND_OLD_IMAGES")),
    ]);
    for (name, image) in [("NewImage", &record.new), ("OldImage", &record.old)] {
        if let Some(image) = image {
            change.insert(name.to_owned(), item(image));
        }
    }
    let mut told = json!({
        "eventID": record.sequence.to_string(),
        "eventName": event_name(record.kind),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": stream,
        "dynamodb": change,
    });
    if record.expired {
        told["userIdentity"] = json!({"type": "Service", "principalId": EXPIRY});
    }
    told
}
