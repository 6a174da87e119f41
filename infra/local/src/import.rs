//! `--import`: a data directory that begins with the lines of an export instead of with nothing.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use store::lines::StoredItem;

use crate::Fault;
use crate::embedded::dynamo::Dynamo;
use crate::template::Table;

/// Stands in the directory while an import is under way, so that half a table is never served.
const MARK: &str = "import.unfinished";

/// What a directory has that nothing was ever kept in.
const BARE: [&str; 2] = ["lock", "secret"];

/// Whether an import into this directory has come to its end, if there was one.
///
/// # Errors
/// It has not.
pub(crate) fn is_whole(home: &Path) -> Result<(), Fault> {
    if home.join(MARK).exists() {
        let home = home.display();
        return Err(format!("the import into {home} has not come to its end: remove {home} and import again").into());
    }
    Ok(())
}

/// Makes the table of an empty data directory from lines that `local export` wrote: of one file, or of all in a
/// directory. Nothing of it is news to the table's stream: nobody is mailed again.
///
/// # Errors
/// The directory is not empty, or a line is no item.
pub(crate) fn import(from: &Path, home: &Path, table: &Table) -> Result<usize, Fault> {
    for entry in fs::read_dir(home)? {
        let name = entry?.file_name();
        if !BARE.iter().any(|bare| name == *bare) {
            let (home, name) = (home.display(), name.display());
            return Err(format!("{home} is not empty ({name}): --import begins with an empty data directory").into());
        }
    }
    let files = files(from)?;
    let mark = home.join(MARK);
    fs::write(&mark, [])?;
    let items = files.into_iter().flat_map(|path| items(&path));
    let count = Dynamo::fill(home, table, items)?;
    fs::remove_file(mark)?;
    Ok(count)
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

/// The items of a file, as DynamoDB has them in JSON.
fn items(path: &Path) -> Box<dyn Iterator<Item = Result<Json, Fault>>> {
    let name = path.display().to_string();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Box::new(std::iter::once(Err(format!("{name}: {error}").into()))),
    };
    Box::new(BufReader::new(file).lines().enumerate().map(move |(number, line)| {
        let item = line.map_err(|error| error.to_string()).and_then(|line| StoredItem::from_line(&line));
        let item = item.and_then(|item| item.to_dynamodb_json());
        item.map_err(|why| format!("{name}, line {}: {why}", number + 1).into())
    }))
}
