//! Codes of a second factor: what a secret makes of a moment, and what somebody shows at a login.

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use domain::Instant;
use domain::ids::UserId;
use domain::two_factor::{Code, MAC_BYTES, RECOVERY_CODES, SECRET_BYTES, State, Step, recovery_code, window};
use store::{Credential, SecondFactor, Shown};

use crate::seal::hash;
use crate::{App, Mint};

/// What came with a password, as it was typed. Not to be printed.
#[derive(Clone, Copy, Default)]
pub struct Typed<'a> {
    pub otp: Option<&'a str>,
    /// Read only without the other.
    pub recovery_code: Option<&'a str>,
}

/// What it is worth.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// This account is not asked for one.
    NotAsked,
    Missing,
    Wrong,
    /// Right, and not used before when it was looked at.
    Right(Shown),
}

fn present(typed: Option<&str>) -> Option<&str> {
    typed.filter(|typed| !typed.trim().is_empty())
}

pub(crate) fn judge(app: &App, known: &Credential, typed: Typed<'_>, now: Instant) -> Verdict {
    if known.second.state != State::On {
        return Verdict::NotAsked;
    }
    match (present(typed.otp), present(typed.recovery_code)) {
        (None, None) => Verdict::Missing,
        (Some(otp), _) => match step(app, known, otp, now).filter(|step| known.second.used.allows(*step)) {
            Some(step) => Verdict::Right(Shown::Step(step, renewed(app, known))),
            None => Verdict::Wrong,
        },
        (None, Some(code)) => {
            let hash = recovery_code(code).map(|code| recovery_hash(known.user.id, &code));
            match hash.filter(|hash| known.second.recovery.contains(hash)) {
                Some(hash) => Verdict::Right(Shown::Recovery(hash)),
                None => Verdict::Wrong,
            }
        }
    }
}

/// The step whose code this is, whether or not it was used.
pub(crate) fn step(app: &App, known: &Credential, otp: &str, now: Instant) -> Option<Step> {
    let (code, secret) = (Code::parse(otp)?, secret(app, known.user.id, &known.second)?);
    window(now).into_iter().find(|step| code_of(&secret, *step) == code)
}

fn secret(app: &App, owner: UserId, second: &SecondFactor) -> Option<Vec<u8>> {
    let secret = app.tokens.factors.open(&second.sealed, owner.get());
    if secret.is_none() && second.state == State::On {
        // Two keys of the deployment have come and gone since they last signed in: recovery codes are left to them.
        tracing::warn!(user = owner.get(), "a second factor is sealed by a key that is not accepted any more");
    }
    secret
}

/// The same secret under today's key, if it is under another.
fn renewed(app: &App, known: &Credential) -> Option<String> {
    let second = Some(&known.second).filter(|second| app.tokens.factors.is_old(&second.sealed))?;
    let secret = secret(app, known.user.id, second)?;
    Some(sealed(app, known.user.id, &secret))
}

pub(crate) fn sealed(app: &App, owner: UserId, secret: &[u8]) -> String {
    app.tokens.factors.seal(secret, owner.get(), [app.mint.number(), app.mint.number()])
}

fn code_of(secret: &[u8], step: Step) -> Code {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let mac = hmac::sign(&key, &step.message());
    let mac: &[u8; MAC_BYTES] = mac.as_ref().try_into().expect("SHA-1 has 160 bits");
    Code::of(mac)
}

/// A secret that nobody guesses.
pub(crate) fn new_secret(mint: &Mint) -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    for bytes in secret.chunks_mut(8) {
        bytes.copy_from_slice(&mint.number().to_be_bytes()[..bytes.len()]);
    }
    secret
}

/// As people and authenticators read it.
pub(crate) fn spelled(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

pub(crate) fn new_recovery_codes(mint: &Mint) -> Vec<String> {
    let mut codes: Vec<String> = Vec::with_capacity(RECOVERY_CODES);
    while codes.len() < RECOVERY_CODES {
        let code = mint.recovery_code();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// What is kept of one. The owner is in it, so that nobody sees who has the same.
pub(crate) fn recovery_hash(owner: UserId, code: &str) -> String {
    hash(&format!("recovery code of {owner}: {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, for SHA-1; of its eight digits the last six.
    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = Step::at(Instant::from_timestamp(seconds, 0).unwrap());
            assert_eq!(Some(code_of(b"12345678901234567890", step)), Code::parse(code), "{seconds}");
        }
    }

    #[test]
    fn secrets_and_codes_have_their_length_and_are_others_each_time() {
        let mint = Mint::seeded(7);
        let (one, other) = (new_secret(&mint), new_secret(&mint));
        assert_ne!(one, other);
        let spelled = spelled(&one);
        assert_eq!(spelled.len(), 32);
        assert!(spelled.bytes().all(|letter| letter.is_ascii_uppercase() || (b'2'..=b'7').contains(&letter)));
        let codes = new_recovery_codes(&mint);
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| recovery_code(code).as_ref() == Some(code)), "{codes:?}");
        let user = UserId::new(1).unwrap();
        assert_ne!(recovery_hash(user, &codes[0]), recovery_hash(UserId::new(2).unwrap(), &codes[0]));
    }
}
