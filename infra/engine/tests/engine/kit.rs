//! What the tests say again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::{Engine, Given};
use table::{Cancelled, Condition, Item, Key, Reason, Update, Value, Write};

/// A table in memory and its clock.
pub(crate) struct Kit {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
}

#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000_000)))
    }

    pub(crate) fn given(&self) -> Given {
        let clock = self.clone();
        Given::clock(move || clock.now_ms())
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Kit {
    pub(crate) fn new() -> Self {
        let clock = Clock::new();
        Self { engine: Engine::memory(clock.given()).unwrap(), clock }
    }

    pub(crate) async fn put(&self, item: Item) -> f64 {
        put_in(&self.engine, item).await
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Item> {
        self.engine.get(key).unwrap().answer
    }
}

/// Puts an item under a token made of what is put, and says what it cost.
pub(crate) async fn put_in(engine: &Engine, item: Item) -> f64 {
    static TOKENS: AtomicU64 = AtomicU64::new(0);
    let token = format!("put {}", TOKENS.fetch_add(1, Ordering::Relaxed));
    engine.transact(&[put(item, None)], &token).await.unwrap().units
}

pub(crate) fn put(item: Item, condition: Option<Condition>) -> Write {
    Write::Put { item, condition }
}

pub(crate) fn text(text: &str) -> Value {
    Value::S(text.to_owned())
}

pub(crate) fn number(number: impl ToString) -> Value {
    Value::N(number.to_string())
}

pub(crate) fn key(pk: &str, sk: &str) -> Key {
    Key { pk: pk.to_owned(), sk: sk.to_owned() }
}

pub(crate) fn item(pk: &str, sk: &str, attributes: &[(&str, Value)]) -> Item {
    let mut item = key(pk, sk).item();
    item.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    item
}

/// An item of a whole size by AWS's rules.
pub(crate) fn sized(pk: &str, sk: &str, attributes: &[(&str, Value)], bytes: usize) -> Item {
    let names =
        |item: &Item| item.iter().map(|(name, value)| name.len() + value.as_s().map_or(0, String::len)).sum::<usize>();
    let mut item = item(pk, sk, attributes);
    let filler = bytes - names(&item) - "x".len();
    item.insert("x".to_owned(), text(&"y".repeat(filler)));
    item
}

pub(crate) fn update(pk: &str, sk: &str) -> Update {
    Update::of(key(pk, sk))
}

#[track_caller]
pub(crate) fn reasons<T: std::fmt::Debug>(result: Result<T, Cancelled>) -> Vec<Reason> {
    match result {
        Err(Cancelled::Because(reasons)) => reasons,
        other => panic!("not cancelled: {other:?}"),
    }
}
