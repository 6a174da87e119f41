//! The list of everybody's bookings, for administrators: an entry per booking, which the stream makes a moment after it. The
//! two lists that a booking itself stands in are those of its people.

use std::collections::HashMap;

use domain::booking::Booking;
use domain::ids::BookingId;

use crate::booking_codec;
use crate::facts::StreamItem;
use crate::fault::{Failed, Fault};
use crate::keys::{self, Kind, list};
use crate::lists::List;
use crate::row::{Item, Reader, Row, text};
use crate::table::Store;
use crate::transaction::Transaction;

/// As many as are listed.
const MOST: usize = 1000;

/// The booking that an item is.
fn booking_of(item: &Item) -> Result<Option<BookingId>, Fault> {
    let row = Reader(item);
    match keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind) {
        Some(Kind::Booking) => row.id("id", BookingId::new).map(Some),
        _ => Ok(None),
    }
}

/// The booking that an item of the stream is.
pub fn booking_in(item: StreamItem) -> Result<Option<BookingId>, Fault> {
    booking_of(&item.into())
}

impl Store {
    /// Lists it, however often this is told.
    pub async fn booking_list(&self, id: BookingId) -> Result<(), Fault> {
        let entry = Row::at(&keys::booking_listed(id))
            .value("la", text(list::BOOKINGS))
            .value("rank", text(keys::id_text(id.get())))
            .number("id", id);
        let mut transaction = Transaction::<()>::new();
        transaction.replace(entry.into_item());
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Lists an item that the stream may have told of before anybody listed.
    pub(crate) async fn booking_list_backfill(&self, item: &Item) -> Result<(), Fault> {
        match booking_of(item)? {
            Some(id) => self.booking_list(id).await,
            None => Ok(()),
        }
    }

    /// The newest thousand, newest first: one round trip.
    pub async fn booking_ids(&self) -> Result<Vec<BookingId>, Fault> {
        let all = List { index: "by_a", partition: list::BOOKINGS.to_owned() };
        let items = self.newest_of(&all, MOST).await?;
        items.iter().map(|item| Reader(item).id("id", BookingId::new)).collect()
    }

    /// Bookings by their ids, in that order, as of a moment ago: one round trip per hundred.
    pub async fn bookings_by_ids(&self, ids: &[BookingId]) -> Result<Vec<Booking>, Fault> {
        let wanted: Vec<_> = ids.iter().copied().map(keys::booking).collect();
        let mut found: HashMap<_, _> = self.get_many(&wanted, false).await?;
        wanted.iter().filter_map(|key| found.remove(key)).map(|item| booking_codec::from_item(&item)).collect()
    }
}
