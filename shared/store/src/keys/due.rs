//! Where stands what the clock has to look at.

use chrono::NaiveDate;
use domain::Instant;
use domain::ids::BookingId;

use super::{id_text, text_id};

/// So many partitions share what is due in one day.
pub(crate) const DUE_SHARDS: i64 = 4;

/// The day's bucket and shard in which a booking is due, and its place in it.
pub(crate) fn due(booking: BookingId, at: Instant) -> (String, String) {
    (due_bucket(at.date_naive(), booking.get() % DUE_SHARDS), format!("{}#{}", due_place(at), id_text(booking.get())))
}

/// What is due on one day, in one shard.
pub(crate) fn due_bucket(day: NaiveDate, shard: i64) -> String {
    format!("DUE#{day}#{shard}")
}

/// Where in its bucket stands what is due at `at`.
pub(crate) fn due_place(at: Instant) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Which booking stands at a place.
pub(crate) fn due_booking(place: &str) -> Option<BookingId> {
    place.rsplit_once('#').and_then(|(_, id)| text_id(id)).and_then(BookingId::new)
}
