//! Access tokens: signed JWTs that name a person and a session. Whether the session still lives is the gate's to say.
//!
//! Refresh tokens and the tokens of mailed links are seals: nobody else can make one, so what is presented was given out.
//! The table has only their hashes.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use domain::ids::{NoticeId, SessionId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use store::signing::Keys;

use crate::seal::{Seal, hash};
use crate::vault::Vault;
use crate::{Common, Error, Result};

/// Signs and verifies.
pub struct Tokens {
    access: Keys<(EncodingKey, DecodingKey)>,
    validation: Validation,
    refresh: Seal,
    links: Seal,
    proofs: Seal,
    proofs_once: Seal,
    newsletter: Seal,
    unsubscribe: Seal,
    marks: Seal,
    /// Of sign-ins on their way through a browser.
    pub(crate) states: Seal,
    /// What is exchanged for a session when such a sign-in has succeeded.
    pub(crate) tickets: Seal,
    /// Keeps what authenticators share with us.
    pub(crate) factors: Vault,
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
    pub fn new(keys: &Keys) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Expiry is judged by our own clock, below.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Self {
            access: keys.derive(|secret| (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret))),
            validation,
            refresh: Seal::new(keys, "refresh token"),
            links: Seal::new(keys, "link to a new password"),
            proofs: Seal::new(keys, "link that proves an address"),
            proofs_once: Seal::new(keys, "link that proves an address once"),
            newsletter: Seal::new(keys, "link to the newsletter"),
            unsubscribe: Seal::new(keys, "link away from the newsletter"),
            marks: Seal::new(keys, "mark"),
            states: Seal::new(keys, "state of a sign-in"),
            tickets: Seal::new(keys, "ticket of a sign-in"),
            factors: Vault::new(keys, "secret of a second factor"),
        }
    }

    /// Digests of anything, which nobody without the keys can try out guesses against: the first is to be kept, and any of
    /// them may have been.
    pub fn marks(&self, said: &[u8]) -> Vec<String> {
        self.marks.marks(said)
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

    /// The token of the link to a new password in a letter: the same as long as the key is, so that the letter need not
    /// hold it.
    pub fn link(&self, user: UserId, letter: NoticeId) -> String {
        seal_letter(&self.links, user, letter)
    }

    /// Likewise, of the link that proves an address.
    pub fn proof(&self, user: UserId, letter: NoticeId) -> String {
        seal_letter(&self.proofs, user, letter)
    }

    /// Likewise, of one that does so once.
    pub fn proof_once(&self, user: UserId, letter: NoticeId) -> String {
        seal_letter(&self.proofs_once, user, letter)
    }

    /// Whether this is the hash of a link to that letter, by whichever key.
    pub(crate) fn is_hash_of_link(&self, known: &str, user: UserId, letter: NoticeId) -> bool {
        is_hash_of_letter(&self.links, known, user, letter)
    }

    pub(crate) fn is_hash_of_proof(&self, known: &str, user: UserId, letter: NoticeId) -> bool {
        is_hash_of_letter(&self.proofs_once, known, user, letter)
    }

    /// Whose it is, and in which letter it stood.
    pub fn verify_link(&self, token: &str) -> Result<(UserId, NoticeId)> {
        open_letter(&self.links, token)
    }

    /// The same of a link that proves an address. Neither link does the other's work.
    pub fn verify_proof(&self, token: &str) -> Result<(UserId, NoticeId)> {
        open_letter(&self.proofs, token)
    }

    pub fn verify_proof_once(&self, token: &str) -> Result<(UserId, NoticeId)> {
        open_letter(&self.proofs_once, token)
    }

    /// The token by which whoever reads an address confirms that they want the newsletter.
    pub fn newsletter_link(&self, subscriber: UserId, letter: NoticeId) -> String {
        seal_letter(&self.newsletter, subscriber, letter)
    }

    pub fn verify_newsletter(&self, token: &str) -> Result<(UserId, NoticeId)> {
        open_letter(&self.newsletter, token)
    }

    /// The token by which they leave.
    pub fn unsubscribe_link(&self, subscriber: UserId, letter: NoticeId) -> String {
        seal_letter(&self.unsubscribe, subscriber, letter)
    }

    pub fn verify_unsubscribe(&self, token: &str) -> Result<(UserId, NoticeId)> {
        open_letter(&self.unsubscribe, token)
    }

    pub fn issue(&self, claims: Claims, lifetime: TimeDelta, now: DateTime<Utc>) -> Result<String> {
        let wire = Wire {
            sub: claims.user.to_string(),
            jti: claims.session.to_string(),
            iat: now.timestamp(),
            exp: (now + lifetime).timestamp(),
        };
        let (id, (key, _)) = self.access.signing();
        let header = Header { kid: Some(HEXLOWER.encode(&id)), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &wire, key)
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
        let header = jsonwebtoken::decode_header(token).map_err(|_| Common::TokenInvalid)?;
        let opened = |(_, key): &(_, DecodingKey)| jsonwebtoken::decode(token, key, &self.validation).ok();
        let opened = match header.kid {
            Some(kid) => {
                let id = HEXLOWER.decode(kid.as_bytes()).ok();
                id.and_then(|id| self.access.by_id(&id)).and_then(opened)
            }
            // From before keys had ids.
            None => self.access.all().find_map(|(_, key)| opened(key)),
        };
        Ok(opened.ok_or(Common::TokenInvalid)?.claims)
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

fn seal_letter(seal: &Seal, user: UserId, letter: NoticeId) -> String {
    seal.seal(&[user.get(), letter.get()].map(i64::to_be_bytes).concat())
}

fn is_hash_of_letter(seal: &Seal, known: &str, user: UserId, letter: NoticeId) -> bool {
    let said = [user.get(), letter.get()].map(i64::to_be_bytes).concat();
    seal.all(&said).any(|token| hash(&token) == known)
}

fn open_letter(seal: &Seal, token: &str) -> Result<(UserId, NoticeId)> {
    let [user, letter] = seal.open(token).ok_or(Error::LinkInvalid)?;
    UserId::new(user).zip(NoticeId::new(letter)).ok_or(Error::LinkInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_says_whose_it_is_until_it_expires_and_is_nothing_else() {
        let tokens = Tokens::new(&Keys::new(b"a secret of some length", []));
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
        let proof = tokens.proof(claims.user, NoticeId::new(9).unwrap());
        assert_eq!(tokens.verify_proof(&proof).unwrap(), (claims.user, NoticeId::new(9).unwrap()));
        let once = tokens.proof_once(claims.user, NoticeId::new(9).unwrap());
        assert_eq!(tokens.verify_proof_once(&once).unwrap(), (claims.user, NoticeId::new(9).unwrap()));
        for (read, other) in [(tokens.verify_proof(&once), &once), (tokens.verify_proof_once(&proof), &proof)] {
            assert!(matches!(read, Err(Error::LinkInvalid)), "{other}");
        }
        assert!(
            matches!(tokens.verify_proof(&link), Err(Error::LinkInvalid)),
            "a link to a new password proves nothing"
        );
        assert_eq!(tokens.verify_link(&link).unwrap(), (claims.user, NoticeId::new(9).unwrap()));
        let access = tokens.issue(claims, HOUR, now).unwrap();
        let other = Tokens::new(&Keys::new(b"another", [])).issue_refresh(refresh, [1, 2]);
        for bad in ["", "x", &link, &access, &other, &token[1..], &format!("{token}A")] {
            assert!(matches!(tokens.verify_refresh(bad, now), Err(Common::TokenInvalid)), "{bad}");
        }
        for bad in ["", &token, &access, &proof, &link[..link.len() - 1]] {
            assert!(matches!(tokens.verify_link(bad), Err(Error::LinkInvalid)), "{bad}");
        }
        assert!(matches!(tokens.verify(&token, now), Err(Common::TokenInvalid)));
    }

    #[test]
    fn a_token_is_good_for_its_lifetime_and_only_as_signed() {
        let tokens = Tokens::new(&Keys::new(b"a secret of some length", []));
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims { user: UserId::new(42).unwrap(), session: SessionId::new(7).unwrap() };
        let token = tokens.issue(claims, DAY, now).unwrap();
        assert_eq!(tokens.verify(&token, now + TimeDelta::hours(23)).unwrap(), claims);
        assert!(matches!(tokens.verify(&token, now + DAY), Err(Common::TokenExpired)));
        assert!(matches!(Tokens::new(&Keys::new(b"another", [])).verify(&token, now), Err(Common::TokenInvalid)));
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsImp0aSI6IjciLCJpYXQiOjAsImV4cCI6OTk5OTk5OTk5OTl9.";
        for bad in ["", "a.b.c", unsigned, &token[..token.len() - 2]] {
            assert!(matches!(tokens.verify(bad, now), Err(Common::TokenInvalid)), "{bad}");
        }
    }

    #[test]
    fn what_was_signed_outlives_one_rotation_and_no_second() {
        let (old, new, newest): (&[u8], &[u8], &[u8]) = (b"the old secret", b"the new secret", b"the newest secret");
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims { user: UserId::new(42).unwrap(), session: SessionId::new(7).unwrap() };
        let (refresh, letter) = (Refresh { claims, until: now + WEEK }, NoticeId::new(9).unwrap());
        let before = Tokens::new(&Keys::new(old, []));
        let (access, prolonging) = (before.issue(claims, HOUR, now).unwrap(), before.issue_refresh(refresh, [1, 2]));
        let (link, mark) = (before.link(claims.user, letter), before.marks(b"said").remove(0));
        assert!(jsonwebtoken::decode_header(&access).unwrap().kid.is_some());
        for keys in [Keys::new(old, [new]), Keys::new(new, [old]), Keys::new(new, [old, newest])] {
            let tokens = Tokens::new(&keys);
            assert_eq!(tokens.verify(&access, now).unwrap(), claims);
            assert_eq!(tokens.verify_refresh(&prolonging, now).unwrap(), refresh);
            assert_eq!(tokens.verify_link(&link).unwrap(), (claims.user, letter));
            assert!(tokens.is_hash_of_link(&hash(&link), claims.user, letter));
            assert!(tokens.marks(b"said").contains(&mark));
        }
        let tokens = Tokens::new(&Keys::new(newest, [new]));
        assert!(tokens.verify(&access, now).is_err() && tokens.verify_refresh(&prolonging, now).is_err());
        assert!(tokens.verify_link(&link).is_err() && !tokens.marks(b"said").contains(&mark));
        assert!(!tokens.is_hash_of_link(&hash(&link), claims.user, letter));
    }

    #[test]
    fn what_was_signed_before_keys_had_ids_goes_on() {
        let secret: &[u8] = b"a secret of some length";
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let wire = Wire { sub: "42".to_owned(), jti: "7".to_owned(), iat: 0, exp: now.timestamp() + 60 };
        let header = Header::new(Algorithm::HS256);
        let token = jsonwebtoken::encode(&header, &wire, &EncodingKey::from_secret(secret)).unwrap();
        let tokens = Tokens::new(&Keys::new(b"a new one", [secret]));
        assert_eq!(tokens.verify(&token, now).unwrap().user.get(), 42);
        let said = [42i64, 9].map(i64::to_be_bytes).concat();
        let letter = NoticeId::new(9).unwrap();
        for link in tokens.links.all(&said) {
            assert_eq!(tokens.verify_link(&link).unwrap(), (UserId::new(42).unwrap(), letter));
        }
        assert_eq!(tokens.links.all(&said).count(), 4);
    }
}
