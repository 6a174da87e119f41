//! One request's input as named values, wherever it came from: a JSON object, a multipart form or a query string.
//!
//! Reading is lenient about what a client may reasonably send (`"12"` for 12, an alias for a name, unknown fields) and
//! exact about everything else. [`Fields`] reads the values by name and collects every refusal before it answers.

mod brought;
mod cleared;
pub mod describe;
mod fields;
mod json;
mod kinds;
mod moments;
mod number;
mod objects;
mod parts;
mod query;
mod told;
mod values;

pub use brought::{Brought, file_or_id};
pub use cleared::{comma_separated, or_empty};
pub use fields::{FieldValue, Fields, Names};
pub use kinds::{Kind, boolean, hundredths, id, integer, money, one_of, text};
pub use moments::{date, exact_time, time, time_or_day};
pub use objects::object;
pub use query::BadEncoding;
pub(crate) use query::decode;
pub use values::{FileOrText, file, file_or};

use crate::problem::{FieldErrors, Problem};
use bytes::Bytes;
use std::collections::BTreeMap;

/// A value as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    /// The number's own text: `1e2` stays `1e2`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(BTreeMap<String, Node>),
    /// Only in multipart forms.
    File(SentFile),
}

/// A file in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// As its sender's machine calls it: perhaps a path, perhaps empty.
    pub name: String,
    pub bytes: Bytes,
}

/// The input of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    members: BTreeMap<String, Node>,
    /// From a source that knows only text, so `"true"` is a boolean.
    loose: bool,
}

impl Form {
    /// A JSON object. No body at all is an empty one.
    pub fn from_json(body: &[u8]) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let text = std::str::from_utf8(body).map_err(|_| Problem::bad_json("The body is not UTF-8."))?;
        match json::read(text) {
            Ok(Node::Object(members)) => Ok(Self { members, loose: false }),
            Ok(_) => Err(Problem::bad_json("The body must be a JSON object.")),
            Err(json::Malformed) => {
                Err(Problem::bad_json("The body is not valid JSON, repeats a key or is nested too deeply."))
            }
        }
    }

    /// A JSON array of at most `most` objects. What is no object is refused as the field that is its index.
    pub(crate) fn rows_from_json(body: &[u8], most: usize) -> Result<Vec<Self>, Problem> {
        let text = std::str::from_utf8(body).map_err(|_| Problem::bad_json("The body is not UTF-8."))?;
        let Ok(Node::List(items)) = json::read(text) else {
            return Err(Problem::bad_json("The body must be a JSON array of objects."));
        };
        if items.len() > most {
            return Err(Problem::field("rows", format!("There may be at most {most} of them.")));
        }
        let object = |(index, item): (usize, Node)| match item {
            Node::Object(members) => Ok(Self { members, loose: false }),
            _ => Err(Problem::field(index.to_string(), "This must be an object.")),
        };
        items.into_iter().enumerate().map(object).collect()
    }

    /// With the members of an object among its own: what stands outside goes first. `None`: what has this name is no object.
    fn lifted(&self, name: &str) -> Option<Self> {
        let mut lifted = self.clone();
        match lifted.members.remove(name) {
            None | Some(Node::Null) => {}
            Some(Node::Object(inner)) => {
                for (name, node) in inner {
                    lifted.members.entry(name).or_insert(node);
                }
            }
            Some(_) => return None,
        }
        Some(lifted)
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.members.get(name)
    }
}

/// A request's input as a type: what a handler takes inside [`Body`](crate::body::Body),
/// [`Upload`](crate::body::Upload) or [`QueryOf`](crate::body::QueryOf).
///
/// It is the one declaration of its input: it reads requests, and run without one it describes them
/// ([`describe`]): names, kinds, bounds, defaults, and what [`Kind::about`] says of a field.
///
/// Read every field first and use `?` only when putting them together, so that a caller hears all refusals at once and
/// the description is complete:
///
/// ```
/// use edge::form::{Fields, Kind, Parse, integer, text};
///
/// struct NewSkill {
///     name: String,
///     category: Option<i64>,
/// }
///
/// impl Parse for NewSkill {
///     const NAME: &str = "SkillRequest";
///     const ABOUT: &str = "What somebody knows.";
///
///     fn parse(fields: &mut Fields<'_>) -> Option<Self> {
///         let name = fields.required("skill_name", text(1..=100).about("Once per person.").example("Rust"));
///         let category = fields.nullable(["category", "category_id"], integer(1..=7));
///         Some(Self { name: name?, category: category?.value() })
///     }
/// }
/// ```
pub trait Parse: Sized {
    /// What the API document calls this body. Queries have no name.
    const NAME: &str = "";

    /// What the API document says of this body.
    const ABOUT: &str = "";

    /// An object whose members may stand outside of it as well; empty for none.
    const LIFTS: &str = "";

    /// `None` only after a refusal was recorded in `fields`, or where they are only described.
    fn parse(fields: &mut Fields<'_>) -> Option<Self>;
}

/// Input that is not looked at.
impl Parse for () {
    fn parse(_: &mut Fields<'_>) -> Option<Self> {
        Some(())
    }
}

/// The form as a `T`, or all that is wrong with it.
pub fn parse<T: Parse>(form: &Form) -> Result<T, Problem> {
    if !T::LIFTS.is_empty() && form.members.contains_key(T::LIFTS) {
        let lifted = form.lifted(T::LIFTS).ok_or_else(|| Problem::field(T::LIFTS, "This must be an object."))?;
        return read(&lifted);
    }
    read(form)
}

fn read<T: Parse>(form: &Form) -> Result<T, Problem> {
    let mut fields = Fields::new(form);
    let parsed = T::parse(&mut fields);
    let errors = fields.into_errors();
    match parsed {
        Some(value) if errors.is_empty() => Ok(value),
        None if errors.is_empty() => {
            tracing::error!(input = std::any::type_name::<T>(), "input refused without a reason");
            Err(Problem::internal())
        }
        _ => Err(Problem::validation(errors)),
    }
}

/// Each of the forms as a `T`, or all that is wrong with any of them, under `<index>.<field>`.
pub(crate) fn parse_rows<T: Parse>(forms: &[Form]) -> Result<Vec<T>, Problem> {
    let (mut rows, mut errors) = (Vec::with_capacity(forms.len()), FieldErrors::default());
    for (index, form) in forms.iter().enumerate() {
        match parse(form) {
            Ok(row) => rows.push(row),
            Err(problem) if !problem.field_errors().is_empty() => errors.extend(problem.into_field_errors().at(index)),
            Err(problem) => return Err(problem),
        }
    }
    if errors.is_empty() { Ok(rows) } else { Err(Problem::validation(errors)) }
}

#[cfg(test)]
mod tests;
