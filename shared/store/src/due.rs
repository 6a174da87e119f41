//! What is due: bookings by the hour and shard of their next moment, and the mark below which nothing is left.

use domain::Instant;
use domain::ids::BookingId;

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::row::{Reader, number};
use crate::table::{Range, Store};
use crate::transaction::Update;
use aws_sdk_dynamodb::types::ReturnValue;

/// Bookings found in one stretch of a bucket.
#[derive(Debug)]
pub struct Due {
    pub bookings: Vec<BookingId>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

/// The partitions of one hour.
pub fn shards() -> impl Iterator<Item = i64> {
    0..keys::DUE_SHARDS
}

impl Store {
    /// The hour from which on something may be due; `None` before the very first time.
    pub async fn due_mark(&self) -> Result<Option<Instant>, Fault> {
        match self.get(&keys::due_mark()).await? {
            Some(item) => Reader(&item).maybe_time("hour"),
            None => Ok(None),
        }
    }

    /// Moves the mark forward; one that is further already stays.
    pub async fn due_mark_raise(&self, hour: Instant) -> Result<(), Fault> {
        let raise = Update::new(keys::due_mark(), "SET #hour = :hour")
            .when("attribute_not_exists(#hour) OR #hour < :hour")
            .value(":hour", number(hour.timestamp_millis()));
        match self.update(raise, ReturnValue::None).await {
            Ok(_) | Err(Failed::Refused(_)) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// What is due until `until` in one shard of the hour of `hour`.
    pub async fn due(&self, hour: Instant, shard: i64, until: Instant, after: Option<&str>) -> Result<Due, Fault> {
        let range = Range {
            index: Some("by_due"),
            partition: keys::due_bucket(hour, shard),
            from: after.map(|place| format!("{place}~")),
            // Behind every booking due in that very second.
            to: Some(format!("{}~", keys::due_place(until))),
            ..Range::default()
        };
        let (items, more) = self.query(&range).await?;
        let mut bookings = Vec::with_capacity(items.len());
        let mut last = None;
        for item in &items {
            let row = Reader(item);
            let place = row.text("due_at")?;
            bookings.push(keys::due_booking(place).ok_or_else(|| row.corrupt("due_at"))?);
            last = Some(place.to_owned());
        }
        Ok(Due { bookings, next: last.filter(|_| more) })
    }
}
