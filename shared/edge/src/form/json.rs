//! JSON, read exactly: numbers keep their text, a repeated key is refused at any level, nesting is bounded.
//!
//! Built on `RawValue` instead of serde_json's `arbitrary_precision`: that feature would change what every
//! `serde_json::Value` of the whole binary is, the AWS crates' included.

use super::Node;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Deeper nesting than any request of ours has, and shallow enough that re-reading per level stays cheap.
const DEEPEST: usize = 32;

/// Why a text is not the JSON we take. For the log and the sentence, not for programs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl From<serde_json::Error> for Malformed {
    fn from(_: serde_json::Error) -> Self {
        Malformed
    }
}

pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    node(serde_json::from_str::<&RawValue>(text)?, DEEPEST)
}

fn node(raw: &RawValue, depth: usize) -> Result<Node, Malformed> {
    let text = raw.get();
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    Ok(match text.as_bytes().first() {
        Some(b'n') => Node::Null,
        Some(b't') => Node::Bool(true),
        Some(b'f') => Node::Bool(false),
        Some(b'"') => Node::Text(serde_json::from_str(text)?),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            Node::List(items.into_iter().map(|item| node(item, depth)).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text)?;
            let members = members.into_iter().map(|(name, value)| Ok((name, node(value, depth)?)));
            Node::Object(members.collect::<Result<_, Malformed>>()?)
        }
        _ => Node::Number(text.to_owned()),
    })
}

/// An object's members, refusing a second one of the same name: which of the two counts is a matter of taste between
/// JSON libraries, and so a way to show one thing and send another.
struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a repeated key"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        for text in ["0.10", "1e2", "-7", "123456789012345678901234567890", "1.0"] {
            assert_eq!(read(text), Ok(Node::Number(text.to_owned())));
        }
    }

    #[test]
    fn a_repeated_key_is_refused_at_any_level_and_in_any_spelling() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":[{"b":1,"b":2}]}"#] {
            assert_eq!(read(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "{]",
            "nul",
            "NaN",
            "Infinity",
            "-",
            "01",
            "1.",
            ".5",
            "+1",
            "{'a':1}",
            "{\"a\":1,}",
            "{a:1}",
            "{} {}",
            "{}x",
            "\"\\ud800\"",
            "\"a\nb\"",
            "\"\\x\"",
            "\u{feff}{}",
            "tru",
            "[1,]",
            "1e",
            "\"open",
        ] {
            assert_eq!(read(text), Err(Malformed), "{text:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(read(&nested(DEEPEST)).is_ok());
        assert_eq!(read(&nested(DEEPEST + 1)), Err(Malformed));
        assert_eq!(read(&nested(500_000)), Err(Malformed));
        assert_eq!(read(&"[".repeat(1_000_000)), Err(Malformed));
    }
}
