//! The stream: what became of which item, in order.

use table::{Item, Key};

use crate::code::{Reader, Writer};
use crate::size;
use crate::view::Sized;

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Insert,
    Modify,
    Remove,
}

/// One change of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Greater than that of every record before. Numbers may be left out.
    pub sequence: u64,
    pub kind: Kind,
    pub key: Key,
    pub old: Option<Item>,
    pub new: Option<Item>,
    pub at_ms: u64,
    /// It was removed because its time had come: AWS names `dynamodb.amazonaws.com` as who did it.
    pub expired: bool,
}

impl Kind {
    pub(crate) fn of(old: Option<&Item>, new: Option<&Item>) -> Self {
        match (old, new) {
            (None, _) => Self::Insert,
            (Some(_), Some(_)) => Self::Modify,
            (Some(_), None) => Self::Remove,
        }
    }
}

/// A record as bytes.
pub(crate) fn written(key: &Key, old: Option<&Sized>, new: Option<&Sized>, at_ms: u64, expired: bool) -> Vec<u8> {
    let mut record = Writer::default();
    record.number(at_ms);
    record.number(expired.into());
    record.bytes(key.pk.as_bytes());
    record.bytes(key.sk.as_bytes());
    for image in [old, new] {
        record.number(image.is_some().into());
        if let Some((item, size)) = image {
            record.item(item, *size);
        }
    }
    record.0
}

impl Record {
    /// Bytes of the key and both images, as AWS counts them.
    pub fn size(&self) -> usize {
        let images = [&self.old, &self.new].into_iter().flatten();
        size::item(&self.key.item()) + images.map(size::item).sum::<usize>()
    }

    pub(crate) fn read(sequence: u64, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let (at_ms, expired) = (reader.number()?, reader.number()? != 0);
        let key = Key { pk: reader.text()?, sk: reader.text()? };
        let mut image = || match reader.number()? {
            0 => Some(None),
            _ => Some(Some(reader.item(key.clone())?.0)),
        };
        let (old, new) = (image()?, image()?);
        let kind = Kind::of(old.as_ref(), new.as_ref());
        Some(Self { sequence, kind, key, old, new, at_ms, expired })
    }
}
