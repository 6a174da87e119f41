//! Seals: a few numbers that nobody else can write, as text that fits into a link.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use store::signing::{KeyId, Keys};

/// Seals and opens for one purpose: what is sealed for another does not open.
pub(crate) struct Seal(Keys<hmac::Key>);

/// Of the signature.
const BYTES: usize = 32;

impl Seal {
    pub(crate) fn new(keys: &Keys, purpose: &str) -> Self {
        Self(keys.derive(|secret| {
            let parent = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&parent, purpose.as_bytes()).as_ref())
        }))
    }

    pub(crate) fn seal(&self, said: &[u8]) -> String {
        let (id, key) = self.0.signing();
        sealed(&id, said, key)
    }

    /// Every seal of ours on the same: by each key that is accepted, and of seals from before keys had ids.
    pub(crate) fn all(&self, said: &[u8]) -> impl Iterator<Item = String> {
        self.0.all().flat_map(move |(id, key)| [sealed(&id, said, key), sealed(&[], said, key)])
    }

    /// The signature alone, by each key that is accepted; the first is by the one that signs.
    pub(crate) fn marks(&self, said: &[u8]) -> Vec<String> {
        self.0.all().map(|(_, key)| HEXLOWER.encode(hmac::sign(key, said).as_ref())).collect()
    }

    /// What is under a seal of ours, whatever it is; `longest` bounds the text of the seal.
    pub(crate) fn open_bytes(&self, sealed: &str, longest: usize) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(Some(sealed).filter(|text| text.len() <= longest)?.as_bytes()).ok()?;
        let (id, rest) = bytes.split_at_checked(size_of::<KeyId>())?;
        let (said, signature) = rest.split_at_checked(rest.len().checked_sub(BYTES)?)?;
        verify_slices_are_equal(hmac::sign(self.0.by_id(id)?, said).as_ref(), signature).ok()?;
        Some(said.to_vec())
    }

    /// The numbers under a seal of ours.
    pub(crate) fn open<const N: usize>(&self, sealed: &str) -> Option<[i64; N]> {
        // What has another length is none of ours: no need to read it.
        let plain = BASE64URL_NOPAD.encode_len(N * 8 + BYTES);
        let named = BASE64URL_NOPAD.encode_len(size_of::<KeyId>() + N * 8 + BYTES);
        let bytes = BASE64URL_NOPAD.decode(Some(sealed).filter(|text| text.len() <= named)?.as_bytes()).ok()?;
        if sealed.len() == named {
            let (id, rest) = bytes.split_at_checked(size_of::<KeyId>())?;
            unsealed(rest, self.0.by_id(id)?)
        } else if sealed.len() == plain {
            self.0.all().find_map(|(_, key)| unsealed(&bytes, key))
        } else {
            None
        }
    }
}

fn sealed(id: &[u8], said: &[u8], key: &hmac::Key) -> String {
    BASE64URL_NOPAD.encode(&[id, said, hmac::sign(key, said).as_ref()].concat())
}

fn unsealed<const N: usize>(bytes: &[u8], key: &hmac::Key) -> Option<[i64; N]> {
    let (said, signature) = bytes.split_at_checked(N * 8)?;
    verify_slices_are_equal(hmac::sign(key, said).as_ref(), signature).ok()?;
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(said.chunks_exact(8)) {
        *number = i64::from_be_bytes(bytes.try_into().ok()?);
    }
    Some(numbers)
}

/// What the table knows of a token. Whoever reads it cannot tell the token.
pub(crate) fn hash(token: &str) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}
