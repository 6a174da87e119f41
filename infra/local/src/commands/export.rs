//! `local export`: lines of JSON per kind of item, from an export of the table to S3 that was copied into a directory.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use store::lines::StoredItem;
use store::pseudonyms::Pseudonyms;

use super::empty_directory;
use crate::{Fault, random};

/// How many lines were written of each kind, and how many items were read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub read: u64,
    pub written: BTreeMap<String, u64>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.iter().try_for_each(|(kind, count)| writeln!(f, "{kind:20} {count:>10}"))?;
        let all: u64 = self.written.values().sum();
        write!(f, "{} items read, {all} written", self.read)
    }
}

/// A line of `manifest-files.json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataFile {
    item_count: u64,
    data_file_s3_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    output_format: Option<String>,
    export_type: Option<String>,
}

/// Where the manifests of an export are: here, or below `AWSDynamoDB` if it has one export.
fn folder(from: &Path) -> Result<PathBuf, Fault> {
    let is_one = |path: &Path| path.join("manifest-files.json").is_file();
    if is_one(from) {
        return Ok(from.to_owned());
    }
    let below = if from.ends_with("AWSDynamoDB") { from.to_owned() } else { from.join("AWSDynamoDB") };
    let entries = fs::read_dir(&below).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<_> = entries.filter(|path| is_one(path)).collect();
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(format!("{} has no export: no manifest-files.json in it", from.display()).into()),
        (Some(_), _) => Err(format!("{} has several exports: name the directory of one", below.display()).into()),
    }
}

/// The files of an export, each with how many items it says to have.
fn data_files(folder: &Path) -> Result<Vec<(PathBuf, u64)>, Fault> {
    if let Ok(summary) = fs::read(folder.join("manifest-summary.json")) {
        let summary: Summary = serde_json::from_slice(&summary)?;
        let is = |value: Option<String>, wanted: &str| value.is_none_or(|value| value == wanted);
        if !is(summary.output_format, "DYNAMODB_JSON") || !is(summary.export_type, "FULL_EXPORT") {
            return Err("only a full export in the format DYNAMODB_JSON can be read".into());
        }
    }
    let manifest = fs::read_to_string(folder.join("manifest-files.json"))?;
    let mut files = Vec::new();
    for line in manifest.lines().filter(|line| !line.trim().is_empty()) {
        let file: DataFile = serde_json::from_str(line).map_err(|error| format!("manifest-files.json: {error}"))?;
        let name = file.data_file_s3_key.rsplit('/').next().unwrap_or_default();
        files.push((folder.join("data").join(name), file.item_count));
    }
    Ok(files)
}

/// A file for each kind, made when the first line comes.
struct Writers {
    out: PathBuf,
    files: BTreeMap<String, BufWriter<File>>,
    written: BTreeMap<String, u64>,
}

impl Writers {
    fn write(&mut self, item: &StoredItem) -> Result<(), Fault> {
        let kind = item.named().map_or("unknown", |named| named.kind.word()).to_owned();
        let file = match self.files.entry(kind.clone()) {
            std::collections::btree_map::Entry::Occupied(open) => open.into_mut(),
            std::collections::btree_map::Entry::Vacant(none) => {
                let path = self.out.join(format!("{kind}.jsonl"));
                // People's data: for who made it only.
                let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
                none.insert(BufWriter::new(file))
            }
        };
        writeln!(file, "{}", item.to_line()?)?;
        *self.written.entry(kind).or_default() += 1;
        Ok(())
    }
}

/// Writes the items of the export in `from` into a file per kind in `out`, which must be empty; with other names on request.
///
/// # Errors
/// There is no export, it is not whole, or a line of it is no item; `out` is not empty or cannot be written.
pub fn export(from: &Path, out: &Path, replace_names: bool) -> Result<Report, Fault> {
    let files = data_files(&folder(from)?)?;
    empty_directory(out)?;
    let mut writers = Writers { out: out.to_owned(), files: BTreeMap::new(), written: BTreeMap::new() };
    let mut pseudonyms = replace_names.then(|| Pseudonyms::new(&random::bytes()));
    let mut read = 0;
    for (path, count) in files {
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut found = 0;
        for line in BufReader::new(MultiGzDecoder::new(file)).lines() {
            let told = |why: String| format!("{}, line {}: {why}", path.display(), found + 1);
            let line = line.map_err(|error| told(error.to_string()))?;
            let item = StoredItem::from_export(&line).map_err(told)?;
            match &mut pseudonyms {
                None => writers.write(&item)?,
                Some(pseudonyms) => {
                    pseudonyms.replaced(item).map_err(told)?.iter().try_for_each(|item| writers.write(item))?;
                }
            }
            found += 1;
        }
        if found != count {
            return Err(format!("{} has {found} items, its manifest says {count}", path.display()).into());
        }
        read += found;
    }
    for file in writers.files.values_mut() {
        file.flush()?;
    }
    Ok(Report { read, written: writers.written })
}

pub(super) fn run(from: &Path, out: &Path, replace_names: bool) -> Result<String, Fault> {
    Ok(export(from, out, replace_names)?.to_string())
}
