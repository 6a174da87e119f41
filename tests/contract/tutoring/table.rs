//! Its operations, one table per group of paths.

use super::Thing;
use super::reports::REPORTS;
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups: [&'static [Operation<Thing>]; 1] = [REPORTS];
    groups.into_iter().flatten()
}
