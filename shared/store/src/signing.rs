//! The keys of our own signatures. One signs; those before and after it are accepted as well, so that one can take the place
//! of another without an end to what was signed. Each has an id, which what it signed carries.

use std::fmt;

use aws_lc_rs::hmac;
/// Which key signed something: what its holder can compute, and nobody else needs to understand.
pub type KeyId = [u8; 4];

/// Keys, or what was made of each for one purpose. The first signs.
#[derive(Clone)]
pub struct Keys<T = Vec<u8>>(Vec<(KeyId, T)>);

/// Keys do not belong in logs.
impl<T> fmt::Debug for Keys<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

/// Anybody could guess a shorter one.
pub const SHORTEST_KEY: usize = 16;

impl Keys {
    /// `others` are accepted and sign nothing.
    pub fn new<'a>(signing: &'a [u8], others: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let all = [signing].into_iter().chain(others.into_iter().filter(|other| *other != signing));
        Self(all.map(|key| (id(key), key.to_vec())).collect())
    }

    /// What is made of each key for one purpose.
    pub fn derive<T>(&self, make: impl Fn(&[u8]) -> T) -> Keys<T> {
        Keys(self.0.iter().map(|(id, key)| (*id, make(key))).collect())
    }
}

fn id(key: &[u8]) -> KeyId {
    let mark = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), b"id of this key");
    let mut id = KeyId::default();
    id.copy_from_slice(&mark.as_ref()[..size_of::<KeyId>()]);
    id
}

impl<T> Keys<T> {
    pub fn signing(&self) -> (KeyId, &T) {
        let (id, key) = &self.0[0];
        (*id, key)
    }

    pub fn by_id(&self, id: &[u8]) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, key)| key)
    }

    /// The one that signs first.
    pub fn all(&self) -> impl Iterator<Item = (KeyId, &T)> {
        self.0.iter().map(|(id, key)| (*id, key))
    }
}
