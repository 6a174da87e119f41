//! Writes as DynamoDB is sent them, without what is of one moment or one item: what a kind of item is changed by, and under
//! which condition.

use serde_json::Value as Json;

/// The writes of a request, if it has any.
pub(crate) fn writes(operation: &str, body: &str) -> Vec<String> {
    let request: Json = serde_json::from_str(body).expect("a request is JSON");
    match operation {
        "UpdateItem" => vec![line("Update", &request)],
        "DeleteItem" => vec![line("Delete", &request)],
        "TransactWriteItems" => {
            let legs = request["TransactItems"].as_array().expect("legs");
            legs.iter().flat_map(|leg| leg.as_object().expect("a leg")).map(|(word, leg)| line(word, leg)).collect()
        }
        _ => Vec::new(),
    }
}

fn line(word: &str, write: &Json) -> String {
    let key = if write["Item"].is_object() { &write["Item"] } else { &write["Key"] };
    let [pk, sk] = ["pk", "sk"].map(|part| key[part]["S"].as_str().expect("a key"));
    let kind = store::key_in_words(pk, sk).map_or_else(|| "?".to_owned(), |named| format!("{:?}", named.kind));
    let text = |name: &str| write[name].as_str().map(general);
    let update = text("UpdateExpression").map(|update| format!(" {update}"));
    let condition = text("ConditionExpression").map(|condition| format!(" IF {condition}"));
    format!("{kind}: {word}{}{}", update.unwrap_or_default(), condition.unwrap_or_default())
}

/// An expression in which values have no numbers, names made at run time are a star, and what repeats is said once.
fn general(expression: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = String::new();
    let mut rest = expression;
    while let Some(place) = rest.find(['#', ':']) {
        found.push_str(&rest[..place]);
        let (mark, after) = rest[place..].split_at(1);
        let (word, behind) = after.split_at(after.find(|c| !is_word(c)).unwrap_or(after.len()));
        let is_fixed = mark == "#" && !word.contains(|c: char| c.is_ascii_digit());
        found.push_str(mark);
        found.push_str(if is_fixed {
            word
        } else if mark == "#" {
            "*"
        } else {
            ""
        });
        rest = behind;
    }
    found.push_str(rest);
    for (part, between) in [("#*", ", "), ("#* = :", ", "), ("contains(#busy,:)", " OR ")] {
        let twice = format!("{part}{between}{part}");
        while found.contains(&twice) {
            found = found.replace(&twice, part);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_moment_is_left_out() {
        assert_eq!(general("ADD #h29 :v0 REMOVE #h28, #h27, #h26"), "ADD #* : REMOVE #*");
        assert_eq!(
            general("NOT (contains(#busy,:v1) OR contains(#busy,:v2) OR contains(#busy,:v3))"),
            "NOT (contains(#busy,:))"
        );
        assert_eq!(general("#version = :v3 AND attribute_exists(#pk)"), "#version = : AND attribute_exists(#pk)");
    }
}
