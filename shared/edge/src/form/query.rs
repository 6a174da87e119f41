//! Query strings: `a=1&b=two+words`, strictly percent-encoded UTF-8.

use super::{Form, Node};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The query string is not percent-encoded UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct BadEncoding;

impl Form {
    /// A name given more than once becomes a list, which no field that wants one value takes.
    pub fn from_query(query: &str) -> Result<Self, BadEncoding> {
        let mut members = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            insert(&mut members, decode(name)?, Node::Text(decode(value)?));
        }
        Ok(Self { members, loose: true })
    }
}

/// Adds a member; a second of the same name makes a list of both.
pub(super) fn insert(members: &mut BTreeMap<String, Node>, name: String, value: Node) {
    match members.entry(name) {
        Entry::Vacant(entry) => {
            entry.insert(value);
        }
        Entry::Occupied(mut entry) => match entry.get_mut() {
            Node::List(list) => list.push(value),
            first => {
                let first_value = std::mem::replace(first, Node::Null);
                *first = Node::List(vec![first_value, value]);
            }
        },
    }
}

/// Decodes `%XX` and `+`.
pub(crate) fn decode(text: &str) -> Result<String, BadEncoding> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (Some(high), Some(low)) = (tail.first().and_then(hex), tail.get(1).and_then(hex)) else {
                    return Err(BadEncoding);
                };
                rest = &tail[2..];
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| BadEncoding)
}

fn hex(digit: &u8) -> Option<u8> {
    char::from(*digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn names_and_values_are_decoded() {
        let form = Form::from_query("a=1&b%20c=%C5%BC+x&flag&&=nameless").unwrap();
        assert_eq!(form.get("a"), Some(&text("1")));
        assert_eq!(form.get("b c"), Some(&text("ż x")));
        assert_eq!(form.get("flag"), Some(&text("")));
        assert_eq!(form.get("d"), None);
    }

    #[test]
    fn a_repeated_name_is_a_list() {
        let form = Form::from_query("a=1&a=2&a=3").unwrap();
        assert_eq!(form.get("a"), Some(&Node::List(vec![text("1"), text("2"), text("3")])));
    }

    #[test]
    fn bad_encoding_is_refused() {
        for query in ["a=%", "a=%2", "a=%zz", "%=1", "a=%ff", "a=%C5", "a=%+1", "a=1&b=%é"] {
            assert_eq!(Form::from_query(query).err(), Some(BadEncoding), "{query}");
        }
    }
}
