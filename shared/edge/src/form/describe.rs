//! What a form takes, as the API document says it. It is written down by the very [`Parse`] that reads requests: run over
//! [`Fields::describing`], it reads nothing and leaves a note of every field it asks for.

use super::{Fields, Parse};
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{KnownFormat, Object, ObjectBuilder, Required, SchemaFormat, Type};

/// Whether a field takes a file, which only a multipart form can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    Never,
    /// A file or something else.
    Also,
    Only,
}

/// One field as its form asks for it.
#[derive(Clone, PartialEq)]
pub struct Field {
    pub(super) names: Vec<&'static str>,
    pub(super) schema: Object,
    pub(super) files: Files,
    pub(super) is_required: bool,
    pub(super) is_nullable: bool,
    pub(super) default: Option<Value>,
}

/// Every field `T` asks for, in its order.
pub fn fields<T: Parse>() -> Vec<Field> {
    let mut fields = Fields::describing();
    drop(T::parse(&mut fields));
    let mut fields = fields.into_notes();
    if !T::LIFTS.is_empty() {
        let about = "The same fields may stand in here.";
        fields.push(Field {
            names: vec![T::LIFTS],
            schema: ObjectBuilder::new().schema_type(Type::Object).description(Some(about)).build(),
            files: Files::Never,
            is_required: false,
            is_nullable: true,
            default: None,
        });
    }
    fields
}

/// A JSON object with these fields, or the same as a form.
pub fn object(fields: Vec<Field>, about: &str, is_form: bool) -> Object {
    let mut object = ObjectBuilder::new().schema_type(Type::Object);
    if !about.is_empty() {
        object = object.description(Some(about));
    }
    for field in fields {
        if field.files == Files::Only && !is_form {
            continue;
        }
        let name = field.name();
        if field.is_required {
            object = object.required(name);
        }
        object = object.property(name, field.into_schema(is_form));
    }
    object.build()
}

impl Field {
    /// The one errors are reported under.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    pub fn is_required(&self) -> bool {
        self.is_required
    }

    pub fn files(&self) -> Files {
        self.files
    }

    fn into_schema(self, is_form: bool) -> Object {
        let description = self.description();
        let mut schema = self.schema;
        if is_form && self.files != Files::Never {
            schema.schema_type = Type::String.into();
            schema.format = Some(SchemaFormat::KnownFormat(KnownFormat::Binary));
            schema.max_length = None;
        }
        if self.is_nullable && !is_form {
            if let SchemaType::Type(only) = schema.schema_type {
                schema.schema_type = SchemaType::Array(vec![only, Type::Null]);
            }
            if let Some(words) = &mut schema.enum_values {
                words.push(Value::Null);
            }
        }
        schema.description = description;
        schema.default = self.default;
        schema
    }

    pub(crate) fn into_parameter(self) -> Parameter {
        let (name, is_required) = (self.name(), self.is_required);
        let mut schema = self.into_schema(true);
        let mut parameter = Parameter::new(name);
        parameter.parameter_in = ParameterIn::Query;
        parameter.required = if is_required { Required::True } else { Required::False };
        parameter.description = schema.description.take();
        parameter.schema = Some(schema.into());
        parameter
    }

    /// With the other names it may come under.
    fn description(&self) -> Option<String> {
        let aliases: Vec<_> = self.names.iter().skip(1).map(|name| format!("`{name}`")).collect();
        let aliases = Some(aliases.join(", ")).filter(|names| !names.is_empty());
        match (self.schema.description.clone(), aliases) {
            (about, None) => about,
            (None, Some(names)) => Some(format!("Also taken as {names}.")),
            (Some(about), Some(names)) => Some(format!("{about} Also taken as {names}.")),
        }
    }
}
