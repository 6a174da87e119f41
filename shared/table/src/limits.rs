//! What DynamoDB takes of one request. Whoever asks for more is told so in the same words wherever the request would have
//! gone (Developer Guide, "Quotas in Amazon DynamoDB" and "Expressions").

use std::collections::HashSet;

use crate::{Action, Condition, Fault, Update, Write};

/// Operators and functions in one expression.
const OPERATORS: usize = 300;
/// Items of one transaction, and keys of one batch.
pub const ITEMS: usize = 100;

/// What is refused as more than DynamoDB takes.
pub fn refused(what: impl std::fmt::Display) -> Fault {
    Fault::Rejected(format!("DynamoDB would not take {what}"))
}

fn operators(count: usize) -> Result<(), Fault> {
    if count > OPERATORS { Err(refused(format_args!("{count} operators in one expression"))) } else { Ok(()) }
}

/// # Errors
/// One of its expressions has too many operators.
pub fn update(update: &Update) -> Result<(), Fault> {
    condition(update.condition.as_ref())?;
    operators(in_actions(update))
}

/// # Errors
/// It has too many operators.
pub fn condition(condition: Option<&Condition>) -> Result<(), Fault> {
    operators(condition.map_or(0, in_condition))
}

/// # Errors
/// There are too many legs, two of one item, or one that is refused for its own sake.
pub fn transaction(writes: &[Write]) -> Result<(), Fault> {
    if writes.len() > ITEMS {
        return Err(refused(format_args!("a transaction of {} legs", writes.len())));
    }
    let different: HashSet<_> = writes.iter().map(Write::key).collect();
    if different.len() < writes.len() {
        return Err(refused("two writes of one item in a transaction"));
    }
    writes.iter().try_for_each(|write| match write {
        Write::Update(one) => update(one),
        Write::Put { .. } | Write::Delete { .. } => condition(write.condition()),
    })
}

/// Operators and functions of a condition.
fn in_condition(condition: &Condition) -> usize {
    match condition {
        Condition::Exists(_)
        | Condition::Absent(_)
        | Condition::Compares(..)
        | Condition::OneOf(..)
        | Condition::Contains(..) => 1,
        Condition::FewerThan(..) => 2,
        Condition::Not(inner) => 1 + in_condition(inner),
        Condition::All(inner) | Condition::Any(inner) => {
            inner.iter().map(in_condition).sum::<usize>() + inner.len().saturating_sub(1)
        }
    }
}

/// Operators and functions of an update, and never fewer than AWS counts: an action each, a sign in those that set, and a
/// word for each of the four clauses.
fn in_actions(update: &Update) -> usize {
    let action = |action: &Action| match action {
        Action::Set(_) | Action::SetTo(_) => 2,
        Action::SetIfAbsent(_) => 3,
        Action::Remove | Action::Add(_) | Action::Delete(_) => 1,
    };
    4 + update.actions.values().map(action).sum::<usize>()
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::{Key, Value, any, contains, exists, fewer_than, not, one_of};

    fn key(sk: &str) -> Key {
        Key { pk: "A".to_owned(), sk: sk.to_owned() }
    }

    fn step(number: usize) -> Value {
        Value::N(number.to_string())
    }

    fn update_when(condition: Condition) -> Result<(), Fault> {
        update(&Update::of(key("A")).add("busy", step(1)).when(condition))
    }

    #[test]
    fn operators_and_functions_are_counted() {
        for (condition, expected) in [
            (exists("a"), 1),
            (exists("a").and(one_of("b", [step(1), step(2)])), 3),
            (not(contains("a", step(1)).or(contains("a", step(2)))), 4),
            (fewer_than("a", 3), 2),
        ] {
            assert_eq!(in_condition(&condition), expected, "{condition:?}");
        }
        let update = Update::of(key("A")).set("a", step(1)).set_if_absent("b", step(1)).remove("c").add("d", step(1));
        assert_eq!(in_actions(&update), 11);
    }

    #[test]
    fn an_expression_of_more_operators_than_dynamodb_takes_is_refused() {
        let none_of = |steps: usize| not(any((0..steps).map(|number| contains("busy", step(number)))));
        assert!(update_when(none_of(150)).is_ok());
        let refused = update_when(none_of(151)).unwrap_err().to_string();
        assert!(refused.contains("302 operators"), "{refused}");
    }

    #[test]
    fn a_transaction_has_up_to_a_hundred_legs_each_of_its_own_item() {
        let delete = |sk: String| Write::Delete { key: key(&sk), condition: None };
        let legs = |count: usize| (0..count).map(|number| delete(number.to_string())).collect::<Vec<_>>();
        assert!(transaction(&legs(100)).is_ok());
        assert!(transaction(&legs(101)).unwrap_err().to_string().contains("101 legs"));
        let twice = [delete("A".to_owned()), Write::Update(Update::of(key("A")).add("n", step(1)))];
        assert!(transaction(&twice).unwrap_err().to_string().contains("two writes of one item"));
    }
}
