//! Reading a form field by field, collecting refusals.

use super::describe::Field;
use super::{Form, Kind, Node};
use crate::problem::{FieldErrors, Text};
use std::collections::BTreeMap;

/// A field's name, or its name and the aliases it may come under: the first one sent wins, the first one written here
/// is the one errors are reported under.
pub trait Names {
    fn names(&self) -> &[&'static str];
}

impl Names for &'static str {
    fn names(&self) -> &[&'static str] {
        std::slice::from_ref(self)
    }
}

impl<const N: usize> Names for [&'static str; N] {
    fn names(&self) -> &[&'static str] {
        self
    }
}

/// A field that may be absent, `null`, or a value, each meaning something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldValue<T> {
    Absent,
    Null,
    Value(T),
}

impl<T> FieldValue<T> {
    /// Where absent and `null` mean the same.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// For a change to an optional property: `None` leaves it, `Some(None)` removes it.
    pub fn change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }
}

static NO_FORM: Form = Form { members: BTreeMap::new(), loose: false };

/// A form being read. Every method's outer `None` means: refused, and the refusal is recorded.
///
/// When a form is only described ([`Fields::describing`]) every field is noted instead, and answered with `None`.
pub struct Fields<'a> {
    form: &'a Form,
    errors: FieldErrors,
    /// What was asked for so far, where nothing is read.
    notes: Option<Vec<Field>>,
}

impl Fields<'static> {
    /// For the API document: nothing is read, every field asked for is noted.
    pub(super) fn describing() -> Self {
        Self { form: &NO_FORM, errors: FieldErrors::default(), notes: Some(Vec::new()) }
    }
}

impl<'a> Fields<'a> {
    pub fn new(form: &'a Form) -> Self {
        Self { form, errors: FieldErrors::default(), notes: None }
    }

    /// Must be there.
    pub fn required<K: Kind>(&mut self, names: impl Names, kind: K) -> Option<K::Out> {
        self.note(&names, &kind, |field| field.is_required = true)?;
        match self.read(&names, kind)? {
            FieldValue::Value(value) => Some(value),
            FieldValue::Null => self.no_null(&names),
            FieldValue::Absent => self.refused(&names, "This field is required."),
        }
    }

    /// May be left out, but not `null`.
    pub fn optional<K: Kind>(&mut self, names: impl Names, kind: K) -> Option<Option<K::Out>> {
        self.note(&names, &kind, |_| {})?;
        self.not_null(&names, kind)
    }

    /// May be left out, which means `default`.
    pub fn or<K: Kind>(&mut self, names: impl Names, kind: K, default: impl Into<K::Out>) -> Option<K::Out> {
        let default = default.into();
        self.note(&names, &kind, |field| {
            let shown = kind.show(&default);
            field.default = shown.filter(|value| value.as_str() != Some("")).or(field.schema.default.take());
        })?;
        Some(self.not_null(&names, kind)?.unwrap_or(default))
    }

    /// May be left out or `null`.
    pub fn nullable<K: Kind>(&mut self, names: impl Names, kind: K) -> Option<FieldValue<K::Out>> {
        self.note(&names, &kind, |field| field.is_nullable = true)?;
        self.read(&names, kind)
    }

    /// Whether the field was sent, as `null` or anything else.
    pub fn has(&self, names: impl Names) -> bool {
        self.find(&names).is_some()
    }

    /// Whether the field was not sent, or as `null` or a text of nothing but white space.
    pub fn is_blank(&self, names: impl Names) -> bool {
        match self.find(&names) {
            None | Some(Node::Null) => true,
            Some(Node::Text(text)) => text.trim().is_empty(),
            Some(_) => false,
        }
    }

    /// Records a refusal that concerns more than one field's own value. Always `None`, to be returned.
    pub fn refuse<T>(&mut self, field: &'static str, sentence: impl Into<Text>) -> Option<T> {
        self.errors.add(field, sentence);
        None
    }

    pub(super) fn into_errors(self) -> FieldErrors {
        self.errors
    }

    pub(super) fn into_notes(self) -> Vec<Field> {
        self.notes.unwrap_or_default()
    }

    /// `None` when the form is only described: then this field has been noted.
    fn note<K: Kind>(&mut self, names: &impl Names, kind: &K, how: impl FnOnce(&mut Field)) -> Option<()> {
        let Some(notes) = &mut self.notes else {
            return Some(());
        };
        let mut field = Field {
            names: names.names().to_vec(),
            schema: kind.schema(),
            files: kind.files(),
            is_required: false,
            is_nullable: false,
            default: None,
        };
        how(&mut field);
        if notes.iter().all(|noted| noted.name() != field.name()) {
            notes.push(field);
        }
        None
    }

    fn read<K: Kind>(&mut self, names: &impl Names, kind: K) -> Option<FieldValue<K::Out>> {
        match self.find(names) {
            None => Some(FieldValue::Absent),
            Some(Node::Null) => Some(FieldValue::Null),
            Some(node) => match kind.read(node, self.form.loose) {
                Ok(value) => Some(FieldValue::Value(value)),
                Err(sentence) => self.refused(names, sentence),
            },
        }
    }

    fn not_null<K: Kind>(&mut self, names: &impl Names, kind: K) -> Option<Option<K::Out>> {
        match self.read(names, kind)? {
            FieldValue::Value(value) => Some(Some(value)),
            FieldValue::Absent => Some(None),
            FieldValue::Null => self.no_null(names),
        }
    }

    fn find(&self, names: &impl Names) -> Option<&'a Node> {
        let form = self.form;
        names.names().iter().find_map(|name| form.get(name))
    }

    fn refused<T>(&mut self, names: &impl Names, sentence: impl Into<Text>) -> Option<T> {
        let name = names.names().first().copied().unwrap_or("body");
        self.refuse(name, sentence)
    }

    fn no_null<T>(&mut self, names: &impl Names) -> Option<T> {
        self.refused(names, "This field may not be null.")
    }
}

/// Lets the methods above hand their names on.
impl Names for &[&'static str] {
    fn names(&self) -> &[&'static str] {
        self
    }
}
