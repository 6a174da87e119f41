//! Kinds for fields that an empty text clears, and for texts that may come as a list.

use utoipa::openapi::Object;

use super::describe::Files;
use super::kinds::TextKind;
use super::{Kind, Node};
use crate::problem::Text;

/// The same, or an empty text for nothing.
pub fn or_empty<K: Kind>(kind: K) -> OrEmpty<K> {
    OrEmpty(kind)
}

#[derive(Clone, Copy, Debug)]
pub struct OrEmpty<K>(K);

impl<K: Kind> Kind for OrEmpty<K> {
    type Out = Option<K::Out>;

    fn read(self, node: &Node, loose: bool) -> Result<Self::Out, Text> {
        match node {
            Node::Text(text) if text.is_empty() => Ok(None),
            node => self.0.read(node, loose).map(Some),
        }
    }

    fn schema(&self) -> Object {
        self.0.schema()
    }

    fn files(&self) -> Files {
        self.0.files()
    }
}

/// A text of words separated by commas, or a list of them.
pub fn comma_separated(text: TextKind) -> CommaSeparated {
    CommaSeparated(text)
}

#[derive(Clone, Copy, Debug)]
pub struct CommaSeparated(TextKind);

impl Kind for CommaSeparated {
    type Out = String;

    fn read(self, node: &Node, loose: bool) -> Result<String, Text> {
        let Node::List(words) = node else { return self.0.read(node, loose) };
        let word = |node: &Node| match node {
            Node::Text(word) => Ok(word.trim().to_owned()),
            _ => Err(Text::Borrowed("This must be text, or a list of texts.")),
        };
        let words = words.iter().map(word).collect::<Result<Vec<_>, _>>()?;
        let joined = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
        self.0.read(&Node::Text(joined), false)
    }

    fn schema(&self) -> Object {
        self.0.schema()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Fields, Form, Parse, integer, parse, text};

    fn read<K: Kind>(kind: K, json: &str) -> Result<K::Out, Text> {
        let form = Form::from_json(format!("{{\"x\": {json}}}").as_bytes()).unwrap_or_default();
        kind.read(form.get("x").unwrap_or(&Node::Null), false)
    }

    #[test]
    fn an_empty_text_clears() {
        assert_eq!(read(or_empty(integer(1..=10)), "\"\"").ok(), Some(None));
        assert_eq!(read(or_empty(integer(1..=10)), "\"7\"").ok(), Some(Some(7)));
        assert!(read(or_empty(integer(1..=10)), "\" \"").is_err());
    }

    #[test]
    fn a_list_becomes_one_text() {
        let kind = || comma_separated(text(..=9));
        assert_eq!(read(kind(), r#"["a ", "", "b"]"#).ok().as_deref(), Some("a, b"));
        assert_eq!(read(kind(), "[]").ok().as_deref(), Some(""));
        assert_eq!(read(kind(), r#""a,b""#).ok().as_deref(), Some("a,b"));
        for wrong in ["[1]", "[null]", "[[]]", "7", r#"["a\u0000"]"#, r#"["aaaaa", "bbb"]"#] {
            assert!(read(kind(), wrong).is_err(), "{wrong}");
        }
    }

    struct Lifted(Option<i64>);

    impl Parse for Lifted {
        const LIFTS: &str = "inner";

        fn parse(fields: &mut Fields<'_>) -> Option<Self> {
            fields.optional("x", integer(1..=9)).map(Self)
        }
    }

    #[test]
    fn what_stands_in_an_object_may_stand_outside_and_goes_first_there() {
        let x =
            |json: &str| parse::<Lifted>(&Form::from_json(json.as_bytes()).unwrap_or_default()).map(|lifted| lifted.0);
        assert_eq!(x(r#"{"inner": {"x": 1}}"#).ok(), Some(Some(1)));
        assert_eq!(x(r#"{"inner": {"x": 1}, "x": 2}"#).ok(), Some(Some(2)));
        assert_eq!(x(r#"{"inner": null}"#).ok(), Some(None));
        for wrong in [r#"{"inner": 7}"#, r#"{"inner": [{}]}"#, r#"{"inner": {"x": 10}}"#] {
            assert!(x(wrong).is_err(), "{wrong}");
        }
    }
}
