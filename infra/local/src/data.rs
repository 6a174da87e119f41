//! The data directory: who may use it, and the secrets that live in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Data, Fault, random};

/// Keys made once per data directory. On AWS they come from Secrets Manager and IAM.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// Signs tokens and cursors.
    pub token_key: String,
    /// What signed before that, and is accepted as long as it stands in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_key_previous: Option<String>,
    /// The secret access key for the embedded S3.
    pub files_key: String,
}

impl Secrets {
    #[must_use]
    pub(crate) fn make() -> Self {
        Self { token_key: random::secret(), token_key_previous: None, files_key: random::secret() }
    }
}

/// Where this process keeps its data, and its secrets.
#[derive(Debug)]
pub(crate) enum Home {
    Kept(Directory),
    Forgotten(Scratch),
}

impl Home {
    /// # Errors
    /// As [`Directory::open`] and [`Directory::secrets`].
    pub(crate) fn open(data: &Data) -> Result<(Self, Secrets), Fault> {
        match data {
            Data::Memory => Ok((Self::Forgotten(Scratch::make()?), Secrets::make())),
            Data::Dir(path) => {
                let directory = Directory::open(path)?;
                let secrets = directory.secrets()?;
                Ok((Self::Kept(directory), secrets))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept(directory) => &directory.path,
            Self::Forgotten(scratch) => scratch.path(),
        }
    }
}

/// A data directory in use by this process alone.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    /// Held as long as the directory is in use; the system lets go of it even after a `kill -9`.
    _lock: File,
}

impl Directory {
    /// # Errors
    /// The directory cannot be written, or another process uses it.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        fs::create_dir_all(path)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(format!("{} is in use by another process", path.display()).into()),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// The secrets in the file `secret`, made at the first start.
    ///
    /// # Errors
    /// The file cannot be read or written, or is not what this program wrote.
    pub(crate) fn secrets(&self) -> Result<Secrets, Fault> {
        let path = self.path.join("secret");
        match fs::read(&path) {
            Ok(bytes) => {
                Ok(serde_json::from_slice(&bytes).map_err(|error| format!("{} is damaged: {error}", path.display()))?)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let secrets = Secrets::make();
                // Renamed into place, so that a crash leaves no half-written secret behind.
                let draft = self.path.join("secret.new");
                let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
                file.write_all(&serde_json::to_vec(&secrets)?)?;
                file.sync_all()?;
                fs::rename(draft, path)?;
                Ok(secrets)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A directory that is gone when this is dropped: the files of `--memory`, and tests.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn make() -> Result<Self, Fault> {
        let name = format!("expertconnect-{}-{}", std::process::id(), &random::secret()[..12]);
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Best effort: the system's own cleaning of its temporary directory is the fallback.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_secrets_are_made_once_and_readable_by_their_owner_only() {
        let scratch = Scratch::make().unwrap();
        let directory = Directory::open(scratch.path()).unwrap();
        let first = directory.secrets().unwrap();
        assert_eq!(first.token_key.len(), 64);
        assert_eq!(directory.secrets().unwrap().token_key, first.token_key);
        let mode = fs::metadata(scratch.path().join("secret")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_directory_has_one_user_at_a_time() {
        let scratch = Scratch::make().unwrap();
        let first = Directory::open(scratch.path()).unwrap();
        assert!(Directory::open(scratch.path()).unwrap_err().to_string().contains("in use"));
        drop(first);
        assert!(Directory::open(scratch.path()).is_ok());
    }
}
