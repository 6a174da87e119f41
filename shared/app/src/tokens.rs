//! Access tokens: signed JWTs that name a person and a session. Whether the session still lives is the gate's to say.
//!
//! Refresh tokens and the tokens of mailed links are seals: nobody else can make one, so what is presented was given out.
//! The table has only their hashes.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{NoticeId, SessionId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::seal::Seal;
use crate::{Common, Error, Result};

/// Signs and verifies.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    refresh: Seal,
    links: Seal,
    marks: Seal,
}

/// What a refresh token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub claims: Claims,
    /// To the millisecond.
    pub until: DateTime<Utc>,
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

/// Those that come with a refresh token, and how long that one lives (`tutoring.md` §2).
pub const HOUR: TimeDelta = TimeDelta::hours(1);
pub const WEEK: TimeDelta = TimeDelta::days(7);

impl Tokens {
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Expiry is judged by our own clock, below.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            refresh: Seal::new(secret, "refresh token"),
            links: Seal::new(secret, "link to a new password"),
            marks: Seal::new(secret, "mark"),
        }
    }

    /// A digest of anything, which nobody without the key can try out guesses against.
    pub fn mark(&self, said: &[u8]) -> String {
        self.marks.mark(said)
    }

    /// `chance` makes it another than any before.
    pub fn issue_refresh(&self, refresh: Refresh, chance: [u64; 2]) -> String {
        let Refresh { claims, until } = refresh;
        let until = until.timestamp_millis();
        let said = [claims.user.get(), claims.session.get(), until].map(i64::to_be_bytes).concat();
        self.refresh.seal(&[said, chance.map(u64::to_be_bytes).concat()].concat())
    }

    pub fn verify_refresh(&self, token: &str, now: DateTime<Utc>) -> Result<Refresh, Common> {
        let [user, session, until, _, _] = self.refresh.open(token).ok_or(Common::TokenInvalid)?;
        let user = UserId::new(user).ok_or(Common::TokenInvalid)?;
        let session = SessionId::new(session).ok_or(Common::TokenInvalid)?;
        let until = DateTime::from_timestamp_millis(until).ok_or(Common::TokenInvalid)?;
        if until <= now {
            return Err(Common::TokenExpired);
        }
        Ok(Refresh { claims: Claims { user, session }, until })
    }

    /// The token of the link in a letter: always the same, so that the letter need not hold it.
    pub fn link(&self, user: UserId, letter: NoticeId) -> String {
        self.links.seal(&[user.get(), letter.get()].map(i64::to_be_bytes).concat())
    }

    /// Whose it is, and in which letter it stood.
    pub fn verify_link(&self, token: &str) -> Result<(UserId, NoticeId)> {
        let [user, letter] = self.links.open(token).ok_or(Error::LinkInvalid)?;
        UserId::new(user).zip(NoticeId::new(letter)).ok_or(Error::LinkInvalid)
    }

    pub fn issue(&self, claims: Claims, lifetime: TimeDelta, now: DateTime<Utc>) -> Result<String> {
        let wire = Wire {
            sub: claims.user.to_string(),
            jti: claims.session.to_string(),
            iat: now.timestamp(),
            exp: (now + lifetime).timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &wire, &self.encoding)
            .map_err(|error| Error::Common(Common::Broken { what: "signing a token", detail: error.to_string() }))
    }

    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Common> {
        self.verify_until(token, now).map(|(claims, _)| claims)
    }

    /// Whom we gave this token, however long ago.
    pub fn was_given_to(&self, token: &str) -> Option<UserId> {
        self.open(token).ok()?.sub.parse().ok().and_then(UserId::new)
    }

    fn open(&self, token: &str) -> Result<Wire, Common> {
        let opened = jsonwebtoken::decode(token, &self.decoding, &self.validation);
        Ok(opened.map_err(|_| Common::TokenInvalid)?.claims)
    }

    /// With the moment at which the token ends.
    pub fn verify_until(&self, token: &str, now: DateTime<Utc>) -> Result<(Claims, DateTime<Utc>), Common> {
        let wire = self.open(token)?;
        if wire.exp <= now.timestamp() {
            return Err(Common::TokenExpired);
        }
        let user = wire.sub.parse().ok().and_then(UserId::new).ok_or(Common::TokenInvalid)?;
        let session = wire.jti.parse().ok().and_then(SessionId::new).ok_or(Common::TokenInvalid)?;
        let until = DateTime::from_timestamp(wire.exp, 0).ok_or(Common::TokenInvalid)?;
        Ok((Claims { user, session }, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_says_whose_it_is_until_it_expires_and_is_nothing_else() {
        let tokens = Tokens::new(b"a secret of some length");
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims { user: UserId::new(42).unwrap(), session: SessionId::new(7).unwrap() };
        let refresh = Refresh { claims, until: now + WEEK };
        let token = tokens.issue_refresh(refresh, [1, 2]);
        assert_eq!(tokens.verify_refresh(&token, now).unwrap(), refresh);
        let last = now + WEEK - TimeDelta::milliseconds(1);
        assert_eq!(tokens.verify_refresh(&token, last).unwrap(), refresh);
        assert!(matches!(tokens.verify_refresh(&token, now + WEEK), Err(Common::TokenExpired)));
        assert_ne!(tokens.issue_refresh(refresh, [1, 3]), token);
        let link = tokens.link(claims.user, NoticeId::new(9).unwrap());
        assert_eq!(tokens.verify_link(&link).unwrap(), (claims.user, NoticeId::new(9).unwrap()));
        let access = tokens.issue(claims, HOUR, now).unwrap();
        let other = Tokens::new(b"another").issue_refresh(refresh, [1, 2]);
        for bad in ["", "x", &link, &access, &other, &token[1..], &format!("{token}A")] {
            assert!(matches!(tokens.verify_refresh(bad, now), Err(Common::TokenInvalid)), "{bad}");
        }
        for bad in ["", &token, &access, &link[..link.len() - 1]] {
            assert!(matches!(tokens.verify_link(bad), Err(Error::LinkInvalid)), "{bad}");
        }
        assert!(matches!(tokens.verify(&token, now), Err(Common::TokenInvalid)));
    }

    #[test]
    fn a_token_is_good_for_its_lifetime_and_only_as_signed() {
        let tokens = Tokens::new(b"a secret of some length");
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims { user: UserId::new(42).unwrap(), session: SessionId::new(7).unwrap() };
        let token = tokens.issue(claims, DAY, now).unwrap();
        assert_eq!(tokens.verify(&token, now + TimeDelta::hours(23)).unwrap(), claims);
        assert!(matches!(tokens.verify(&token, now + DAY), Err(Common::TokenExpired)));
        assert!(matches!(Tokens::new(b"another").verify(&token, now), Err(Common::TokenInvalid)));
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsImp0aSI6IjciLCJpYXQiOjAsImV4cCI6OTk5OTk5OTk5OTl9.";
        for bad in ["", "a.b.c", unsigned, &token[..token.len() - 2]] {
            assert!(matches!(tokens.verify(bad, now), Err(Common::TokenInvalid)), "{bad}");
        }
    }
}
