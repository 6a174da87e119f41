//! Its operations, one table per group of paths.

use super::Thing;
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups = [super::money::MONEY];
    groups.into_iter().flatten()
}
