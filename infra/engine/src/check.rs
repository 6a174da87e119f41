//! What DynamoDB refuses of a request, whatever is stored; and values as it stores them.

use std::collections::BTreeSet;

use table::{Action, Comparison, Condition, Index, Item, Key, Update, Value, Write};

use crate::number;
use crate::size::{self, LARGEST_ITEM, TRANSACTION};

/// Why a write is not carried out, although its condition may hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The whole request is refused.
    Request(String),
    /// In a transaction, this leg is a reason to cancel it.
    Leg(String),
}

/// Bytes of a partition key, and of a sort key.
const LARGEST_KEY: [usize; 2] = [2048, 1024];
/// Lists and maps in one another.
const DEEPEST: usize = 32;
/// Values of an `IN`.
const MOST: usize = 100;
const LONGEST_TOKEN: usize = 36;

fn request(text: impl Into<String>) -> Wrong {
    Wrong::Request(text.into())
}

fn hold(good: bool, text: &str) -> Result<(), Wrong> {
    if good { Ok(()) } else { Err(request(text)) }
}

/// A key that can be read or written.
pub(crate) fn key(key: &Key) -> Result<(), Wrong> {
    for (part, largest) in [&key.pk, &key.sk].into_iter().zip(LARGEST_KEY) {
        hold(!part.is_empty(), "The AttributeValue for a key attribute cannot contain an empty string value")?;
        if part.len() > largest {
            return Err(Wrong::Leg(format!("Size of a key has exceeded the maximum size limit of {largest} bytes")));
        }
    }
    Ok(())
}

/// Makes a value what DynamoDB stores: numbers in one form.
pub(crate) fn settle(value: &mut Value) -> Result<(), Wrong> {
    settle_at(value, 0)
}

fn settle_at(value: &mut Value, depth: usize) -> Result<(), Wrong> {
    hold(depth <= DEEPEST, "Nesting Levels have exceeded supported limits")?;
    const EMPTY: &str = "One or more parameter values were invalid: An set  may not be empty";
    match value {
        Value::S(_) | Value::B(_) | Value::Bool(_) | Value::Null => {}
        Value::N(digits) => {
            if let Some(canonical) = number::canonical(digits).map_err(Wrong::Request)? {
                *digits = canonical;
            }
        }
        Value::Ss(set) => hold(!set.is_empty(), EMPTY)?,
        Value::Bs(set) => hold(!set.is_empty(), EMPTY)?,
        Value::Ns(set) => {
            hold(!set.is_empty(), EMPTY)?;
            let settled = set.iter().map(|digits| Ok(number::canonical(digits)?.unwrap_or_else(|| digits.clone())));
            let settled = settled.collect::<Result<BTreeSet<_>, _>>().map_err(Wrong::Request)?;
            hold(settled.len() == set.len(), "Input collection contains duplicates")?;
            *set = settled;
        }
        Value::L(list) => list.iter_mut().try_for_each(|member| settle_at(member, depth + 1))?,
        Value::M(map) => settle_attributes(map, depth + 1)?,
    }
    Ok(())
}

fn settle_attributes(attributes: &mut Item, depth: usize) -> Result<(), Wrong> {
    for (name, value) in attributes {
        hold(!name.is_empty(), "Attribute name must not be empty")?;
        settle_at(value, depth)?;
    }
    Ok(())
}

/// Makes an item what DynamoDB stores.
pub(crate) fn settle_item(item: &mut Item) -> Result<(), Wrong> {
    settle_attributes(item, 0)
}

/// An item that is to be put: its key, the keys of its indexes, its size.
pub(crate) fn put(item: &Item) -> Result<(), Wrong> {
    for name in ["pk", "sk"] {
        if !matches!(item.get(name), Some(Value::S(_))) {
            return Err(Wrong::Leg(format!(
                "One or more parameter values were invalid: Missing the key {name} in the item"
            )));
        }
    }
    key(&Key::of(item))?;
    index_keys(item, None)
}

