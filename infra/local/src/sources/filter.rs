//! Lambda's event filters: a pattern in the shape of the event whose leaves are lists of what is
//! accepted there. What it cannot compare (`numeric`, `cidr`, …) is refused, never ignored.

use engine::Kind;
use serde_json::{Map, Value as Json, json};
use table::{Item, Value};

use crate::Fault;
use crate::embedded::record;

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
            (Field::AnyOf(accepted), found) => any_has(accepted, found),
        })
    }

    /// Whether it takes the record of a change, which need not be written as JSON for that: only the attributes are that the
    /// pattern names. Never no where the record is taken; yes too often where the pattern names what is not known yet.
    #[must_use]
    pub fn may_take(&self, kind: Kind, old: Option<&Item>, new: Option<&Item>) -> bool {
        let one = new.or(old);
        let of_change = |(name, field): &(String, Field)| match (name.as_str(), field) {
            ("Keys", Field::Inside(keys)) => {
                keys.takes_attributes(|name| one.filter(|_| matches!(name, "pk" | "sk")).and_then(|one| one.get(name)))
            }
            ("NewImage", Field::Inside(image)) => image.takes_attributes(|name| new.and_then(|new| new.get(name))),
            ("OldImage", Field::Inside(image)) => image.takes_attributes(|name| old.and_then(|old| old.get(name))),
            _ => true,
        };
        self.0.iter().all(|(name, field)| match (name.as_str(), field) {
            ("eventName", Field::AnyOf(accepted)) => any_has(accepted, Some(&json!(record::event_name(kind)))),
            ("dynamodb", Field::Inside(change)) => change.0.iter().all(of_change),
            _ => true,
        })
    }

    fn takes_attributes<'a>(&self, of: impl Fn(&str) -> Option<&'a Value>) -> bool {
        self.0.iter().all(|(name, field)| {
            let found = of(name).map(record::value);
            match field {
                Field::Inside(filter) => filter.takes(found.as_ref().unwrap_or(&Json::Null)),
                Field::AnyOf(accepted) => any_has(accepted, found.as_ref()),
            }
        })
    }
}

