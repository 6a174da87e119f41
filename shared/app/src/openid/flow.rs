//! A sign-in on its way through somebody's browser: what its `state` says, and what only that browser knows.
//!
//! Nothing is stored. The state is sealed; the browser keeps a secret in a cookie, and what has to be kept from whoever
//! sees the state (the verifier of RFC 7636, the nonce) is made of that secret.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{self, SHA256};
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use domain::Instant;

use crate::Mint;
use crate::seal::Seal;

/// How long somebody may take at their issuer.
const LIVES: TimeDelta = TimeDelta::minutes(10);

/// Of `next`.
pub const LONGEST_NEXT: usize = 500;

/// No state of ours is longer.
const LONGEST_STATE: usize = 1024;

const ID: usize = 16;
const DIGEST: usize = 32;

/// What one browser knows and nobody else: the value of its cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Browser(String);

impl Browser {
    pub fn new(mint: &Mint) -> Self {
        let chance = [(); 4].map(|()| mint.number().to_be_bytes());
        Self(BASE64URL_NOPAD.encode(&chance.concat()))
    }

    /// `None`: no value of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let is_ours = BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == DIGEST);
        is_ours.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digest(&self, purpose: &str, id: &[u8]) -> [u8; DIGEST] {
        let said = [purpose.as_bytes(), &[0], self.0.as_bytes(), &[0], id].concat();
        let mut bytes = [0; DIGEST];
        bytes.copy_from_slice(digest::digest(&SHA256, &said).as_ref());
        bytes
    }
}

/// A sign-in that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    id: [u8; ID],
    begun: Instant,
    /// What is wanted of it, as whoever began it writes that.
    pub(super) wish: u8,
    /// The page to go on with.
    pub(super) next: String,
}

impl Flow {
    pub(super) fn begin(mint: &Mint, wish: u8, next: &str, now: Instant) -> Self {
        let mut id = [0; ID];
        id.copy_from_slice(&[mint.number(), mint.number()].map(u64::to_be_bytes).concat());
        Self { id, begun: now, wish, next: next.to_owned() }
    }

    pub(super) fn state(&self, seal: &Seal, browser: &Browser) -> String {
        let begun = self.begun.timestamp_millis().to_be_bytes();
        let said: [&[u8]; 5] =
            [&self.id, &begun, &[self.wish], &browser.digest("state", &self.id), self.next.as_bytes()];
        seal.seal(&said.concat())
    }

    /// The sign-in this state is of, if this browser began it and not too long ago.
    pub(super) fn read(state: &str, seal: &Seal, browser: &Browser, now: Instant) -> Option<Self> {
        let said = seal.open_bytes(state, LONGEST_STATE)?;
        let (id, rest) = said.split_first_chunk::<ID>()?;
        let (begun, rest) = rest.split_first_chunk::<8>()?;
        let ([wish], rest) = rest.split_first_chunk::<1>()?;
        let (bound, next) = rest.split_first_chunk::<DIGEST>()?;
        verify_slices_are_equal(bound, &browser.digest("state", id)).ok()?;
        let begun = Instant::from_timestamp_millis(i64::from_be_bytes(*begun))?;
        let next = std::str::from_utf8(next).ok()?.to_owned();
        (now < begun + LIVES).then_some(Self { id: *id, begun, wish: *wish, next })
    }

    /// By what it is known once it has been used, and until when that has to be known.
    pub(super) fn spent(&self) -> (String, Instant) {
        (format!("state-{}", data_encoding::HEXLOWER.encode(&self.id)), self.begun + LIVES)
    }

    pub(super) fn nonce(&self, browser: &Browser) -> String {
        BASE64URL_NOPAD.encode(&browser.digest("nonce", &self.id))
    }

    /// 43 characters, as RFC 7636 recommends.
    pub(super) fn verifier(&self, browser: &Browser) -> String {
        BASE64URL_NOPAD.encode(&browser.digest("verifier", &self.id))
    }

    pub(super) fn challenge(&self, browser: &Browser) -> String {
        BASE64URL_NOPAD.encode(digest::digest(&SHA256, self.verifier(browser).as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::signing::Keys;

    #[test]
    fn a_state_is_of_one_browser_for_ten_minutes() {
        let seal = Seal::new(&Keys::new(b"a secret of some length", []), "state");
        let (mint, now) = (Mint::seeded(1), Instant::from_timestamp(1_800_000_000, 0).unwrap());
        let (browser, other) = (Browser::new(&mint), Browser::new(&mint));
        let flow = Flow::begin(&mint, 1, "/a?b=ü", now);
        let state = flow.state(&seal, &browser);
        let almost = now + LIVES - TimeDelta::milliseconds(1);
        assert_eq!(Flow::read(&state, &seal, &browser, almost), Some(flow.clone()));
        assert_eq!(Flow::read(&state, &seal, &browser, now + LIVES), None);
        assert_eq!(Flow::read(&state, &seal, &other, now), None);
        let foreign = Seal::new(&Keys::new(b"another", []), "state");
        assert_eq!(Flow::read(&flow.state(&foreign, &browser), &seal, &browser, now), None);
        let longest = Flow::begin(&mint, 1, &"x".repeat(LONGEST_NEXT), now);
        assert!(Flow::read(&longest.state(&seal, &browser), &seal, &browser, now).is_some());
        for bad in ["", "x", &state[1..], &format!("{state}A"), &state[..state.len() - 4], &"A".repeat(2000)] {
            assert_eq!(Flow::read(bad, &seal, &browser, now), None, "{bad}");
        }
        assert_eq!(flow.verifier(&browser).len(), 43);
        let all = [flow.verifier(&browser), flow.nonce(&browser), flow.challenge(&browser), flow.verifier(&other)];
        assert!(all.iter().enumerate().all(|(at, one)| !all[..at].contains(one)));
        assert!(Browser::parse(browser.as_str()) == Some(browser));
        assert!(Browser::parse("short").is_none());
    }
}
