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

    /// How far it was, in a stream with this newest record. A checkpoint beyond it is of another table: a data directory of
    /// an earlier version had numbers of 21 digits.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub(super) fn read(&self, newest: Position) -> Result<Option<Position>, Fault> {
        match fs::read_to_string(&self.0) {
            // A power cut can leave no more of it than its name.
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) => {
                let place: u128 = text.trim().parse().map_err(|_| format!("{} is damaged", self.0.display()))?;
                Ok(u64::try_from(place).ok().map(Position).filter(|place| *place <= newest))
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Scratch;

    #[test]
    fn a_checkpoint_of_another_table_is_none() {
        let scratch = Scratch::make().unwrap();
        let checkpoint = Checkpoint::of(scratch.path(), "Function/Event");
        assert_eq!(checkpoint.read(Position(9)).unwrap(), None);
        checkpoint.write(Position(9)).unwrap();
        assert_eq!(checkpoint.read(Position(9)).unwrap(), Some(Position(9)));
        assert_eq!(checkpoint.read(Position(8)).unwrap(), None);
        for (text, read) in [("101732012345678901234", Some(None)), ("", Some(None)), ("soon", None)] {
            fs::write(scratch.path().join("checkpoint-Function-Event"), text).unwrap();
            assert_eq!(checkpoint.read(Position(u64::MAX)).ok(), read, "{text}");
        }
    }
}
