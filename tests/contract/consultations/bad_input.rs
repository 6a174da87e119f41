//! Whatever is sent, the answer is ours: a 4xx in the envelope, or success where the input happens to be in order.

use bytes::Bytes;
use serde_json::{Value as Json, json};
use tests::{Answer, Person};

use crate::consultations::operations::{Cast, FILE, Operation, Sent, operations};

mod fields;
mod mutations;
mod requests;

const JSON: &str = "application/json";

/// Every word the specification's table of errors has, and those of payments (`tutoring.md`).
const CODES: &str = "validation bad_json page_too_deep outside_hours own_profile not_pending not_confirmed not_started \
    not_completed cannot_cancel cannot_reschedule too_early too_late already_reviewed payment_required \
    insufficient_credits application_pending already_expert no_active_application not_approved not_suspended no_file \
    bad_upload message_deleted not_text not_authenticated token_invalid token_expired token_reused invalid_credentials \
    otp_required otp_invalid forbidden not_expert suspended blocked closed account_suspended not_found \
    method_not_allowed slot_taken own_conflict conflict in_flight not_payable file_too_large use_upload too_large \
    unsupported_file_type unsupported_media_type idempotency_mismatch rate_limited invalid_signature amount_mismatch";

/// Other names of fields, which the document does not list.
const ALIASES: &str = "expert consultation content confirm_password password2 refresh refresh_token enrollment file";

/// Whether anything of our insides shows. The check of the envelope itself is the kit's.
#[track_caller]
fn is_calm(operation: &Operation, answer: &Answer) {
    assert!(answer.status < 500, "{answer}");
    if answer.status < 400 {
        return;
    }
    assert!(CODES.split_whitespace().any(|code| code == answer.code()), "{answer}");
    let members = answer.body.as_object().unwrap().keys();
    assert!(
        members.clone().all(|name| ["error", "code", "errors", "alternatives"].contains(&name.as_str())),
        "{answer}"
    );
    for (field, sentences) in answer.body["errors"].as_object().into_iter().flatten() {
        assert!(is_field(operation, field), "{field} is no field: {answer}");
        let sentences = sentences.as_array().unwrap();
        assert!(!sentences.is_empty() && sentences.iter().all(Json::is_string), "{answer}");
    }
    let blames_all = answer.body["error"].as_str().unwrap().starts_with("The query string is not");
    assert_eq!(answer.code() == "validation" && !blames_all, answer.body["errors"].is_object(), "{answer}");
    assert!(answer.body["error"].as_str().unwrap().chars().count() < 200, "{answer}");
    let text = String::from_utf8_lossy(&answer.bytes);
    for inside in
        ["panicked", "unwrap", "::", "serde", "Dynamo", "dynamo", "expected value", " line ", "0x", ".rs", "Error("]
    {
        assert!(!text.contains(inside), "{inside}: {answer}");
    }
}

/// Rows of an array are called by their number.
fn is_field(operation: &Operation, name: &str) -> bool {
    let is_number = |name: &str| name.chars().all(|letter| letter.is_ascii_digit());
    if operation.body.starts_with('[') && is_number(name) {
        return true;
    }
    let (index, field) = name.split_once('.').unwrap_or(("", name));
    let has = |schema: &Json| schema["properties"].get(field).is_some();
    is_number(index)
        && (operation.schema().is_some_and(has)
            || operation.parameters().any(|parameter| parameter == field)
            || ALIASES.split_whitespace().any(|alias| alias == field))
}

/// Somebody who may make this request, with what it needs.
struct Prepared<'a> {
    cast: &'a Cast,
    operation: &'static Operation,
    person: Person,
    thing: i64,
    body: Json,
}

impl<'a> Prepared<'a> {
    async fn of(cast: &'a Cast, operation: &'static Operation) -> Self {
        let thing = cast.make(operation.thing).await;
        let column = [2, 3, 4].into_iter().find(|column| operation.expected[*column] < 300).unwrap();
        let person = match operation.name {
            // There is no other password to sign in with, once it has worked.
            name if name.contains("/password-change/") => cast.people[column].clone(),
            _ => cast.people[column].logs_in().await,
        };
        let body = match operation.body {
            "" | FILE => json!({}),
            text => serde_json::from_str(&cast.fill(text, thing).await).unwrap(),
        };
        Self { cast, operation, person, thing, body }
    }

    async fn sends(&self, body: impl Into<Bytes>) -> Answer {
        self.sends_as(JSON, body).await
    }

    async fn sends_as(&self, kind: &'static str, body: impl Into<Bytes>) -> Answer {
        self.sends_to(&self.thing.to_string(), (kind, body.into())).await
    }

    async fn sends_to(&self, thing: &str, sent: Sent) -> Answer {
        let answer = self.cast.sends(&self.person, self.operation, thing, sent).await;
        is_calm(self.operation, &answer);
        answer
    }

    /// How a field is called in a refusal.
    fn called(&self, name: &str) -> String {
        if self.body.is_array() { format!("0.{name}") } else { name.to_owned() }
    }

    /// The members of the body, or of its first row.
    fn members(&self) -> &serde_json::Map<String, Json> {
        self.body.get(0).unwrap_or(&self.body).as_object().unwrap()
    }

    /// The valid body, with one member written as this text, or without it.
    fn with(&self, name: &str, raw: Option<&str>) -> String {
        let others = self.members().iter().filter(|(member, _)| *member != name);
        let mut members: Vec<_> = others.map(|(member, value)| format!("{}: {value}", json!(member))).collect();
        members.extend(raw.map(|raw| format!("{}: {raw}", json!(name))));
        let object = format!("{{{}}}", members.join(", "));
        if self.body.is_array() { format!("[{object}]") } else { object }
    }
}

/// What a person sends with a body. A provider's bytes are nobody's form.
fn with_bodies() -> impl Iterator<Item = &'static Operation> {
    operations().filter(|operation| operation.schema().is_some() && !operation.is_webhook())
}
