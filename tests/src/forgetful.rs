//! A table that forgets one condition of whatever it is asked to write: for tests that show that its absence is noticed.

use store::Kind;
use table::{Condition, Key, Write};

/// A condition on one attribute of the items of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    pub kind: Kind,
    pub attribute: &'static str,
}

impl Forgotten {
    pub(crate) fn of(self, key: &Key, condition: Option<&Condition>) -> Option<Condition> {
        let is_it = store::key_in_words(&key.pk, &key.sk).is_some_and(|named| named.kind == self.kind);
        if is_it { condition.and_then(|condition| self.without(condition)) } else { condition.cloned() }
    }

    pub(crate) fn spared(self, write: &Write) -> Write {
        let left = self.of(&write.key(), write.condition());
        let mut write = write.clone();
        match &mut write {
            Write::Put { condition, .. } | Write::Delete { condition, .. } => *condition = left,
            Write::Update(update) => update.condition = left,
        }
        write
    }

    /// What is left of a condition; `None` if that always holds.
    fn without(self, condition: &Condition) -> Option<Condition> {
        match condition {
            Condition::Exists(name) | Condition::Absent(name) if name == self.attribute => None,
            Condition::Compares(name, ..)
            | Condition::OneOf(name, _)
            | Condition::Contains(name, _)
            | Condition::FewerThan(name, _)
                if name == self.attribute =>
            {
                None
            }
            Condition::Not(inner) => self.without(inner).map(|inner| Condition::Not(Box::new(inner))),
            Condition::All(inner) => {
                let left: Vec<_> = inner.iter().filter_map(|part| self.without(part)).collect();
                if left.is_empty() { None } else { Some(Condition::All(left)) }
            }
            Condition::Any(inner) => {
                inner.iter().map(|part| self.without(part)).collect::<Option<Vec<_>>>().map(Condition::Any)
            }
            other => Some(other.clone()),
        }
    }
}
