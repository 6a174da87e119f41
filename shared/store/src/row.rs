//! Items as rows of named attributes: how values are written and read back.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use table::{Key, Value};

use crate::fault::Fault;
use crate::keys::newest_shape;

pub(crate) use table::Item;

/// The attribute with the number of an item's shape; `docs/shapes.md` has what it means.
pub(crate) const SHAPE: &str = "shape";

pub(crate) fn text(value: impl Into<String>) -> Value {
    Value::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> Value {
    Value::N(value.to_string())
}

/// A list: what stands in it keeps its order.
pub(crate) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Value {
    Value::L(values.into_iter().map(text).collect())
}

pub(crate) fn time(value: DateTime<Utc>) -> Value {
    number(value.timestamp_millis())
}

pub(crate) fn numbers<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Ns(values.into_iter().map(|value| value.to_string()).collect())
}

/// An item being written. Empty texts and absent values are left out.
pub(crate) struct Row(Item);

impl Row {
    /// An item of the newest shape of its kind.
    pub(crate) fn at(key: &Key) -> Self {
        Self(key.item()).number(SHAPE, newest_shape(key))
    }

    /// A nested map without a key.
    pub(crate) fn nested() -> Self {
        Self(Item::new())
    }

    pub(crate) fn value(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.value(name, text(value)) }
    }

    pub(crate) fn number(self, name: &str, value: impl std::fmt::Display) -> Self {
        self.value(name, number(value))
    }

    pub(crate) fn time(self, name: &str, value: DateTime<Utc>) -> Self {
        self.value(name, time(value))
    }

    /// Written only when true.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        if value { self.value(name, Value::Bool(true)) } else { self }
    }

    pub(crate) fn maybe<T>(self, name: &str, value: Option<T>, write: impl Fn(T) -> Value) -> Self {
        match value {
            Some(value) => self.value(name, write(value)),
            None => self,
        }
    }

    pub(crate) fn rows(self, name: &str, rows: impl IntoIterator<Item = Row>) -> Self {
        let rows: Vec<_> = rows.into_iter().map(|row| Value::M(row.0)).collect();
        if rows.is_empty() { self } else { self.value(name, Value::L(rows)) }
    }

    pub(crate) fn into_item(self) -> Item {
        self.0
    }
}

/// Reads an item back; what does not read is a [`Fault::Corrupt`] that names the attribute.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a Item);

impl<'a> Reader<'a> {
    pub(crate) fn corrupt(self, attribute: &'static str) -> Fault {
        let part = |name: &str| self.0.get(name).and_then(|value| value.as_s()).cloned().unwrap_or_default();
        Fault::Corrupt { key: format!("{} {}", part("pk"), part("sk")), attribute }
    }

    /// Absent reads as empty.
    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, Fault> {
        match self.0.get(name) {
            None => Ok(""),
            Some(Value::S(text)) => Ok(text),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn owned(self, name: &'static str) -> Result<String, Fault> {
        self.text(name).map(str::to_owned)
    }

    pub(crate) fn maybe_number<T: std::str::FromStr>(self, name: &'static str) -> Result<Option<T>, Fault> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::N(digits)) => digits.parse().map(Some).map_err(|_| self.corrupt(name)),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn number<T: std::str::FromStr>(self, name: &'static str) -> Result<T, Fault> {
        self.maybe_number(name)?.ok_or_else(|| self.corrupt(name))
    }

    /// Absent reads as zero.
    pub(crate) fn count(self, name: &'static str) -> Result<u32, Fault> {
        Ok(self.maybe_number(name)?.unwrap_or(0))
    }

    /// The same of an amount of money or credits.
    pub(crate) fn amount(self, name: &'static str) -> Result<u64, Fault> {
        Ok(self.maybe_number(name)?.unwrap_or(0))
    }

    /// A count in an attribute whose name is made up at run time.
    pub(crate) fn count_at(self, name: &str) -> Result<u32, Fault> {
        match self.0.get(name) {
            None => Ok(0),
            Some(Value::N(digits)) => digits.parse().map_err(|_| self.corrupt("a counter")),
            Some(_) => Err(self.corrupt("a counter")),
        }
    }

    pub(crate) fn maybe_time(self, name: &'static str) -> Result<Option<DateTime<Utc>>, Fault> {
        self.maybe_number::<i64>(name)?
            .map(|ms| DateTime::from_timestamp_millis(ms).ok_or_else(|| self.corrupt(name)))
            .transpose()
    }

    pub(crate) fn time(self, name: &'static str) -> Result<DateTime<Utc>, Fault> {
        self.maybe_time(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(crate) fn flag(self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    pub(crate) fn numbers<T: std::str::FromStr + Ord>(self, name: &'static str) -> Result<BTreeSet<T>, Fault> {
        match self.0.get(name) {
            None => Ok(BTreeSet::new()),
            Some(Value::Ns(set)) => set.iter().map(|digits| digits.parse().map_err(|_| self.corrupt(name))).collect(),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn texts(self, name: &'static str) -> Result<Vec<String>, Fault> {
        match self.0.get(name) {
            None => Ok(Vec::new()),
            Some(Value::L(list)) => {
                list.iter().map(|one| one.as_s().cloned().ok_or_else(|| self.corrupt(name))).collect()
            }
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn rows(self, name: &'static str) -> Result<Vec<Reader<'a>>, Fault> {
        match self.0.get(name) {
            None => Ok(Vec::new()),
            Some(Value::L(rows)) => {
                rows.iter().map(|row| row.as_m().map(Reader).ok_or_else(|| self.corrupt(name))).collect()
            }
            Some(_) => Err(self.corrupt(name)),
        }
    }

    /// An id; absent is corrupt.
    pub(crate) fn id<T>(self, name: &'static str, new: impl Fn(i64) -> Option<T>) -> Result<T, Fault> {
        new(self.number(name)?).ok_or_else(|| self.corrupt(name))
    }
}
