//! Issuers that fail, or say what no issuer says (§3.1): nobody is let in, nothing is made, and they are asked again.

use serde_json::json;
use tests::Setup;
use tests::issuer_double::{Door, Guest, Mood, with_issuer, with_slow_issuer};

use super::google::{made, signs_in, told, tries_to_begin};

#[tokio::test]
async fn an_issuer_that_fails_lets_nobody_in_and_is_asked_again() {
    const AWAY: (u16, &str) = (503, "provider_unavailable");
    for door in [Door::Discovery, Door::Token, Door::Keys] {
        let (world, issuer) = with_slow_issuer(Setup::default()).await;
        let before = made(&world);
        for mood in
            [Mood::Silent, Mood::Slow(900), Mood::Closed, Mood::Html(500), Mood::Html(200), Mood::Html(302), Mood::Huge]
        {
            issuer.is(door, [mood]);
            let outcome = match tries_to_begin(&world).await {
                Ok(visit) => visit.returns(&issuer.admits(&visit.location, &Guest::of("ada"))).await.map(drop),
                Err(error) => told::<()>(Err(error)),
            };
            assert_eq!(outcome, Err(AWAY), "{door:?} {mood:?}");
        }
        assert_eq!(made(&world), before, "{door:?}");
    }
    let (world, issuer) = with_issuer(Setup::default()).await;
    for door in [Door::Discovery, Door::Token, Door::Keys] {
        issuer.is(door, [Mood::Slow(100)]);
    }
    assert!(signs_in(&world, &issuer, &Guest::of("ada")).await.is_ok(), "slow is not silent");
}

#[tokio::test]
async fn an_issuer_that_describes_another_is_not_believed() {
    for otherwise in [
        json!({"issuer": "https://accounts.google.com"}),
        json!({"issuer": null}),
        json!({"token_endpoint": "http://issuer.example.org/token"}),
        json!({"jwks_uri": "http://issuer.example.org/keys"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"jwks_uri": null}),
    ] {
        let (world, issuer) = with_issuer(Setup::default()).await;
        issuer.describes_itself(otherwise.clone());
        let outcome = told(tries_to_begin(&world).await.map(drop));
        assert_eq!(outcome, Err((503, "provider_unavailable")), "{otherwise}");
    }
}
