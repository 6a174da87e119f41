//! What an issuer says of somebody, and whether it may be believed (OpenID Connect Core, 3.1.3.7).

use domain::Instant;
use domain::openid::{Asserted, LONGEST_SUBJECT, Refusal};
use domain::text::Email;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::Value as Json;

/// What a token must say.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    /// Any of these.
    pub(super) issuers: &'a [&'a str],
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
}

/// How far two clocks may be apart, either way.
const LEEWAY_SECONDS: f64 = 60.0;

/// Of the name somebody has elsewhere; a name here has at most so many characters.
const LONGEST_NAME: usize = 100;

/// Which key signed it, as it says itself. Only one kind of signature is looked at: never `none`, and never one whose key
/// could be something public.
pub(super) fn signer(token: &str) -> Result<String, Refusal> {
    let header: Header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::BadIdToken)?;
    let is_understood = header.alg == Algorithm::RS256 && header.crit.is_none();
    header.kid.filter(|kid| is_understood && !kid.is_empty()).ok_or(Refusal::BadIdToken)
}

/// Whom it means, if all of it holds.
pub(super) fn check(token: &str, key: &DecodingKey, expected: Expected<'_>, now: Instant) -> Result<Asserted, Refusal> {
    let mut validation = Validation::new(Algorithm::RS256);
    // Judged below, by our own clock, and in what the library does not look at.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims: Json = jsonwebtoken::decode(token, key, &validation).map_err(|_| Refusal::BadIdToken)?.claims;
    let holds = is_from(&claims, expected.issuers)
        && is_for(&claims, expected.client)
        && is_of_now(&claims, now)
        && claims["nonce"] == expected.nonce;
    if !holds {
        return Err(Refusal::BadIdToken);
    }
    let subject = text(&claims, "sub").filter(|subject| (1..=LONGEST_SUBJECT).contains(&subject.len()));
    let subject = subject.ok_or(Refusal::BadIdToken)?.to_owned();
    // The boolean: "true" has been said by issuers that had verified nothing.
    if claims["email_verified"] != Json::Bool(true) {
        return Err(Refusal::UnverifiedThere);
    }
    let email = text(&claims, "email").and_then(|email| Email::parse(email).ok()).ok_or(Refusal::BadIdToken)?;
    let name = text(&claims, "name").unwrap_or_default();
    Ok(Asserted { subject, email, name: tidy(name) })
}

fn text<'a>(claims: &'a Json, name: &str) -> Option<&'a str> {
    claims[name].as_str()
}

fn is_from(claims: &Json, issuers: &[&str]) -> bool {
    text(claims, "iss").is_some_and(|issuer| issuers.contains(&issuer))
}

/// A token for several is ours only if it says that we asked for it; and one that says who asked, only if that was us.
fn is_for(claims: &Json, client: &str) -> bool {
    let is_ours = match &claims["aud"] {
        Json::String(only) => only == client,
        Json::Array(all) => all.iter().any(|one| one == client) && (all.len() == 1 || text(claims, "azp").is_some()),
        _ => false,
    };
    is_ours && (claims["azp"].is_null() || text(claims, "azp") == Some(client))
}

fn is_of_now(claims: &Json, now: Instant) -> bool {
    let now = now.timestamp_millis() as f64 / 1000.0;
    let (begins, ends) = (now + LEEWAY_SECONDS, now - LEEWAY_SECONDS);
    claims["exp"].as_f64().is_some_and(|until| until > ends)
        && claims["iat"].as_f64().is_some_and(|since| since <= begins)
        && (claims["nbf"].is_null() || claims["nbf"].as_f64().is_some_and(|since| since <= begins))
}

/// Without what no name has, and not too long.
fn tidy(name: &str) -> String {
    let visible: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<_> = visible.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_NAME).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_for_several_says_who_asked_for_it() {
        for (claims, is_ours) in [
            (json!({"aud": "us"}), true),
            (json!({"aud": ["us"]}), true),
            (json!({"aud": "us", "azp": "us"}), true),
            (json!({"aud": ["us", "them"], "azp": "us"}), true),
            (json!({"aud": ["us", "them"]}), false),
            (json!({"aud": ["us", "them"], "azp": "them"}), false),
            (json!({"aud": "us", "azp": "them"}), false),
            (json!({"aud": "us", "azp": 7}), false),
            (json!({"aud": ["us", "us"]}), false),
            (json!({"aud": "them"}), false),
            (json!({"aud": []}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_for(&claims, "us"), is_ours, "{claims}");
        }
    }

    #[test]
    fn clocks_may_be_a_minute_apart() {
        let now = Instant::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |seconds: i64| 1_800_000_000 + seconds;
        for (claims, is_of_now_) in [
            (json!({"exp": at(-59), "iat": at(-3600)}), true),
            (json!({"exp": at(-60), "iat": at(-3600)}), false),
            (json!({"exp": at(3600), "iat": at(60)}), true),
            (json!({"exp": at(3600), "iat": at(61)}), false),
            (json!({"exp": at(3600), "iat": at(0), "nbf": at(61)}), false),
            (json!({"exp": at(3600)}), false),
            (json!({"iat": at(0)}), false),
            (json!({"exp": at(3600).to_string(), "iat": at(0)}), false),
        ] {
            assert_eq!(is_of_now(&claims, now), is_of_now_, "{claims}");
        }
    }

    #[test]
    fn a_name_is_a_line() {
        assert_eq!(tidy(" Ada\u{0} \n Lovelace "), "Ada Lovelace");
        assert_eq!(tidy(&"x".repeat(300)).len(), LONGEST_NAME);
    }
}
