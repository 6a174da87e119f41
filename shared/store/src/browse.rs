//! Items in words, for people who look into the table: on a laptop, never in a request.

use chrono::{DateTime, SecondsFormat};
use table::{Item, Value};

use crate::keys::words;

/// An item as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub pk: String,
    pub sk: String,
    /// The sort key in words.
    pub what: String,
    /// Name and value of everything else, by name.
    pub attributes: Vec<(String, String)>,
}

/// A partition key in words.
pub fn partition(pk: &str) -> String {
    words::partition(pk)
}

pub fn shown(item: &Item) -> Shown {
    let part = |name: &str| item.get(name).and_then(|value| value.as_s()).cloned().unwrap_or_default();
    let (pk, sk) = (part("pk"), part("sk"));
    let is_own = |name: &&String| !matches!(name.as_str(), "pk" | "sk");
    let mut attributes: Vec<_> =
        item.keys().filter(is_own).map(|name| (name.clone(), attribute(name, &item[name]))).collect();
    attributes.sort();
    Shown { what: words::sort(&sk), pk, sk, attributes }
}

/// What opens an account is nobody's to read, not even here.
fn is_secret(name: &str) -> bool {
    ["hash", "password", "refresh", "reset", "secret"].iter().any(|part| name.contains(part))
}

fn attribute(name: &str, value: &Value) -> String {
    if is_secret(name) {
        return "(not shown)".to_owned();
    }
    match value {
        Value::S(text) => match name {
            "la" | "lb" => words::list(text),
            "rank" => words::rank(text),
            "due_bucket" => words::partition(text),
            "due_at" => words::place(text),
            _ => text.clone(),
        },
        Value::N(digits) => number(name, digits),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Ns(all) => all.iter().map(|one| number(name, one)).collect::<Vec<_>>().join(", "),
        Value::Ss(all) => all.iter().cloned().collect::<Vec<_>>().join(", "),
        Value::L(all) => all.iter().map(|one| attribute(name, one)).collect::<Vec<_>>().join("; "),
        Value::M(map) => {
            let mut parts: Vec<_> =
                map.iter().map(|(name, value)| format!("{name}: {}", attribute(name, value))).collect();
            parts.sort();
            format!("({})", parts.join(", "))
        }
        Value::B(bytes) => format!("{} bytes", bytes.len()),
        _ => "nothing".to_owned(),
    }
}

/// Times are milliseconds since 1970, but for those DynamoDB deletes by; ids are larger.
const MILLISECONDS: std::ops::Range<i64> = 1_000_000_000_000..10_000_000_000_000;

fn number(name: &str, digits: &str) -> String {
    let said = |time: DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    match digits.parse::<i64>() {
        Ok(seconds) if name == "expires_at" => DateTime::from_timestamp(seconds, 0).map(said),
        Ok(time) if MILLISECONDS.contains(&time) => DateTime::from_timestamp_millis(time).map(said),
        _ => None,
    }
    .unwrap_or_else(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;
    use crate::row::{Row, number, numbers, text};
    use domain::ids::UserId;

    #[test]
    fn keys_times_lists_and_sets_are_said_in_words_and_secrets_are_not() {
        let user = UserId::new(1_234_567_890_123_456).unwrap();
        let item = Row::at(&keys::user(user))
            .value("la", text(keys::list::as_learner(user)))
            .value("rank", text(keys::id_text(user.get())))
            .number("created_at", 1_800_000_000_000_i64)
            .number("expires_at", 1_800_000_000)
            .number("user", user)
            .value("busy", numbers([1, 2]))
            .rows("rows", [Row::nested().value("a", number(1)).flag("b", true)])
            .text("password_hash", "$argon2id$secret")
            .text("name", "<b>Ada</b>")
            .into_item();
        let shown = shown(&item);
        assert_eq!((partition(&shown.pk), shown.what.as_str()), ("person 1234567890123456".to_owned(), "profile"));
        let expected = [
            ("busy", "1, 2"),
            ("created_at", "2027-01-15T08:00:00Z"),
            ("expires_at", "2027-01-15T08:00:00Z"),
            ("la", "bookings as learner of 1234567890123456"),
            ("name", "<b>Ada</b>"),
            ("password_hash", "(not shown)"),
            ("rank", "1234567890123456"),
            ("rows", "(a: 1, b: yes)"),
            ("shape", "1"),
            ("user", "1234567890123456"),
        ];
        assert_eq!(shown.attributes, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
