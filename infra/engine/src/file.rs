//! The file of a table: opened, repaired where the last process died, and told from a file of another program or time.

use std::fs::OpenOptions;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{BackendError, Builder, Database, DatabaseError, ReadableDatabase, StorageBackend};

use crate::place;
use crate::token::{Done, Tokens};
use crate::view::{MAP, View};

/// The number of the way things lie in the file.
const FORMAT: u32 = 1;
/// Of pages, in memory.
const CACHE: usize = 16 * 1024 * 1024;

/// What an acknowledged write outlives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The death of this process, whatever kills it. A power cut may cost the whole file: the system may have written pages
    /// in another order than they were given to it.
    Process,
    /// A power cut, too: no write is acknowledged before the disk has it.
    Power,
}

/// Where a table lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Memory,
    File(PathBuf, Durability),
}

/// Told how far the repair of a file is, from 0 to 1, where the last process did not close it.
pub(crate) type Repairing = Arc<dyn Fn(f64) + Send + Sync>;

/// An open table, and what of it is known without reading.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) database: Database,
    /// The next record of the stream.
    pub(crate) next_record: u64,
    pub(crate) tokens: Tokens,
    /// The next entry of the list of tokens; `None` where nothing outlives the process.
    pub(crate) next_token: Option<u64>,
}

impl Place {
    /// # Errors
    /// A sentence that says why it cannot be opened.
    pub(crate) fn open(&self, now_ms: u64, repairing: &Repairing) -> Result<Opened, String> {
        let mut builder = Builder::new();
        let repairing = repairing.clone();
        builder.set_cache_size(CACHE).set_repair_callback(move |session| repairing(session.progress()));
        let (database, name) = match self {
            Self::Memory => (builder.create_with_backend(InMemoryBackend::new()), "memory".to_owned()),
            Self::File(path, durability) => {
                let name = path.display().to_string();
                let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
                let file = file.map_err(|error| format!("{name} cannot be opened: {error}"))?;
                let file = FileBackend::new(file).map_err(|error| format!("{name} cannot be opened: {error}"))?;
                (builder.create_with_backend(Disk { file, durability: *durability }), name)
            }
        };
        let database = database.map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => format!("{name} is open in another process"),
            other => format!("{name} cannot be opened: {other}"),
        })?;
        let keeps_tokens = !matches!(self, Self::Memory);
        read(database, now_ms, keeps_tokens).map_err(|error| format!("{name} cannot be read: {error}"))
    }
}

fn read(database: Database, now_ms: u64, keeps_tokens: bool) -> Result<Opened, String> {
    hold_format(&database)?;
    let view = View::of(&database).map_err(|error| error.to_string())?;
    let newest = view.last(place::STREAM).map_err(|error| error.to_string())?;
    let mut opened = Opened {
        database,
        next_record: newest.map_or(1, |newest| newest + 1),
        tokens: Tokens::default(),
        next_token: keeps_tokens.then_some(0),
    };
    let (start, end) = place::all(place::TOKEN);
    for entry in view.map.range(start.as_slice()..end.as_slice()).map_err(|error| error.to_string())? {
        let (number, written) = entry.map_err(|error| error.to_string())?;
        opened.next_token = place::number(number.value()).map(|number| number + 1);
        let (token, done) = Done::read(written.value()).ok_or("a token in it is none")?;
        if now_ms < done.at_ms + crate::token::KEPT_MS {
            opened.tokens.keep(token, done);
        }
    }
    Ok(opened)
}

/// A new file gets the number of our format; one of another is left alone.
fn hold_format(database: &Database) -> Result<(), String> {
    let failed = |error: redb::Error| error.to_string();
    let found = {
        let reading = database.begin_read().map_err(|error| failed(error.into()))?;
        match reading.open_table(MAP) {
            Ok(map) => {
                let found = map.get([place::FORMAT].as_slice()).map_err(|error| failed(error.into()))?;
                Some(found.and_then(|number| number.value().try_into().ok().map(u32::from_be_bytes)))
            }
            Err(redb::TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(failed(error.into())),
        }
    };
    match found {
        Some(Some(FORMAT)) => Ok(()),
        Some(Some(other)) => Err(format!("it has format {other}, and this program reads format {FORMAT}")),
        Some(None) => Err("it has no format that this program knows".to_owned()),
        None => {
            let writing = database.begin_write().map_err(|error| failed(error.into()))?;
            {
                let mut map = writing.open_table(MAP).map_err(|error| failed(error.into()))?;
                map.insert([place::FORMAT].as_slice(), FORMAT.to_be_bytes().as_slice())
                    .map_err(|error| failed(error.into()))?;
            }
            writing.commit().map_err(|error| failed(error.into()))
        }
    }
}

/// A file that is waited for only where a power cut must not matter. What the system was given outlives this process either
/// way. (redb's own `Durability::None` does not: it keeps commits in memory.)
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    durability: Durability,
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, std::io::Error> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        match self.durability {
            Durability::Process => Ok(()),
            Durability::Power => self.file.sync_data(),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        self.file.write(offset, data)
    }

    fn close(&self) -> Result<(), std::io::Error> {
        let synced = self.file.sync_data();
        self.file.close().and(synced)
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
