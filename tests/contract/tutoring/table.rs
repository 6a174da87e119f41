//! Its operations, one table per group of paths.

use super::{Thing, platform};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups = [platform::STATISTICS];
    groups.into_iter().flatten()
}