fn any_has(accepted: &[Accepted], found: Option<&Json>) -> bool {
    accepted.iter().any(|accepted| accepted.has(found))
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
    use std::collections::BTreeSet;

    use engine::Record;
    use table::Key;

    use super::*;
    use crate::template::{Template, WORKSPACE};

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

    fn text(text: &str) -> Value {
        Value::S(text.to_owned())
    }

    /// Changes around what a pattern may ask for: each with every image, and with odd values.
    fn changes(sk: &str) -> Vec<Record> {
        let key = Key { pk: "U#1".to_owned(), sk: sk.to_owned() };
        let with = |attributes: &[(&str, Value)]| {
            let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            key.item().into_iter().chain(attributes).collect::<Item>()
        };
        let images = [
            None,
            Some(with(&[])),
            Some(with(&[("status", text("succeeded")), ("n", Value::N("1".to_owned()))])),
            Some(with(&[("status", text("open")), ("on", Value::Bool(true)), ("b", Value::B(vec![1, 2]))])),
            Some(with(&[("status", Value::M(with(&[]))), ("set", Value::Ss(["x".to_owned(), "y".to_owned()].into()))])),
        ];
        let pairs = images.iter().flat_map(|old| images.iter().map(move |new| (old.clone(), new.clone())));
        let changes = pairs.filter(|(old, new)| old.is_some() || new.is_some()).map(|(old, new)| {
            let kind = match (&old, &new) {
                (None, _) => Kind::Insert,
                (_, None) => Kind::Remove,
                _ => Kind::Modify,
            };
            Record { sequence: 7, kind, key: key.clone(), old, new, at_ms: 1_800_000_000_000, expired: false }
        });
        changes.collect()
    }

    fn agrees(filter: &Filter, change: &Record) -> bool {
        let of_record = filter.takes(&record::record(change, "arn"));
        assert_eq!(filter.may_take(change.kind, change.old.as_ref(), change.new.as_ref()), of_record, "{change:?}");
        of_record
    }

    #[test]
    fn a_change_is_taken_if_and_only_if_its_record_is() {
        let sources = Template::parse(WORKSPACE).unwrap().event_sources().unwrap().streams;
        let filters: Vec<_> = sources.into_iter().flat_map(|source| source.filters).collect();
        assert!(!filters.is_empty());
        let others = [
            json!({"dynamodb": {"OldImage": {"status": {"S": [{"exists": true}]}}}}),
            json!({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": [{"exists": false}], "gone": {"S": [{"exists": false}]}}}}),
            json!({"dynamodb": {"NewImage": {"on": {"BOOL": [true]}}}, "eventName": [{"anything-but": "INSERT"}]}),
            json!({"dynamodb": {"NewImage": {"n": {"N": ["1"]}}}}),
            json!({"dynamodb": {"OldImage": {"set": {"SS": ["y"]}}}}),
            json!({"dynamodb": {"NewImage": {"b": {"B": ["AQI="]}, "status": {"S": [{"prefix": "op"}]}}}}),
            json!({"dynamodb": {"NewImage": {"status": {"M": {"sk": {"S": [{"suffix": "1"}]}}}}}}),
            json!({"eventName": ["REMOVE"], "dynamodb": {"Keys": {"n": {"N": [{"exists": false}]}, "pk": {"S": ["U#1"]}}}}),
        ];
        let others = others.map(|pattern| Filter::parse(&pattern.to_string()).unwrap());
        // Every text the template asks for, and such as it does not.
        let names = WORKSPACE.split('"').filter(|text| text.chars().all(|c| c.is_ascii_uppercase() || c == '#'));
        let sks: BTreeSet<_> = names.filter(|name| !name.is_empty()).chain(["M#1", "Z", "NOTICE"]).collect();
        let changes: Vec<_> =
            sks.iter().flat_map(|sk| changes(&format!("{sk}1")).into_iter().chain(changes(sk))).collect();
        for filter in filters.iter().chain(&others) {
            let taken = changes.iter().filter(|change| agrees(filter, change)).count();
            assert!(0 < taken && taken < changes.len(), "{filter:?} took {taken} of {}", changes.len());
        }
    }

    #[test]
    fn the_records_of_the_sample_event_are_taken_as_changes_too() {
        let sample: Json = serde_json::from_str(include_str!("../../../../events/outbox-stream.json")).unwrap();
        let source = Template::parse(WORKSPACE).unwrap().event_sources().unwrap().streams.remove(0);
        for told in sample["Records"].as_array().unwrap() {
            let image = |name: &str| {
                let image = serde_json::from_value::<store::facts::StreamItem>(told["dynamodb"][name].clone()).ok();
                image.map(table::item_from)
            };
            let (old, new) = (image("OldImage"), image("NewImage"));
            let kinds = [Kind::Insert, Kind::Modify, Kind::Remove];
            let kind = kinds.into_iter().find(|kind| told["eventName"] == record::event_name(*kind)).unwrap();
            for filter in &source.filters {
                assert_eq!(filter.may_take(kind, old.as_ref(), new.as_ref()), filter.takes(told), "{told}");
            }
            assert!(source.may_want(kind, old.as_ref(), new.as_ref()), "{told}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_change_keeps_no_record_out() {
        for pattern in [
            json!({"userIdentity": {"type": ["Service"]}}),
            json!({"awsRegion": ["us-east-1"], "dynamodb": {"SizeBytes": [1]}}),
            json!({"dynamodb": {"Keys": [{"exists": false}]}}),
        ] {
            let filter = Filter::parse(&pattern.to_string()).unwrap();
            assert!(changes("Z").iter().all(|it| filter.may_take(it.kind, it.old.as_ref(), it.new.as_ref())));
        }
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
