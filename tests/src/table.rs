//! The table of a world: the engine in memory, or dynoxide behind the SDK, with [`Faults`] in between.

mod asked;
mod dynoxide;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use app::Clock;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use engine::{Engine, Given};
use futures_util::FutureExt;
use local::embedded::record;
use local::template;
use serde_json::Value as Json;
use store::Kind;
use table::{Cancelled, Item, Key, Reason, Write};

pub use self::dynoxide::Dynoxide;
use crate::faults::Faults;
use crate::forgetful::Forgotten;
use crate::scheduler::Scheduler;
use crate::written::Written;

/// What a test does to the table just before a transaction reaches it.
pub type BeforeTransaction = Box<dyn FnMut(&Table, &[Write]) + Send>;

/// Who carries out what a world's store asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Engine,
    /// Through the SDK, which gives up after what it gives up after on AWS, or never.
    Dynoxide {
        gives_up: bool,
    },
}

impl Place {
    /// Where stories take place unless they say so: `TABLE=dynoxide` has them told through the SDK.
    #[expect(clippy::disallowed_methods, reason = "a choice of whoever runs the tests")]
    pub fn usual() -> Self {
        match std::env::var("TABLE").as_deref() {
            Ok("dynoxide") => Self::Dynoxide { gives_up: false },
            Ok(other) => panic!("TABLE={other} is no table of the tests"),
            Err(_) => Self::Engine,
        }
    }
}

#[derive(Clone, Debug)]
enum Inner {
    Engine(Engine),
    Dynoxide(Dynoxide, dynamo::Table),
}

/// A table of its own for one test.
#[derive(Clone)]
pub struct Table {
    inner: Inner,
    pub faults: Arc<Faults>,
    pub written: Arc<Written>,
    before_transactions: Arc<Mutex<Option<BeforeTransaction>>>,
    has_strangers: Arc<AtomicBool>,
    asked: Arc<Mutex<BTreeSet<String>>>,
    /// Whether anybody can read what was written.
    pub has_stream: bool,
    /// Who decides which call goes on, if it is not chance.
    pub(crate) scheduler: Option<Scheduler>,
    /// The condition that it does not heed.
    pub(crate) forgets: Option<Forgotten>,
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(formatter)
    }
}

pub(crate) fn template() -> &'static template::Template {
    static TEMPLATE: OnceLock<template::Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| template::Template::parse(template::WORKSPACE).expect("the template parses"))
}

/// The engine in memory waits for nobody.
fn at_once<T>(done: impl Future<Output = T>) -> T {
    done.now_or_never().expect("the engine in memory answers at once")
}

fn engine(clock: Clock, with_stream: bool) -> Engine {
    let milliseconds = move || u64::try_from(clock.now().timestamp_millis()).expect("a time after 1970");
    let given = Given { wanted: Arc::new(move |_, _, _| with_stream), ..Given::clock(milliseconds) };
    Engine::memory(given).expect("memory can be had")
}

fn item(json: &Json) -> Item {
    table::item_from(serde_json::from_value(json.clone()).expect("an item"))
}

impl Table {
    pub fn fresh(place: Place, clock: Clock, with_stream: bool) -> Self {
        let faults = Arc::<Faults>::default();
        let inner = match place {
            Place::Engine => Inner::Engine(engine(clock, with_stream)),
            Place::Dynoxide { gives_up } => {
                let dynoxide = Dynoxide::fresh(with_stream, Arc::clone(&faults));
                // A crowded machine may take its time.
                let client = dynoxide.client((!gives_up).then(TimeoutConfig::disabled));
                let asked = dynamo::Table::new(&client, &dynoxide.name);
                Inner::Dynoxide(dynoxide, asked)
            }
        };
        Self {
            inner,
            faults,
            written: Arc::default(),
            before_transactions: Arc::default(),
            has_strangers: Arc::default(),
            asked: Arc::default(),
            has_stream: with_stream,
            scheduler: None,
            forgets: None,
        }
    }

    /// Every item, as DynamoDB JSON: for tests that look behind the application's back.
    pub fn items(&self) -> Vec<Json> {
        self.items_where(|_| true)
    }

    /// The same of those under some keys.
    pub fn items_where(&self, is_wanted: impl Fn(&Key) -> bool) -> Vec<Json> {
        let mut items = Vec::new();
        match &self.inner {
            Inner::Engine(engine) => {
                let each = |item| {
                    if is_wanted(&Key::of(&item)) {
                        items.push(record::item(&item))
                    }
                };
                engine.each(each).expect("the table can be read");
            }
            Inner::Dynoxide(dynoxide, _) => {
                items = dynoxide.items();
                items.retain(|json| is_wanted(&Key::of(&item(json))));
            }
        }
        items
    }

    /// Every write that was asked for, as DynamoDB is sent it, without what is of one moment or one item.
    pub fn writes_asked(&self) -> BTreeSet<String> {
        self.asked.lock().expect("nobody panics while holding it").clone()
    }