/// What an index is keyed by is a text, and not an empty one. An update is asked only about what it changes.
pub(crate) fn index_keys(item: &Item, before: Option<&Item>) -> Result<(), Wrong> {
    for index in Index::ALL {
        let (partition, sort) = index.attributes();
        for (name, largest) in [partition, sort].into_iter().zip(LARGEST_KEY) {
            let Some(value) = item.get(name) else { continue };
            if before.is_some_and(|before| before.get(name) == Some(value)) {
                continue;
            }
            match value {
                Value::S(text) if text.is_empty() => {
                    let text = "A value specified for a secondary index key is not supported: an empty string";
                    return Err(request(format!("{text}. IndexName: {}, IndexKey: {name}", index.name())));
                }
                Value::S(text) if text.len() <= largest => {}
                _ => {
                    return Err(Wrong::Leg(format!(
                        "Type or size mismatch for Index Key {name} IndexName: {}",
                        index.name()
                    )));
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn largest(item: &Item) -> Result<usize, Wrong> {
    let size = size::item(item);
    if size > LARGEST_ITEM {
        return Err(Wrong::Leg("Item size has exceeded the maximum allowed size".to_owned()));
    }
    Ok(size)
}

pub(crate) fn condition(condition: &Condition) -> Result<(), Wrong> {
    match condition {
        Condition::Compares(_, comparison, value) => {
            let is_ordered = matches!(value, Value::S(_) | Value::N(_) | Value::B(_));
            hold(*comparison == Comparison::Equals || is_ordered, "Incorrect operand type for operator or function")?;
            settle(&mut value.clone())
        }
        Condition::OneOf(_, values) => {
            hold((1..=MOST).contains(&values.len()), "Invalid ConditionExpression: IN takes 1 to 100 values")?;
            values.iter().try_for_each(|value| settle(&mut value.clone()))
        }
        Condition::Contains(_, value) => settle(&mut value.clone()),
        Condition::Not(inner) => self::condition(inner),
        Condition::All(inner) | Condition::Any(inner) => {
            hold(!inner.is_empty(), "Invalid ConditionExpression: The expression can not be empty;")?;
            inner.iter().try_for_each(self::condition)
        }
        Condition::Exists(_) | Condition::Absent(_) | Condition::FewerThan(..) => Ok(()),
    }
}

pub(crate) fn update(update: &Update) -> Result<(), Wrong> {
    hold(!update.actions.is_empty(), "Invalid UpdateExpression: The expression can not be empty;")?;
    for (name, action) in &update.actions {
        hold(!name.is_empty(), "Attribute name must not be empty")?;
        if name == "pk" || name == "sk" {
            return Err(request(format!("Cannot update attribute {name}. This attribute is part of the key")));
        }
        let is_set = |value: &Value| matches!(value, Value::Ss(_) | Value::Ns(_) | Value::Bs(_));
        let fits = match action {
            Action::Add(value) => is_set(value) || matches!(value, Value::N(_)),
            Action::Delete(value) => is_set(value),
            Action::Set(_) | Action::SetIfAbsent(_) | Action::SetTo(_) | Action::Remove => true,
        };
        hold(fits, "Invalid UpdateExpression: Incorrect operand type for operator or function")?;
    }
    update.condition.as_ref().map_or(Ok(()), condition)
}

/// A transaction's legs and token, before any of them is looked at.
pub(crate) fn transaction(writes: &[Write], token: &str) -> Result<(), Wrong> {
    hold(!writes.is_empty(), "Member must have length greater than or equal to 1")?;
    hold(token.len() <= LONGEST_TOKEN, "Member must have length less than or equal to 36")?;
    let mut total = 0;
    for write in writes {
        let own_condition = match write {
            Write::Put { item, condition } => {
                let size = size::item(item);
                hold(size <= LARGEST_ITEM, "Item size has exceeded the maximum allowed size")?;
                total += size;
                condition.as_ref()
            }
            Write::Update(one) => {
                update(one)?;
                None
            }
            Write::Delete { condition, .. } => condition.as_ref(),
        };
        own_condition.map_or(Ok(()), condition)?;
    }
    hold(total <= TRANSACTION, "Collection size of items exceeded: 4MB limit of a transaction")
}

#[cfg(test)]
mod tests;
