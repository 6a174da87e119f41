//! How many bookings of one learner nobody has paid or confirmed yet: one item with their ids, all of them and by expert.
//!
//! A set and not a count, so that leaving it twice, or without having been in it, changes nothing: bookings that were made
//! before this item existed leave it like any other. A booking is known by the first of its chain, so whatever replaces a
//! pending one waits in its place.

use domain::booking::{Booking, Refusal};

use crate::denied::Denied;
use crate::keys;
use crate::row::{number, numbers};
use crate::transaction::{Transaction, Update};

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
    let room = format!(
        "(attribute_not_exists(#all) OR size(#all) < :per_person) AND (attribute_not_exists(#{with}) OR size(#{with}) < :per_expert)"
    );
    let update = change("ADD", booking)
        .when(room)
        .value(":per_person", number(caps.per_person))
        .value(":per_expert", number(caps.per_expert));
    transaction.update(update, Some(Denied::by(Refusal::TooManyPending)));
}

/// Adds the leg by which a booking that changes begins or ends to wait. One that is moved is not refused: it is no more
/// than it was.
pub(crate) fn add_leg(transaction: &mut Transaction<Denied>, before: &Booking, after: &Booking) {
    match (before.is_pending(), after.is_pending()) {
        (false, true) => transaction.update(change("ADD", after), None),
        (true, false) => transaction.update(change("DELETE", after), None),
        _ => transaction,
    };
}

fn change(action: &str, booking: &Booking) -> Update {
    let with = keys::pending_with(booking.expert.id);
    Update::new(keys::pending(booking.learner.id), format!("{action} #all :booking, #{with} :booking"))
        .value(":booking", numbers([booking.root]))
}
