//! What DynamoDB takes of one request and the embedded table does not count. Every request of every test is held to it,
//! because a request beyond would be refused on AWS and nowhere else.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// Operators and functions in one expression.
pub const OPERATORS: usize = 300;
/// Bytes of one expression.
pub const EXPRESSION: usize = 4096;
/// Items of one transaction, and keys of one batch of reads.
pub const ITEMS: usize = 100;
/// Bytes of one transaction.
pub const TRANSACTION: usize = 4 << 20;

/// # Panics
/// If DynamoDB would refuse the request for its size.
pub(crate) fn hold(operation: &str, body: &str) {
    let request: Json = serde_json::from_str(body).expect("a request is JSON");
    each_expression(&request, &mut |name, expression| {
        let found = operators(expression);
        assert!(found <= OPERATORS, "{operation}: {found} operators in {name} {expression}");
        assert!(expression.len() <= EXPRESSION, "{operation}: {} bytes in {name}", expression.len());
    });
    match operation {
        "TransactWriteItems" => {
            let legs = request["TransactItems"].as_array().expect("legs");
            assert!(legs.len() <= ITEMS, "{} legs", legs.len());
            assert!(body.len() <= TRANSACTION, "a transaction of {} bytes", body.len());
            let written: Vec<_> = legs.iter().map(key_of).collect();
            let different: BTreeSet<_> = written.iter().collect();
            assert_eq!(written.len(), different.len(), "one item is named twice: {written:?}");
        }
        "BatchGetItem" => {
            let tables = request["RequestItems"].as_object().expect("tables");
            let keys: usize = tables.values().map(|table| table["Keys"].as_array().map_or(0, Vec::len)).sum();
            assert!(keys <= ITEMS, "{keys} keys in one batch");
        }
        _ => {}
    }
}

fn key_of(leg: &Json) -> String {
    let write = leg.as_object().and_then(|leg| leg.values().next()).expect("a write");
    let place = if write["Item"].is_object() { &write["Item"] } else { &write["Key"] };
    format!("{} {}", place["pk"]["S"], place["sk"]["S"])
}

fn each_expression(value: &Json, seen: &mut impl FnMut(&str, &str)) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                match value {
                    Json::String(text) if name.ends_with("Expression") => seen(name, text),
                    value => each_expression(value, seen),
                }
            }
        }
        Json::Array(values) => values.iter().for_each(|value| each_expression(value, seen)),
        _ => {}
    }
}

/// Operators and functions, and never fewer than AWS counts: AND, OR, NOT, BETWEEN, IN, comparisons, sums, functions,
/// and each action of an update.
pub fn operators(expression: &str) -> usize {
    let mut count = 0;
    let mut rest = expression;
    let mut depth = 0_usize;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | ':' | '.' | '[' | ']');
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length.max(first.len_utf8()));
        rest = after;
        count += match word {
            "(" => {
                depth += 1;
                0
            }
            ")" => {
                depth = depth.saturating_sub(1);
                0
            }
            "<" | ">" => {
                rest = rest.trim_start_matches(['=', '>']);
                1
            }
            "=" | "+" | "-" => 1,
            "," if depth == 0 => 1,
            word if word.starts_with(['#', ':']) => 0,
            word => {
                let upper = word.to_ascii_uppercase();
                let is_operator = matches!(upper.as_str(), "AND" | "OR" | "NOT" | "BETWEEN" | "IN");
                let is_action = matches!(upper.as_str(), "SET" | "ADD" | "REMOVE" | "DELETE");
                let is_function = word.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.starts_with('(');
                usize::from(is_operator || is_action || is_function)
            }
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_functions_and_actions_are_counted() {
        for (expression, expected) in [
            ("", 0),
            ("#version = :seen", 1),
            ("attribute_not_exists(#pk)", 1),
            ("NOT contains(#busy,:q1) AND NOT contains(#busy,:q2)", 5),
            ("NOT (contains(#busy,:q1) OR contains(#busy,:q2))", 4),
            ("#a <> :b and #c >= :d OR #e<:f", 5),
            ("#a BETWEEN :b AND :c", 2),
            ("#a IN (:b, :c)", 1),
            ("SET #a = if_not_exists(#a, :zero) + :one, #b = :c REMOVE #d, #e ADD #f :g", 9),
            ("pk, sk", 1),
        ] {
            assert_eq!(operators(expression), expected, "{expression}");
        }
    }
}
