//! What must hold of an item, as it is before a write.

use crate::Value;

/// A condition on one item. Of an attribute that is absent nothing holds but [`Condition::Absent`], and the
/// [`Condition::Not`] of anything else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    Exists(String),
    Absent(String),
    /// Values of two types are different, and neither is less.
    Compares(String, Comparison, Value),
    OneOf(String, Vec<Value>),
    /// A set has this member.
    Contains(String, Value),
    /// A set, a list, a map or a text has fewer members or bytes.
    FewerThan(String, u32),
    Not(Box<Condition>),
    /// All hold; there is at least one.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equals,
    Less,
    AtMost,
    More,
    AtLeast,
}

pub fn exists(name: impl Into<String>) -> Condition {
    Condition::Exists(name.into())
}

pub fn absent(name: impl Into<String>) -> Condition {
    Condition::Absent(name.into())
}

pub fn equals(name: impl Into<String>, value: Value) -> Condition {
    Condition::Compares(name.into(), Comparison::Equals, value)
}

pub fn less(name: impl Into<String>, than: Value) -> Condition {
    Condition::Compares(name.into(), Comparison::Less, than)
}

pub fn at_most(name: impl Into<String>, most: Value) -> Condition {
    Condition::Compares(name.into(), Comparison::AtMost, most)
}

pub fn more(name: impl Into<String>, than: Value) -> Condition {
    Condition::Compares(name.into(), Comparison::More, than)
}

pub fn at_least(name: impl Into<String>, least: Value) -> Condition {
    Condition::Compares(name.into(), Comparison::AtLeast, least)
}

pub fn one_of(name: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Condition {
    Condition::OneOf(name.into(), values.into_iter().collect())
}

pub fn contains(name: impl Into<String>, member: Value) -> Condition {
    Condition::Contains(name.into(), member)
}

pub fn fewer_than(name: impl Into<String>, most: u32) -> Condition {
    Condition::FewerThan(name.into(), most)
}

pub fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::All(conditions.into_iter().collect())
}

pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::Any(conditions.into_iter().collect())
}

impl Condition {
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All(mut conditions), Self::All(others)) => {
                conditions.extend(others);
                Self::All(conditions)
            }
            (Self::All(mut conditions), other) => {
                conditions.push(other);
                Self::All(conditions)
            }
            (one, Self::All(mut others)) => {
                others.insert(0, one);
                Self::All(others)
            }
            (one, other) => Self::All(vec![one, other]),
        }
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any(mut conditions), other) => {
                conditions.push(other);
                Self::Any(conditions)
            }
            (one, other) => Self::Any(vec![one, other]),
        }
    }
}
