//! Kinds with what the API document says about them besides. Reading, they are the kind they wrap.

use super::describe::Files;
use super::{Kind, Node};
use crate::problem::Text;
use serde_json::Value;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, ObjectBuilder, Type};

/// With a sentence, an example, or both.
#[derive(Clone, Copy, Debug)]
pub struct Told<K> {
    pub(super) kind: K,
    pub(super) about: &'static str,
    pub(super) example: &'static str,
}

impl<K: Kind> Kind for Told<K> {
    type Out = K::Out;

    fn read(self, node: &Node, loose: bool) -> Result<K::Out, Text> {
        self.kind.read(node, loose)
    }

    fn schema(&self) -> Object {
        let mut schema = self.kind.schema();
        if !self.about.is_empty() {
            schema.description = Some(self.about.to_owned());
        }
        if !self.example.is_empty() {
            let is_text = matches!(schema.schema_type, SchemaType::Type(Type::String));
            let parsed = (!is_text).then(|| serde_json::from_str(self.example).ok()).flatten();
            schema.example = Some(parsed.unwrap_or_else(|| Value::from(self.example)));
        }
        schema
    }

    fn files(&self) -> Files {
        self.kind.files()
    }

    fn show(&self, value: &K::Out) -> Option<Value> {
        self.kind.show(value)
    }
}

/// With what only the parser behind it knows.
#[derive(Clone, Copy)]
pub struct Shaped<K> {
    pub(super) kind: K,
    pub(super) shape: fn(ObjectBuilder) -> ObjectBuilder,
}

impl<K: Kind> Kind for Shaped<K> {
    type Out = K::Out;

    fn read(self, node: &Node, loose: bool) -> Result<K::Out, Text> {
        self.kind.read(node, loose)
    }

    fn schema(&self) -> Object {
        (self.shape)(self.kind.schema().into()).build()
    }

    fn files(&self) -> Files {
        self.kind.files()
    }

    fn show(&self, value: &K::Out) -> Option<Value> {
        self.kind.show(value)
    }
}
