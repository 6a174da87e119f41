//! Keys of the lists of all there is of something.

use super::{Key, id_text, key};
use crate::listed::AllOf;

/// The partition of a list.
pub(crate) fn all_of(what: AllOf) -> String {
    format!("{ALL}{}", what.word())
}

/// That something is in the list, under an id that begins with when it was made.
pub(crate) fn listed(what: AllOf, id: i64) -> Key {
    key(all_of(what), id_text(id))
}

const ALL: &str = "ALL#";
