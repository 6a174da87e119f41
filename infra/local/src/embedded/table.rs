//! The table of this process: the engine on a file of the data directory, or in memory.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use engine::{Durability, Engine, Given};
use table::Item;

use crate::Fault;
use crate::template::Template;

const FILE: &str = "table.redb";
/// A table that is being made.
pub(crate) const DRAFT: &str = "table.redb.new";
/// What a data directory of an earlier version has instead.
pub(crate) const EARLIER: &str = "table.sqlite";
/// How many items are written in one commit of a new table.
const FILLED_AT_ONCE: usize = 1000;
/// A repair that takes no longer is not worth a word.
const MOMENT: Duration = Duration::from_secs(1);

/// An open table. Dropping it closes its file, whoever else still has the engine.
#[derive(Debug)]
pub(crate) struct Table(Engine);

impl Table {
    /// The table in a directory, made if absent.
    ///
    /// # Errors
    /// The file cannot be opened, or [`is_of_today`] says why not.
    pub(crate) fn in_directory(directory: &Path, durability: Durability, template: &Template) -> Result<Self, Fault> {
        is_of_today(directory)?;
        let file = directory.join(FILE);
        let repairing = repairing(file.display().to_string());
        let given = Given { repairing, ..given(template)? };
        Ok(Self(Engine::open(&file, durability, given)?))
    }

    /// One that ends with the process.
    ///
    /// # Errors
    /// The template's event sources cannot be read.
    pub(crate) fn in_memory(template: &Template) -> Result<Self, Fault> {
        Ok(Self(Engine::memory(given(template)?)?))
    }

    pub(crate) fn engine(&self) -> Engine {
        self.0.clone()
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Of its stream the table keeps what some function of the template is woken by. Tokens and records go by the machine's clock.
fn given(template: &Template) -> Result<Given, Fault> {
    let sources = template.event_sources()?.streams;
    let wanted = move |kind, old: Option<&Item>, new: Option<&Item>| {
        sources.iter().any(|source| source.may_want(kind, old, new))
    };
    Ok(Given { wanted: Arc::new(wanted), ..Given::clock(now_ms) })
}

fn now_ms() -> u64 {
    app::Clock::System.now().timestamp_millis().unsigned_abs()
}

/// Shows on the terminal how far a repair is, once a second.
fn repairing(name: String) -> Arc<dyn Fn(f64) + Send + Sync> {
    let shown = Mutex::new(Instant::now());
    Arc::new(move |progress| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.elapsed() >= MOMENT {
            eprintln!("{name} was not closed and is repaired: {:.0} %", progress * 100.0);
            *shown = Instant::now();
        }
    })
}

/// Whether a directory has a table.
pub(crate) fn is_in(directory: &Path) -> bool {
    directory.join(FILE).exists()
}

/// Whether there is a whole table of this version, or none at all.
///
/// # Errors
/// There is one of an earlier version, or half a one.
pub(crate) fn is_of_today(directory: &Path) -> Result<(), Fault> {
    let home = directory.display();
    if is_in(directory) {
        return Ok(());
    }
    if directory.join(EARLIER).exists() {
        return Err(format!(
            "{home} has its table in {EARLIER}, as an earlier version kept it; this brings it over: \
             cargo run --release -p local --example bring_over -- {home}"
        )
        .into());
    }
    if directory.join(DRAFT).exists() {
        return Err(format!(
            "the import into {home} has not come to its end: import again, or remove {DRAFT} and begin with nothing"
        )
        .into());
    }
    Ok(())
}

/// Makes the table of a directory of these items: of all or, whatever happens, none. Nothing of it is news to its stream.
/// `told` hears how many there are so far.
///
/// # Errors
/// The directory cannot be written, or one of the items is none.
pub(crate) async fn make(
    directory: &Path,
    items: impl Iterator<Item = Result<Item, Fault>>,
    told: impl FnMut(usize),
) -> Result<usize, Fault> {
    let draft = directory.join(DRAFT);
    remove(&draft)?;
    // The disk has all of it before it gets its name.
    let engine = Engine::open(&draft, Durability::Power, Given::clock(now_ms))?;
    let filled = fill(&engine, items, told).await;
    engine.close();
    match &filled {
        Ok(_) => fs::rename(draft, directory.join(FILE))?,
        Err(_) => remove(&draft)?,
    }
    filled
}

fn remove(file: &Path) -> Result<(), Fault> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Puts items into a table, which are no news to its stream.
///
/// # Errors
/// The file cannot be written, or one of the items is none.
pub(crate) async fn fill(
    engine: &Engine,
    items: impl Iterator<Item = Result<Item, Fault>>,
    mut told: impl FnMut(usize),
) -> Result<usize, Fault> {
    let (mut count, mut items) = (0, items.peekable());
    while items.peek().is_some() {
        let batch = items.by_ref().take(FILLED_AT_ONCE).collect::<Result<Vec<_>, _>>()?;
        engine.fill(&batch).await?;
        count += batch.len();
        told(count);
    }
    Ok(count)
}

#[cfg(test)]
pub(crate) mod tests;
