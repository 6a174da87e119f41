//! Bodies: every field of every operation that has one.

use serde_json::{Value as Json, json};
use tests::Answer;

use super::{Prepared, with_bodies};
use crate::contract::{Contract, JSON, Operation, resolved};

/// What JSON allows that no field of this kind does, as JSON text. `null` comes extra.
fn wrong_for<C: Contract>(kind: &str) -> Vec<String> {
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
    common.into_iter().chain(special.iter().chain(C::wrong_for(kind)).map(|text| (*text).to_owned())).collect()
}

/// The kind of value a schema describes, and whether it may be `null`.
fn kind(schema: &'static Json) -> (&'static str, bool) {
    let schema = resolved(schema);
    match &schema["type"] {
        Json::String(kind) => (kind, false),
        Json::Array(kinds) => {
            let kind = kinds.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null"));
            (kind.expect("the document says"), kinds.contains(&json!("null")))
        }
        _ => panic!("a schema without a type: {schema}"),
    }
}

/// The fields of its body. Bytes are for forms only.
fn properties<T: Copy>(operation: &Operation<T>) -> impl Iterator<Item = (&'static str, &'static Json)> {
    let properties =
        operation.schema().expect("the document says")["properties"].as_object().expect("the document says").iter();
    let written = properties.filter(|(_, schema)| schema["format"] != "binary");
    written.map(|(name, schema)| (name.as_str(), schema))
}

fn blames(answer: &Answer, field: &str) -> bool {
    answer.outcome() == (400, "validation") && answer.body["errors"].get(field).is_some()
}

pub(crate) async fn a_value_of_the_wrong_type_is_blamed_on_its_field<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in with_bodies::<C>() {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for (name, schema) in properties(operation).filter(|(name, _)| !C::has_a_story(operation, name)) {
            for raw in wrong_for::<C>(kind(schema).0) {
                let answer = prepared.sends(prepared.with(name, Some(&raw))).await;
                if !blames(&answer, &prepared.called(name)) {
                    wrong.push(format!("{name}: {raw}: {answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(crate) async fn what_the_document_requires_bounds_and_calls_nullable_is_so<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in with_bodies::<C>() {
        let cast = C::gather().await;
        let required =
            operation.schema().expect("the document says")["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in properties(operation) {
            let prepared = Prepared::of(&cast, operation).await;
            let called = prepared.called(name);
            let is_a_choice = operation.choice.split_whitespace().any(|one| one == name);
            let null = prepared.sends(prepared.with(name, Some("null"))).await;
            if (null.body["errors"][&called][0] == "This field may not be null.") == kind(schema).1 && !is_a_choice {
                wrong.push(format!("{name} may be null: {}: {null}", kind(schema).1));
            }
            // Where one of several has to be named, the first is to blame that none is.
            let has_alternatives = is_a_choice || operation.reads_forms;
            if blames(&null, &called) == kind(schema).1 && !has_alternatives {
                wrong.push(format!("{name} is to blame for its null: {null}"));
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

const HOSTILE: [&str; 34] = [
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
    ",",
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

pub(crate) async fn a_hostile_value_in_any_field_gets_a_calm_answer<C: Contract>() {
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let [large, huge] = [30_000, 1_000_000].map(|length| format!("\"{}\"", "x".repeat(length)));
    let digits = "9".repeat(5_000);
    for operation in with_bodies::<C>() {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for (name, _) in properties(operation) {
            for raw in HOSTILE.into_iter().chain([&*deep, &*large, &*huge, &*digits]) {
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

pub(crate) async fn what_a_client_may_not_set_is_not_even_looked_at<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in with_bodies::<C>() {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let known: Vec<_> = properties(operation).map(|(name, _)| name).collect();
        let mut body = prepared.with("", None);
        for name in FOREIGN.into_iter().filter(|name| !known.contains(name)) {
            let comma = if prepared.members().is_empty() && !body.contains(':') { "" } else { "," };
            body = body.replacen('{', &format!("{{\"{name}\": [{{}}]{comma}"), 1);
        }
        let answer = prepared.sends(body).await;
        // Some need files that only a form brings.
        let is_refused_anyway = operation.takes_a_file || operation.expected.iter().all(|status| *status == 400);
        if answer.status >= 300 && !is_refused_anyway {
            wrong.push(format!("{answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(crate) async fn a_body_that_is_no_json_object_is_refused_by_every_operation_that_has_one<C: Contract>() {
    let oversized = format!("{{\"x\": \"{}\"}}", "x".repeat(1024 * 1024));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for operation in with_bodies::<C>() {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let other = if prepared.body.is_array() { "{}" } else { "[]" };
        for body in
            [other, "null", "1", "\"x\"", "{", "x=1&y=2", "<a/>", "\u{feff}{}", "{\"a\":1}{\"b\":2}", "\0", &deep]
        {
            prepared.sends(body.to_owned()).await.refuses(400, "bad_json");
        }
        prepared.sends(&b"{\"a\": \"\xc3\x28\"}"[..]).await.refuses(400, "bad_json");
        let word = if operation.takes_a_file { "use_upload" } else { "too_large" };
        prepared.sends(oversized.clone()).await.refuses(413, word);
        for kind in ["text/plain", "application/octet-stream", "*/*", "a;b;c", "\u{e9}"] {
            prepared.sends_as(kind, "{}").await.refuses(415, "unsupported_media_type");
        }
        let content = operation.documented()["requestBody"]["content"].as_object().expect("the document says");
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            let answer = prepared.sends_as(kind, "a=%ff").await;
            let is_read = answer.outcome() == (400, "bad_json");
            let is_refused = answer.outcome() == (415, "unsupported_media_type");
            let is_documented = content.contains_key(kind) || operation.reads_forms;
            assert_eq!((is_read, is_refused), (is_documented, !is_documented), "{kind}: {answer}");
        }
        assert!(content.contains_key(JSON));
    }
}
