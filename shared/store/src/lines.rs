//! Items as lines of JSON that a person or a program can read: kind and key in words, values as JSON has them. Nothing is
//! lost on the way, so that a table can be made of such lines again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use table::{Item, Value};

use crate::keys::{self, Named};
use crate::row::Reader;

/// An item outside a table.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem(pub(crate) Item);

/// A line of an export in DynamoDB's own JSON.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    item: serde_dynamo::Item,
}

impl StoredItem {
    /// Reads a line of a full export to S3 in the format `DYNAMODB_JSON`.
    pub fn from_export(line: &str) -> Result<Self, String> {
        let exported: Exported = serde_json::from_str(line).map_err(|error| error.to_string())?;
        Ok(Self(table::item_from(exported.item)))
    }

    /// Reads what [`StoredItem::to_line`] wrote.
    pub fn from_line(line: &str) -> Result<Self, String> {
        let line: Json = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let item = line["item"].as_object().ok_or("it has no object `item`")?;
        let item = item.iter().map(|(name, value)| Ok((name.clone(), from_plain(value)?)));
        let item = Self(item.collect::<Result<_, String>>()?);
        let is_key = |name: &str| item.0.get(name).and_then(Value::as_s).is_some();
        if is_key("pk") && is_key("sk") { Ok(item) } else { Err("its item has no key".to_owned()) }
    }

    /// One line, without an end of line: `{"kind": …, "of": {…}, "item": {…}}`.
    pub fn to_line(&self) -> Result<String, String> {
        let named = self.named();
        let kind = named.as_ref().map_or("unknown", |named| named.kind.word());
        let of = named.map(|named| named.of).unwrap_or_default();
        let of: Map<_, _> = of.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let item: Map<_, _> =
            self.0.iter().map(|(name, value)| Ok((name.clone(), to_plain(value)?))).collect::<Result<_, String>>()?;
        Ok(json!({"kind": kind, "of": of, "item": item}).to_string())
    }

    /// As a table has it.
    pub fn into_item(self) -> Item {
        self.0
    }

    /// Its key in words; `None` if no key of ours.
    pub fn named(&self) -> Option<Named> {
        let row = Reader(&self.0);
        keys::read(row.text("pk").ok()?, row.text("sk").ok()?)
    }
}

/// What JSON has no word for stands in an object with one name that begins so.
const MARK: char = '$';

fn marked(name: &str, value: Json) -> Json {
    Json::Object(Map::from_iter([(format!("{MARK}{name}"), value)]))
}

fn to_plain(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::S(text) => json!(text),
        Value::N(digits) => plain_number(digits).unwrap_or_else(|| marked("number", json!(digits))),
        Value::Bool(is) => json!(is),
        Value::Null => Json::Null,
        Value::L(values) => Json::Array(values.iter().map(to_plain).collect::<Result<_, _>>()?),
        Value::M(values) => {
            let plain = values.iter().map(|(name, value)| Ok((name.clone(), to_plain(value)?)));
            let plain = Json::Object(plain.collect::<Result<_, String>>()?);
            if values.keys().any(|name| name.starts_with(MARK)) { marked("map", plain) } else { plain }
        }
        Value::Ns(set) => {
            let mut numbers: Vec<_> = set.iter().collect();
            numbers.sort_by_key(|digits| (digits.parse::<i128>().ok(), (*digits).clone()));
            let plain = numbers.iter().map(|digits| plain_number(digits).unwrap_or_else(|| json!(digits)));
            marked("numbers", Json::Array(plain.collect()))
        }
        Value::Ss(set) => marked("texts", json!(set)),
        Value::B(bytes) => marked("bytes", json!(STANDARD.encode(bytes))),
        Value::Bs(set) => {
            let mut all: Vec<_> = set.iter().map(|bytes| STANDARD.encode(bytes)).collect();
            all.sort();
            marked("byte strings", json!(all))
        }
    })
}

/// A whole number that JSON writes as DynamoDB does.
fn plain_number(digits: &str) -> Option<Json> {
    let signed = digits.parse::<i64>().ok().map(|number| (number.to_string(), json!(number)));
    let number = signed.or_else(|| digits.parse::<u64>().ok().map(|number| (number.to_string(), json!(number))));
    number.filter(|(written, _)| written == digits).map(|(_, json)| json)
}

