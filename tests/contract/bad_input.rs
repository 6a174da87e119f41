//! Whatever is sent, the answer is ours: a 4xx in the envelope, or success where the input happens to be in order.

use bytes::Bytes;
use serde_json::{Value as Json, json};
use tests::{Answer, Person};

use crate::contract::{Cast, Contract, FILE, JSON, Operation, Sent};

pub(crate) mod fields;
pub(crate) mod headers;
pub(crate) mod mutations;
pub(crate) mod requests;

/// Whether anything of our insides shows. The check of the envelope itself is the kit's.
#[track_caller]
fn is_calm<C: Contract>(operations: &[&Operation<C::Thing>], answer: &Answer) {
    assert!(answer.status < 500, "{answer}");
    if answer.status < 400 {
        return;
    }
    assert!(C::CODES.split_whitespace().any(|code| code == answer.code()), "{answer}");
    let members = answer.body.as_object().expect("an object").keys();
    assert!(
        members.clone().all(|name| ["error", "code", "errors", "alternatives"].contains(&name.as_str())),
        "{answer}"
    );
    for (field, sentences) in answer.body["errors"].as_object().into_iter().flatten() {
        let is_known = operations.iter().any(|operation| is_field::<C>(operation, field));
        assert!(is_known, "{field} is no field: {answer}");
        let sentences = sentences.as_array().expect("sentences");
        assert!(!sentences.is_empty() && sentences.iter().all(Json::is_string), "{answer}");
    }
    let blames_all = answer.body["error"].as_str().expect("a sentence").starts_with("The query string is not");
    assert_eq!(answer.code() == "validation" && !blames_all, answer.body["errors"].is_object(), "{answer}");
    assert!(answer.body["error"].as_str().expect("a sentence").chars().count() < 200, "{answer}");
    let text = String::from_utf8_lossy(&answer.bytes);
    for inside in
        ["panicked", "unwrap", "::", "serde", "Dynamo", "dynamo", "expected value", " line ", "0x", ".rs", "Error("]
    {
        assert!(!text.contains(inside), "{inside}: {answer}");
    }
}

/// Rows of an array are called by their number.
fn is_field<C: Contract>(operation: &Operation<C::Thing>, name: &str) -> bool {
    let is_number = |name: &str| name.chars().all(|letter| letter.is_ascii_digit());
    let is_row = operation.body.starts_with('[') && is_number(name);
    if is_row || name == "Idempotency-Key" {
        return true;
    }
    let (index, field) = name.split_once('.').unwrap_or(("", name));
    let has = |schema: &Json| schema["properties"].get(field).is_some();
    is_number(index)
        && (operation.schema().is_some_and(has)
            || operation.parameters().any(|parameter| parameter == field)
            || C::ALIASES.split_whitespace().any(|alias| alias == field))
}

/// Somebody who may make this request, with what it needs.
struct Prepared<'a, C: Contract> {
    cast: &'a Cast<C>,
    operation: &'static Operation<C::Thing>,
    person: Person,
    thing: i64,
    body: Json,
}

impl<'a, C: Contract> Prepared<'a, C> {
    async fn of(cast: &'a Cast<C>, operation: &'static Operation<C::Thing>) -> Self {
        let thing = C::make(cast, operation.thing).await;
        let may = |column: &usize| operation.expected[*column] < 400;
        // What only a form can bring is wrong for everybody who sends JSON.
        let column = [2, 3, 4].into_iter().find(may).unwrap_or(2);
        assert!(may(&column) || operation.expected[column] == 400, "somebody may");
        // There is no other password to sign in with, once it has worked.
        let person = match operation.works_once {
            true => cast.people[column].clone(),
            false => cast.people[column].logs_in().await,
        };
        let body = match operation.body {
            "" | FILE => json!({}),
            text => serde_json::from_str(&C::fill(cast, &person, text, thing).await).expect("JSON"),
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
        is_calm::<C>(&[self.operation], &answer);
        answer
    }

    /// Asks with another method, path or body. What is no URI at all never leaves the server that reads the socket.
    async fn asks(&self, method: &str, path: &str, more: &[(&str, &str)], sent: Sent) -> Option<Answer> {
        path.parse::<http::Uri>().ok()?;
        let answer = self.cast.sends_to(&self.person, self.operation, (method, path), more, sent).await;
        // An odd path may be another operation's.
        let candidates: Vec<_> = C::operations().collect();
        is_calm::<C>(&candidates, &answer);
        Some(answer)
    }

    fn path(&self) -> String {
        C::path_to(self.operation, &self.thing.to_string())
    }

    fn json(&self) -> Sent {
        (JSON, self.body.to_string().into())
    }

    /// How a field is called in a refusal.
    fn called(&self, name: &str) -> String {
        if self.body.is_array() { format!("0.{name}") } else { name.to_owned() }
    }

    /// The members of the body, or of its first row.
    fn members(&self) -> &serde_json::Map<String, Json> {
        self.body.get(0).unwrap_or(&self.body).as_object().expect("an object")
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
fn with_bodies<C: Contract>() -> impl Iterator<Item = &'static Operation<C::Thing>> {
    C::operations().filter(|operation| operation.schema().is_some() && C::signature(operation, b"").is_none())
}
