//! `--import`: a data directory that begins with the lines of an export instead of with nothing. Nothing of it is news to the
//! table's stream: nobody is mailed again.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use store::lines::StoredItem;
use table::Item;

use crate::Fault;
use crate::embedded::table::DRAFT;

/// The items to begin with, read one after the other.
pub(crate) type Imported = Box<dyn Iterator<Item = Result<Item, Fault>> + Send>;

/// What a directory has that nothing was ever kept in; an import that did not come to its end is begun again.
const BARE: [&str; 3] = ["lock", "secret", DRAFT];

/// Whether nothing was ever kept in a directory.
///
/// # Errors
/// Something was.
pub(crate) fn is_bare(home: &Path) -> Result<(), Fault> {
    for entry in fs::read_dir(home)? {
        let name = entry?.file_name();
        if !BARE.iter().any(|bare| name == *bare) {
            let (home, name) = (home.display(), name.display());
            return Err(format!("{home} is not empty ({name}): --import begins with an empty data directory").into());
        }
    }
    Ok(())
}

/// What `local export` wrote: one file, or all in a directory.
///
/// # Errors
/// There is no such file. A line that is no item is told of where it is read.
pub(crate) fn items(from: &Path) -> Result<Imported, Fault> {
    Ok(Box::new(files(from)?.into_iter().flat_map(|path| lines(&path))))
}

fn files(from: &Path) -> Result<Vec<PathBuf>, Fault> {
    if from.is_file() {
        return Ok(vec![from.to_owned()]);
    }
    let entries = fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<_> = paths.into_iter().filter(|path| path.extension().is_some_and(|it| it == "jsonl")).collect();
    if paths.is_empty() {
        return Err(format!("{} has no file that ends in .jsonl", from.display()).into());
    }
    paths.sort();
    Ok(paths)
}

fn lines(path: &Path) -> Imported {
    let name = path.display().to_string();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Box::new(std::iter::once(Err(format!("{name}: {error}").into()))),
    };
    Box::new(BufReader::new(file).lines().enumerate().map(move |(number, line)| {
        let item = line.map_err(|error| error.to_string()).and_then(|line| StoredItem::from_line(&line));
        item.map(StoredItem::into_item).map_err(|why| format!("{name}, line {}: {why}", number + 1).into())
    }))
}
