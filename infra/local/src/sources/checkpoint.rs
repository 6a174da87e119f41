//! How far a stream was carried out, in a small file beside the table.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::Fault;
use crate::embedded::stream::Position;

#[derive(Debug)]
pub(super) struct Checkpoint(PathBuf);

impl Checkpoint {
    /// `source`: the source's id.
    pub(super) fn of(directory: &Path, source: &str) -> Self {
        Self(directory.join(format!("checkpoint-{}", source.replace('/', "-"))))
    }

    /// # Errors
    /// The file cannot be read, or holds something else.
    pub(super) fn read(&self) -> Result<Option<Position>, Fault> {
        match fs::read_to_string(&self.0) {
            Ok(text) => Ok(Some(text.trim().parse().map_err(|_| format!("{} is damaged", self.0.display()))?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Renamed into place, so that a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub(super) fn write(&self, position: Position) -> Result<(), Fault> {
        let draft = self.0.with_extension("new");
        fs::write(&draft, position.to_string())?;
        Ok(fs::rename(draft, &self.0)?)
    }
}
