//! Everything around a body: paths, queries, methods, headers, tokens.

use base64::Engine;
use serde_json::{Value as Json, json};
use tests::meetings::two;
use tests::person::send;

use super::super::operations::{Cast, TABLE};
use super::{JSON, Prepared, is_calm};

#[tokio::test]
async fn an_id_in_a_path_that_is_no_id_is_404() {
    let cast = Cast::gather().await;
    let ids = [
        "0",
        "-1",
        "1.0",
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
        "%",
        "%c3%28",
        "%ff",
        "٣",
        "9007199254740993",
        "99999999999999999999999999",
        "1%2F2",
        "1;2",
        "1,2",
        "{id}",
        "'--",
        "%F0%9F%A6%80",
        "1#x",
    ];
    for operation in TABLE.iter().filter(|operation| operation.path().contains("{id}")) {
        let prepared = Prepared::of(&cast, operation).await;
        for id in ids.into_iter().chain([&*"9".repeat(5000)]) {
            let path = operation.path().replace("{id}", id);
            let answer = send(&prepared.person, operation.method(), &path, &JSON, prepared.body.to_string()).await;
            is_calm(&answer);
            // What ends the path early asks another operation.
            assert!(answer.status == 404 || id.contains('#'), "{id}: {answer}");
        }
    }
}

/// What is no URI at all never leaves the server that reads the socket.
async fn asks(prepared: &Prepared<'_>, path: &str) {
    if path.parse::<http::Uri>().is_ok() {
        is_calm(&send(&prepared.person, "GET", path, &[], "").await);
    }
}

#[tokio::test]
async fn a_hostile_query_gets_a_calm_answer() {
    let values = [
        "",
        "%",
        "%z",
        "%zz",
        "%00",
        "%ff",
        "%c3%28",
        "+",
        "%20",
        "null",
        "NaN",
        "-1",
        "0",
        "1e9",
        "1.5",
        "true",
        "[]",
        "{}",
        "9007199254740993",
        "99999999999999999999999",
        "a%00b",
        "%F0%9F%A6%80",
        "%ED%A0%80",
        "'",
        "<script>",
        "a=b",
        "../",
        "%25",
        "2027-13-01",
        "9999-12-31T23:59:59Z",
        "é",
        "%C3%A9%CC%81",
        ";",
        "\u{202e}",
    ];
    let cast = Cast::gather().await;
    for operation in TABLE.iter().filter(|operation| operation.method() == "GET") {
        let prepared = Prepared::of(&cast, operation).await;
        let parameters = operation.documented()["parameters"].as_array().cloned().unwrap_or_default();
        let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
        for name in query.map(|parameter| parameter["name"].as_str().expect("a name")) {
            for value in values.into_iter().chain([&*"x".repeat(5000), &*"9".repeat(400)]) {
                asks(&prepared, &format!("{}?{name}={value}", prepared.path)).await;
            }
            asks(&prepared, &format!("{}?{name}[]=1&{name}=1&{name}=2&{name}", prepared.path)).await;
        }
        for query in ["&&&&", "=", "=%", "?", "?limit=5", "%zz=1", "unknown=%ff", "limit[$gt]=1", &"a=1&".repeat(1000)]
        {
            asks(&prepared, &format!("{}?{query}", prepared.path)).await;
        }
    }
}

#[tokio::test]
async fn odd_methods_and_paths_get_a_calm_answer() {
    let cast = Cast::gather().await;
    for operation in TABLE {
        let prepared = Prepared::of(&cast, operation).await;
        for method in ["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "get", "M-SEARCH", "X"] {
            let answer = send(&prepared.person, method, &prepared.path, &JSON, "{}").await;
            is_calm(&answer);
            assert!(!answer.header("allow").is_empty(), "{answer}");
            answer.refuses(405, "method_not_allowed");
        }
        for path in [
            format!("/{}", prepared.path),
            format!("{}/", prepared.path),
            format!("{}%00", prepared.path),
            format!("{}%2F", prepared.path),
            format!("{}x", prepared.path),
            format!("{}..", prepared.path),
            format!("{}?", prepared.path),
            prepared.path.to_uppercase(),
            prepared.path.replace("api", "%61pi"),
            format!("{}{}", prepared.path, "x/".repeat(2000)),
        ] {
            is_calm(&send(&prepared.person, operation.method(), &path, &JSON, "").await);
        }
    }
}

