//! How large items are, and what reading and writing them costs, as AWS publishes it (Developer Guide, "DynamoDB item sizes
//! and formats" and "Read and write operations").

use table::{Item, Value};

use crate::number;

/// Of an item.
pub(crate) const LARGEST_ITEM: usize = 400 * 1024;
/// Of what a query or scan reads in one round trip.
pub(crate) const PAGE: usize = 1024 * 1024;
/// Of what a batch of keys brings in one round trip.
pub(crate) const BATCH: usize = 16 * 1024 * 1024;
/// Of what is put, and of keys, in one transaction.
pub(crate) const TRANSACTION: usize = 4 * 1024 * 1024;

pub(crate) fn value(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(digits) => number::size(digits),
        Value::B(bytes) => bytes.len(),
        Value::Bool(_) | Value::Null => 1,
        Value::Ss(set) => set.iter().map(String::len).sum(),
        Value::Ns(set) => set.iter().map(|digits| number::size(digits)).sum(),
        Value::Bs(set) => set.iter().map(Vec::len).sum(),
        Value::L(list) => 3 + list.iter().map(|member| 1 + self::value(member)).sum::<usize>(),
        Value::M(map) => 3 + map.len() + item(map),
    }
}

/// Names and values.
pub(crate) fn item(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + self::value(value)).sum()
}

fn units(bytes: usize, each: usize) -> f64 {
    let units = bytes.div_ceil(each).max(1);
    f64::from(u32::try_from(units).unwrap_or(u32::MAX))
}

/// One for each 4 KB, half of it where the answer may lag.
pub(crate) fn read_units(bytes: usize, consistent: bool) -> f64 {
    units(bytes, 4096) * if consistent { 1.0 } else { 0.5 }
}

/// One for each KB.
pub(crate) fn write_units(bytes: usize) -> f64 {
    units(bytes, 1024)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn text(text: &str) -> Value {
        Value::S(text.to_owned())
    }

    #[test]
    fn a_size_is_that_of_names_and_values() {
        let set = BTreeSet::from(["a".to_owned(), "bc".to_owned()]);
        for (one, expected) in [
            (text("é"), 2),
            (Value::N("123".to_owned()), 3),
            (Value::B(vec![1, 2, 3]), 3),
            (Value::Bool(true), 1),
            (Value::Null, 1),
            (Value::Ss(set), 3),
            (Value::L(vec![text("ab"), Value::Null]), 3 + 3 + 2),
            (Value::M(Item::from([("ab".to_owned(), text("c"))])), 3 + 1 + 3),
            (Value::L(Vec::new()), 3),
        ] {
            assert_eq!(value(&one), expected, "{one:?}");
        }
        assert_eq!(item(&Item::from([("name".to_owned(), text("x"))])), 5);
    }

    #[test]
    fn units_are_rounded_up_and_never_none() {
        for (bytes, read, written) in
            [(0, 1.0, 1.0), (1024, 1.0, 1.0), (1025, 1.0, 2.0), (4096, 1.0, 4.0), (4097, 2.0, 5.0)]
        {
            assert_eq!(read_units(bytes, true), read);
            assert_eq!(read_units(bytes, false), read / 2.0);
            assert_eq!(write_units(bytes), written);
        }
    }
}
