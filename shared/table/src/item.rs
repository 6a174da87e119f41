//! Items: named attributes under a key of two texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_dynamo::AttributeValue;

/// An attribute's value. A number is decimal text, as DynamoDB writes it: up to 38 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    S(String),
    N(String),
    B(Vec<u8>),
    Bool(bool),
    Null,
    Ss(BTreeSet<String>),
    Ns(BTreeSet<String>),
    Bs(BTreeSet<Vec<u8>>),
    L(Vec<Value>),
    M(Item),
}

/// The attributes of an item, or of a map in one.
pub type Item = BTreeMap<String, Value>;

/// Where an item lives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Value {
    pub fn as_s(&self) -> Option<&String> {
        if let Self::S(text) = self { Some(text) } else { None }
    }

    pub fn as_n(&self) -> Option<&String> {
        if let Self::N(digits) = self { Some(digits) } else { None }
    }

    pub fn as_m(&self) -> Option<&Item> {
        if let Self::M(map) = self { Some(map) } else { None }
    }
}

impl Key {
    /// The attributes that are the key.
    pub fn item(&self) -> Item {
        Item::from([("pk".to_owned(), Value::S(self.pk.clone())), ("sk".to_owned(), Value::S(self.sk.clone()))])
    }

    /// The key of an item; what it lacks is empty.
    pub fn of(item: &Item) -> Self {
        let part = |name: &str| item.get(name).and_then(Value::as_s).cloned().unwrap_or_default();
        Self { pk: part("pk"), sk: part("sk") }
    }
}

impl From<AttributeValue> for Value {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::S(text) => Self::S(text),
            AttributeValue::N(digits) => Self::N(digits),
            AttributeValue::B(bytes) => Self::B(bytes),
            AttributeValue::Bool(is) => Self::Bool(is),
            AttributeValue::Null(_) => Self::Null,
            AttributeValue::Ss(set) => Self::Ss(set.into_iter().collect()),
            AttributeValue::Ns(set) => Self::Ns(set.into_iter().collect()),
            AttributeValue::Bs(set) => Self::Bs(set.into_iter().collect()),
            AttributeValue::L(list) => Self::L(list.into_iter().map(Self::from).collect()),
            AttributeValue::M(map) => Self::M(map.into_iter().map(|(name, value)| (name, value.into())).collect()),
        }
    }
}

impl From<Value> for AttributeValue {
    fn from(value: Value) -> Self {
        match value {
            Value::S(text) => Self::S(text),
            Value::N(digits) => Self::N(digits),
            Value::B(bytes) => Self::B(bytes),
            Value::Bool(is) => Self::Bool(is),
            Value::Null => Self::Null(true),
            Value::Ss(set) => Self::Ss(set.into_iter().collect()),
            Value::Ns(set) => Self::Ns(set.into_iter().collect()),
            Value::Bs(set) => Self::Bs(set.into_iter().collect()),
            Value::L(list) => Self::L(list.into_iter().map(Self::from).collect()),
            Value::M(map) => Self::M(map.into_iter().map(|(name, value)| (name, value.into())).collect()),
        }
    }
}

/// An item of the stream, or of DynamoDB's JSON.
pub fn item_from(item: serde_dynamo::Item) -> Item {
    item.into_inner().into_iter().map(|(name, value)| (name, value.into())).collect()
}

/// An item for DynamoDB's JSON.
pub fn item_into(item: Item) -> serde_dynamo::Item {
    let attributes = item.into_iter().map(|(name, value)| (name, AttributeValue::from(value)));
    attributes.collect::<HashMap<_, _>>().into()
}