#[tokio::test]
async fn odd_headers_get_a_calm_answer() {
    let (_, ada, _) = two().await;
    let long = "x".repeat(20_000);
    let values = [
        "",
        " ",
        "é",
        "\u{1F980}",
        "Bearer",
        "Bearer \t",
        "Bearer a b c",
        "Token ,",
        ",",
        "\"",
        "W/\"",
        "*",
        "0",
        "=?utf-8?q?x?=",
        "a\tb",
        &long,
    ];
    for name in [
        "authorization",
        "idempotency-key",
        "content-type",
        "if-none-match",
        "host",
        "x-forwarded-for",
        "x-forwarded-proto",
        "content-length",
        "transfer-encoding",
        "expect",
        "range",
        "cookie",
        "accept",
        "origin",
        "x-http-method-override",
        "access-control-request-method",
        "forwarded",
        "x-amzn-trace-id",
        "content-encoding",
        "accept-encoding",
    ] {
        for value in values {
            for (method, path, body) in
                [("GET", "/api/users/me/", ""), ("POST", "/api/user-skills/", "{}"), ("OPTIONS", "/api/meetings/", "")]
            {
                let answer = send(&ada, method, path, &[(name, value)], body).await;
                is_calm(&answer);
                // Some headers the gateway writes itself or keeps.
                if value.len() > 16_000 && ["authorization", "cookie", "accept", "origin"].contains(&name) {
                    assert_eq!(answer.outcome(), (431, "too_large"), "{name}: {answer}");
                }
            }
        }
    }
}

#[tokio::test]
async fn many_and_repeated_headers_get_a_calm_answer() {
    let (_, ada, _) = two().await;
    let token = ada.token.clone().expect("a token");
    let many: Vec<_> = (0..300).map(|number| format!("x-header-{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "x")).collect();
    is_calm(&send(&ada, "GET", "/api/users/me/", &many, "").await);
    for bad in [
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token}\u{a0}"),
        format!("Bearer {}", token.to_uppercase()),
    ] {
        send(&ada, "GET", "/api/users/me/", &[("authorization", &bad)], "").await;
    }
    let twice = [("authorization", "Bearer x"), ("authorization", "Bearer y")];
    is_calm(&send(&ada, "GET", "/api/users/me/", &twice, "").await);
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = send(&ada, "POST", "/api/user-skills/", &twice, "{}").await;
    is_calm(&answer);
}

#[tokio::test]
async fn a_body_where_none_is_needed_does_no_harm() {
    let cast = Cast::gather().await;
    for operation in TABLE.iter().filter(|operation| operation.schema().is_none()) {
        for body in [&b""[..], b"{", b"[]", b"null", b"\xff\xfe", b"{\"is_read\": 1}"] {
            let prepared = Prepared::of(&cast, operation).await;
            let answer = prepared.sends(body).await;
            assert!(answer.status < 300, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_forged_token_of_a_suspiciously_good_shape_is_refused() {
    let (world, ada, _) = two().await;
    let encode = |json: Json| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let now = world.now().timestamp();
    let signature = ada.token.as_deref().expect("a token").rsplit('.').next().expect("a signature").to_owned();
    for header in [
        json!({"alg": "none"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RS256"}),
        json!({"alg": "HS256", "kid": "../x"}),
        json!([]),
        json!(1),
    ] {
        for claims in [
            json!({"sub": ada.id.to_string(), "jti": "1", "iat": now, "exp": now + 1000}),
            json!({"sub": 1, "exp": "never"}),
            json!({"sub": "-1", "jti": "99999999999999999999", "iat": now, "exp": now + 1000}),
            json!({}),
        ] {
            for end in ["", signature.as_str(), "AAAA", "%%%"] {
                let token = format!("Bearer {}.{}.{end}", encode(header.clone()), encode(claims.clone()));
                let answer = send(&ada, "GET", "/api/users/me/", &[("authorization", &token)], "").await;
                is_calm(&answer);
                answer.refuses(401, "token_invalid");
            }
        }
    }
}
