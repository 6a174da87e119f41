//! Brings the table into the state in which exactly one condition of a transaction fails, between what the application
//! has read and what it writes.

use std::sync::{Arc, Mutex};

use local::embedded::record;
use serde_json::{Value as Json, json};
use table::{Condition, Value, Write};

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
        world.table.before_transactions(Box::new(move |table, writes| {
            let mut seen = seen.lock().expect("nobody panics while holding it");
            let transaction = seen.transactions;
            seen.transactions += 1;
            for (place, write) in writes.iter().enumerate() {
                if write.condition().is_some() {
                    seen.conditions.push((transaction, place));
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

fn spoil(table: &Table, writes: &[Write], which: usize) -> bool {
    if table.conditions_that_fail(writes) == [which] {
        return true; // the story has seen to it
    }
    let Some(condition) = writes[which].condition() else { return false };
    let key = record::item(&writes[which].key().item());
    let present = table.item(&key["pk"], &key["sk"]);
    for candidate in candidates(&Asked::by(condition), &key, present.as_ref()) {
        match candidate {
            Some(item) => table.import(vec![item]),
            None => table.remove(&key),
        }
        if table.conditions_that_fail(writes) == [which] {
            return true;
        }
        match &present {
            Some(item) => table.import(vec![item.clone()]),
            None => table.remove(&key),
        }
    }
    false
}

/// What says whose a name is: never anything but a number, and some who are refused look it up.
const OWNERS: [&str; 3] = ["email", "username", "user"];

/// What a condition asks.
#[derive(Default)]
struct Asked<'a> {
    /// Attributes, each as often as it is named.
    names: Vec<&'a str>,
    /// The steps of a day that are to be free.
    busy: Vec<&'a str>,
    of_members: bool,
    of_sizes: bool,
}

impl<'a> Asked<'a> {
    fn by(condition: &'a Condition) -> Self {
        let mut asked = Self::default();
        asked.read(condition);
        asked.names.retain(|name| !["pk", "sk"].contains(name));
        asked
    }

    fn read(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Exists(name) | Condition::Absent(name) => self.names.push(name),
            Condition::Compares(name, ..) | Condition::OneOf(name, _) => self.names.push(name),
            Condition::Contains(name, member) => {
                self.names.push(name);
                self.of_members = true;
                if let (true, Value::N(step)) = (name == "busy", member) {
                    self.busy.push(step);
                }
            }
            Condition::FewerThan(name, _) => {
                self.names.push(name);
                self.of_sizes = true;
            }
            Condition::Not(inner) => self.read(inner),
            Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|condition| self.read(condition)),
        }
    }
}

/// What could be there instead, the harmless first: `None` for nothing at all.
fn candidates(asked: &Asked<'_>, key: &Json, present: Option<&Json>) -> Vec<Option<Json>> {
    let base = present.cloned().unwrap_or_else(|| json!(key));
    let mut found = if present.is_none() { vec![Some(base.clone())] } else { Vec::new() };
    for name in &asked.names {
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
        let more: std::collections::BTreeSet<_> = set.iter().chain(&asked.busy).copied().collect();
        let another: Vec<_> = set.iter().copied().chain(["287"]).collect();
        let many: Vec<_> = (1..=300).map(|number| number.to_string()).collect();
        if asked.of_members || asked.of_sizes || old["NS"].is_array() {
            let sets = [json!(more), json!(another), json!(many)].into_iter();
            // DynamoDB has no empty sets.
            let sets = sets.filter(|set| set.as_array().is_some_and(|members| !members.is_empty()));
            found.extend(sets.map(|set| with(json!({"NS": set}))));
        }
        if asked.of_sizes {
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
