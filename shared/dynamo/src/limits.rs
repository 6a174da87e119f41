//! What DynamoDB takes of one request. Whoever asks for more is told so here, in the same words wherever the request would
//! have gone (Developer Guide, "Quotas in Amazon DynamoDB" and "Expressions").

use std::collections::BTreeSet;

use table::{Action, Condition, Fault, Update, Write};

use crate::expression::Expressions;

/// Operators and functions in one expression.
const OPERATORS: usize = 300;
/// Bytes of one expression.
const EXPRESSION_BYTES: usize = 4096;
/// Items of one transaction.
const LEGS: usize = 100;

fn refused(what: impl std::fmt::Display) -> Fault {
    Fault::Rejected(format!("DynamoDB would not take {what}"))
}

/// # Errors
/// An expression has too many operators or bytes.
pub(crate) fn hold_update(update: &Update, written: &Expressions) -> Result<(), Fault> {
    hold_condition(update.condition.as_ref(), written)?;
    hold_expression(in_actions(update), written.update.as_deref())
}

/// # Errors
/// As [`hold_update`].
pub(crate) fn hold_condition(condition: Option<&Condition>, written: &Expressions) -> Result<(), Fault> {
    hold_expression(condition.map_or(0, in_condition), written.condition.as_deref())
}

fn hold_expression(operators: usize, text: Option<&str>) -> Result<(), Fault> {
    let bytes = text.map_or(0, str::len);
    if operators > OPERATORS {
        return Err(refused(format_args!("{operators} operators in one expression")));
    }
    if bytes > EXPRESSION_BYTES {
        return Err(refused(format_args!("an expression of {bytes} bytes")));
    }
    Ok(())
}

/// # Errors
/// There are too many legs, or two of one item.
pub(crate) fn hold_legs(writes: &[Write]) -> Result<(), Fault> {
    if writes.len() > LEGS {
        return Err(refused(format_args!("a transaction of {} legs", writes.len())));
    }
    let different: BTreeSet<_> = writes.iter().map(Write::key).collect();
    if different.len() < writes.len() {
        return Err(refused("two writes of one item in a transaction"));
    }
    Ok(())
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
    use table::{Key, Value, contains, exists, fewer_than, not, one_of};

    use super::*;

    fn key(sk: &str) -> Key {
        Key { pk: "A".to_owned(), sk: sk.to_owned() }
    }

    fn step(number: usize) -> Value {
        Value::N(number.to_string())
    }

    fn update_when(condition: Condition) -> Result<(), Fault> {
        let update = Update::of(key("A")).add("busy", step(1)).when(condition);
        hold_update(&update, &Expressions::of_update(&update))
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
    fn an_expression_of_more_than_dynamodb_takes_is_refused_before_it_is_sent() {
        let none_of = |steps: usize| not(table::any((0..steps).map(|number| contains("busy", step(number)))));
        assert!(update_when(none_of(150)).is_ok());
        let refused = update_when(none_of(151)).unwrap_err().to_string();
        assert!(refused.contains("302 operators"), "{refused}");
        let long = "n".repeat(EXPRESSION_BYTES);
        let refused = update_when(exists(long)).unwrap_err().to_string();
        assert!(refused.contains("bytes"), "{refused}");
    }

    #[test]
    fn a_transaction_has_up_to_a_hundred_legs_each_of_its_own_item() {
        let delete = |sk: String| Write::Delete { key: key(&sk), condition: None };
        let legs = |count: usize| (0..count).map(|number| delete(number.to_string())).collect::<Vec<_>>();
        assert!(hold_legs(&legs(100)).is_ok());
        assert!(hold_legs(&legs(101)).unwrap_err().to_string().contains("101 legs"));
        let twice = [delete("A".to_owned()), Write::Update(Update::of(key("A")).add("n", step(1)))];
        assert!(hold_legs(&twice).unwrap_err().to_string().contains("two writes of one item"));
    }
}
