//! Whether a condition holds of an item.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use table::{Comparison, Condition, Item, Value};

use crate::number;

/// Of an item that is not there, what holds of one without attributes.
pub(crate) fn holds(condition: &Condition, item: Option<&Item>) -> bool {
    let attribute = |name: &String| item.and_then(|item| item.get(name));
    match condition {
        Condition::Exists(name) => attribute(name).is_some(),
        Condition::Absent(name) => attribute(name).is_none(),
        Condition::Compares(name, comparison, value) => {
            attribute(name).is_some_and(|there| compares(there, *comparison, value))
        }
        Condition::OneOf(name, values) => {
            attribute(name).is_some_and(|there| values.iter().any(|value| equal(there, value)))
        }
        Condition::Contains(name, member) => attribute(name).is_some_and(|there| contains(there, member)),
        Condition::FewerThan(name, most) => {
            attribute(name).and_then(members).is_some_and(|count| u32::try_from(count).is_ok_and(|count| count < *most))
        }
        Condition::Not(inner) => !holds(inner, item),
        Condition::All(conditions) => conditions.iter().all(|condition| holds(condition, item)),
        Condition::Any(conditions) => conditions.iter().any(|condition| holds(condition, item)),
    }
}

fn compares(there: &Value, comparison: Comparison, value: &Value) -> bool {
    if comparison == Comparison::Equals {
        return equal(there, value);
    }
    let order = match (there, value) {
        (Value::S(there), Value::S(value)) => Some(there.cmp(value)),
        (Value::B(there), Value::B(value)) => Some(there.cmp(value)),
        (Value::N(there), Value::N(value)) => number::compare(there, value),
        _ => None,
    };
    order.is_some_and(|order| match comparison {
        Comparison::Equals => order == Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::AtMost => order != Ordering::Greater,
        Comparison::More => order == Ordering::Greater,
        Comparison::AtLeast => order != Ordering::Less,
    })
}

/// Numbers by what they are, sets without order, all else as it is written.
pub(crate) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::N(one), Value::N(other)) => number::compare(one, other) == Some(Ordering::Equal),
        (Value::Ns(one), Value::Ns(other)) => one == other || canonical(one) == canonical(other),
        (Value::L(one), Value::L(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::M(one), Value::M(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|((name, one), (other_name, other))| name == other_name && equal(one, other))
        }
        _ => one == other,
    }
}

fn canonical(set: &BTreeSet<String>) -> BTreeSet<String> {
    set.iter().map(|digits| number::canonical(digits).ok().flatten().unwrap_or_else(|| digits.clone())).collect()
}

fn contains(there: &Value, member: &Value) -> bool {
    match (there, member) {
        (Value::Ss(set), Value::S(member)) => set.contains(member),
        (Value::Bs(set), Value::B(member)) => set.contains(member),
        (Value::Ns(set), Value::N(member)) => match number::canonical(member) {
            Ok(canonical) => set.contains(canonical.as_ref().unwrap_or(member)),
            Err(_) => false,
        },
        (Value::S(text), Value::S(part)) => text.contains(part.as_str()),
        (Value::B(bytes), Value::B(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|window| window == part.as_slice())
        }
        (Value::L(list), member) => list.iter().any(|there| equal(there, member)),
        _ => false,
    }
}

/// How many members it has; of a text, how many units of UTF-16.
fn members(value: &Value) -> Option<usize> {
    match value {
        Value::S(text) => Some(text.encode_utf16().count()),
        Value::B(bytes) => Some(bytes.len()),
        Value::Ss(set) | Value::Ns(set) => Some(set.len()),
        Value::Bs(set) => Some(set.len()),
        Value::L(list) => Some(list.len()),
        Value::M(map) => Some(map.len()),
        Value::N(_) | Value::Bool(_) | Value::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use table::{absent, all, any, at_least, at_most, contains, equals, exists, fewer_than, less, more, not, one_of};

    use super::*;

    fn text(text: &str) -> Value {
        Value::S(text.to_owned())
    }

    fn number(digits: &str) -> Value {
        Value::N(digits.to_owned())
    }

    fn numbers(digits: &[&str]) -> Value {
        Value::Ns(digits.iter().map(|digits| (*digits).to_owned()).collect())
    }

    fn item() -> Item {
        [
            ("a", text("mouse")),
            ("n", number("10")),
            ("set", numbers(&["1", "2"])),
            ("list", Value::L(vec![number("1"), text("x")])),
            ("map", Value::M([("x".to_owned(), number("1"))].into())),
            ("is", Value::Bool(true)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    #[test]
    fn each_condition_holds_of_what_it_says() {
        let item = item();
        for (condition, expected) in [
            (exists("a"), true),
            (exists("z"), false),
            (absent("z"), true),
            (absent("a"), false),
            (equals("n", number("10.0")), true),
            (equals("n", text("10")), false),
            (less("n", number("9")), false),
            (less("n", number("11")), true),
            (at_most("n", number("10")), true),
            (at_least("n", number("10")), true),
            (more("n", number("9.5")), true),
            (more("n", text("9")), false),
            (less("a", text("mouth")), true),
            (more("is", Value::Bool(false)), false),
            (equals("set", numbers(&["2", "1.0"])), true),
            (equals("set", numbers(&["2"])), false),
            (equals("list", Value::L(vec![number("1.0"), text("x")])), true),
            (equals("map", Value::M([("x".to_owned(), number("1e0"))].into())), true),
            (one_of("a", [text("cat"), text("mouse")]), true),
            (one_of("a", [text("cat")]), false),
            (contains("set", number("2.0")), true),
            (contains("set", text("2")), false),
            (contains("a", text("us")), true),
            (contains("list", number("1")), true),
            (contains("map", text("x")), false),
            (fewer_than("set", 3), true),
            (fewer_than("set", 2), false),
            (fewer_than("n", 9), false),
            (not(equals("z", number("1"))), true),
            (all([exists("a"), exists("n")]), true),
            (all([exists("a"), exists("z")]), false),
            (any([exists("z"), exists("n")]), true),
            (any([exists("z"), exists("y")]), false),
        ] {
            assert_eq!(holds(&condition, Some(&item)), expected, "{condition:?}");
        }
    }

    #[test]
    fn of_what_is_not_there_nothing_holds_but_absence() {
        for condition in
            [exists("pk"), equals("a", text("x")), less("a", text("x")), contains("a", text("x")), fewer_than("a", 9)]
        {
            assert!(!holds(&condition, None), "{condition:?}");
            assert!(holds(&not(condition), None));
        }
        assert!(holds(&absent("pk"), None));
    }
}
