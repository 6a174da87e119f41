//! Changes of one item.

use std::collections::BTreeMap;

use crate::{Condition, Key, Value};

/// What happens to an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Set(Value),
    /// Set unless it is there.
    SetIfAbsent(Value),
    /// Set to what another attribute was before the update.
    SetTo(String),
    Remove,
    /// Adds to a number or a set; what is absent is zero or empty.
    Add(Value),
    /// Takes members out of a set.
    Delete(Value),
}

/// A change of one item, made if it is absent, under a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    pub key: Key,
    /// By attribute: nothing is changed twice.
    pub actions: BTreeMap<String, Action>,
    pub condition: Option<Condition>,
}

/// What an update answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    Nothing,
    /// The item before.
    Old,
    /// The item after.
    New,
    /// Of the item after only what the update says.
    Updated,
}

impl Update {
    pub fn of(key: Key) -> Self {
        Self { key, actions: BTreeMap::new(), condition: None }
    }

    #[must_use]
    pub fn act(mut self, name: impl Into<String>, action: Action) -> Self {
        self.actions.insert(name.into(), action);
        self
    }

    #[must_use]
    pub fn set(self, name: impl Into<String>, value: Value) -> Self {
        self.act(name, Action::Set(value))
    }

    #[must_use]
    pub fn set_if_absent(self, name: impl Into<String>, value: Value) -> Self {
        self.act(name, Action::SetIfAbsent(value))
    }

    /// Sets an attribute to what `other` was before.
    #[must_use]
    pub fn set_to(self, name: impl Into<String>, other: impl Into<String>) -> Self {
        self.act(name, Action::SetTo(other.into()))
    }

    #[must_use]
    pub fn remove(self, name: impl Into<String>) -> Self {
        self.act(name, Action::Remove)
    }

    #[must_use]
    pub fn remove_all(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        names.into_iter().fold(self, Self::remove)
    }

    #[must_use]
    pub fn add(self, name: impl Into<String>, value: Value) -> Self {
        self.act(name, Action::Add(value))
    }

    #[must_use]
    pub fn delete(self, name: impl Into<String>, members: Value) -> Self {
        self.act(name, Action::Delete(members))
    }

    /// Only if this holds, too.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.condition = Some(match self.condition.take() {
            Some(before) => before.and(condition),
            None => condition,
        });
        self
    }

    /// Whether it says anything of an attribute.
    pub fn names(&self, name: &str) -> bool {
        self.actions.contains_key(name)
    }
}
