//! Writes as DynamoDB is sent them, without what is of one moment or one item: what a kind of item is changed by, and under
//! which condition.

use table::Write;

/// # Panics
/// If DynamoDB would refuse the write for its size.
pub(crate) fn line(write: &Write) -> String {
    let key = write.key();
    let kind =
        store::key_in_words(&key.pk, &key.sk).map_or_else(|| "?".to_owned(), |named| format!("{:?}", named.kind));
    let word = match write {
        Write::Put { .. } => "Put",
        Write::Update(_) => "Update",
        Write::Delete { .. } => "Delete",
    };
    let texts = dynamo::texts(write).expect("DynamoDB takes it");
    let update = texts.update.map(|update| format!(" {}", general(&update)));
    let condition = texts.condition.map(|condition| format!(" IF {}", general(&condition)));
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
