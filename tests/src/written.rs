//! What the application writes, noted beside the table: for tests that would otherwise look through all of it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::Value as Json;

/// An item's `pk` and `sk`.
pub type Named = (String, String);

/// Which items were written since somebody looked; `None` while nobody does.
#[derive(Debug, Default)]
pub struct Written(Mutex<Option<BTreeSet<Named>>>);

/// What a leg of a transaction, of a batch, or a single call writes to.
fn named(write: &Json) -> Option<Named> {
    let part = |of: &Json, name: &str| Some(of[name]["S"].as_str()?.to_owned());
    let key = ["Key", "Item"].into_iter().map(|name| &write[name]).find(|key| key.is_object())?;
    Some((part(key, "pk")?, part(key, "sk")?))
}

/// The only value of an object: what a leg does, beside its name.
fn only(leg: &Json) -> Option<&Json> {
    leg.as_object()?.values().next()
}

fn writes(operation: &str, request: &Json) -> BTreeSet<Named> {
    let many = |legs: &Json| legs.as_array().into_iter().flatten().filter_map(only).filter_map(named).collect();
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => named(request).into_iter().collect(),
        "TransactWriteItems" => many(&request["TransactItems"]),
        "BatchWriteItem" => only(&request["RequestItems"]).map(many).unwrap_or_default(),
        _ => BTreeSet::new(),
    }
}

impl Written {
    /// From now on it is noted.
    pub fn begin(&self) {
        *self.0.lock().expect("nobody panics while holding it") = Some(BTreeSet::new());
    }

    /// What was written since the last time.
    ///
    /// # Panics
    /// If nobody said that it is to be noted.
    pub fn take(&self) -> BTreeSet<Named> {
        let mut noted = self.0.lock().expect("nobody panics while holding it");
        std::mem::take(noted.as_mut().expect("somebody said that it is to be noted"))
    }

    /// Whether such an item was written since they were last taken.
    ///
    /// # Panics
    /// If nobody said that it is to be noted.
    pub fn any(&self, is_one: impl Fn(&Named) -> bool) -> bool {
        let noted = self.0.lock().expect("nobody panics while holding it");
        noted.as_ref().expect("somebody said that it is to be noted").iter().any(is_one)
    }

    /// A call went well.
    pub(crate) fn note(&self, operation: &str, body: &str) {
        const READS: [&str; 4] = ["GetItem", "BatchGetItem", "Query", "Scan"];
        let mut noted = self.0.lock().expect("nobody panics while holding it");
        if let Some(noted) = noted.as_mut().filter(|_| !READS.contains(&operation)) {
            noted.extend(writes(operation, &serde_json::from_str(body).expect("a request is JSON")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_to_write_is_noted_and_reading_is_not() {
        let item = |pk: &str| json!({"pk": {"S": pk}, "sk": {"S": "Z"}, "n": {"N": "1"}});
        let calls = [
            ("PutItem", json!({"TableName": "t", "Item": item("a")})),
            ("UpdateItem", json!({"TableName": "t", "Key": item("b")})),
            ("DeleteItem", json!({"TableName": "t", "Key": item("c")})),
            ("GetItem", json!({"TableName": "t", "Key": item("d")})),
            ("Query", json!({"TableName": "t"})),
            (
                "TransactWriteItems",
                json!({"TransactItems": [{"Put": {"Item": item("e")}}, {"Update": {"Key": item("f")}}]}),
            ),
            ("BatchWriteItem", json!({"RequestItems": {"t": [{"PutRequest": {"Item": item("g")}}]}})),
        ];
        let written = Written::default();
        written.note("PutItem", "nobody looks");
        written.begin();
        for (operation, body) in &calls {
            written.note(operation, &body.to_string());
        }
        let noted: Vec<_> = written.take().into_iter().map(|(pk, _)| pk).collect();
        assert_eq!(noted, ["a", "b", "c", "e", "f", "g"]);
        assert!(written.take().is_empty());
    }
}
