//! What the API document promises, held against every answer a test gets: status, shape, words, error code. Nothing may be
//! answered that is not published.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::answer::Answer;

static DOCUMENT: LazyLock<Json> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../infra/openapi.json")).expect("it is generated"));

/// # Panics
/// When the document does not say that this operation answers so.
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else {
        return; // nothing of ours: 404 or 405
    };
    let Some(response) = operation["responses"].get(answer.status.to_string()) else {
        panic!("{} does not publish this status: {answer}", operation["operationId"]);
    };
    let content = &resolved(response)["content"];
    let media = answer.header("content-type").split(';').next().unwrap_or_default().trim();
    let wrong = match (&content[media]["schema"], answer.bytes.is_empty() || content.is_null()) {
        (_, true) => Vec::new(),
        (Json::Null, false) => vec![format!("{media:?} is no published form")],
        (schema, false) if media == "application/json" => faults(schema, &answer.body, "answer"),
        _ => Vec::new(),
    };
    assert!(wrong.is_empty(), "{} does not publish this: {wrong:#?} {answer}", operation["operationId"]);
}

/// The operation behind a path; one without parameters goes first.
fn operation(method: &str, path: &str) -> Option<&'static Json> {
    let is_odd = path.contains('%') || path.contains("..") || method.contains(|letter: char| letter.is_lowercase());
    if is_odd {
        return None; // what that means is for the router to judge
    }
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_ascii_lowercase() };
    let asked: Vec<_> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let paths = DOCUMENT["paths"].as_object()?;
    let matching = paths.iter().filter(|(template, _)| {
        let known: Vec<_> = template.trim_end_matches('/').split('/').collect();
        known.len() == asked.len()
            && known.iter().zip(&asked).all(|(known, asked)| known.starts_with('{') || known == asked)
    });
    matching.min_by_key(|(template, _)| template.matches('{').count())?.1.get(method)
}

fn resolved(schema: &'static Json) -> &'static Json {
    match schema["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).expect("references lead somewhere"),
        None => schema,
    }
}

/// What is wrong with a value, and where.
fn faults(schema: &'static Json, value: &Json, at: &str) -> Vec<String> {
    let schema = resolved(schema);
    if schema.is_null() {
        return Vec::new(); // anything
    }
    let alternatives = ["oneOf", "anyOf"].iter().find_map(|name| schema[name].as_array());
    if let Some(alternatives) = alternatives {
        let all: Vec<_> = alternatives.iter().map(|schema| faults(schema, value, at)).collect();
        return if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() };
    }
    let mut wrong = Vec::new();
    if let Some(types) = types(schema)
        && !types.iter().any(|kind| is_a(kind, value))
    {
        return vec![format!("{at} is no {}: {value}", types.join(" or "))];
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        wrong.push(format!("{at} is none of the published words: {value}"));
    }
    match value {
        Json::Object(members) => wrong.extend(of_object(schema, members, at)),
        Json::Array(items) => {
            let each = items.iter().enumerate();
            wrong.extend(each.flat_map(|(index, item)| faults(&schema["items"], item, &format!("{at}[{index}]"))));
        }
        Json::String(text) => wrong.extend(of_text(schema, text, at)),
        Json::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let is_in = schema["minimum"].as_f64().is_none_or(|least| number >= least)
                && schema["maximum"].as_f64().is_none_or(|most| number <= most);
            wrong.extend((!is_in).then(|| format!("{at} is out of its bounds: {number}")));
        }
        _ => {}
    }
    wrong
}

fn types(schema: &Json) -> Option<Vec<&str>> {
    match &schema["type"] {
        Json::String(only) => Some(vec![only]),
        Json::Array(several) => Some(several.iter().filter_map(Json::as_str).collect()),
        _ => None,
    }
}

fn is_a(kind: &str, value: &Json) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

fn of_text(schema: &Json, text: &str, at: &str) -> Option<String> {
    let is_right = match schema["format"].as_str() {
        Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        Some("date") => text.parse::<chrono::NaiveDate>().is_ok(),
        Some("uri") => url::Url::parse(text).is_ok(),
        Some("email") => text.contains('@'),
        _ => true,
    };
    let length = text.chars().count() as u64;
    let fits = schema["minLength"].as_u64().is_none_or(|least| length >= least)
        && schema["maxLength"].as_u64().is_none_or(|most| length <= most);
    (!is_right || !fits).then(|| format!("{at} is not as published: {text}"))
}

/// What an object may hold, however many schemas together say so.
#[derive(Default)]
struct Members {
    known: BTreeMap<&'static str, Vec<&'static Json>>,
    required: BTreeSet<&'static str>,
    /// Of whatever name.
    others: Option<&'static Json>,
}

impl Members {
    fn collect(&mut self, schema: &'static Json) {
        let schema = resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.known.entry(name).or_default().push(property);
        }
        self.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str));
        self.others = self.others.or(schema.get("additionalProperties"));
        let is_open = schema["type"] == "object" && schema.get("properties").is_none();
        self.others = self.others.or(is_open.then_some(&Json::Null));
    }
}

fn of_object(schema: &'static Json, members: &serde_json::Map<String, Json>, at: &str) -> Vec<String> {
    let mut published = Members::default();
    published.collect(schema);
    let missing = published.required.iter().filter(|name| !members.contains_key(**name));
    let mut wrong: Vec<_> = missing.map(|name| format!("{at}.{name} is missing")).collect();
    for (name, value) in members {
        let at = format!("{at}.{name}");
        match (published.known.get(name.as_str()), published.others) {
            (Some(schemas), _) => wrong.extend(schemas.iter().flat_map(|schema| faults(schema, value, &at))),
            (None, Some(others)) => wrong.extend(faults(others, value, &at)),
            (None, None) => wrong.push(format!("{at} is not published")),
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(of: Json) -> &'static Json {
        Box::leak(Box::new(of))
    }

    #[test]
    fn what_is_missing_unpublished_or_of_another_kind_is_found() {
        let schema = schema(serde_json::json!({
            "allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "maximum": 3}}},
                {"properties": {"b": {"type": ["string", "null"], "enum": ["x", null]}}}]
        }));
        let found = |value: Json| faults(schema, &value, "answer").len();
        assert_eq!(found(serde_json::json!({"a": 3, "b": null})), 0);
        for wrong in [r#"{"b": "x"}"#, r#"{"a": "3"}"#, r#"{"a": 4}"#, r#"{"a": 1, "b": "y"}"#, r#"{"a": 1, "c": 1}"#] {
            assert_eq!(found(wrong.parse().unwrap()), 1, "{wrong}");
        }
    }

    #[test]
    fn an_operation_without_parameters_goes_first() {
        let id = |path| operation("GET", path).map(|operation| operation["operationId"].clone());
        assert_eq!(id("/api/users/me/").unwrap(), "meetings_profile_show");
        assert_eq!(id("/api/users/7").unwrap(), "meetings_users_show");
        assert_eq!(id("/api/nowhere/"), None);
    }
}
