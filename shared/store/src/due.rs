//! What is due: bookings by the day and shard of their next moment, and the mark below which nothing is left.

use chrono::NaiveDate;
use domain::Instant;
use domain::ids::BookingId;
use table::{Index, Range, Returning, Update, absent, less};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, text};

/// Bookings found in one stretch of a bucket.
#[derive(Debug)]
pub struct Due {
    pub bookings: Vec<BookingId>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

/// The partitions of one day.
pub fn shards() -> impl Iterator<Item = i64> {
    0..keys::DUE_SHARDS
}

impl Store {
    /// The day from which on something may be due; `None` before the very first time.
    pub async fn due_mark(&self) -> Result<Option<NaiveDate>, Fault> {
        let Some(item) = self.get(&keys::due_mark()).await? else { return Ok(None) };
        let row = Reader(&item);
        row.text("day")?.parse().map(Some).map_err(|_| row.corrupt("day"))
    }

    /// Moves the mark forward; one that is further already stays.
    pub async fn due_mark_raise(&self, day: NaiveDate) -> Result<(), Fault> {
        let raise = Update::of(keys::due_mark())
            .set("day", text(day.to_string()))
            .when(absent("day").or(less("day", text(day.to_string()))));
        match self.update(raise, Returning::Nothing).await {
            Ok(_) | Err(Failed::Refused(_)) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// What is due until `until` in one shard of a day.
    pub async fn due(&self, day: NaiveDate, shard: i64, until: Instant, after: Option<&str>) -> Result<Due, Fault> {
        let range = Range {
            index: Some(Index::ByDue),
            partition: keys::due_bucket(day, shard),
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
