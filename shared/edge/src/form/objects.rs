//! A kind for objects whose members are the client's own affair.

use std::fmt::Write;

use utoipa::openapi::{Object, Type};

use super::kinds::of;
use super::{Kind, Node, json};
use crate::problem::Text;

/// An object with at least one member, as JSON without blanks of at most so many bytes. A form sends it as a text.
pub fn object(longest: usize) -> ObjectKind {
    ObjectKind { longest }
}

#[derive(Clone, Copy, Debug)]
pub struct ObjectKind {
    longest: usize,
}

const BAD: &str = "This must be an object with at least one member.";

impl Kind for ObjectKind {
    type Out = String;

    fn read(self, node: &Node, loose: bool) -> Result<String, Text> {
        let sent = match node {
            Node::Text(text) if loose => json::read(text).map_err(|_| Text::Borrowed(BAD))?,
            node => node.clone(),
        };
        if !matches!(&sent, Node::Object(members) if !members.is_empty()) {
            return Err(BAD.into());
        }
        let mut written = String::new();
        write(&sent, &mut written)?;
        if written.len() > self.longest {
            return Err(format!("This may have at most {} bytes.", self.longest).into());
        }
        Ok(written)
    }

    fn schema(&self) -> Object {
        of(Type::Object).build()
    }
}

fn write(node: &Node, out: &mut String) -> Result<(), Text> {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => {
            let _infallible = write!(out, "{value}");
        }
        Node::Number(number) => out.push_str(number),
        Node::Text(text) => quote(text, out)?,
        Node::List(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Node::Object(members) => {
            out.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                quote(name, out)?;
                out.push(':');
                write(value, out)?;
            }
            out.push('}');
        }
        Node::File(_) => return Err(BAD.into()),
    }
    Ok(())
}

fn quote(text: &str, out: &mut String) -> Result<(), Text> {
    if text.contains('\0') {
        return Err("This may not contain the character NUL.".into());
    }
    out.push_str(&serde_json::to_string(text).map_err(|_| Text::Borrowed(BAD))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    fn read(json: &str) -> Option<String> {
        let form = Form::from_json(format!("{{\"x\": {json}}}").as_bytes()).ok()?;
        object(40).read(form.get("x")?, false).ok()
    }

    #[test]
    fn an_object_is_kept_as_it_was_written_but_for_blanks_and_order() {
        let sent = r#"{"b": [1.50, null, {"c": true}], "a": "é\n"}"#;
        assert_eq!(read(sent).as_deref(), Some(r#"{"a":"é\n","b":[1.50,null,{"c":true}]}"#));
        let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(40));
        for wrong in ["{}", "[]", "[1]", "1", "true", r#""{\"a\":1}""#, r#"{"a": "\u0000"}"#, &long] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_form_sends_it_as_a_text() {
        let form = Form::from_query("x=%7B%22a%22%3A1%7D&y=7").unwrap();
        assert_eq!(object(40).read(form.get("x").unwrap(), true).ok().as_deref(), Some(r#"{"a":1}"#));
        assert!(object(40).read(form.get("y").unwrap(), true).is_err());
    }
}
