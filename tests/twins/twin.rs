//! Two tables that are asked the same. Where dynoxide 3.2 is known not to be as AWS:
//!
//! - it writes a record into the stream for a write that changes nothing; AWS writes none ([`Twins::told`]).
//! - it answers an update that makes its item, asked for the old item, with the key; AWS with nothing ([`Twins::ask`]).
//! - it removes what expired more than five years ago; AWS leaves it. No such item is made here.
//! - it scans in another order, which on AWS is that of a hash ([`Twins::scan`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::{Engine, Given, Kind};
use serde_json::Value as Json;
use table::{Backend, Cancelled, Fault, Item, Key, Metered, Range, Refused, Returning, Scan, Select, Value};
use tests::Dynoxide;

use crate::dice::{Question, now_ms};

pub(crate) struct Twins {
    seed: u64,
    engine: Engine,
    dynoxide: Dynoxide,
    dynamo: dynamo::Table,
    asked: usize,
}

/// How often which kind of answer was met.
pub(crate) type Met = BTreeMap<&'static str, usize>;

/// What became of which item: before, after, and whether its time was over.
type Told = (Kind, Key, Option<Item>, Option<Item>, bool);

/// An answer that can be compared: of what is refused, how.
type Answered = Result<(String, f64), String>;

fn plain<T: std::fmt::Debug>(answer: &Metered<T>) -> (String, f64) {
    (format!("{:?}", answer.answer), answer.units)
}

fn by_fault(fault: &Fault) -> String {
    match fault {
        Fault::Unavailable(_) => "unavailable",
        Fault::Contended => "contended",
        Fault::Rejected(_) => "rejected",
    }
    .to_owned()
}

fn one<T: std::fmt::Debug>(result: Result<Metered<T>, Refused>) -> Answered {
    result.map(|answer| plain(&answer)).map_err(|refused| match refused {
        Refused::Condition(item) => format!("condition {item:?}"),
        Refused::Fault(fault) => by_fault(&fault),
    })
}

fn all(result: Result<Metered<()>, Cancelled>) -> Answered {
    result.map(|answer| plain(&answer)).map_err(|cancelled| match cancelled {
        Cancelled::Because(reasons) => format!("{reasons:?}"),
        Cancelled::Fault(fault) => by_fault(&fault),
    })
}

fn read<T: std::fmt::Debug>(result: Result<Metered<T>, Fault>) -> Answered {
    result.map(|answer| plain(&answer)).map_err(|fault| by_fault(&fault))
}

impl Twins {
    pub(crate) fn new(seed: u64) -> Self {
        let dynoxide = Dynoxide::fresh(true, Arc::default());
        let dynamo = dynamo::Table::new(&dynoxide.client(None), dynoxide.name.clone());
        let engine = Engine::memory(Given::clock(now_ms)).expect("memory can be had");
        Self { seed, engine, dynoxide, dynamo, asked: 0 }
    }

    #[track_caller]
    fn hold<T: std::fmt::Debug + PartialEq>(&self, question: &Question, engine: &T, dynoxide: &T) {
        let (seed, place) = (self.seed, self.asked);
        if engine != dynoxide {
            let text = format!("{question:?}\n engine:   {engine:?}\n dynoxide: {dynoxide:?}");
            panic!("seed {seed}, question {place}: {}", text.replace(&"f".repeat(50), ""));
        }
    }

    pub(crate) async fn ask(&mut self, question: &Question, met: &mut Met) {
        self.asked += 1;
        let (engine, dynamo) = (&self.engine, &self.dynamo);
        let (ours, theirs) = match question {
            Question::Get(key) => (read(engine.get(key)), read(dynamo.get(key).await)),
            Question::GetMany(keys, consistent) => {
                let sorted = |mut batch: Metered<table::Batch>| {
                    batch.answer.items.sort();
                    batch
                };
                let ours = engine.get_many(keys, *consistent).map(sorted);
                (read(ours), read(dynamo.get_many(keys, *consistent).await.map(sorted)))
            }
            Question::Query(range, select) => return self.query(question, range, *select).await,
            Question::Scan(limit) => return self.scan(question, *limit).await,
            Question::Update(update, returning) => {
                let is_new = engine.get(&update.key).is_ok_and(|found| found.answer.is_none());
                let ours = engine.update(update, *returning).await;
                let mut theirs = dynamo.update(update, *returning).await;
                if let (true, Returning::Old, Ok(answer)) = (is_new, returning, &mut theirs) {
                    answer.answer.clear();
                }
                (one(ours), one(theirs))
            }
            Question::Delete(key, condition) => {
                let ours = engine.delete(key, condition.as_ref()).await;
                (one(ours), one(dynamo.delete(key, condition.as_ref()).await))
            }
            Question::Transact(writes, token) => {
                (all(engine.transact(writes, token).await), all(dynamo.transact(writes, token).await))
            }
            Question::Sweep => {
                let ours = engine.sweep(now_ms() / 1000, usize::MAX).await;
                let theirs = self.dynoxide.sweep();
                self.hold(question, &ours.expect("it can be swept"), &theirs);
                return;
            }
        };
        self.hold(question, &ours, &theirs);
        let kinds = match &ours {
            Ok(_) => vec!["done"],
            Err(how) => {
                let kinds = ["condition", "rejected", "ConditionFailed", "ValidationError"];
                kinds.into_iter().filter(|kind| how.contains(kind)).collect()
            }
        };
        kinds.into_iter().for_each(|kind| *met.entry(kind).or_default() += 1);
    }

