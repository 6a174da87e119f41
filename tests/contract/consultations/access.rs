//! Every route for everybody: the table of [`super::operations`], each cell asked.

use bytes::Bytes;
use serde_json::Value as Json;
use tests::{Answer, Person};

use crate::consultations::operations::{Cast, Operation, ROLES, operations, send};

/// A session of their own: logging out ends it.
async fn somebody(cast: &Cast, column: usize) -> Person {
    match &cast.people[column] {
        person if person.token.is_some() => person.logs_in().await,
        anonymous => anonymous.clone(),
    }
}

/// What does not agree with the table, if anything.
fn differs(operation: &Operation, column: usize, answer: &Answer) -> Option<String> {
    if answer.status == 401 {
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
    }
    let expected = (operation.expected[column], operation.word(column));
    (answer.outcome() != expected).then(|| format!("{}, expected {expected:?}: {answer}", ROLES[column]))
}

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    let mut wrong = Vec::new();
    for operation in operations() {
        let cast = Cast::gather().await;
        for column in 0..ROLES.len() {
            let thing = cast.make(operation.thing).await;
            let person = somebody(&cast, column).await;
            wrong.extend(differs(operation, column, &cast.asks(&person, operation, thing).await));
        }
        cast.world.is_sound().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who may not even know is told what everybody is told of what does not exist, and everybody else before anything is
/// looked at.
#[tokio::test]
async fn what_does_not_exist_looks_like_what_one_may_not_see() {
    let mut wrong = Vec::new();
    for operation in operations().filter(|operation| operation.path().contains("{id}")) {
        let cast = Cast::gather().await;
        let thing = cast.make(operation.thing).await;
        for (column, role) in ROLES.into_iter().enumerate() {
            let person = &cast.people[column];
            let unknown = cast.asks(person, operation, thing + 2_000_000).await;
            let is_kept_out = operation.is_for_a_role() && operation.expected[column] == 403;
            let expected = match operation.expected[column] {
                401 => (401, "not_authenticated"),
                _ if is_kept_out => (403, operation.word(column)),
                _ => (404, "not_found"),
            };
            if unknown.outcome() != expected {
                wrong.push(format!("{role}, expected {expected:?}: {unknown}"));
            }
            if operation.expected[column] >= 400 && (is_kept_out || operation.expected[column] != 403) {
                let known = cast.asks(person, operation, thing).await;
                assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes), "{role}: {known}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const NONSENSE: [(&str, &str); 4] = [
    ("application/json", "{"),
    ("application/json", "[7]"),
    ("text/plain", "x"),
    ("application/json", r#"{"scheduled_at": "2020-01-01T00:00:00Z"}"#),
];

/// 401, 403 and 404 come before what is wrong with a body or a query.
#[tokio::test]
async fn who_may_not_is_told_so_whatever_they_send() {
    let mut wrong = Vec::new();
    for operation in operations() {
        let cast = Cast::gather().await;
        let thing = cast.make(operation.thing).await;
        for column in 0..ROLES.len() {
            if !matches!(operation.expected[column], 401 | 403 | 404) || operation.path().contains("/intents/") {
                continue; // which booking an intent is for is in its body
            }
            let person = &cast.people[column];
            for (kind, body) in NONSENSE {
                let sent = (kind, Bytes::from_static(body.as_bytes()));
                let answer = cast.sends(person, operation, &thing.to_string(), sent).await;
                wrong.extend(differs(operation, column, &answer));
            }
            let query: Vec<_> = operation.parameters().map(|name| format!("{name}=nonsense")).collect();
            let path = format!("{}?{}", operation.path_to(thing), query.join("&"));
            let answer = send(person, operation.method(), &path, &[("content-type", "application/json")], "{}").await;
            wrong.extend(differs(operation, column, &answer));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_bad_token_is_refused_even_where_none_is_needed_but_not_where_one_is_made() {
    let cast = Cast::gather().await;
    let expired = Some("eyJhbGciOiJIUzI1NiJ9.e30.x".to_owned());
    let person = Person { token: expired, ..cast.client().clone() };
    for operation in operations() {
        let is_open = operation.expected[0] != 401;
        let thing = if is_open { cast.make(operation.thing).await } else { cast.client().id };
        let answer = cast.asks(&person, operation, thing).await;
        let ignores = is_open && !operation.path().contains("/consultations/");
        if ignores {
            assert_eq!(answer.status, operation.expected[0], "{answer}");
        } else {
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
            answer.refuses(401, "token_invalid");
        }
    }
}

/// What is kept, but for who has asked how often.
fn facts(cast: &Cast) -> Vec<String> {
    let items = cast.world.table.items().into_iter();
    let is_fact = |item: &Json| !item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("GATE"));
    let mut facts: Vec<_> = items.filter(is_fact).map(|item| item.to_string()).collect();
    facts.sort();
    facts
}

#[tokio::test]
async fn whoever_is_refused_has_changed_nothing() {
    for operation in operations() {
        let cast = Cast::gather().await;
        let thing = cast.make(operation.thing).await;
        let before = facts(&cast);
        for (column, role) in ROLES.into_iter().enumerate() {
            if operation.expected[column] >= 400 {
                let answer = cast.asks(&cast.people[column], operation, thing).await;
                assert_eq!(answer.status, operation.expected[column], "{role}: {answer}");
            }
        }
        assert!(facts(&cast) == before, "{}", operation.name);
    }
}
