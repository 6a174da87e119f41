//! What a write makes of an item.

use std::collections::BTreeSet;

use table::{Action, Item, Update, Value};

use crate::check::{self, Wrong};
use crate::number;

/// The item a put leaves, and its size.
pub(crate) fn put(item: &Item) -> Result<(Item, usize), Wrong> {
    let mut after = item.clone();
    check::settle_item(&mut after)?;
    check::put(&after)?;
    let size = check::largest(&after)?;
    Ok((after, size))
}

/// The item an update leaves, and its size. Every action sees the item as it was.
pub(crate) fn update(update: &Update, before: Option<&Item>) -> Result<(Item, usize), Wrong> {
    let mut after = before.cloned().unwrap_or_else(|| update.key.item());
    for (name, action) in &update.actions {
        let there = before.and_then(|before| before.get(name));
        match changed(there, action, before)? {
            Some(value) => after.insert(name.clone(), value),
            None => after.remove(name),
        };
    }
    check::index_keys(&after, before)?;
    let size = check::largest(&after)?;
    Ok((after, size))
}

/// What an attribute is after an action.
fn changed(there: Option<&Value>, action: &Action, before: Option<&Item>) -> Result<Option<Value>, Wrong> {
    let settled = |value: &Value| {
        let mut value = value.clone();
        check::settle(&mut value)?;
        Ok(value)
    };
    Ok(match (action, there) {
        (Action::SetIfAbsent(_), Some(there)) => Some(there.clone()),
        (Action::Set(value) | Action::SetIfAbsent(value) | Action::Add(value), None)
        | (Action::Set(value), Some(_)) => Some(settled(value)?),
        (Action::SetTo(other), _) => {
            let other = before.and_then(|before| before.get(other)).cloned();
            let missing = "The provided expression refers to an attribute that does not exist in the item";
            Some(other.ok_or_else(|| Wrong::Leg(missing.to_owned()))?)
        }
        (Action::Remove, _) | (Action::Delete(_), None) => None,
        (Action::Add(value), Some(there)) => Some(added(there, settled(value)?)?),
        (Action::Delete(members), Some(there)) => without(there, &settled(members)?)?,
    })
}

fn misfit() -> Wrong {
    Wrong::Leg("An operand in the update expression has an incorrect data type".to_owned())
}

fn added(there: &Value, value: Value) -> Result<Value, Wrong> {
    Ok(match (there, value) {
        (Value::N(there), Value::N(value)) => Value::N(number::add(there, &value).map_err(Wrong::Leg)?),
        (Value::Ss(there), Value::Ss(value)) => Value::Ss(there.iter().cloned().chain(value).collect()),
        (Value::Ns(there), Value::Ns(value)) => Value::Ns(there.iter().cloned().chain(value).collect()),
        (Value::Bs(there), Value::Bs(value)) => Value::Bs(there.iter().cloned().chain(value).collect()),
        _ => return Err(misfit()),
    })
}

/// Nothing is left of a set without members.
fn without(there: &Value, members: &Value) -> Result<Option<Value>, Wrong> {
    fn rest<T: Ord + Clone>(there: &BTreeSet<T>, members: &BTreeSet<T>) -> Option<BTreeSet<T>> {
        let rest: BTreeSet<_> = there.difference(members).cloned().collect();
        (!rest.is_empty()).then_some(rest)
    }
    Ok(match (there, members) {
        (Value::Ss(there), Value::Ss(members)) => rest(there, members).map(Value::Ss),
        (Value::Ns(there), Value::Ns(members)) => rest(there, members).map(Value::Ns),
        (Value::Bs(there), Value::Bs(members)) => rest(there, members).map(Value::Bs),
        _ => return Err(misfit()),
    })
}

#[cfg(test)]
mod tests {
    use table::Key;

    use super::*;

    fn text(text: &str) -> Value {
        Value::S(text.to_owned())
    }

    fn number(digits: &str) -> Value {
        Value::N(digits.to_owned())
    }

    fn texts(members: &[&str]) -> Value {
        Value::Ss(members.iter().map(|member| (*member).to_owned()).collect())
    }

    fn key() -> Key {
        Key { pk: "P".to_owned(), sk: "S".to_owned() }
    }

    fn item(attributes: &[(&str, Value)]) -> Item {
        let mut item = key().item();
        item.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        item
    }

    fn after(before: Option<&Item>, change: Update) -> Result<Item, Wrong> {
        update(&change, before).map(|(item, _)| item)
    }

    #[test]
    fn an_update_makes_an_item_that_is_absent() {
        assert_eq!(after(None, Update::of(key()).set("a", number("1.0"))), Ok(item(&[("a", number("1"))])));
        assert_eq!(after(None, Update::of(key()).remove("a")), Ok(item(&[])));
        assert_eq!(after(None, Update::of(key()).delete("a", texts(&["x"]))), Ok(item(&[])));
        assert_eq!(after(None, Update::of(key()).add("a", number("5"))), Ok(item(&[("a", number("5"))])));
    }

    #[test]
    fn each_action_does_what_it_says_to_the_item_as_it_was() {
        let before = item(&[("a", text("old")), ("n", number("2")), ("s", texts(&["x", "y"]))]);
        let change = Update::of(key())
            .set("a", text("new"))
            .set_to("b", "a")
            .set_if_absent("n", number("9"))
            .set_if_absent("m", number("9"))
            .add("s", texts(&["y", "z"]));
        let expected = item(&[
            ("a", text("new")),
            ("b", text("old")),
            ("n", number("2")),
            ("m", number("9")),
            ("s", texts(&["x", "y", "z"])),
        ]);
        assert_eq!(after(Some(&before), change), Ok(expected));
        let change = Update::of(key()).remove("a").add("n", number("-0.5")).delete("s", texts(&["y", "q"]));
        let expected = item(&[("n", number("1.5")), ("s", texts(&["x"]))]);
        assert_eq!(after(Some(&before), change), Ok(expected));
        let emptied = after(Some(&before), Update::of(key()).delete("s", texts(&["x", "y"]))).unwrap();
        assert!(!emptied.contains_key("s"), "a set without members is no attribute");
    }

    #[test]
    fn what_does_not_fit_what_is_there_is_refused() {
        let before = item(&[("a", text("x")), ("s", texts(&["x"])), ("n", number(&"9".repeat(38)))]);
        for change in [
            Update::of(key()).add("a", number("1")),
            Update::of(key()).add("s", Value::Ns(["1".to_owned()].into())),
            Update::of(key()).delete("a", texts(&["x"])),
            Update::of(key()).set_to("b", "z"),
            Update::of(key()).add("n", number("0.1")),
            Update::of(key()).set("rank", number("1")),
        ] {
            let refused = after(Some(&before), change.clone());
            assert!(matches!(refused, Err(Wrong::Leg(_))), "{change:?}: {refused:?}");
        }
        assert!(matches!(after(None, Update::of(key()).set("la", text(""))), Err(Wrong::Request(_))));
    }
}
