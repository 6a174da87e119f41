//! Questions by chance, of few items and few values, so that they meet.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use table::{
    Comparison, Condition, Index, Item, Key, Range, Returning, Select, Update, Value, Write, absent, all, any,
    contains, exists, fewer_than, not, one_of,
};

/// What a table is asked.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Get(Key),
    GetMany(Vec<Key>, bool),
    /// Page by page to its end.
    Query(Range, Select),
    Scan(Option<usize>),
    Update(Update, Returning),
    Delete(Key, Option<Condition>),
    Transact(Vec<Write>, String),
    Sweep,
}

#[derive(Debug)]
pub(crate) struct Dice {
    chance: StdRng,
    /// Transactions that may be asked again under their tokens.
    before: Vec<(Vec<Write>, String)>,
    /// Some tables have items so large that pages end by them.
    has_large: bool,
}

const PARTITIONS: [&str; 3] = ["P", "Q", "é"];
const SORTS: [&str; 8] = ["", "A", "A#", "A#1", "B", "Z", "a", "ü"];
const NAMES: [&str; 6] = ["a", "b", "n", "m", "s", "count"];
const TEXTS: [&str; 4] = ["", "x", "xy", "€"];
const NUMBERS: [&str; 9] = ["0", "1", "2", "10", "-3", "1.5", "0.001", "12345678901234567890", "-20"];
const LISTS: [&str; 2] = ["L", "M"];
const RANKS: [&str; 4] = ["1", "2", "22", "3"];

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { chance: StdRng::seed_from_u64(seed), before: Vec::new(), has_large: seed % 8 == 7 }
    }

    fn below(&mut self, count: usize) -> usize {
        self.chance.random_range(0..count)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn some_of(&mut self, all: &[&str]) -> Vec<String> {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.of(all).to_owned()).collect()
    }

    fn key(&mut self) -> Key {
        Key { pk: self.of(&PARTITIONS).to_owned(), sk: format!("S{}", self.of(&SORTS)) }
    }

    fn keys(&mut self, most: usize) -> Vec<Key> {
        let count = 1 + self.below(most);
        let keys: BTreeMap<Key, ()> = (0..count).map(|_| (self.key(), ())).collect();
        keys.into_keys().collect()
    }

    fn set(&mut self) -> Value {
        match self.below(3) {
            0 => Value::Ss(self.some_of(&["x", "y", "z"]).into_iter().collect()),
            1 => Value::Ns(self.some_of(&["1", "2", "3.5"]).into_iter().collect()),
            _ => Value::Bs(self.some_of(&["x", "yy"]).into_iter().map(String::into_bytes).collect()),
        }
    }

    fn value(&mut self) -> Value {
        match self.below(10) {
            0 | 1 => Value::S(self.of(&TEXTS).to_owned()),
            2..=4 => Value::N(self.of(&NUMBERS).to_owned()),
            5 => Value::B(self.of(&TEXTS).as_bytes().to_vec()),
            6 => {
                if self.one_in(2) {
                    Value::Null
                } else {
                    Value::Bool(self.one_in(2))
                }
            }
            7 => {
                let count = self.below(3);
                Value::L((0..count).map(|_| self.value()).collect())
            }
            8 => {
                let count = self.below(3);
                Value::M((0..count).map(|_| (self.of(&NAMES).to_owned(), self.value())).collect())
            }
            _ => self.set(),
        }
    }

    /// An hour ago, in a thousand years, or nothing that a clock knows.
    fn expiry(&mut self) -> Value {
        match self.below(3) {
            0 => Value::N((now_ms() / 1000 - 3600).to_string()),
            1 => Value::N("33000000000".to_owned()),
            _ => Value::S("x".to_owned()),
        }
    }

    /// An attribute: of its own, of an index, the moment it is over, or one that makes the item large.
    fn attribute(&mut self) -> (String, Value) {
        let (name, value) = match self.below(16) {
            0 | 1 => ("la", Value::S(self.of(&LISTS).to_owned())),
            2 => ("lb", Value::S(self.of(&LISTS).to_owned())),
            3..=5 => ("rank", Value::S(self.of(&RANKS).to_owned())),
            6 => ("due_bucket", Value::S(self.of(&LISTS).to_owned())),
            7 => ("due_at", Value::S(self.of(&RANKS).to_owned())),
            8 => ("expires_at", self.expiry()),
            9 => {
                let large = if self.has_large { 390_000 } else { 5000 };
                let bytes = self.below(large);
                ("filler", Value::S("f".repeat(bytes)))
            }
            10 if self.one_in(4) => ("rank", self.value()),
            _ => {
                let name = self.of(&NAMES);
                // What is counted and what is a set mostly are so.
                let value = match name {
                    "n" | "m" => Value::N(self.of(&NUMBERS).to_owned()),
                    "s" => self.set(),
                    _ => self.value(),
                };
                (name, value)
            }
        };
        (name.to_owned(), value)
    }

    fn condition(&mut self) -> Condition {
        let (name, value) = self.attribute();
        let comparison = |below: usize| {
            [Comparison::Equals, Comparison::Less, Comparison::AtMost, Comparison::More, Comparison::AtLeast][below]
        };
        match self.below(12) {
            0 | 1 => exists(if self.one_in(2) { "pk".to_owned() } else { name }),
            2 | 3 => absent(if self.one_in(3) { "pk".to_owned() } else { name }),
            4 | 5 => {
                let is_ordered = matches!(value, Value::S(_) | Value::N(_) | Value::B(_));
                Condition::Compares(name, comparison(self.below(if is_ordered { 5 } else { 1 })), value)
            }
            6 => one_of(name, [value, self.value()]),
            7 => contains(name, value),
            8 => fewer_than(name, u32::try_from(self.below(4)).expect("a small number")),
            9 => not(self.condition()),
            10 => all([self.condition(), self.condition()]),
            _ => any([self.condition(), self.condition()]),
        }
    }

    fn maybe(&mut self) -> Option<Condition> {
        self.one_in(2).then(|| self.condition())
    }

    fn update(&mut self, key: Key) -> Update {
        let mut update = Update::of(key);
        for _ in 0..=self.below(4) {
            let (name, value) = self.attribute();
            let is_set = matches!(value, Value::Ss(_) | Value::Ns(_) | Value::Bs(_));
            update = match self.below(8) {
                0 => update.remove(name),
                1 => update.set_if_absent(name, value),
                2 if name != "expires_at" => update.set_to(name, self.of(&NAMES)),
                3..=5 if is_set || matches!(value, Value::N(_)) => {
                    if is_set && self.one_in(2) {
                        update.delete(name, value)
                    } else {
                        update.add(name, value)
                    }
                }
                _ => update.set(name, value),
            };
        }
        match self.maybe() {
            Some(condition) => update.when(condition),
            None => update,
        }
    }

    fn write(&mut self, key: Key) -> Write {
        match self.below(5) {
            0 => Write::Delete { key, condition: self.maybe() },
            1 | 2 => Write::Update(self.update(key)),
            _ => {
                let mut item: Item = key.item();
                let count = self.below(6);
                item.extend((0..count).map(|_| self.attribute()));
                Write::Put { item, condition: self.maybe() }
            }
        }
    }

    fn transaction(&mut self) -> Question {
        if !self.before.is_empty() && self.one_in(6) {
            let place = self.below(self.before.len());
            let (mut writes, token) = self.before[place].clone();
            if self.one_in(3) {
                writes = self.keys(2).into_iter().map(|key| self.write(key)).collect();
            }
            return Question::Transact(writes, token);
        }
        let writes: Vec<_> = self.keys(5).into_iter().map(|key| self.write(key)).collect();
        let token = format!("token {}", self.before.len());
        self.before.push((writes.clone(), token.clone()));
        Question::Transact(writes, token)
    }

    fn range(&mut self) -> Range {
        let index = [None, None, Some(Index::ByA), Some(Index::ByB), Some(Index::ByDue)][self.below(5)];
        let partition = if index.is_some() { self.of(&LISTS) } else { self.of(&PARTITIONS) }.to_owned();
        let sort = |dice: &mut Self| {
            dice.one_in(3).then(|| match index {
                Some(_) => dice.of(&RANKS).to_owned(),
                None => format!("S{}", dice.of(&SORTS)),
            })
        };
        let (from, to) = (sort(self), sort(self));
        let limit = self.one_in(2).then(|| 1 + self.below(4));
        let descending = self.one_in(2);
        Range { index, partition, from, to, descending, limit, consistent: self.one_in(2) }
    }

    pub(crate) fn question(&mut self) -> Question {
        match self.below(20) {
            0 | 1 => Question::Get(self.key()),
            2 => Question::GetMany(self.keys(8), self.one_in(2)),
            3..=6 => Question::Query(self.range(), if self.one_in(4) { Select::Count } else { Select::Items }),
            7 => Question::Scan(self.one_in(2).then(|| 1 + self.below(7))),
            8..=12 => {
                let key = self.key();
                let returning = [Returning::Nothing, Returning::Old, Returning::New, Returning::Updated][self.below(4)];
                Question::Update(self.update(key), returning)
            }
            13 => Question::Delete(self.key(), self.maybe()),
            14 if self.one_in(3) => Question::Sweep,
            _ => self.transaction(),
        }
    }
}

/// Both twins go by the clock of the machine, since dynoxide knows no other.
pub(crate) fn now_ms() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970");
    u64::try_from(since.as_millis()).expect("a few digits")
}
