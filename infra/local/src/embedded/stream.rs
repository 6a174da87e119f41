//! The table's stream, read in this process; and what the embedded table lacks for it.
//!
//! dynoxide keeps the records in a SQL table without an index and looks for the highest sequence
//! number in all of them at every write; it also never deletes any. Both are put right through a
//! second connection to the same file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use dynoxide::Database;
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::bell::Bell;
use super::dynamo::request;
use crate::Fault;
use crate::template::REGION;

/// In the words of dynoxide's queries, or they would not use it.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS stream_records_in_order \
                     ON _stream_records(table_name, CAST(sequence_number AS INTEGER))";
/// DynamoDB keeps records for a day; here they go an hour after they were made, since everybody who reads them has by
/// then. Sequence numbers are microseconds since 1970 unless two would be the same, so that the index serves here too.
/// Some at a time: whoever writes waits meanwhile.
const TRIM: &str = "DELETE FROM _stream_records WHERE rowid IN (SELECT rowid FROM _stream_records \
                    WHERE table_name = ?1 \
                    AND CAST(sequence_number AS INTEGER) < (unixepoch('now') - 3600) * 1000000 \
                    AND CAST(sequence_number AS INTEGER) <= ?2 LIMIT 2000)";
const LATEST: &str = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) FROM _stream_records \
                      WHERE table_name = ?1";
/// What dynoxide adds to a sequence number before it tells it, to have the 21 digits of AWS.
const OFFSET: u128 = 100_000_000_000_000_000_000;
const BUSY: Duration = Duration::from_secs(5);

/// A place in the stream: that of a record, as it is told, or 0 before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(u128);

impl Position {
    /// Just before this one, so that reading after it begins with it.
    pub(crate) fn before(self) -> Self {
        if self.0 > OFFSET + 1 { Self(self.0 - 1) } else { Self(0) }
    }

    fn stored(self) -> i64 {
        i64::try_from(self.0.saturating_sub(OFFSET)).unwrap_or(i64::MAX)
    }

    fn of_stored(number: i64) -> Self {
        Self(u128::try_from(number).ok().filter(|number| *number > 0).map_or(0, |number| number + OFFSET))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Position {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Ok(Self(text.parse()?))
    }
}

/// The stream of one table. Clones read the same one.
#[derive(Clone)]
pub(crate) struct Stream {
    database: Database,
    file: PathBuf,
    table: String,
    /// dynoxide's name of it, and its only shard.
    own_arn: String,
    shard: String,
    /// As AWS would name it.
    pub arn: String,
    pub bell: Bell,
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Stream({})", self.arn)
    }
}

/// # Errors
/// The file cannot be written.
pub(super) fn add_index(file: &Path) -> Result<(), Fault> {
    connect(file)?.execute_batch(INDEX)?;
    Ok(())
}

pub(super) fn connect(file: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

impl Stream {
    /// Nothing if the table has no stream.
    ///
    /// # Errors
    /// The table cannot be asked.
    pub(super) fn of(database: &Database, file: &Path, table: &str, bell: &Bell) -> Result<Option<Self>, Fault> {
        let streams = database.list_streams(request(&json!({ "TableName": table }))?)?;
        let streams = serde_json::to_value(streams)?;
        let Some(own_arn) = streams["Streams"][0]["StreamArn"].as_str() else {
            return Ok(None);
        };
        Ok(Some(Self {
            database: database.clone(),
            file: file.to_owned(),
            table: table.to_owned(),
            arn: own_arn.replace(dynoxide::streams::LOCAL_REGION, REGION),
            own_arn: own_arn.to_owned(),
            shard: dynoxide::streams::shard_id(table),
            bell: bell.clone(),
        }))
    }

    pub(crate) fn shard(&self) -> &str {
        &self.shard
    }

    /// The place of the newest record.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn latest(&self) -> Result<Position, Fault> {
        let number = connect(&self.file)?.query_row(LATEST, [&self.table], |row| row.get(0))?;
        Ok(Position::of_stored(number))
    }

    /// Up to `limit` records after a place, as a function is given them.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(crate) async fn read(&self, after: Position, limit: usize) -> Result<Vec<Json>, Fault> {
        let stream = self.clone();
        tokio::task::spawn_blocking(move || stream.read_now(after, limit)).await?
    }

    fn read_now(&self, after: Position, limit: usize) -> Result<Vec<Json>, Fault> {
        let mut place = json!({"StreamArn": self.own_arn, "ShardId": self.shard, "ShardIteratorType": "TRIM_HORIZON"});
        if after > Position::default() {
            place["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
            place["SequenceNumber"] = json!(after.to_string());
        }
        let iterator = self.database.get_shard_iterator(request(&place)?)?.shard_iterator;
        let page = self.database.get_records(request(&json!({"ShardIterator": iterator, "Limit": limit}))?)?;
        let records = page.records.into_iter().map(|record| {
            let mut record = serde_json::to_value(record)?;
            record["awsRegion"] = json!(REGION);
            record["eventSourceARN"] = json!(self.arn);
            Ok(record)
        });
        records.collect()
    }

    /// Deletes what is older than an hour and before `handled`, if given: this machine may have
    /// slept for longer, and what was not carried out must not be lost.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn trim(&self, handled: Option<Position>) -> Result<usize, Fault> {
        let stream = self.clone();
        let deleted = tokio::task::spawn_blocking(move || {
            let last = handled.map_or(i64::MAX, Position::stored);
            let connection = connect(&stream.file)?;
            let mut deleted = 0;
            loop {
                match connection.execute(TRIM, (&stream.table, last))? {
                    0 => return Ok::<_, Fault>(deleted),
                    some => deleted += some,
                }
            }
        });
        deleted.await?
    }
}

