//! Tokens of transactions: whoever asks twice under one within ten minutes has it done once. They are kept in memory by the
//! minute, so that forgetting one minute costs as little however many there were, and in the file in the order they came.

use std::collections::{HashMap, VecDeque};

use table::{Action, Condition, Write};

use crate::code::{Reader, Writer};

/// How long one is kept.
pub(crate) const KEPT_MS: u64 = 10 * 60 * 1000;
const MINUTE_MS: u64 = 60 * 1000;

/// What was done under a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Done {
    pub(crate) at_ms: u64,
    /// Tells one request from another.
    pub(crate) fingerprint: u64,
    /// What asking again costs, in read units.
    pub(crate) units: u32,
}

/// What was done in the last ten minutes.
#[derive(Debug, Default)]
pub(crate) struct Tokens(VecDeque<(u64, HashMap<Box<str>, Done>)>);

impl Tokens {
    pub(crate) fn find(&self, token: &str, now_ms: u64) -> Option<Done> {
        let done = self.0.iter().rev().find_map(|(_, minute)| minute.get(token))?;
        (now_ms < done.at_ms + KEPT_MS).then_some(*done)
    }

    pub(crate) fn keep(&mut self, token: &str, done: Done) {
        let minute = done.at_ms / MINUTE_MS;
        while self.0.front().is_some_and(|(first, _)| (first + 1) * MINUTE_MS + KEPT_MS <= done.at_ms) {
            self.0.pop_front();
        }
        if self.0.back().is_none_or(|(last, _)| *last < minute) {
            self.0.push_back((minute, HashMap::new()));
        }
        if let Some((_, newest)) = self.0.back_mut() {
            newest.insert(token.into(), done);
        }
    }
}

impl Done {
    pub(crate) fn written(&self, token: &str) -> Vec<u8> {
        let mut written = Writer::default();
        written.number(self.at_ms);
        written.number(self.fingerprint);
        written.number(self.units.into());
        written.bytes(token.as_bytes());
        written.0
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<(&str, Self)> {
        let mut reader = Reader(bytes);
        let (at_ms, fingerprint) = (reader.number()?, reader.number()?);
        let units = u32::try_from(reader.number()?).ok()?;
        Some((std::str::from_utf8(reader.bytes()?).ok()?, Self { at_ms, fingerprint, units }))
    }
}

/// Tells the writes of one transaction from those of another.
pub(crate) fn fingerprint(writes: &[Write]) -> u64 {
    let mut all = Writer::default();
    for write in writes {
        let own_condition = match write {
            Write::Put { item, condition } => {
                all.0.push(b'p');
                all.map(item);
                condition.as_ref()
            }
            Write::Update(update) => {
                all.0.push(b'u');
                all.map(&update.key.item());
                update.actions.iter().for_each(|(name, action)| print_action(&mut all, name, action));
                update.condition.as_ref()
            }
            Write::Delete { key, condition } => {
                all.0.push(b'd');
                all.map(&key.item());
                condition.as_ref()
            }
        };
        match own_condition {
            Some(condition) => print(&mut all, condition),
            None => all.0.push(b'-'),
        }
    }
    mixed(&all.0)
}

fn print_action(all: &mut Writer, name: &str, action: &Action) {
    all.bytes(name.as_bytes());
    let (letter, value) = match action {
        Action::Set(value) => (b's', value),
        Action::SetIfAbsent(value) => (b'i', value),
        Action::Add(value) => (b'a', value),
        Action::Delete(value) => (b'd', value),
        Action::Remove => return all.0.push(b'r'),
        Action::SetTo(other) => {
            all.0.push(b't');
            return all.bytes(other.as_bytes());
        }
    };
    all.0.push(letter);
    all.value(value);
}

fn print(all: &mut Writer, condition: &Condition) {
    let (letter, name) = match condition {
        Condition::Exists(name) => (b'e', name),
        Condition::Absent(name) => (b'a', name),
        Condition::Compares(name, comparison, value) => {
            all.0.push(*comparison as u8);
            all.value(value);
            (b'c', name)
        }
        Condition::OneOf(name, values) => {
            values.iter().for_each(|value| all.value(value));
            (b'o', name)
        }
        Condition::Contains(name, value) => {
            all.value(value);
            (b'h', name)
        }
        Condition::FewerThan(name, most) => {
            all.number(u64::from(*most));
            (b'f', name)
        }
        Condition::Not(inner) => {
            print(all, inner);
            return all.0.push(b'!');
        }
        Condition::All(inner) | Condition::Any(inner) => {
            inner.iter().for_each(|inner| print(all, inner));
            all.number(inner.len() as u64);
            return all.0.push(if matches!(condition, Condition::All(_)) { b'&' } else { b'|' });
        }
    };
    all.0.push(letter);
    all.bytes(name.as_bytes());
}

/// Each eight bytes folded in by a multiplication of 128 bits. It lies in files, so it stays as it is.
fn mixed(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(bytes.len() as u64, |state, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let word = u64::from_le_bytes(word) ^ state ^ 0x9e37_79b9_7f4a_7c15;
        let product = u128::from(word) * 0xa076_1d64_78bd_642f;
        (product as u64) ^ ((product >> 64) as u64)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use table::{Key, Update, Value, absent, all, any, at_most, equals, exists, fewer_than, less, not, one_of};

    use super::*;

    #[test]
    fn no_two_requests_look_alike() {
        let key = |sk: &str| Key { pk: "P".to_owned(), sk: sk.to_owned() };
        let text = |text: &str| Value::S(text.to_owned());
        let delete = |condition| vec![Write::Delete { key: key("S"), condition }];
        let update = || Update::of(key("S"));
        let conditions = [
            exists("a"),
            absent("a"),
            equals("a", text("x")),
            less("a", text("x")),
            at_most("a", text("x")),
            one_of("a", [text("x")]),
            one_of("a", [text("x"), text("y")]),
            table::contains("a", text("x")),
            fewer_than("a", 1),
            fewer_than("a", 2),
            not(exists("a")),
            all([exists("a"), exists("b")]),
            any([exists("a"), exists("b")]),
            all([exists("a"), exists("b"), exists("c")]),
            all([exists("a"), all([exists("b"), exists("c")])]),
        ];
        let updates = [
            update().set("a", text("x")),
            update().set("a", Value::B(b"x".to_vec())),
            update().set("b", text("x")),
            update().set_if_absent("a", text("x")),
            update().add("a", text("x")),
            update().delete("a", text("x")),
            update().set_to("a", "x"),
            update().remove("a"),
            update().remove("a").remove("b"),
            update().remove("a").when(exists("b")),
        ];
        let mut requests: Vec<_> = conditions.into_iter().map(|condition| delete(Some(condition))).collect();
        requests.extend(updates.map(|update| vec![Write::Update(update)]));
        requests.push(delete(None));
        requests.push(vec![Write::Put { item: key("S").item(), condition: None }]);
        requests.push(vec![Write::Put { item: key("T").item(), condition: None }]);
        requests.push([delete(None), delete(None)].concat());
        let prints: BTreeSet<_> = requests.iter().map(|writes| fingerprint(writes)).collect();
        assert_eq!(prints.len(), requests.len());
    }
}
