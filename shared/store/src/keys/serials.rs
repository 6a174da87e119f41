//! Keys of the numbers by which people know each other.

use domain::lifecycle::Seat;
use domain::serial::Serial;

use super::{Key, key};

/// The number of a role that was given last.
pub(crate) fn serial_counter(role: Seat) -> Key {
    key(format!("SERIALS#{}", role_text(role)), COUNTER)
}

/// Whose number it is.
pub(crate) fn serial(role: Seat, serial: Serial) -> Key {
    key(format!("SERIAL#{}#{serial}", role_text(role)), SERIAL)
}

pub(crate) const COUNTER: &str = "COUNTER";
pub(crate) const SERIAL: &str = "SERIAL";

fn role_text(role: Seat) -> &'static str {
    match role {
        Seat::Learner => "LEARNER",
        Seat::Expert => "EXPERT",
    }
}
