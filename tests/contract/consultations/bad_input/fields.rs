//! Bodies: every field of every operation that has one.

use serde_json::{Value as Json, json};
use tests::Answer;

use super::{JSON, Prepared, with_bodies};
use crate::consultations::operations::{Cast, Operation, resolved};

/// What JSON allows that no field of this kind does, as JSON text. `null` comes extra.
fn wrong_for(kind: &str) -> Vec<String> {
    let nested = format!("{}{}", "[".repeat(20), "]".repeat(20));
    let common = ["[]", "{}", "[1]", "{\"a\": 1}", "[null]", &nested].map(str::to_owned);
    let special = match kind {
        "integer" => &[
            "true",
            "false",
            "\"x\"",
            "\"\"",
            "1.5",
            "\"1.5\"",
            "1e400",
            "-1e400",
            "\"NaN\"",
            "\"1,000\"",
            "\"٣\"",
            "\"\\u0000\"",
        ][..],
        "number" => &["true", "false", "\"x\"", "\"\"", "1e400", "-1", "\"NaN\"", "\"1,0\"", "1.005", "\"Infinity\""],
        "boolean" => &["1", "0", "\"\"", "1.5", "\"perhaps\""],
        _ => &["1", "-1.5", "1e400", "true", "false", "\"a\\u0000b\""],
    };
    common.into_iter().chain(special.iter().map(|text| (*text).to_owned())).collect()
}

/// The kind of value a schema describes, and whether it may be `null`.
fn kind(schema: &'static Json) -> (&'static str, bool) {
    let schema = resolved(schema);
    match &schema["type"] {
        Json::String(kind) => (kind, false),
        Json::Array(kinds) => {
            let kind = kinds.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null"));
            (kind.unwrap(), kinds.contains(&json!("null")))
        }
        _ => panic!("a schema without a type: {schema}"),
    }
}

/// The fields of its body. Bytes are for forms only.
fn properties(operation: &Operation) -> impl Iterator<Item = (&'static str, &'static Json)> {
    let properties = operation.schema().unwrap()["properties"].as_object().unwrap().iter();
    let written = properties.filter(|(_, schema)| schema["format"] != "binary");
    written.map(|(name, schema)| (name.as_str(), schema))
}

