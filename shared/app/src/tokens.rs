//! Access tokens: signed JWTs that name a person and a session. Whether the session still lives is the gate's to say.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{SessionId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Signs and verifies.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

/// What a valid token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub user: UserId,
    pub session: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    sub: String,
    jti: String,
    iat: i64,
    exp: i64,
}

/// The façade without refresh tokens has access tokens of a day (`expertconnect.md` §1).
pub const DAY: TimeDelta = TimeDelta::hours(24);

impl Tokens {
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Expiry is judged by our own clock, below.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), validation }
    }

    pub fn issue(&self, claims: Claims, lifetime: TimeDelta, now: DateTime<Utc>) -> Result<String> {
        let wire = Wire {
            sub: claims.user.to_string(),
            jti: claims.session.to_string(),
            iat: now.timestamp(),
            exp: (now + lifetime).timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &wire, &self.encoding)
            .map_err(|error| Error::Broken { what: "signing a token", detail: error.to_string() })
    }

    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        self.verify_until(token, now).map(|(claims, _)| claims)
    }

    /// With the moment at which the token ends.
    pub fn verify_until(&self, token: &str, now: DateTime<Utc>) -> Result<(Claims, DateTime<Utc>)> {
        let wire: Wire =
            jsonwebtoken::decode(token, &self.decoding, &self.validation).map_err(|_| Error::TokenInvalid)?.claims;
        if wire.exp <= now.timestamp() {
            return Err(Error::TokenExpired);
        }
        let user = wire.sub.parse().ok().and_then(UserId::new).ok_or(Error::TokenInvalid)?;
        let session = wire.jti.parse().ok().and_then(SessionId::new).ok_or(Error::TokenInvalid)?;
        let until = DateTime::from_timestamp(wire.exp, 0).ok_or(Error::TokenInvalid)?;
        Ok((Claims { user, session }, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_lifetime_and_only_as_signed() {
        let tokens = Tokens::new(b"a secret of some length");
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims { user: UserId::new(42).unwrap(), session: SessionId::new(7).unwrap() };
        let token = tokens.issue(claims, DAY, now).unwrap();
        assert_eq!(tokens.verify(&token, now + TimeDelta::hours(23)).unwrap(), claims);
        assert!(matches!(tokens.verify(&token, now + DAY), Err(Error::TokenExpired)));
        assert!(matches!(Tokens::new(b"another").verify(&token, now), Err(Error::TokenInvalid)));
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsImp0aSI6IjciLCJpYXQiOjAsImV4cCI6OTk5OTk5OTk5OTl9.";
        for bad in ["", "a.b.c", unsigned, &token[..token.len() - 2]] {
            assert!(matches!(tokens.verify(bad, now), Err(Error::TokenInvalid)), "{bad}");
        }
    }
}
