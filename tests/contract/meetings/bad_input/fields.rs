//! Bodies: every field of every operation that has one.

use serde_json::{Value as Json, json};
use tests::Answer;
use tests::person::send;

use super::super::operations::{Cast, Operation, resolved};
use super::{Prepared, is_calm, with_bodies};

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
            "\" 1\"",
            "1.5",
            "\"1.5\"",
            "1e400",
            "-1e400",
            "\"NaN\"",
            "\"1,000\"",
            "\"٣\"",
            "\"\\u0000\"",
        ][..],
        "boolean" => &["1", "0", "\"true\"", "\"\"", "1.5"],
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
            (kind.expect("a type"), kinds.contains(&json!("null")))
        }
        _ => panic!("a schema without a type: {schema}"),
    }
}

fn properties(operation: &Operation) -> impl Iterator<Item = (&'static str, &'static Json)> {
    let properties = operation.schema().expect("a body")["properties"].as_object().expect("properties");
    properties.iter().map(|(name, schema)| (name.as_str(), schema))
}

fn blames(answer: &Answer, field: &str) -> bool {
    answer.outcome() == (400, "validation") && answer.body["errors"].get(field).is_some()
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_blamed_on_its_field() {
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for (name, schema) in properties(operation) {
            // Money is text in the document and may be a number too; its own story has its wrong values.
            let kind = if name == "amount" && kind(schema).0 == "string" { continue } else { kind(schema).0 };
            for raw in wrong_for(kind) {
                let answer = prepared.sends(prepared.with(name, &raw)).await;
                assert!(blames(&answer, name), "{name}: {raw}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn what_the_document_requires_bounds_and_calls_nullable_is_so() {
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let required = operation.schema().expect("a body")["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in properties(operation) {
            let mut prepared = Prepared::of(&cast, operation).await;
            let null = prepared.sends(prepared.with(name, "null")).await;
            assert_eq!(!blames(&null, name), kind(schema).1, "{name} may be null: {null}");
            let is_text = kind(schema).0 == "string";
            for (bound, step) in [("maximum", 1), ("minimum", -1), ("maxLength", 1)] {
                let Some(limit) = resolved(schema)[bound].as_i64() else { continue };
                let raw = if is_text { json!("x".repeat((limit + step) as usize)) } else { json!(limit + step) };
                let answer = prepared.sends(prepared.with(name, &raw.to_string())).await;
                assert!(blames(&answer, name) || answer.status == 413, "{name} has {bound} {limit}: {answer}");
            }
            prepared.body.as_object_mut().expect("an object").remove(name);
            let absent = prepared.sends(prepared.body.to_string()).await;
            let missing = absent.body["errors"][name][0] == "This field is required.";
            assert_eq!(missing, required.contains(&json!(name)), "{name} is required: {absent}");
        }
    }
}

#[tokio::test]
async fn a_hostile_value_in_any_field_gets_a_calm_answer() {
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let huge = format!("\"{}\"", "x".repeat(30_000));
    let digits = "9".repeat(5_000);
    let raws = [
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
        "\"{{7*7}}\"",
        "\"%00\"",
        "\"../../\"",
        "\"2027-03-01T10:00:00+99:99\"",
        "\"9999-12-31T23:59:59Z\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"+275760-09-13T00:00:00Z\"",
        "\"https://[::1]/\"",
        "\"http://\\n\"",
        "\" \"",
        "'x'",
        "undefined",
        "",
        ",",
        "\"unterminated",
        &deep,
        &huge,
        &digits,
    ];
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for (name, _) in properties(operation) {
            for raw in raws {
                prepared.sends(prepared.with(name, raw)).await;
            }
            // The same key twice.
            let twice = prepared.body.to_string().replacen('{', &format!("{{{}: 1, ", json!(name)), 1);
            if prepared.body.get(name).is_some() {
                prepared.sends(twice).await.refuses(400, "bad_json");
            }
        }
        cast.world.is_sound().await;
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_by_every_operation_that_has_one() {
    let oversized = format!("{{\"x\": \"{}\"}}", "x".repeat(1024 * 1024));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for operation in with_bodies() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for body in
            ["[]", "null", "1", "\"x\"", "{", "x=1&y=2", "<a/>", "\u{feff}{}", "{\"a\":1}{\"b\":2}", "\0", &deep]
        {
            prepared.sends(body.to_owned()).await.refuses(400, "bad_json");
        }
        prepared.sends(&b"{\"a\": \"\xc3\x28\"}"[..]).await.refuses(400, "bad_json");
        prepared.sends(oversized.clone()).await.refuses(413, "too_large");
        for kind in
            ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", "*/*", "a;b;c", "\u{e9}"]
        {
            let method = operation.method();
            let answer = send(&prepared.person, method, &prepared.path, &[("content-type", kind)], "{}").await;
            is_calm(&answer);
            answer.refuses(415, "unsupported_media_type");
        }
    }
}
