//! Keys of what keeps somebody, or everybody, from asking for something.

use chrono::NaiveDate;
use domain::ids::{BookingId, UserId};

use super::{Key, id_text, key, person};

/// A learner's bookings that nobody has confirmed yet.
pub(crate) fn pending(learner: UserId) -> Key {
    key(person(learner), "PENDING")
}

/// The attribute for those with one expert.
pub(crate) fn pending_with(expert: UserId) -> String {
    format!("with_{}", id_text(expert.get()))
}

/// How often somebody has entered a wrong key for a booking in the last hour.
pub(crate) fn wrong_keys(user: UserId, booking: BookingId) -> Key {
    key(person(user), format!("WRONG#{}", id_text(booking.get())))
}

/// Which bookings with one other person somebody has been mailed about since midnight, UTC.
pub(crate) fn mailed(reader: UserId, peer: UserId, date: NaiveDate) -> Key {
    key(person(reader), format!("MAILS#{}#{date}", id_text(peer.get())))
}

/// A booking that somebody finds in their list and gets no mails about.
pub(crate) fn muted(reader: UserId, root: BookingId) -> Key {
    key(person(reader), format!("MUTED#{}", id_text(root.get())))
}

/// Whether anything may be changed at present.
pub(crate) fn site_status() -> Key {
    key("SITE".to_owned(), "STATUS")
}
