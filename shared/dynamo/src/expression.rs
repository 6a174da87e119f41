//! Conditions and updates as DynamoDB's expressions. Names are written `#name` and stand for themselves, so no reserved word
//! is ever in the way; values are numbered, equal ones once.

use std::collections::{BTreeMap, HashMap};

use table::{Action, Comparison, Condition, Update, Value};

use crate::convert::{Attributes, attribute};

/// The expressions of one request, and what they name.
#[derive(Debug, Default)]
pub(crate) struct Expressions {
    pub(crate) update: Option<String>,
    pub(crate) condition: Option<String>,
    names: BTreeMap<String, String>,
    values: BTreeMap<Value, String>,
}

/// How tightly what is around a condition binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Around {
    Nothing,
    Or,
    And,
    Not,
}

impl Expressions {
    pub(crate) fn of_update(update: &Update) -> Self {
        let mut all = Self::of_condition(update.condition.as_ref());
        let text = all.actions(&update.actions);
        all.update = Some(text);
        all
    }

    pub(crate) fn of_condition(condition: Option<&Condition>) -> Self {
        let mut all = Self::default();
        all.condition = condition.map(|condition| all.condition(condition, Around::Nothing));
        all
    }

    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        let names = || self.names.iter().map(|(mark, name)| (mark.clone(), name.clone())).collect();
        (!self.names.is_empty()).then(names)
    }

    pub(crate) fn values(&self) -> Option<Attributes> {
        let values = || self.values.iter().map(|(value, mark)| (mark.clone(), attribute(value))).collect();
        (!self.values.is_empty()).then(values)
    }

    fn name(&mut self, name: &str) -> String {
        let mark = format!("#{name}");
        self.names.insert(mark.clone(), name.to_owned());
        mark
    }

    fn value(&mut self, value: &Value) -> String {
        let next = format!(":v{}", self.values.len());
        self.values.entry(value.clone()).or_insert(next).clone()
    }

    fn actions(&mut self, actions: &BTreeMap<String, Action>) -> String {
        let (mut set, mut remove, mut add, mut delete) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (name, action) in actions {
            let name = self.name(name);
            match action {
                Action::Set(value) => set.push(format!("{name} = {}", self.value(value))),
                Action::SetIfAbsent(value) => {
                    set.push(format!("{name} = if_not_exists({name}, {})", self.value(value)));
                }
                Action::SetTo(other) => set.push(format!("{name} = {}", self.name(other))),
                Action::Remove => remove.push(name),
                Action::Add(value) => add.push(format!("{name} {}", self.value(value))),
                Action::Delete(value) => delete.push(format!("{name} {}", self.value(value))),
            }
        }
        let clauses = [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)];
        let clauses = clauses.iter().filter(|(_, actions)| !actions.is_empty());
        clauses.map(|(word, actions)| format!("{word} {}", actions.join(", "))).collect::<Vec<_>>().join(" ")
    }

    fn condition(&mut self, condition: &Condition, around: Around) -> String {
        let in_brackets = |text: String, own: Around| if around > own { format!("({text})") } else { text };
        match condition {
            Condition::Exists(name) => format!("attribute_exists({})", self.name(name)),
            Condition::Absent(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::Compares(name, comparison, value) => {
                let sign = match comparison {
                    Comparison::Equals => "=",
                    Comparison::Less => "<",
                    Comparison::AtMost => "<=",
                    Comparison::More => ">",
                    Comparison::AtLeast => ">=",
                };
                format!("{} {sign} {}", self.name(name), self.value(value))
            }
            Condition::OneOf(name, values) => {
                let name = self.name(name);
                let values: Vec<_> = values.iter().map(|value| self.value(value)).collect();
                format!("{name} IN ({})", values.join(", "))
            }
            Condition::Contains(name, value) => format!("contains({},{})", self.name(name), self.value(value)),
            Condition::FewerThan(name, most) => {
                format!("size({}) < {}", self.name(name), self.value(&Value::N(most.to_string())))
            }
            Condition::Not(inner) => format!("NOT {}", self.condition(inner, Around::Not)),
            Condition::All(conditions) | Condition::Any(conditions) if conditions.len() == 1 => {
                self.condition(&conditions[0], around)
            }
            Condition::All(conditions) => in_brackets(self.joined(conditions, " AND ", Around::And), Around::And),
            Condition::Any(conditions) => in_brackets(self.joined(conditions, " OR ", Around::Or), Around::Or),
        }
    }

    fn joined(&mut self, conditions: &[Condition], word: &str, around: Around) -> String {
        conditions.iter().map(|one| self.condition(one, around)).collect::<Vec<_>>().join(word)
    }
}

#[cfg(test)]
mod tests;
