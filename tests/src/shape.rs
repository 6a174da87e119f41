//! What the members of an answer look like.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::person::{id, stamp};

/// Asserts that an object has exactly these members.
#[track_caller]
pub fn has_exactly(object: &Json, names: &[&str]) {
    let found: BTreeSet<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(found, names.iter().copied().collect::<BTreeSet<_>>(), "{object}");
}

/// Asserts that a text is a time as the specification writes it, and reads it.
#[track_caller]
pub fn time(value: &Json) -> DateTime<Utc> {
    let text = value.as_str().expect("a text");
    let time: DateTime<Utc> = text.parse().expect("a time");
    assert_eq!(stamp(time), text, "UTC with Z and whole seconds");
    time
}

/// One member of each object in a list.
#[track_caller]
pub fn each<'a>(list: &'a [Json], name: &str) -> Vec<&'a Json> {
    list.iter().map(|item| &item[name]).collect()
}

#[track_caller]
pub fn ids(list: &[Json]) -> Vec<i64> {
    list.iter().map(id).collect()
}
