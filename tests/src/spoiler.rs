//! Brings the table into the state in which exactly one condition of a transaction fails, between what the application
//! has read and what it writes.

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::table::Table;
use crate::world::World;

/// Which write of which transaction, both counted from 0.
pub type Place = (usize, usize);

/// Watches the transactions of a story from the moment it says so, and spoils one condition.
#[derive(Default)]
pub struct Spoiler {
    target: Option<Place>,
    seen: Arc<Mutex<Seen>>,
    world: Mutex<Option<World>>,
}

#[derive(Default)]
struct Seen {
    conditions: Vec<Place>,
    transactions: usize,
    is_spoiled: bool,
}

impl Spoiler {
    /// `None`: it only watches.
    pub fn of(target: Option<Place>) -> Self {
        Self { target, ..Self::default() }
    }

    /// From here on the transactions count.
    pub fn begins(&self, world: &World) {
        *self.world.lock().expect("nobody panics while holding it") = Some(world.clone());
        let (target, seen) = (self.target, self.seen.clone());
        world.table.before_transactions(Box::new(move |table, request| {
            let mut seen = seen.lock().expect("nobody panics while holding it");
            let writes = request["TransactItems"].as_array().expect("a transaction has writes");
            let transaction = seen.transactions;
            seen.transactions += 1;
            for (write, leg) in writes.iter().enumerate() {
                if !body(leg)["ConditionExpression"].is_null() {
                    seen.conditions.push((transaction, write));
                }
            }
            if let Some((_, write)) = target.filter(|(which, _)| *which == transaction) {
                seen.is_spoiled = spoil(table, writes, write);
            }
        }));
    }

    /// Where the story takes place.
    pub fn world(&self) -> World {
        let world = self.world.lock().expect("nobody panics while holding it");
        world.clone().expect("the story has begun")
    }

    /// Every write with a condition that was seen.
    pub fn conditions(&self) -> Vec<Place> {
        self.seen.lock().expect("nobody panics while holding it").conditions.clone()
    }

    /// Whether the table could be brought to where exactly that condition failed.
    pub fn has_spoiled(&self) -> bool {
        self.seen.lock().expect("nobody panics while holding it").is_spoiled
    }
}

/// A write without the word for its kind.
fn body(write: &Json) -> &Json {
    ["Put", "Update", "Delete"].into_iter().map(|kind| &write[kind]).find(|body| body.is_object()).unwrap_or(write)
}

fn spoil(table: &Table, writes: &[Json], which: usize) -> bool {
    if table.conditions_that_fail(writes) == [which] {
        return true; // the story has seen to it
    }
    let write = body(&writes[which]);
    let key = if write["Key"].is_object() { &write["Key"] } else { &write["Item"] };
    let present = table.item(&key["pk"], &key["sk"]);
    for candidate in candidates(write, key, present.as_ref()) {
        match candidate {
            Some(item) => table.import(vec![item]),
            None => table.remove(key),
        }
        if table.conditions_that_fail(writes) == [which] {
            return true;
        }
        match &present {
            Some(item) => table.import(vec![item.clone()]),
            None => table.remove(key),
        }
    }
    false
}

/// What says whose a name is: never anything but a number, and some who are refused look it up.
const OWNERS: [&str; 3] = ["email", "username", "user"];

/// What could be there instead, the harmless first: `None` for nothing at all.
fn candidates(write: &Json, key: &Json, present: Option<&Json>) -> Vec<Option<Json>> {
    let condition = write["ConditionExpression"].as_str().unwrap_or_default();
    let names: Vec<_> = condition
        .split('#')
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .filter(|name| !["pk", "sk"].contains(name))
        .collect();
    // The steps of a day that a condition asks for.
    let asked = condition.split("contains(#busy,").skip(1).filter_map(|rest| rest.split(')').next());
    let numbers: Vec<_> = asked.filter_map(|name| write["ExpressionAttributeValues"][name]["N"].as_str()).collect();
    let base = present.cloned().unwrap_or_else(|| json!(key));
    let mut found = if present.is_none() { vec![Some(base.clone())] } else { Vec::new() };
    for name in &names {
        let with = |value: Json| {
            let mut item = base.clone();
            item[*name] = value;
            Some(item)
        };
        let old = &base[*name];
        if let Some(number) = old["N"].as_str().and_then(|number| number.parse::<i64>().ok()) {
            found.extend([number + 1, number - 1, 0].map(|other| with(json!({"N": other.to_string()}))));
        }
        let set: Vec<_> = old["NS"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let more: std::collections::BTreeSet<_> = set.iter().chain(&numbers).copied().collect();
        let another: Vec<_> = set.iter().copied().chain(["287"]).collect();
        let many: Vec<_> = (1..=300).map(|number| number.to_string()).collect();
        if ["contains(", "size("].iter().any(|asks| condition.contains(asks)) || old["NS"].is_array() {
            let sets = [json!(more), json!(another), json!(many)].into_iter();
            // DynamoDB has no empty sets.
            let sets = sets.filter(|set| set.as_array().is_some_and(|members| !members.is_empty()));
            found.extend(sets.map(|set| with(json!({"NS": set}))));
        }
        if condition.contains("size(") {
            found.push(with(json!({"S": "x".repeat(10_001)}))); // larger than any set may be
        }
        // Of the kind it has, or else of any: a reader takes no other.
        let kinds = [
            ("S", json!({"S": "rejected"})),
            ("BOOL", json!({"BOOL": true})),
            ("N", json!({"N": "1"})),
            ("N", json!({"N": "999999999999999"})),
        ];
        let fits =
            |kind: &str| if old.is_null() { kind == "N" || !OWNERS.contains(name) } else { old[kind] != Json::Null };
        found.extend(kinds.into_iter().filter(|(kind, _)| fits(kind)).map(|(_, value)| with(value)));
        let mut without = base.clone();
        without.as_object_mut().expect("an item").remove(*name);
        found.push(Some(without));
    }
    if present.is_some() {
        found.push(None);
    }
    found
}
