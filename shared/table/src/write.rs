//! The legs of a transaction.

use crate::{Condition, Item, Key, Update};

/// One write among others that happen together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// The whole item, whatever was there.
    Put {
        item: Item,
        condition: Option<Condition>,
    },
    Update(Update),
    Delete {
        key: Key,
        condition: Option<Condition>,
    },
}

impl Write {
    /// Of which item it is.
    pub fn key(&self) -> Key {
        match self {
            Self::Put { item, .. } => Key::of(item),
            Self::Update(update) => update.key.clone(),
            Self::Delete { key, .. } => key.clone(),
        }
    }

    /// What must hold of it.
    pub fn condition(&self) -> Option<&Condition> {
        match self {
            Self::Put { condition, .. } | Self::Delete { condition, .. } => condition.as_ref(),
            Self::Update(update) => update.condition.as_ref(),
        }
    }
}