#[cfg(test)]
mod tests {
    use super::super::dynamo::tests::{put, table};
    use super::*;
    use crate::data::Scratch;
    use crate::embedded::dynamo::Dynamo;

    struct Room {
        dynamo: Dynamo,
        stream: Stream,
        _scratch: Scratch,
    }

    fn room() -> Room {
        let scratch = Scratch::make().unwrap();
        let dynamo = Dynamo::start_file(scratch.path(), &table()).unwrap();
        let stream = dynamo.stream().unwrap();
        Room { dynamo, stream, _scratch: scratch }
    }

    fn plan(stream: &Stream, query: &str, parameters: &[&dyn rusqlite::ToSql]) -> String {
        let connection = connect(&stream.file).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        let rows = statement.query_map(parameters, |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_queries_of_the_table_use_the_index() {
        let Room { stream, _scratch, .. } = room();
        // The text of both is dynoxide's own.
        let highest = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records \
                       WHERE table_name = ?1";
        let told = plan(&stream, highest, &[&"t"]);
        assert!(told.starts_with("SEARCH") && told.contains("stream_records_in_order (table_name=?)"), "{told}");
        let range = "SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at, user_identity, \
                     event_id FROM _stream_records \
                     WHERE table_name = ?1 AND shard_id = ?2 AND CAST(sequence_number AS INTEGER) > ?3 \
                     ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT ?4";
        let told = plan(&stream, range, &[&"t", &"s", &1, &1]);
        assert!(told.contains("stream_records_in_order (table_name=? AND <expr>>?)"), "{told}");
        assert!(!told.contains("TEMP B-TREE"), "{told}");
        let told = plan(&stream, TRIM, &[&"t", &1]);
        assert!(told.contains("stream_records_in_order (table_name=? AND <expr><?)"), "{told}");
        assert!(!told.contains("SCAN _stream_records"), "{told}");
    }

    #[tokio::test]
    async fn records_come_in_order_after_a_place() {
        let room = room();
        for pk in ["a", "b", "c"] {
            put(&room.dynamo, pk).await;
        }
        let all = room.stream.read(Position::default(), 10).await.unwrap();
        let keys: Vec<_> = all.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap()).collect();
        assert_eq!(keys, ["a", "b", "c"]);
        let place = |record: &Json| record["dynamodb"]["SequenceNumber"].as_str().unwrap().parse::<Position>().unwrap();
        let rest = room.stream.read(place(&all[0]), 1).await.unwrap();
        assert_eq!(rest[0], all[1]);
        assert_eq!(room.stream.latest().unwrap(), place(&all[2]));
        assert!(room.stream.read(place(&all[2]), 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn records_older_than_an_hour_go_unless_they_are_not_handled_yet() {
        let room = room();
        put(&room.dynamo, "new").await;
        let connection = connect(&room.stream.file).unwrap();
        let add = "INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, created_at) \
                   VALUES (?1, 'INSERT', '{}', ?2, ?3, 0)";
        let seconds_ago = |seconds: i64| (app::Clock::System.now().timestamp() - seconds) * 1_000_000;
        let old = (1..=5_000).map(|number| seconds_ago(3_700) + number);
        for number in [1, 2, 3].into_iter().chain(old).chain([seconds_ago(3_500)]) {
            connection.execute(add, (&room.stream.table, number.to_string(), &room.stream.shard)).unwrap();
        }
        assert_eq!(room.stream.trim(Some(Position::of_stored(2))).await.unwrap(), 2);
        assert_eq!(room.stream.trim(None).await.unwrap(), 5_001);
        assert_eq!(room.stream.read(Position::default(), 10).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn the_stream_takes_the_name_that_aws_would_give_it() {
        let stream = room().stream;
        let table = table().name;
        assert!(stream.arn.starts_with(&format!("arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/")));
    }
}
