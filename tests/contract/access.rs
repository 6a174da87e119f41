//! Every route for everybody: each cell of a façade's table asked.

use bytes::Bytes;
use serde_json::Value as Json;
use tests::{Answer, Person};

use crate::contract::{Cast, Contract, JSON, Operation};

/// What does not agree with the table, if anything.
fn differs<C: Contract>(operation: &Operation<C::Thing>, column: usize, answer: &Answer) -> Option<String> {
    if answer.status == 401 {
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
    }
    let expected = (operation.expected[column], C::word(operation, column));
    (answer.outcome() != expected).then(|| format!("{}, expected {expected:?}: {answer}", C::ROLES[column]))
}

pub(crate) async fn everybody_gets_what_the_table_says<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in C::operations() {
        let cast = C::gather().await;
        for column in 0..C::ROLES.len() {
            let thing = C::make(&cast, operation.thing).await;
            let person = cast.somebody(column).await;
            wrong.extend(differs::<C>(operation, column, &cast.asks(&person, operation, thing).await));
        }
        cast.world.is_sound().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who may not even know is told what everybody is told of what does not exist, and everybody else before anything is
/// looked at.
pub(crate) async fn what_does_not_exist_looks_like_what_one_may_not_see<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in C::operations().filter(|operation| operation.path().contains("{id}")) {
        let cast = C::gather().await;
        let thing = C::make(&cast, operation.thing).await;
        for (column, role) in C::ROLES.iter().enumerate() {
            let person = &cast.people[column];
            let unknown = cast.asks(person, operation, thing + 2_000_000).await;
            let is_kept_out = C::is_for_a_role(operation) && operation.expected[column] == 403;
            let expected = match operation.expected[column] {
                401 => (401, "not_authenticated"),
                _ if is_kept_out => (403, C::word(operation, column)),
                _ => (404, "not_found"),
            };
            if unknown.outcome() != expected {
                wrong.push(format!("{role}, expected {expected:?}: {unknown}"));
            }
            if is_kept_out || matches!(operation.expected[column], 401 | 404) {
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
    ("application/json", r#"{"scheduled_at": "2020-01-01T00:00:00Z", "scheduled_start": "2020-01-01T00:00:00Z"}"#),
];

/// 401, 403 and 404 come before what is wrong with a body or a query.
pub(crate) async fn who_may_not_is_told_so_whatever_they_send<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in C::operations() {
        let cast = C::gather().await;
        let thing = C::make(&cast, operation.thing).await;
        for column in 0..C::ROLES.len() {
            let is_kept_out = match operation.expected[column] {
                401 => true,
                403 | 404 => C::REFUSES_FIRST && !operation.names_it_in_its_body,
                _ => false,
            };
            if !is_kept_out {
                continue;
            }
            let person = &cast.people[column];
            for (kind, body) in NONSENSE {
                let sent = (kind, Bytes::from_static(body.as_bytes()));
                let answer = cast.sends(person, operation, &thing.to_string(), sent).await;
                wrong.extend(differs::<C>(operation, column, &answer));
            }
            let query: Vec<_> = operation.parameters().map(|name| format!("{name}=nonsense")).collect();
            let path = format!("{}?{}", C::path_to(operation, &thing.to_string()), query.join("&"));
            let sent = (JSON, Bytes::from_static(b"{}"));
            let answer = cast.sends_to(person, operation, (operation.method(), &path), &[], sent).await;
            wrong.extend(differs::<C>(operation, column, &answer));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(crate) async fn a_bad_token_is_refused_even_where_none_is_needed_but_not_where_one_is_made<C: Contract>() {
    let cast = C::gather().await;
    let expired = Some("eyJhbGciOiJIUzI1NiJ9.e30.x".to_owned());
    let person = Person { token: expired, ..cast.learner().clone() };
    for operation in C::operations() {
        let is_open = operation.expected[0] != 401;
        let thing = if is_open { C::make(&cast, operation.thing).await } else { cast.learner().id };
        let answer = cast.asks(&person, operation, thing).await;
        if is_open && C::ignores_tokens(operation) {
            assert_eq!(answer.status, operation.expected[0], "{answer}");
        } else {
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
            answer.refuses(401, "token_invalid");
        }
    }
}

/// What is kept, but for who has asked, or guessed, how often.
fn facts<C: Contract>(cast: &Cast<C>) -> Vec<String> {
    let items = cast.world.table.items().into_iter();
    let is_fact =
        |item: &Json| !item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("GATE") || sk.starts_with("WRONG#"));
    let mut facts: Vec<_> = items.filter(is_fact).map(|item| item.to_string()).collect();
    facts.sort();
    facts
}

pub(crate) async fn whoever_is_refused_has_changed_nothing<C: Contract>() {
    for operation in C::operations() {
        let cast = C::gather().await;
        let thing = C::make(&cast, operation.thing).await;
        let before = facts(&cast);
        for (column, role) in C::ROLES.iter().enumerate() {
            if operation.expected[column] >= 400 {
                let answer = cast.asks(&cast.people[column], operation, thing).await;
                assert_eq!(answer.status, operation.expected[column], "{role}: {answer}");
            }
        }
        assert!(facts(&cast) == before, "{}", operation.name);
    }
}
