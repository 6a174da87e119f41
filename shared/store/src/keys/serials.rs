//! Keys of what somebody is in a role: the number by which others know them, and what they say of themselves.

use domain::ids::{NoteId, UserId};
use domain::lifecycle::Seat;
use domain::serial::Serial;

use super::{Key, id_text, key, person};

/// The number of a role that was given last.
pub(crate) fn serial_counter(role: Seat) -> Key {
    key(format!("SERIALS#{}", role_text(role)), COUNTER)
}

/// Whose number it is.
pub(crate) fn serial(role: Seat, serial: Serial) -> Key {
    key(format!("SERIAL#{}#{serial}", role_text(role)), SERIAL)
}

/// What somebody says of themselves in a role.
pub(crate) fn details(user: UserId, role: Seat) -> Key {
    key(person(user), format!("{DETAILS}{}", role_text(role)))
}

/// When somebody said last that they are there.
pub(crate) fn presence(user: UserId) -> Key {
    key(person(user), PRESENCE)
}

pub(crate) const PRESENCE: &str = "PRESENCE";

pub(crate) const DETAILS: &str = "DETAILS#";

/// The sort key of an expert's.
pub(crate) const DETAILS_OF_EXPERT: &str = "DETAILS#EXPERT";

/// A note somebody wrote down for themselves in a role.
pub(crate) fn note(user: UserId, role: Seat, note: NoteId) -> Key {
    key(person(user), format!("{}{}", notes_of(role), id_text(note.get())))
}

/// Whose notes these are, and where those of a role begin.
pub(crate) fn notes(user: UserId) -> String {
    person(user)
}

pub(crate) fn notes_of(role: Seat) -> String {
    format!("{NOTE}{}#", role_text(role))
}

pub(crate) const NOTE: &str = "NOTE#";

pub(crate) const COUNTER: &str = "COUNTER";
pub(crate) const SERIAL: &str = "SERIAL";

fn role_text(role: Seat) -> &'static str {
    match role {
        Seat::Learner => "LEARNER",
        Seat::Expert => "EXPERT",
    }
}
