//! The embedded table as of one moment, read past the service: what is read page by page while others write does not agree
//! with itself.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use store::facts::StreamItem;

use super::stream::connect;
use crate::Fault;

/// Items of one table. Clones read the same one.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    file: PathBuf,
    table: String,
}

/// A partition and how many items it has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    pub key: String,
    pub items: u64,
}

/// dynoxide writes a key's type before it.
const TEXT: &str = "S:";

impl Snapshot {
    pub(super) fn of(file: &Path, table: &str) -> Self {
        Self { file: file.to_owned(), table: table.replace('"', "\"\"") }
    }

    /// Hands on every item. One statement reads as of one moment, whatever is written meanwhile, and holds one item.
    ///
    /// # Errors
    /// The file cannot be read, or `take` fails.
    pub(crate) fn each(&self, mut take: impl FnMut(StreamItem) -> Result<(), Fault>) -> Result<(), Fault> {
        let connection = self.connect()?;
        let mut statement = connection.prepare(&format!("SELECT item_json FROM \"{}\"", self.table))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take(item(row.get_ref(0)?.as_str()?)?)?;
        }
        Ok(())
    }

    /// At most `limit` partitions behind this key.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn partitions(&self, after: &str, limit: usize) -> Result<Vec<Partition>, Fault> {
        let connection = self.connect()?;
        let query =
            format!("SELECT pk, COUNT(*) FROM \"{}\" WHERE pk > ?1 GROUP BY pk ORDER BY pk LIMIT ?2", self.table);
        let mut statement = connection.prepare(&query)?;
        let after = format!("{TEXT}{after}");
        let partitions = statement.query_map(params![after, limit as i64], |row| {
            let key: String = row.get(0)?;
            let items: i64 = row.get(1)?;
            Ok(Partition { key: key.trim_start_matches(TEXT).to_owned(), items: items.unsigned_abs() })
        })?;
        Ok(partitions.collect::<Result<_, _>>()?)
    }

    /// At most `limit` items of one partition behind this sort key.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn items(&self, partition: &str, after: &str, limit: usize) -> Result<Vec<StreamItem>, Fault> {
        let connection = self.connect()?;
        let query = format!("SELECT item_json FROM \"{}\" WHERE pk = ?1 AND sk > ?2 ORDER BY sk LIMIT ?3", self.table);
        let mut statement = connection.prepare(&query)?;
        let (partition, after) = (format!("{TEXT}{partition}"), format!("{TEXT}{after}"));
        let mut rows = statement.query(params![partition, after, limit as i64])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(item(row.get_ref(0)?.as_str()?)?);
        }
        Ok(items)
    }

    fn connect(&self) -> Result<Connection, Fault> {
        connect(&self.file)
    }
}

fn item(json: &str) -> Result<StreamItem, Fault> {
    Ok(serde_json::from_str(json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Snapshot {
        /// Writes items past the service, for tests that need very many.
        pub(crate) fn fill(&self, items: impl Iterator<Item = serde_json::Value>) {
            let mut connection = self.connect().unwrap();
            let transaction = connection.transaction().unwrap();
            let query = format!("INSERT INTO \"{}\" (pk, sk, item_json, item_size) VALUES (?1, ?2, ?3, 1)", self.table);
            for item in items {
                let [pk, sk] = ["pk", "sk"].map(|key| format!("{TEXT}{}", item[key]["S"].as_str().unwrap()));
                transaction.prepare_cached(&query).unwrap().execute(params![pk, sk, item.to_string()]).unwrap();
            }
            transaction.commit().unwrap();
        }
    }
}
