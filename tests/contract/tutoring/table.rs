//! Its operations, one table per group of paths.

use super::{Thing, inbox};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups: &[&'static [Operation<Thing>]] = &[inbox::MESSAGES, inbox::NOTIFICATIONS];
    groups.iter().copied().flatten()
}
