//! Values as the SDK has them, and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use table::{Fault, Item, Key, Value};

pub(crate) type Attributes = HashMap<String, AttributeValue>;

pub(crate) fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text.clone()),
        Value::N(digits) => AttributeValue::N(digits.clone()),
        Value::B(bytes) => AttributeValue::B(Blob::new(bytes.clone())),
        Value::Bool(is) => AttributeValue::Bool(*is),
        Value::Null => AttributeValue::Null(true),
        Value::Ss(set) => AttributeValue::Ss(set.iter().cloned().collect()),
        Value::Ns(set) => AttributeValue::Ns(set.iter().cloned().collect()),
        Value::Bs(set) => AttributeValue::Bs(set.iter().cloned().map(Blob::new).collect()),
        Value::L(list) => AttributeValue::L(list.iter().map(attribute).collect()),
        Value::M(map) => AttributeValue::M(attributes(map)),
    }
}

pub(crate) fn attributes(item: &Item) -> Attributes {
    item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

pub(crate) fn key(key: &Key) -> Attributes {
    attributes(&key.item())
}

fn value(attribute: AttributeValue) -> Result<Value, Fault> {
    Ok(match attribute {
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(digits) => Value::N(digits),
        AttributeValue::B(bytes) => Value::B(bytes.into_inner()),
        AttributeValue::Bool(is) => Value::Bool(is),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Ss(set) => Value::Ss(set.into_iter().collect()),
        AttributeValue::Ns(set) => Value::Ns(set.into_iter().collect()),
        AttributeValue::Bs(set) => Value::Bs(set.into_iter().map(Blob::into_inner).collect()),
        AttributeValue::L(list) => Value::L(list.into_iter().map(value).collect::<Result<_, _>>()?),
        AttributeValue::M(map) => Value::M(item(map)?),
        _ => return Err(Fault::Rejected("an attribute of a type that is not known".to_owned())),
    })
}

/// # Errors
/// DynamoDB has a type that is not known here.
pub(crate) fn item(attributes: Attributes) -> Result<Item, Fault> {
    attributes.into_iter().map(|(name, attribute)| Ok((name, value(attribute)?))).collect()
}
