//! The table's stream, as Lambda reads it in this process.

use std::fmt;

use chrono::{DateTime, Utc};
use engine::Engine;
use serde_json::Value as Json;
use tokio::sync::watch;

use super::record::record;
use crate::Fault;
use crate::template::{ACCOUNT, REGION, Template};

/// The only one.
pub(crate) const SHARD: &str = "shardId-00000000000000000001-00000001";
/// How many items go in one commit.
const SWEPT_AT_ONCE: usize = 500;

/// A place in the stream: that of a record, or 0 before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(pub u64);

impl Position {
    /// Just before this one, so that reading after it begins with it.
    pub(crate) fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The stream of one table. Clones read the same one.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    engine: Engine,
    /// As AWS would name it.
    pub arn: String,
}

impl Stream {
    /// # Errors
    /// The template has no table.
    pub(crate) fn of(engine: Engine, template: &Template) -> Result<Self, Fault> {
        let table = template.table()?.name;
        let arn = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/2026-01-01T00:00:00.000");
        Ok(Self { engine, arn })
    }

    /// Wakes whoever waits for the next record.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.engine.news()
    }

    /// The place of the newest record.
    pub(crate) fn latest(&self) -> Position {
        Position(*self.engine.news().borrow())
    }

    /// Up to `limit` records after a place, as a function is given them.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(crate) fn read(&self, after: Position, limit: usize) -> Result<Vec<(Position, Json)>, Fault> {
        let records = self.engine.stream(after.0, limit)?;
        Ok(records.iter().map(|change| (Position(change.sequence), record(change, &self.arn))).collect())
    }

    /// Everybody who reads it has the records up to this place for good.
    pub(crate) fn trim(&self, up_to: Position) {
        self.engine.trim(up_to.0);
    }

    /// Removes what has expired by this time, which is news.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn sweep(&self, now: DateTime<Utc>) -> Result<(), Fault> {
        let now = u64::try_from(now.timestamp()).unwrap_or_default();
        while self.engine.sweep(now, SWEPT_AT_ONCE).await? == SWEPT_AT_ONCE {}
        Ok(())
    }
}
