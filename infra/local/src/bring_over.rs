//! A data directory of before the engine, whose table was a SQLite file, becomes one of today. Who reads that file is
//! `examples/bring_over.rs`: the program itself has no SQLite.

use std::fs;
use std::path::{Path, PathBuf};

use store::lines::StoredItem;

use crate::Fault;
use crate::data::Directory;
use crate::embedded::table::{self, EARLIER};

/// A data directory on its way. Nobody else uses it meanwhile.
#[derive(Debug)]
pub struct BringOver {
    path: PathBuf,
    _directory: Directory,
}

impl BringOver {
    /// # Errors
    /// The directory is in use, has its table already, or has none at all.
    pub fn begin(path: &Path) -> Result<Self, Fault> {
        let home = path.display();
        if table::is_in(path) {
            return Err(format!("{home} has its table already").into());
        }
        if !path.join(EARLIER).exists() {
            return Err(format!("{home} has no {EARLIER}").into());
        }
        Ok(Self { path: path.to_owned(), _directory: Directory::open(path)? })
    }

    /// The SQLite file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.path.join(EARLIER)
    }

    /// Makes the table of these items, each in DynamoDB's JSON: of all or, whatever happens, none. `told` hears how many
    /// there are so far.
    ///
    /// # Errors
    /// The directory cannot be written, or one of the items is none.
    pub async fn make(
        &self,
        items: impl Iterator<Item = Result<String, Fault>>,
        told: impl FnMut(usize),
    ) -> Result<usize, Fault> {
        let items = items.map(|json| {
            let item = StoredItem::from_export(&format!("{{\"Item\":{}}}", json?))?;
            Ok(item.into_item())
        });
        table::make(&self.path, items, told).await
    }

    /// How far the stream was carried out means nothing in the new one, and what is in the table is no news. The SQLite file,
    /// which nobody may have open, stays under another name.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub fn end(self) -> Result<PathBuf, Fault> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("checkpoint-") {
                fs::remove_file(entry.path())?;
            }
        }
        let kept = self.file().with_extension("sqlite.old");
        fs::rename(self.file(), &kept)?;
        Ok(kept)
    }
}
