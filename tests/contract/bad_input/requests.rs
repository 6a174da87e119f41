//! Everything around a body: ids in paths, queries, methods.

use bytes::Bytes;
use serde_json::json;
use tests::Answer;

use super::Prepared;
use crate::contract::{Contract, JSON, Sent};

fn empty() -> Sent {
    ("", Bytes::new())
}

fn object() -> Sent {
    (JSON, Bytes::from_static(b"{}"))
}

const IDS: [&str; 28] = [
    "0",
    "-1",
    "1.0",
    "1.5",
    "1e3",
    "+1",
    "abc",
    "null",
    "NaN",
    "%00",
    "%20",
    "%2F",
    "%2e%2e",
    "%zz",
    "%c3%28",
    "%ff",
    "٣",
    "9007199254740993",
    "99999999999999999999999999",
    "1%2F2",
    "1;2",
    "{id}",
    "'--",
    "%",
    "1,2",
    "%F0%9F%A6%80",
    "1#x",
    "",
];

pub(crate) async fn an_id_in_a_path_that_is_no_id_is_404<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in C::operations().filter(|operation| operation.path().contains('{')) {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for id in IDS.into_iter().chain([&*"9".repeat(5000)]) {
            let path = operation.path().replace("{id}", id).replace("{provider}", id);
            let Some(answer) = prepared.asks(operation.method(), &path, &[], prepared.json()).await else { continue };
            // Without an id, a step up or with an early end it is another path, perhaps one that knows other methods.
            let is_other = ["", "%2e%2e", "1#x"].contains(&id) && answer.status != 404;
            if answer.outcome() != (404, "not_found") && !is_other {
                wrong.push(format!("{id}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const VALUES: [&str; 42] = [
    "",
    "%",
    "%zz",
    "%00",
    "%ff",
    "%c3%28",
    "+",
    "%20",
    "null",
    "NaN",
    "inf",
    "-1",
    "-0",
    "0",
    "1e9",
    "1e-320",
    "1.5",
    "true",
    "[]",
    "{}",
    "9007199254740993",
    "18446744073709551616",
    "99999999999999999999999",
    "a%00b",
    "%F0%9F%A6%80",
    "%ED%A0%80",
    "<script>",
    "a=b",
    "../",
    "2027-13-01",
    "0000-00-00",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "-9999-01-01T00:00:00Z",
    "%C3%A9%CC%81",
    "%E2%80%AE",
    "%z",
    "'",
    "%25",
    "é",
    ";",
    "\u{202e}",
];

pub(crate) async fn a_hostile_query_gets_a_calm_answer<C: Contract>() {
    for operation in C::operations() {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let path = prepared.path();
        let mut queries: Vec<String> = Vec::new();
        for name in operation.parameters() {
            let long = ["x".repeat(5000), "9".repeat(400)];
            let values = VALUES.into_iter().map(str::to_owned).chain(long);
            queries.extend(values.map(|value| format!("{name}={value}")));
            queries.push(format!("{name}[]=1&{name}=1&{name}=2&{name}"));
        }
        if operation.method() == "GET" {
            let odd = ["&&&&", "=", "=%", "?", "limit=5", "%zz=1", "unknown=%ff", "limit[$gt]=1", "page[$gt]=1"];
            queries.push("a=1&".repeat(1000));
            queries.extend(odd.map(str::to_owned));
        }
        for query in queries {
            prepared.asks(operation.method(), &format!("{path}?{query}"), &[], prepared.json()).await;
        }
    }
}

/// What no parameter of a kind means is refused, and blamed on it.
pub(crate) async fn a_value_that_no_parameter_has_is_blamed_on_its_parameter<C: Contract>() {
    let mut wrong = Vec::new();
    for operation in C::operations() {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let is_free = |name: &str| C::FREE_PARAMETERS.split_whitespace().any(|free| free == name);
        for name in operation.parameters().filter(|name| !is_free(name)) {
            let is_bounded = operation.parameter_schema(name)["minimum"].is_number();
            let is_whole = operation.parameter_schema(name)["type"] == "integer";
            for value in ["nonsense", "[]", "-7", "1e400", "2.5.1", "%00", "%F0%9F%A6%80"] {
                if value == "-7" && is_whole && !is_bounded {
                    continue; // any number will do
                }
                let query = format!("?{}&{name}={value}", operation.query.trim_start_matches('?'));
                let query =
                    if operation.query.starts_with(&format!("?{name}=")) { format!("?{name}={value}") } else { query };
                let path = prepared.path() + &C::fill(&cast, &prepared.person, &query, 0).await;
                let sent = if operation.method() == "GET" { empty() } else { object() };
                let answer = prepared.asks(operation.method(), &path, &[], sent).await.expect("a path in order");
                let blamed = answer.outcome() == (400, "validation") && answer.body["errors"].get(name).is_some();
                let is_no_cursor = name == "cursor" && answer.outcome() == (400, "invalid_cursor");
                if !blamed && !is_no_cursor {
                    wrong.push(format!("{name}: {answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(crate) async fn pages_are_counted_from_one_and_not_too_deep<C: Contract>() {
    for operation in C::operations().filter(|operation| operation.parameters().any(|name| name == "page")) {
        let cast = C::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let asks = async |query: &str| -> Answer {
            let path = format!("{}?{query}", prepared.path());
            prepared.asks("GET", &path, &[], empty()).await.expect("a path in order")
        };
        for bad in ["0", "-1", "x", "1.5", "", "99999999999999999999"] {
            asks(&format!("page={bad}")).await.blames("page");
            asks(&format!("page_size={bad}")).await.blames("page_size");
        }
        asks("page=11&page_size=100").await.refuses(400, "page_too_deep");
        asks("page=9007199254740991&page_size=100").await.refuses(400, "page_too_deep");
        let last = asks("page=10&page_size=5000").await;
        if !C::GOES_ON_PAST_THE_END {
            last.refuses(404, "not_found");
            continue;
        }
        let last = last.is(200);
        assert_eq!((&last["page"], &last["page_size"], &last["results"]), (&json!(10), &json!(100), &json!([])));
    }
}

pub(crate) async fn a_method_a_path_does_not_know_is_said_to_be_so<C: Contract>() {
    let cast = C::gather().await;
    for operation in C::operations() {
        let prepared = Prepared::of(&cast, operation).await;
        let path = prepared.path();
        let known: Vec<_> =
            C::operations().filter(|other| other.path() == operation.path()).map(|other| other.method()).collect();
        let odd = ["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "get", "M-SEARCH", "X", "PUT"];
        for method in odd.into_iter().filter(|method| !known.contains(method)) {
            let answer = prepared.asks(method, &path, &[], object()).await.expect("a path in order");
            assert!(!answer.header("allow").is_empty(), "{answer}");
            answer.refuses(405, "method_not_allowed");
        }
        for odd in [
            format!("/{path}"),
            format!("{path}/"),
            format!("{path}%00"),
            format!("{path}%2F"),
            format!("{path}x"),
            format!("{path}.."),
            format!("{path}?"),
            path.to_uppercase(),
            path.replace("api", "%61pi"),
            format!("{path}{}", "x/".repeat(2000)),
        ] {
            prepared.asks(operation.method(), &odd, &[], empty()).await;
            prepared.asks(operation.method(), &odd, &[], (JSON, Bytes::new())).await;
        }
        if !known.contains(&"PUT") {
            let answer =
                prepared.asks("PUT", path.trim_end_matches('/'), &[], object()).await.expect("a path in order");
            answer.refuses(405, "method_not_allowed");
        }
    }
}

pub(crate) async fn a_body_where_none_is_needed_does_no_harm<C: Contract>() {
    let cast = C::gather().await;
    for operation in C::operations().filter(|operation| operation.schema().is_none() && !operation.reads_forms) {
        for body in [&b""[..], b"{", b"[]", b"null", b"\xff\xfe", b"{\"is_read\": 1}"] {
            let prepared = Prepared::of(&cast, operation).await;
            let answer = prepared.sends(body).await;
            assert!(answer.status < 400, "{answer}");
        }
    }
}
