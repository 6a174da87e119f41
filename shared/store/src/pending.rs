//! How many bookings of one learner nobody has paid or confirmed yet: one item with their ids, all of them and by expert.
//!
//! A set and not a count, so that leaving it twice, or without having been in it, changes nothing: bookings that were made
//! before this item existed leave it like any other. A booking is known by the first of its chain, so whatever replaces a
//! pending one waits in its place.

use std::collections::BTreeSet;

use domain::Instant;
use domain::booking::{Booking, Refusal, Status};
use domain::ids::{BookingId, UserId};
use table::{Returning, Update, Value};

use crate::booking_codec;
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, numbers};
use crate::transaction::{Transaction, has_room};

/// The most bookings of one learner that may be pending at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingCaps {
    pub per_expert: u32,
    pub per_person: u32,
}

/// Adds the leg by which a new booking waits, if there is room for it.
pub fn booking_waits(transaction: &mut Transaction<Denied>, booking: &Booking, caps: PendingCaps) {
    if !booking.is_pending() {
        return;
    }
    let with = keys::pending_with(booking.expert.id);
    let update =
        change(Update::add, booking).when(has_room("all", caps.per_person)).when(has_room(with, caps.per_expert));
    let update = match unpaid_cap(booking) {
        Some(most) => update.when(has_room("unpaid", most)),
        None => update,
    };
    transaction.update(update, Some(Denied::by(Refusal::TooManyPending)));
}

/// How many like this one may wait for their price at once, if that is limited.
fn unpaid_cap(booking: &Booking) -> Option<u32> {
    booking.rules().most_unpaid
}

/// Adds the leg by which a booking that changes begins or ends to wait. One that is moved is not refused: it is no more
/// than it was.
pub(crate) fn add_leg(transaction: &mut Transaction<Denied>, before: &Booking, after: &Booking) {
    match (before.is_pending(), after.is_pending()) {
        (true, false) if before.rules().lazy && after.status == Status::Confirmed => transaction,
        (false, true) => transaction.update(change(Update::add, after), None),
        (true, false) => transaction.update(change(Update::delete, after), None),
        _ => transaction,
    };
}

/// Puts a booking into every set in which it waits, or takes it out of them.
fn change(put_or_take: fn(Update, String, Value) -> Update, booking: &Booking) -> Update {
    let sets = ["all".to_owned(), keys::pending_with(booking.expert.id)];
    let unpaid = unpaid_cap(booking).map(|_| "unpaid".to_owned());
    sets.into_iter().chain(unpaid).fold(Update::of(keys::pending(booking.learner.id)), |update, set| {
        put_or_take(update, set, numbers([booking.root]))
    })
}

impl Store {
    /// Takes what waits no longer off a learner's list; whether there was anything.
    pub async fn pending_forget(&self, learner: UserId, now: Instant) -> Result<bool, Fault> {
        let Some(item) = self.get(&keys::pending(learner)).await? else { return Ok(false) };
        let noted: BTreeSet<i64> = Reader(&item).numbers("all")?;
        let places: Vec<_> = noted.into_iter().filter_map(BookingId::new).map(keys::booking).collect();
        let found = self.get_many(&places, true).await?;
        let mut were_any = false;
        for item in found.values() {
            let booking = booking_codec::from_item(item)?;
            // Of a chain the first stands for the newest, which may wait still.
            let waits = booking.as_of(now).is_pending() || booking.status == Status::Rescheduled;
            if !waits && booking.rules().lazy {
                match self.update(change(Update::delete, &booking), Returning::Nothing).await {
                    Ok(_) => were_any = true,
                    Err(Failed::Refused(_)) => unreachable!("the update has no condition"),
                    Err(Failed::Fault(fault)) => return Err(fault),
                }
            }
        }
        Ok(were_any)
    }
}
