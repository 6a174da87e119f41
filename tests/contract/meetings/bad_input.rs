//! Whatever is sent, the answer is ours: a 4xx in the envelope, or success where the input happens to be in order.

use serde_json::{Value as Json, json};
use tests::person::send;
use tests::{Answer, Person};

use super::operations::{Cast, Operation, TABLE};

mod fields;
mod mutations;
mod requests;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// Every word the specification's table of errors has.
const CODES: &str = "validation bad_json insufficient_credits outside_availability invalid_transition too_early \
    too_late not_completed already_reviewed not_authenticated token_invalid token_expired invalid_credentials \
    otp_required otp_invalid forbidden account_suspended blocked not_found method_not_allowed slot_taken conflict \
    in_flight too_large unsupported_media_type idempotency_mismatch rate_limited";

/// Whether anything of our insides shows. The check of the envelope itself is the kit's.
#[track_caller]
fn is_calm(answer: &Answer) {
    assert!(answer.status < 500, "{answer}");
    if answer.status < 400 {
        return;
    }
    assert!(CODES.split_whitespace().any(|code| code == answer.code()), "{answer}");
    let members = answer.body.as_object().expect("an object").keys();
    assert!(
        members.clone().all(|name| ["error", "code", "errors", "alternatives"].contains(&name.as_str())),
        "{answer}"
    );
    assert!(answer.body.get("errors").is_none_or(Json::is_object), "{answer}");
    assert!(answer.body["error"].as_str().expect("a sentence").chars().count() < 200, "{answer}");
    let text = String::from_utf8_lossy(&answer.bytes);
    for inside in
        ["panicked", "unwrap", "::", "serde", "Dynamo", "dynamo", "expected value", " line ", "0x", ".rs", "Error("]
    {
        assert!(!text.contains(inside), "{inside}: {answer}");
    }
}

/// Somebody who may make this request, with what it needs.
struct Prepared<'a> {
    operation: &'a Operation,
    person: Person,
    path: String,
    body: Json,
}

impl<'a> Prepared<'a> {
    async fn of(cast: &Cast, operation: &'a Operation) -> Self {
        let thing = cast.make(operation.thing).await;
        let column = [2, 3, 4].into_iter().find(|column| operation.expected[*column] < 300).expect("somebody may");
        let person = cast.people[column].logs_in().await;
        let body = cast.fill(operation.body, &person, thing);
        let body = if body.is_empty() { json!({}) } else { serde_json::from_str(&body).expect("JSON") };
        Self { operation, person, path: operation.path().replace("{id}", &thing.to_string()), body }
    }

    async fn sends(&self, body: impl Into<bytes::Bytes>) -> Answer {
        let answer = send(&self.person, self.operation.method(), &self.path, &JSON, body).await;
        is_calm(&answer);
        answer
    }

    /// The valid body, with one member written as this text.
    fn with(&self, name: &str, raw: &str) -> String {
        let mut members: Vec<String> = Vec::new();
        for (member, value) in self.body.as_object().expect("an object") {
            if member != name {
                members.push(format!("{}: {value}", json!(member)));
            }
        }
        members.push(format!("{}: {raw}", json!(name)));
        format!("{{{}}}", members.join(", "))
    }
}

fn with_bodies() -> impl Iterator<Item = &'static Operation> {
    TABLE.iter().filter(|operation| operation.schema().is_some())
}
