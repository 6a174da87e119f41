//! `infra/openapi.json` is what the routes say it is.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

/// Set to write the document instead of comparing it: `UPDATE_OPENAPI=1 cargo test -p tests --test house`.
const UPDATE: Option<&str> = option_env!("UPDATE_OPENAPI");

#[test]
fn the_committed_openapi_document_is_what_the_routes_generate() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/openapi.json");
    let generated = local::openapi().to_pretty_json().unwrap() + "\n";
    if UPDATE.is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == generated, "infra/openapi.json is stale: UPDATE_OPENAPI=1 cargo test -p tests --test house");
}

/// Every operation with its path and method.
fn operations(document: &Json) -> impl Iterator<Item = (String, &Json)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

fn document() -> Json {
    serde_json::to_value(local::openapi()).unwrap()
}

#[test]
fn every_operation_has_an_id_of_its_own_that_begins_with_its_product() {
    let document = document();
    let mut seen = BTreeMap::new();
    for (at, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{id}");
        let subject = operation["tags"][0].as_str().unwrap();
        let product = subject.split(':').next().unwrap().to_lowercase();
        let is_shared = product == "platform" && ["accounts_", "payments_"].iter().any(|word| id.starts_with(word));
        assert!(is_shared || id.starts_with(&format!("{product}_")), "{id} is in {subject}");
        assert_eq!(seen.insert(id.to_owned(), at.clone()), None, "{id} twice: {at}");
    }
}

#[test]
fn every_error_answer_names_its_codes_in_its_schema() {
    let document = document();
    let resolved = |answer: &Json| match answer["$ref"].as_str() {
        Some(shared) => document.pointer(shared.trim_start_matches('#')).unwrap().clone(),
        None => answer.clone(),
    };
    for (at, operation) in operations(&document) {
        let answers = operation["responses"].as_object().unwrap().iter();
        for (status, answer) in answers.filter(|(status, _)| status.starts_with(['4', '5'])) {
            let answer = resolved(answer);
            let code = &answer["content"]["application/json"]["schema"]["allOf"][1]["properties"]["code"];
            let named = code["enum"].as_array().is_some_and(|codes| !codes.is_empty());
            assert!(named, "{at} {status}: write `code`: what it means; not {}", answer["description"]);
        }
    }
}

#[test]
fn every_body_has_a_name() {
    let document = document();
    for (at, operation) in operations(&document).filter(|(_, operation)| operation["requestBody"].is_object()) {
        let contents = operation["requestBody"]["content"].as_object().unwrap();
        let is_event = operation["operationId"].as_str().is_some_and(|id| id.ends_with("_webhook"));
        for schema in contents.values().map(|content| &content["schema"]).filter(|_| !is_event) {
            assert!(schema["$ref"].is_string() || schema["items"]["$ref"].is_string(), "{at}: `Parse::NAME`");
        }
    }
}
