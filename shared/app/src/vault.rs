//! A vault: secrets of people, as text that only whoever has a key of the deployment can read. What is kept for one person
//! cannot be read as another's.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use store::signing::{KeyId, Keys};

/// Reads what any accepted key has sealed; the one that signs seals.
pub(crate) struct Vault(Keys<LessSafeKey>);

/// Nothing that is kept is longer.
const LONGEST: usize = 256;

impl Vault {
    pub(crate) fn new(keys: &Keys, purpose: &str) -> Self {
        Self(keys.derive(|secret| {
            let parent = hmac::Key::new(hmac::HMAC_SHA256, secret);
            let key = hmac::sign(&parent, purpose.as_bytes());
            let key = UnboundKey::new(&AES_256_GCM, key.as_ref()).expect("it has 256 bits");
            LessSafeKey::new(key)
        }))
    }

    /// `chance` is another each time.
    pub(crate) fn seal(&self, secret: &[u8], owner: i64, chance: [u64; 2]) -> String {
        let (id, key) = self.0.signing();
        let mut nonce = [0; NONCE_LEN];
        let chance = chance.map(u64::to_be_bytes).concat();
        nonce.copy_from_slice(&chance[..NONCE_LEN]);
        let mut sealed = secret.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner.to_be_bytes()), &mut sealed)
            .expect("a few bytes are not too many");
        BASE64URL_NOPAD.encode(&[&id[..], &nonce, &sealed].concat())
    }

    /// The secret; `None` if it was sealed by a key that is not accepted any more.
    pub(crate) fn open(&self, sealed: &str, owner: i64) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(Some(sealed).filter(|text| text.len() <= LONGEST)?.as_bytes()).ok()?;
        let (id, rest) = bytes.split_at_checked(size_of::<KeyId>())?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut secret = sealed.to_vec();
        let opened = self.0.by_id(id)?.open_in_place(nonce, Aad::from(owner.to_be_bytes()), &mut secret).ok()?.len();
        secret.truncate(opened);
        Some(secret)
    }

    /// Whether another key than the one that seals today has sealed this.
    pub(crate) fn is_old(&self, sealed: &str) -> bool {
        let (id, _) = self.0.signing();
        !sealed.starts_with(&BASE64URL_NOPAD.encode(&id)[..5])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_by_whoever_has_the_key_and_only_as_its_owners() {
        let vault = Vault::new(&Keys::new(b"a secret of some length", []), "secrets");
        let sealed = vault.seal(b"tell nobody", 42, [1, 2]);
        assert_eq!(vault.open(&sealed, 42).as_deref(), Some(&b"tell nobody"[..]));
        assert_ne!(vault.seal(b"tell nobody", 42, [1, 3 << 32]), sealed);
        assert!(vault.open(&sealed, 43).is_none());
        let other = Vault::new(&Keys::new(b"a secret of some length", []), "others");
        assert!(other.open(&sealed, 42).is_none());
        for bad in ["", "x", &sealed[1..], &format!("{sealed}AAAA"), &sealed[..sealed.len() - 4]] {
            assert!(vault.open(bad, 42).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_secret_outlives_one_rotation_and_is_known_to_be_old() {
        let (old, new): (&[u8], &[u8]) = (b"the old secret of some length", b"the new secret of some length");
        let sealed = Vault::new(&Keys::new(old, []), "secrets").seal(b"x", 1, [1, 2]);
        let both = Vault::new(&Keys::new(new, [old]), "secrets");
        assert!(both.open(&sealed, 1).is_some() && both.is_old(&sealed));
        let renewed = both.seal(b"x", 1, [1, 2]);
        assert!(!both.is_old(&renewed));
        let new = Vault::new(&Keys::new(new, []), "secrets");
        assert!(new.open(&renewed, 1).is_some() && new.open(&sealed, 1).is_none());
    }
}
