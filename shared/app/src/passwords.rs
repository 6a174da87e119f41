//! Password hashing: argon2id, off the request's own thread, but where one thread does everything.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::password::{Password, opaque};
use tokio::sync::Semaphore;

use crate::{Common, Error, Result};

/// Hashing costs a core and 19 MiB each: more at once than there are cores would only cost memory.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// How much work a hash is. Verifying uses what the stored hash says.
#[derive(Clone, Copy, Debug)]
pub struct Hashing {
    pub memory_kib: u32,
    pub passes: u32,
    /// On the request's own thread: for worlds in which the order of everything can be played again.
    pub in_place: bool,
}

/// Sixteen bytes, as the authors of argon2 recommend.
pub(crate) type Salt = [u8; 16];

/// What a password is to a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Yes,
    /// The hash is of what was typed, not of its one spelling: it is from before.
    AsTyped,
    No,
}

/// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, in_place: false }
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Common(Common::Broken { what: "hashing a password", detail: error.to_string() })
}

impl Hashing {
    fn argon2(self) -> Result<Argon2<'static>> {
        let params = Params::new(self.memory_kib, self.passes, 1, None).map_err(broken)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// A PHC string.
    pub(crate) async fn hash(self, password: &Password, salt: Salt) -> Result<String> {
        self.hash_text(password.as_str().to_owned(), salt).await
    }

    /// The same for a password that may not follow today's policy.
    pub(crate) async fn hash_anew(self, password: &str, salt: Salt) -> Result<String> {
        self.hash_text(opaque(password), salt).await
    }

    async fn hash_text(self, text: String, salt: Salt) -> Result<String> {
        let hash = move || {
            let hash = self.argon2()?.hash_password_with_salt(text.as_bytes(), &salt);
            hash.map(|hash: PasswordHash| hash.to_string()).map_err(broken)
        };
        self.work(hash).await
    }

    async fn work<T: Send + 'static>(self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        if self.in_place {
            return work();
        }
        let _turn = AT_ONCE.acquire().await.map_err(broken)?;
        tokio::task::spawn_blocking(work).await.map_err(broken)?
    }

    /// Whether `password` is the one `hash` was made of. Without a hash the same work is done for nothing, so that an
    /// unknown name takes as long as a wrong password.
    pub(crate) async fn matches(self, password: &str, hash: Option<String>) -> Result<Match> {
        let (spelling, typed) = (opaque(password), password.to_owned());
        let compare = move || {
            if self.is_hash_of(&spelling, hash.as_deref())? {
                return Ok(Match::Yes);
            }
            // Before passwords had one spelling, what was typed was hashed.
            if spelling != typed && self.is_hash_of(&typed, hash.as_deref())? {
                return Ok(Match::AsTyped);
            }
            Ok(Match::No)
        };
        self.work(compare).await
    }

    fn is_hash_of(self, text: &str, hash: Option<&str>) -> Result<bool> {
        match hash {
            Some(hash) => {
                let hash = PasswordHash::new(hash).map_err(broken)?;
                Ok(self.argon2()?.verify_password(text.as_bytes(), &hash).is_ok())
            }
            None => {
                let same_work = self.argon2()?.hash_password_with_salt(text.as_bytes(), &Salt::default());
                let _: PasswordHash = same_work.map_err(broken)?;
                Ok(false)
            }
        }
    }
}
