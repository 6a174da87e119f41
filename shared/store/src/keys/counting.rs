//! Keys of what the whole platform is told by.

use super::{Key, is_ledger, key};

/// So many items share what is counted.
const STATS_SHARDS: u32 = 8;

pub(crate) const STATS: &str = "STATS";

/// The counters to which something adds: always the same for one subject.
pub(crate) fn stats(subject: &Key) -> Key {
    let sum = subject.pk.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    key(STATS.to_owned(), format!("SHARD#{}", sum % STATS_SHARDS))
}

/// As what a person, a booking, a payment, a withdrawal or one of several movements has been counted.
pub(crate) fn counted(subject: &Key) -> Key {
    let pk = format!("COUNTED#{}", subject.pk);
    if is_ledger(&subject.pk) { key(pk, format!("{COUNTED}#{}", subject.sk)) } else { key(pk, COUNTED) }
}

pub(crate) const COUNTED: &str = "COUNTED";
