//! Seals: a few numbers that nobody else can write, as text that fits into a link.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

/// Seals and opens for one purpose: what is sealed for another does not open.
pub(crate) struct Seal(hmac::Key);

/// Of the signature.
const BYTES: usize = 32;

impl Seal {
    pub(crate) fn new(secret: &[u8], purpose: &str) -> Self {
        let parent = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&parent, purpose.as_bytes()).as_ref()))
    }

    pub(crate) fn seal(&self, said: &[u8]) -> String {
        BASE64URL_NOPAD.encode(&[said, hmac::sign(&self.0, said).as_ref()].concat())
    }

    /// The signature alone.
    pub(crate) fn mark(&self, said: &[u8]) -> String {
        HEXLOWER.encode(hmac::sign(&self.0, said).as_ref())
    }

    /// The numbers under a seal of ours.
    pub(crate) fn open<const N: usize>(&self, sealed: &str) -> Option<[i64; N]> {
        // What is longer is none of ours: no need to read it.
        let longest = BASE64URL_NOPAD.encode_len(N * 8 + BYTES);
        let bytes = BASE64URL_NOPAD.decode(Some(sealed).filter(|text| text.len() == longest)?.as_bytes()).ok()?;
        let (said, signature) = bytes.split_at_checked(N * 8)?;
        verify_slices_are_equal(hmac::sign(&self.0, said).as_ref(), signature).ok()?;
        let mut numbers = [0; N];
        for (number, bytes) in numbers.iter_mut().zip(said.chunks_exact(8)) {
            *number = i64::from_be_bytes(bytes.try_into().ok()?);
        }
        Some(numbers)
    }
}

/// What the table knows of a token. Whoever reads it cannot tell the token.
pub(crate) fn hash(token: &str) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}
