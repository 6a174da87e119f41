//! Keys of what the whole platform is told by.

use super::{Key, key};

/// So many items share what is counted.
const STATS_SHARDS: u32 = 8;

pub(crate) const STATS: &str = "STATS";

/// The counters to which something adds: always the same for one subject.
pub(crate) fn stats(subject: &Key) -> Key {
    let sum = subject.pk.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    key(STATS.to_owned(), format!("SHARD#{}", sum % STATS_SHARDS))
}

/// As what a person or a booking has been counted.
pub(crate) fn counted(subject: &Key) -> Key {
    key(format!("COUNTED#{}", subject.pk), "COUNTED")
}
