//! Everything around a body: ids in paths, queries, methods.

use serde_json::json;

use super::{JSON, Prepared, is_calm};
use crate::consultations::operations::{Cast, Thing, operations, send};

const IDS: [&str; 24] = [
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
    "",
];

#[tokio::test]
async fn an_id_in_a_path_that_is_no_id_is_404() {
    let mut wrong = Vec::new();
    for operation in operations().filter(|operation| operation.path().contains('{')) {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for id in IDS.into_iter().chain([&*"9".repeat(5000)]) {
            let path = operation.path().replace("{id}", id).replace("{provider}", id);
            let body = prepared.body.to_string();
            let answer = send(&prepared.person, operation.method(), &path, &[("content-type", JSON)], body).await;
            is_calm(operation, &answer);
            // Without an id, or a step up, it is another path, perhaps one that knows other methods.
            let is_other = ["", "%2e%2e"].contains(&id) && operation.path().ends_with("}/") && answer.status != 404;
            if answer.outcome() != (404, "not_found") && !is_other {
                wrong.push(format!("{id}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const VALUES: [&str; 36] = [
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
];

#[tokio::test]
async fn a_hostile_query_gets_a_calm_answer() {
    for operation in operations() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let path = operation.path_to(prepared.thing);
        let mut queries: Vec<String> = Vec::new();
        for name in operation.parameters() {
            let long = ["x".repeat(5000), "9".repeat(400)];
            let values = VALUES.into_iter().map(str::to_owned).chain(long);
            queries.extend(values.map(|value| format!("{name}={value}")));
            queries.push(format!("{name}[]=1&{name}=1&{name}=2&{name}"));
        }
        if operation.method() == "GET" {
            let odd = ["&&&&", "=", "=%", "?", "%zz=1", "unknown=%ff", "page[$gt]=1", &"a=1&".repeat(1000)];
            queries.extend(odd.map(str::to_owned));
        }
        // What is no URI at all never leaves the server that reads the socket.
        let paths = queries.into_iter().map(|query| format!("{path}?{query}"));
        for path in paths.filter(|path| path.parse::<http::Uri>().is_ok()) {
            let body = prepared.body.to_string();
            let headers = [("content-type", JSON)];
            is_calm(operation, &send(&prepared.person, operation.method(), &path, &headers, body).await);
        }
    }
}

/// What no parameter of a kind means is refused, and blamed on it.
#[tokio::test]
async fn a_value_that_no_parameter_has_is_blamed_on_its_parameter() {
    let mut wrong = Vec::new();
    for operation in operations() {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        for name in operation.parameters().filter(|name| !["search"].contains(name)) {
            for value in ["nonsense", "[]", "-7", "1e400", "2.5.1", "%00", "%F0%9F%A6%80"] {
                let query = format!("?{}&{name}={value}", operation.query.trim_start_matches('?'));
                let query =
                    if operation.query.starts_with(&format!("?{name}=")) { format!("?{name}={value}") } else { query };
                let path = operation.path_to(prepared.thing) + &cast.fill(&query, 0).await;
                let body = if operation.method() == "GET" { String::new() } else { json!({}).to_string() };
                let answer = send(&prepared.person, operation.method(), &path, &[("content-type", JSON)], body).await;
                is_calm(operation, &answer);
                let blamed = answer.outcome() == (400, "validation") && answer.body["errors"].get(name).is_some();
                if !blamed {
                    wrong.push(format!("{name}: {answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn pages_are_counted_from_one_and_not_too_deep() {
    for operation in operations().filter(|operation| operation.parameters().any(|name| name == "page")) {
        let cast = Cast::gather().await;
        let prepared = Prepared::of(&cast, operation).await;
        let asks = async |query: &str| {
            let path = format!("{}?{query}", operation.path_to(prepared.thing));
            send(&prepared.person, "GET", &path, &[], "").await
        };
        for bad in ["0", "-1", "x", "1.5", "", "99999999999999999999"] {
            asks(&format!("page={bad}")).await.blames("page");
            asks(&format!("page_size={bad}")).await.blames("page_size");
        }
        asks("page=11&page_size=100").await.refuses(400, "page_too_deep");
        asks("page=9007199254740991&page_size=100").await.refuses(400, "page_too_deep");
        let last = asks("page=10&page_size=5000").await.is(200);
        assert_eq!((&last["page"], &last["page_size"], &last["results"]), (&json!(10), &json!(100), &json!([])));
    }
}

#[tokio::test]
async fn a_method_a_path_does_not_know_is_said_to_be_so() {
    let cast = Cast::gather().await;
    for operation in operations() {
        let thing = if operation.thing == Thing::Nothing { 0 } else { cast.client().id };
        for method in ["TRACE", "PROPFIND", "get", "M-SEARCH", "PUT"] {
            let answer = send(cast.client(), method, &operation.path_to(thing), &[("content-type", JSON)], "{}").await;
            is_calm(operation, &answer);
            assert!(!answer.header("allow").is_empty(), "{answer}");
            answer.refuses(405, "method_not_allowed");
        }
        let path = operation.path_to(thing);
        let bare = path.trim_end_matches('/');
        for odd in
            [format!("/{path}"), format!("{path}/"), format!("{path}%00"), format!("{path}x"), path.to_uppercase()]
        {
            is_calm(operation, &send(cast.client(), operation.method(), &odd, &[], "").await);
        }
        let answer = send(cast.client(), "PUT", bare, &[("content-type", JSON)], "{}").await;
        answer.refuses(405, "method_not_allowed");
    }
}