fn from_plain(value: &Json) -> Result<Value, String> {
    Ok(match value {
        Json::Null => Value::Null,
        Json::Bool(is) => Value::Bool(*is),
        Json::Number(number) => Value::N(number.to_string()),
        Json::String(text) => Value::S(text.clone()),
        Json::Array(values) => Value::L(values.iter().map(from_plain).collect::<Result<_, _>>()?),
        Json::Object(values) => match values.iter().next() {
            Some((name, value)) if values.len() == 1 && name.starts_with(MARK) => from_marked(name, value)?,
            _ => from_map(values)?,
        },
    })
}

fn from_map(values: &Map<String, Json>) -> Result<Value, String> {
    let read = values.iter().map(|(name, value)| Ok((name.clone(), from_plain(value)?)));
    Ok(Value::M(read.collect::<Result<Item, String>>()?))
}

fn from_marked(name: &str, value: &Json) -> Result<Value, String> {
    let wrong = || format!("{name} is not what was written");
    let texts = || -> Result<Vec<String>, String> {
        let text = |value: &Json| match value {
            Json::String(text) => Ok(text.clone()),
            Json::Number(number) => Ok(number.to_string()),
            _ => Err(wrong()),
        };
        value.as_array().ok_or_else(wrong)?.iter().map(text).collect()
    };
    let bytes = |text: &str| STANDARD.decode(text).map_err(|_| wrong());
    Ok(match name.trim_start_matches(MARK) {
        "number" => Value::N(value.as_str().ok_or_else(wrong)?.to_owned()),
        "numbers" => Value::Ns(texts()?.into_iter().collect()),
        "texts" => Value::Ss(texts()?.into_iter().collect()),
        "map" => from_map(value.as_object().ok_or_else(wrong)?)?,
        "bytes" => Value::B(bytes(value.as_str().ok_or_else(wrong)?)?),
        "byte strings" => Value::Bs(texts()?.iter().map(|text| bytes(text)).collect::<Result<_, _>>()?),
        _ => return Err(wrong()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::row::text;

    /// Any value of an item, as DynamoDB gives it back: sets without repeats and in one order.
    fn value() -> BoxedStrategy<table::Value> {
        let number = prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            "-?[1-9][0-9]{0,5}\\.[0-9]{0,3}[1-9]",
            "[1-9]E[1-9][0-9]",
        ];
        let bytes = || proptest::collection::vec(any::<u8>(), 0..9);
        let leaf = prop_oneof![
            "\\PC{0,9}".prop_map(Value::S),
            number.prop_map(Value::N),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
            proptest::collection::btree_set(any::<i64>(), 1..5)
                .prop_map(|set| Value::Ns(set.iter().map(i64::to_string).collect())),
            proptest::collection::btree_set("\\PC{1,5}", 1..5).prop_map(|set| Value::Ss(set.into_iter().collect())),
            bytes().prop_map(Value::B),
            bytes().prop_map(|bytes| Value::Bs([bytes].into())),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
                proptest::collection::btree_map("\\$?[a-z]{0,7}", inner, 0..4).prop_map(Value::M),
            ]
        })
        .boxed()
    }

    fn item(values: Item) -> Item {
        let key = [("pk".to_owned(), text("NEWS")), ("sk".to_owned(), text("NEWS"))];
        values.into_iter().chain(key).collect()
    }

    proptest! {
        #[test]
        fn an_item_is_the_same_after_a_line_and_after_dynamodbs_json(
            values in proptest::collection::btree_map("[$a-z]{1,6}", value(), 0..6)
        ) {
            let item = StoredItem(item(values));
            let line = item.to_line().unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(&StoredItem::from_line(&line).unwrap(), &item);
            let exported = json!({"Item": table::item_into(item.0.clone())}).to_string();
            prop_assert_eq!(&StoredItem::from_export(&exported).unwrap(), &item);
        }
    }

    #[test]
    fn a_line_that_is_none_says_why() {
        for (line, why) in [
            ("", "EOF"),
            ("{}", "no object `item`"),
            (r#"{"item": {}}"#, "no key"),
            (r#"{"item": {"pk": "a", "sk": "b", "c": {"$dates": []}}}"#, "$dates"),
        ] {
            let told = StoredItem::from_line(line).unwrap_err();
            assert!(told.contains(why), "{line}: {told}");
        }
        assert!(StoredItem::from_export(r#"{"Keys": {}, "NewImage": {}}"#).is_err());
    }
}