    /// The kinds of all items. Each says of which shape it is, and has a key that reads.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        let kind = |item: &Json| {
            let key = ["pk", "sk"].map(|part| item[part]["S"].as_str().expect("a key"));
            let kind = store::key_in_words(key[0], key[1]).unwrap_or_else(|| panic!("{key:?} does not read")).kind;
            assert_eq!(item["shape"]["N"], kind.newest_shape().to_string().as_str(), "{item}");
            kind
        };
        self.items().iter().map(kind).collect()
    }

    /// Whether all of it was written by the application.
    pub(crate) fn is_the_applications(&self) -> bool {
        !self.has_strangers.load(Ordering::Relaxed) && !self.is_tampered_with()
    }

    /// Writes items past the application: for tests that need very many.
    pub fn import(&self, items: Vec<Json>) {
        self.has_strangers.store(true, Ordering::Relaxed);
        match &self.inner {
            Inner::Engine(engine) => {
                let items: Vec<_> = items.iter().map(item).collect();
                at_once(engine.fill(&items)).expect("the items can be written");
            }
            Inner::Dynoxide(dynoxide, _) => dynoxide.import(items),
        }
    }

    /// What the stream holds behind a sequence number, as DynamoDB Streams answers it, oldest first.
    pub fn stream(&self, after: Option<&str>) -> Vec<Json> {
        match &self.inner {
            Inner::Engine(engine) => {
                let after = after.map_or(0, |number| number.parse().expect("a sequence number"));
                let records = engine.stream(after, usize::MAX).expect("the stream can be read");
                records.iter().map(|record| record::record(record, "stream")).collect()
            }
            Inner::Dynoxide(dynoxide, _) => dynoxide.stream(after),
        }
    }

    /// The engine of a world that has one: for tests that have it lag.
    pub fn engine(&self) -> Option<&Engine> {
        if let Inner::Engine(engine) = &self.inner { Some(engine) } else { None }
    }

    /// Removes an item past the application.
    pub fn remove(&self, json: &Json) {
        match &self.inner {
            Inner::Engine(engine) => {
                at_once(engine.delete(&Key::of(&item(json)), None)).expect("an item can be removed");
            }
            Inner::Dynoxide(dynoxide, _) => dynoxide.remove(json),
        }
    }

    /// From now on, `what` sees every transaction first, and may change the table under it.
    pub fn before_transactions(&self, what: BeforeTransaction) {
        *self.before_transactions.lock().expect("nobody panics while holding it") = Some(what);
    }

    /// Whether somebody changes it behind the application's back: then answers come of states the application never makes.
    pub(crate) fn is_tampered_with(&self) -> bool {
        self.before_transactions.lock().expect("nobody panics while holding it").is_some()
    }

    /// An item as it is, by its `pk` and `sk` as DynamoDB JSON.
    pub fn item(&self, pk: &Json, sk: &Json) -> Option<Json> {
        match &self.inner {
            Inner::Engine(engine) => {
                let key = Key::of(&item(&serde_json::json!({"pk": pk, "sk": sk})));
                let found = engine.get(&key).expect("the table can be read");
                found.answer.as_ref().map(record::item)
            }
            Inner::Dynoxide(dynoxide, _) => dynoxide.item(pk, sk),
        }
    }

    /// The places of those writes whose conditions do not hold now. Nothing is written.
    pub fn conditions_that_fail(&self, writes: &[Write]) -> Vec<usize> {
        let here = writes.iter().filter_map(|write| {
            let key = record::item(&write.key().item());
            self.item(&key["pk"], &key["sk"])
        });
        let here: Vec<_> = here.map(|json| item(&json)).collect();
        let copy = engine(Clock::System, false);
        at_once(copy.fill(&here)).expect("the items can be written");
        match at_once(copy.transact(writes, "a look")) {
            Ok(_) => Vec::new(),
            Err(Cancelled::Because(reasons)) => {
                let fails = |place: &usize| reasons[*place] == Reason::ConditionFailed;
                (0..writes.len()).filter(fails).collect()
            }
            Err(Cancelled::Fault(fault)) => panic!("{fault}"),
        }
    }

    /// Notes what is asked for, and holds it to what DynamoDB takes, wherever the table is.
    fn note(&self, write: &Write) {
        self.written.note(write.key());
        if self.scheduler.is_some() {
            return; // the same writes are told of elsewhere, once instead of in each of thousands of worlds
        }
        let line = crate::rendered::line(write);
        self.asked.lock().expect("nobody panics while holding it").insert(line);
    }

    fn before(&self, writes: &[Write]) {
        let what = self.before_transactions.lock().expect("nobody panics while holding it").take();
        if let Some(mut what) = what {
            what(self, writes);
            *self.before_transactions.lock().expect("nobody panics while holding it") = Some(what);
        }
    }
}
