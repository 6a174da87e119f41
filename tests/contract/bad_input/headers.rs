//! Headers and tokens.

use base64::Engine;
use serde_json::{Value as Json, json};
use tests::Answer;
use tests::person::send;

use super::is_calm;
use crate::contract::{Contract, Operation};

/// The operation a probe asks, or, of a method it does not know, any of its path.
fn probed<C: Contract>((method, path): (&str, &str)) -> &'static Operation<C::Thing> {
    let exact = C::operations().find(|operation| operation.method() == method && operation.path() == path);
    exact.or_else(|| C::operations().find(|operation| operation.path() == path)).expect("a path of the table")
}

fn calm<C: Contract>(probe: (&str, &str), answer: &Answer) {
    is_calm::<C>(&[probed::<C>(probe)], answer);
}

pub(crate) async fn odd_headers_get_a_calm_answer<C: Contract>() {
    let cast = C::gather().await;
    let ada = cast.learner();
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
            for (probe, body) in C::PROBES.into_iter().zip(["", "{}", ""]) {
                let answer = send(ada, probe.0, probe.1, &[(name, value)], body).await;
                calm::<C>(probe, &answer);
                // Some headers the gateway writes itself or keeps.
                if value.len() > 16_000 && ["authorization", "cookie", "accept", "origin"].contains(&name) {
                    assert_eq!(answer.outcome(), (431, "too_large"), "{name}: {answer}");
                }
            }
        }
    }
}

pub(crate) async fn many_and_repeated_headers_get_a_calm_answer<C: Contract>() {
    let cast = C::gather().await;
    let ada = cast.learner();
    let [reads, creates, _] = C::PROBES;
    let token = ada.token.clone().expect("a token");
    let many: Vec<_> = (0..300).map(|number| format!("x-header-{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "x")).collect();
    calm::<C>(reads, &send(ada, reads.0, reads.1, &many, "").await);
    for bad in [
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token}\u{a0}"),
        format!("Bearer {}", token.to_uppercase()),
    ] {
        send(ada, reads.0, reads.1, &[("authorization", &bad)], "").await;
    }
    let twice = [("authorization", "Bearer x"), ("authorization", "Bearer y")];
    calm::<C>(reads, &send(ada, reads.0, reads.1, &twice, "").await);
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = send(ada, creates.0, creates.1, &twice, "{}").await;
    calm::<C>(creates, &answer);
}

pub(crate) async fn a_forged_token_of_a_suspiciously_good_shape_is_refused<C: Contract>() {
    let cast = C::gather().await;
    let (world, ada) = (&cast.world, cast.learner());
    let [reads, ..] = C::PROBES;
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
                let answer = send(ada, reads.0, reads.1, &[("authorization", &token)], "").await;
                calm::<C>(reads, &answer);
                answer.refuses(401, "token_invalid");
            }
        }
    }
}