fn blames(answer: &Answer, field: &str) -> bool {
    answer.outcome() == (400, "validation") && answer.body["errors"].get(field).is_some()
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_blamed_on_its_field() {
    let mut wrong = Vec::new();
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for (name, schema) in properties(operation) {
            for raw in wrong_for(kind(schema).0) {
                let answer = prepared.sends(prepared.with(name, Some(&raw))).await;
                if !blames(&answer, &prepared.called(name)) {
                    wrong.push(format!("{name}: {raw}: {answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_the_document_requires_bounds_and_calls_nullable_is_so() {
    let mut wrong = Vec::new();
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let required = operation.schema().unwrap()["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in properties(operation) {
            let prepared = Prepared::of(&cast, operation).await;
            let called = prepared.called(name);
            // A message has a text or a file; without a file there is no document to speak of.
            let is_a_choice = ["message_content", "upload_id"].contains(&name) && operation.method() == "POST";
            let null = prepared.sends(prepared.with(name, Some("null"))).await;
            if (null.body["errors"][&called][0] == "This field may not be null.") == kind(schema).1 && !is_a_choice {
                wrong.push(format!("{name} may be null: {}: {null}", kind(schema).1));
            }
            let is_text = kind(schema).0 == "string";
            for (bound, step) in [("maximum", 1), ("minimum", -1), ("maxLength", 1), ("minLength", -1)] {
                let Some(limit) = resolved(schema)[bound].as_i64() else { continue };
                let length = usize::try_from(limit + step).unwrap_or_default();
                let raw = if is_text { json!("x".repeat(length)) } else { json!(limit + step) };
                let answer = prepared.sends(prepared.with(name, Some(&raw.to_string()))).await;
                if !blames(&answer, &called) && answer.status != 413 {
                    wrong.push(format!("{name} has {bound} {limit}: {answer}"));
                }
            }
            let absent = prepared.sends(prepared.with(name, None)).await;
            let missing = absent.body["errors"][&called][0] == "This field is required.";
            if missing != required.contains(&json!(name)) && !is_a_choice {
                wrong.push(format!("{name} is required: {}: {absent}", !missing));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const HOSTILE: [&str; 32] = [
    "NaN",
    "Infinity",
    "-0",
    "1e999999999",
    "0.1e1",
    "9007199254740992",
    "9007199254740993",
    "-9223372036854775809",
    "18446744073709551616",
    "\"\\ud83e\\udd80\"",
    "\"\\ud800\"",
    "\"\u{202e}\u{feff}\u{fdd0}\"",
    "\"\\u0000\"",
    "\"' OR 1=1 --\"",
    "\"#pk = :x\"",
    "\"U#0#PROFILE\"",
    "\"${jndi:ldap://x}\"",
    "\"%00\"",
    "\"../../\"",
    "\"2027-03-01T10:00:00+99:99\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"+275760-09-13T00:00:00Z\"",
    "\"9999-12-31\"",
    "\"24:00\"",
    "\"https://[::1]/\"",
    "\"http://\\n\"",
    "\" \"",
    "'x'",
    "undefined",
    "",
    "\"unterminated",
];

#[tokio::test]
async fn a_hostile_value_in_any_field_gets_a_calm_answer() {
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let huge = format!("\"{}\"", "x".repeat(1_000_000));
    let digits = "9".repeat(5_000);
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for (name, _) in properties(operation) {
            for raw in HOSTILE.into_iter().chain([&*deep, &*huge, &*digits]) {
                prepared.sends(prepared.with(name, Some(raw))).await;
            }
            // The same key twice.
            if prepared.members().contains_key(name) {
                let twice = prepared.body.to_string().replacen('{', &format!("{{{}: 1, ", json!(name)), 1);
                prepared.sends(twice).await.refuses(400, "bad_json");
            }
        }
        cast.world.is_sound().await;
    }
}

/// Nobody's to set. Written as JSON.
const FOREIGN: [&str; 9] =
    ["status", "price", "payment_status", "user", "is_verified", "is_admin", "id", "x\\u0000y", ""];

#[tokio::test]
async fn what_a_client_may_not_set_is_not_even_looked_at() {
    let mut wrong = Vec::new();
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let known: Vec<_> = properties(operation).map(|(name, _)| name).collect();
        let mut body = prepared.with("", None);
        for name in FOREIGN.into_iter().filter(|name| !known.contains(name)) {
            let comma = if prepared.members().is_empty() && !body.contains(':') { "" } else { "," };
            body = body.replacen('{', &format!("{{\"{name}\": [{{}}]{comma}"), 1);
        }
        let answer = prepared.sends(body).await;
        let is_upload = ["/upload-document/", "/send/"].iter().any(|part| operation.path().contains(part)); // its file comes in a form
        if answer.status >= 300 && !is_upload {
            wrong.push(format!("{answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_by_every_operation_that_has_one() {
    let oversized = format!("{{\"x\": \"{}\"}}", "x".repeat(1024 * 1024));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let other = if prepared.body.is_array() { "{}" } else { "[]" };
        for body in
            [other, "null", "1", "\"x\"", "{", "x=1&y=2", "<a/>", "\u{feff}{}", "{\"a\":1}{\"b\":2}", "\0", &deep]
        {
            prepared.sends(body.to_owned()).await.refuses(400, "bad_json");
        }
        prepared.sends(&b"{\"a\": \"\xc3\x28\"}"[..]).await.refuses(400, "bad_json");
        let is_upload = ["/upload-document/", "/send/"].iter().any(|part| operation.path().contains(part));
        let word = if is_upload { "use_upload" } else { "too_large" };
        prepared.sends(oversized.clone()).await.refuses(413, word);
        for kind in ["text/plain", "application/octet-stream", "*/*", "a;b;c", "\u{e9}"] {
            prepared.sends_as(kind, "{}").await.refuses(415, "unsupported_media_type");
        }
        let content = operation.documented()["requestBody"]["content"].as_object().unwrap();
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            let answer = prepared.sends_as(kind, "a=%ff").await;
            let is_read = answer.outcome() == (400, "bad_json");
            let is_documented = content.contains_key(kind) || operation.path().ends_with("/chat/");
            assert_eq!(is_read, is_documented, "{kind}: {answer}");
        }
        assert!(content.contains_key(JSON));
    }
}
