//! Items as bytes: each text behind its length, each value behind a letter for its type. An item's size by AWS's rules stands
//! in front, so that nothing has to be counted to be paid for. Its key is not among them: they lie under it.

use std::collections::BTreeSet;

use table::{Item, Key, Value};

/// Bytes being written.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    /// Seven bits a byte, the lowest first.
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn set<'a>(&mut self, letter: u8, count: usize, members: impl Iterator<Item = &'a [u8]>) {
        self.0.push(letter);
        self.count(count);
        members.for_each(|member| self.bytes(member));
    }

    pub(crate) fn value(&mut self, value: &Value) {
        let mut scalar = |letter: u8, bytes: &[u8]| {
            self.0.push(letter);
            self.bytes(bytes);
        };
        match value {
            Value::S(text) => scalar(b's', text.as_bytes()),
            Value::N(digits) => scalar(b'n', digits.as_bytes()),
            Value::B(bytes) => scalar(b'b', bytes),
            Value::Bool(true) => self.0.push(b't'),
            Value::Bool(false) => self.0.push(b'f'),
            Value::Null => self.0.push(b'0'),
            Value::Ss(set) => self.set(b'S', set.len(), set.iter().map(String::as_bytes)),
            Value::Ns(set) => self.set(b'N', set.len(), set.iter().map(String::as_bytes)),
            Value::Bs(set) => self.set(b'B', set.len(), set.iter().map(Vec::as_slice)),
            Value::L(list) => {
                self.0.push(b'l');
                self.count(list.len());
                list.iter().for_each(|member| self.value(member));
            }
            Value::M(map) => {
                self.0.push(b'm');
                self.attributes(map.iter(), map.len());
            }
        }
    }

    fn attributes<'a>(&mut self, attributes: impl Iterator<Item = (&'a String, &'a Value)>, count: usize) {
        self.count(count);
        for (name, value) in attributes {
            self.bytes(name.as_bytes());
            self.value(value);
        }
    }

    /// An item of a size by AWS's rules, without its key.
    pub(crate) fn item(&mut self, item: &Item, size: usize) {
        self.count(size);
        let is_none = |name: &str| name != "pk" && name != "sk";
        let count = item.keys().filter(|name| is_none(name)).count();
        self.attributes(item.iter().filter(|(name, _)| is_none(name)), count);
    }
}

/// Bytes being read. `None` where they are not what was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.count()?;
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        Some(std::str::from_utf8(self.bytes()?).ok()?.to_owned())
    }

    fn texts(&mut self) -> Option<BTreeSet<String>> {
        (0..self.count()?).map(|_| self.text()).collect()
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.byte()? {
            b's' => Value::S(self.text()?),
            b'n' => Value::N(self.text()?),
            b'b' => Value::B(self.bytes()?.to_vec()),
            b't' => Value::Bool(true),
            b'f' => Value::Bool(false),
            b'0' => Value::Null,
            b'S' => Value::Ss(self.texts()?),
            b'N' => Value::Ns(self.texts()?),
            b'B' => Value::Bs((0..self.count()?).map(|_| Some(self.bytes()?.to_vec())).collect::<Option<_>>()?),
            b'l' => Value::L((0..self.count()?).map(|_| self.value()).collect::<Option<_>>()?),
            b'm' => Value::M(self.attributes()?),
            _ => return None,
        })
    }

    fn attributes(&mut self) -> Option<Item> {
        (0..self.count()?).map(|_| Some((self.text()?, self.value()?))).collect()
    }

    /// Only the size by AWS's rules.
    pub(crate) fn size(&mut self) -> Option<usize> {
        self.count()
    }

    /// An item and its size by AWS's rules.
    pub(crate) fn item(&mut self, key: Key) -> Option<(Item, usize)> {
        let size = self.size()?;
        let mut item = self.attributes()?;
        item.insert("pk".to_owned(), Value::S(key.pk));
        item.insert("sk".to_owned(), Value::S(key.sk));
        Some((item, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_as_it_was_written() {
        let text = |text: &str| Value::S(text.to_owned());
        let key = Key { pk: "P".to_owned(), sk: "S".to_owned() };
        let mut item = key.item();
        item.extend([
            ("empty".to_owned(), text("")),
            ("long".to_owned(), text(&"é".repeat(5000))),
            ("number".to_owned(), Value::N("-12.5".to_owned())),
            ("bytes".to_owned(), Value::B(vec![0, 255])),
            ("yes".to_owned(), Value::Bool(true)),
            ("no".to_owned(), Value::Bool(false)),
            ("null".to_owned(), Value::Null),
            ("texts".to_owned(), Value::Ss(["a".to_owned(), "b".to_owned()].into())),
            ("numbers".to_owned(), Value::Ns(["1".to_owned(), "20".to_owned()].into())),
            ("blobs".to_owned(), Value::Bs([vec![1], vec![2, 3]].into())),
            ("list".to_owned(), Value::L(vec![text("x"), Value::L(Vec::new()), Value::Null])),
            // A map's own `pk` is no key.
            ("map".to_owned(), Value::M([("pk".to_owned(), text("inside"))].into())),
        ]);
        let mut written = Writer::default();
        written.item(&item, 123_456);
        let mut reader = Reader(&written.0);
        assert_eq!(reader.item(key.clone()), Some((item, 123_456)));
        assert!(reader.0.is_empty());
        for length in 0..written.0.len() {
            assert_eq!(Reader(&written.0[..length]).item(key.clone()), None, "cut off at {length}");
        }
    }
}