    async fn query(&self, question: &Question, range: &Range, select: Select) {
        let mut after: Option<Item> = None;
        loop {
            let ours = self.engine.query(range, after.as_ref(), select);
            let theirs = self.dynamo.query(range, after.as_ref(), select).await;
            after = ours.as_ref().ok().and_then(|page| page.answer.next.clone());
            self.hold(question, &read(ours), &read(theirs));
            if after.is_none() {
                return;
            }
        }
    }

    async fn scan(&self, question: &Question, limit: Option<usize>) {
        let (mut ours, mut next, mut units) = (Vec::new(), None, 0.0);
        loop {
            let page = self.engine.scan(Scan { limit, ..Scan::ALL }, next.as_ref()).expect("it can be read");
            units += page.units;
            ours.extend(page.answer.items);
            next = page.answer.next;
            if next.is_none() {
                break;
            }
        }
        let (mut theirs, mut next, mut their_units) = (Vec::new(), None, 0.0);
        loop {
            let page = self.dynamo.scan(Scan { limit, ..Scan::ALL }, next.as_ref()).await.expect("it can be read");
            their_units += page.units;
            theirs.extend(page.answer.items);
            next = page.answer.next;
            if next.is_none() {
                break;
            }
        }
        ours.sort();
        theirs.sort();
        self.hold(question, &ours, &theirs);
        if limit.is_none() && ours.iter().all(|item| !item.contains_key("filler")) {
            self.hold(question, &units, &their_units);
        }
    }

    /// Everything they have, and everything they told.
    pub(crate) async fn compare_all(&mut self) {
        let question = Question::Scan(None);
        self.scan(&question, None).await;
        let ours = self.engine.stream(0, usize::MAX).expect("it can be read");
        let ours = ours.into_iter().map(|record| (record.kind, record.key, record.old, record.new, record.expired));
        let (ours, theirs) = (in_order(ours.collect()), in_order(self.told()));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            self.hold(&question, ours, theirs);
        }
        self.hold(&question, &ours.len(), &theirs.len());
    }

    /// What dynoxide's stream says, without what changed nothing.
    fn told(&self) -> Vec<Told> {
        let records = self.dynoxide.stream(None);
        let told = records.iter().map(|record| {
            let image = |name: &str| record["dynamodb"].get(name).filter(|image| !image.is_null()).map(item);
            let kind = match record["eventName"].as_str() {
                Some("INSERT") => Kind::Insert,
                Some("MODIFY") => Kind::Modify,
                _ => Kind::Remove,
            };
            let expired = record["userIdentity"]["principalId"] == "dynamodb.amazonaws.com"
                || record["userIdentity"]["PrincipalId"] == "dynamodb.amazonaws.com";
            let key = Key::of(&item(&record["dynamodb"]["Keys"]));
            (kind, key, image("OldImage"), image("NewImage"), expired)
        });
        told.filter(|(_, _, old, new, _)| old != new).collect()
    }
}

/// What expired together goes in no order that AWS promises.
fn in_order(mut told: Vec<Told>) -> Vec<Told> {
    told.chunk_by_mut(|one, next| one.4 && next.4)
        .for_each(|together| together.sort_by(|one, next| one.1.cmp(&next.1)));
    told
}

fn item(json: &Json) -> Item {
    let attributes = json.as_object().expect("an item");
    attributes.iter().map(|(name, json)| (name.clone(), value(json))).collect()
}

fn value(json: &Json) -> Value {
    let (kind, json) = json.as_object().and_then(|typed| typed.iter().next()).expect("a value has a type");
    let text = |json: &Json| json.as_str().expect("a text").to_owned();
    let bytes = |json: &Json| BASE64_STANDARD.decode(text(json)).expect("Base64");
    let all = |json: &Json| json.as_array().expect("several").clone();
    match kind.as_str() {
        "S" => Value::S(text(json)),
        "N" => Value::N(text(json)),
        "B" => Value::B(bytes(json)),
        "BOOL" => Value::Bool(json == &Json::Bool(true)),
        "NULL" => Value::Null,
        "SS" => Value::Ss(all(json).iter().map(text).collect()),
        "NS" => Value::Ns(all(json).iter().map(text).collect()),
        "BS" => Value::Bs(all(json).iter().map(bytes).collect()),
        "L" => Value::L(all(json).iter().map(value).collect()),
        "M" => Value::M(item(json)),
        other => panic!("no type: {other}"),
    }
}
