//! Lambda's event filters: a pattern in the shape of the event whose leaves are lists of what is
//! accepted there. What it cannot compare (`numeric`, `cidr`, …) is refused, never ignored.

use serde_json::{Map, Value as Json};

use crate::Fault;

/// One pattern. All its fields must match.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Vec<(String, Field)>);

#[derive(Debug, Clone, PartialEq)]
enum Field {
    Inside(Filter),
    AnyOf(Vec<Accepted>),
}

#[derive(Debug, Clone, PartialEq)]
enum Accepted {
    Equal(Json),
    Prefix(String),
    Suffix(String),
    Exists(bool),
    AnythingBut(Vec<Accepted>),
}

impl Filter {
    /// # Errors
    /// The text is no pattern, or asks for a comparison that is not known here.
    pub fn parse(pattern: &str) -> Result<Self, Fault> {
        let pattern: Map<String, Json> = serde_json::from_str(pattern)?;
        Self::read(&pattern)
    }

    fn read(pattern: &Map<String, Json>) -> Result<Self, Fault> {
        let field = |(name, value): (&String, &Json)| {
            let field = match value {
                _ if name.starts_with('$') => return Err(format!("{name} is not known to filters here").into()),
                Json::Object(inside) => Field::Inside(Self::read(inside)?),
                Json::Array(accepted) => Field::AnyOf(accepted.iter().map(accept).collect::<Result<_, _>>()?),
                _ => return Err(format!("{name} in a filter must be a list or an object").into()),
            };
            Ok::<_, Fault>((name.clone(), field))
        };
        pattern.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `event` is to be handed on.
    #[must_use]
    pub fn takes(&self, event: &Json) -> bool {
        self.0.iter().all(|(name, field)| match (field, event.get(name)) {
            (Field::Inside(filter), found) => filter.takes(found.unwrap_or(&Json::Null)),
            (Field::AnyOf(accepted), found) => accepted.iter().any(|accepted| accepted.has(found)),
        })
    }
}

fn accept(value: &Json) -> Result<Accepted, Fault> {
    let Json::Object(comparison) = value else {
        return match value {
            Json::Array(_) => Err("a list inside a list is no filter".into()),
            plain => Ok(Accepted::Equal(plain.clone())),
        };
    };
    let unknown = || Fault::from(format!("{value} is not known to filters here"));
    let mut entries = comparison.iter();
    let (Some((name, operand)), None) = (entries.next(), entries.next()) else {
        return Err(unknown());
    };
    match (name.as_str(), operand) {
        ("prefix", Json::String(text)) => Ok(Accepted::Prefix(text.clone())),
        ("suffix", Json::String(text)) => Ok(Accepted::Suffix(text.clone())),
        ("exists", Json::Bool(exists)) => Ok(Accepted::Exists(*exists)),
        ("anything-but", Json::Array(refused)) => {
            Ok(Accepted::AnythingBut(refused.iter().map(accept).collect::<Result<_, _>>()?))
        }
        ("anything-but", refused) => Ok(Accepted::AnythingBut(vec![accept(refused)?])),
        _ => Err(unknown()),
    }
}

impl Accepted {
    /// Only leaves count: an object is as good as absent. Of a list any element will do.
    fn has(&self, found: Option<&Json>) -> bool {
        match (self, found) {
            (Self::Exists(exists), found) => *exists == found.is_some_and(|found| !found.is_object()),
            (_, None) => false,
            (_, Some(Json::Array(elements))) => elements.iter().any(|element| self.is(element)),
            (_, Some(found)) => self.is(found),
        }
    }

    fn is(&self, found: &Json) -> bool {
        match self {
            Self::Equal(value) => value == found,
            Self::Prefix(text) => found.as_str().is_some_and(|found| found.starts_with(text)),
            Self::Suffix(text) => found.as_str().is_some_and(|found| found.ends_with(text)),
            Self::Exists(exists) => *exists,
            Self::AnythingBut(refused) => !found.is_object() && !refused.iter().any(|refused| refused.is(found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn takes(pattern: &Json, event: &Json) -> bool {
        Filter::parse(&pattern.to_string()).unwrap().takes(event)
    }

    #[test]
    fn lists_are_alternatives_and_fields_are_all_required() {
        let pattern =
            json!({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "N#"}]}}}});
        let event = |name: &str, sk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"sk": {"S": sk}}}});
        assert!(takes(&pattern, &event("INSERT", "N#1")));
        assert!(takes(&pattern, &event("MODIFY", "N#1")));
        assert!(!takes(&pattern, &event("REMOVE", "N#1")));
        assert!(!takes(&pattern, &event("INSERT", "M#1")));
        assert!(!takes(&pattern, &json!({"eventName": "INSERT"})));
    }

    #[test]
    fn existence_is_that_of_a_leaf() {
        let event = json!({"a": {"S": "x"}, "none": null, "list": [1, 2]});
        assert!(takes(&json!({"a": {"S": [{"exists": true}]}}), &event));
        assert!(takes(&json!({"b": {"S": [{"exists": false}]}}), &event));
        assert!(!takes(&json!({"a": [{"exists": true}]}), &event));
        assert!(takes(&json!({"none": [null]}), &event));
        assert!(takes(&json!({"list": [2]}), &event));
    }

    #[test]
    fn anything_but_needs_something() {
        let pattern = json!({"a": [{"anything-but": ["x", "y"]}]});
        assert!(takes(&pattern, &json!({"a": "z"})));
        assert!(!takes(&pattern, &json!({"a": "x"})));
        assert!(!takes(&pattern, &json!({})));
        assert!(!takes(&json!({"a": [{"anything-but": {"prefix": "x"}}]}), &json!({"a": "xy"})));
        assert!(takes(&json!({"a": [{"suffix": "y"}]}), &json!({"a": "xy"})));
    }

    #[test]
    fn what_it_cannot_compare_it_refuses() {
        for pattern in [
            r#"{"a": [{"numeric": [">", 1]}]}"#,
            r#"{"$or": [{"a": [1]}]}"#,
            r#"{"a": "plain"}"#,
            r#"{"a": [{"prefix": 1}]}"#,
            r#"{"a": [[1]]}"#,
            "[]",
            "",
        ] {
            assert!(Filter::parse(pattern).is_err(), "{pattern}");
        }
    }
}
