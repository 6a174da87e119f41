//! Tokens of transactions: whoever asks twice under one within ten minutes has it done once. They are kept in memory by the
//! minute, so that forgetting one minute costs as little however many there were, and in the file in the order they came.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};

use table::Write;

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
    let mut mixed = Mixed(0);
    writes.hash(&mut mixed);
    mixed.finish()
}

/// Each eight bytes folded in by a multiplication of 128 bits. Unlike the hashes of `std` it is the same in every process.
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u64::from_le_bytes(word) ^ self.0 ^ 0x9e37_79b9_7f4a_7c15;
            let product = u128::from(word) * 0xa076_1d64_78bd_642f;
            self.0 = (product as u64) ^ ((product >> 64) as u64);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
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
