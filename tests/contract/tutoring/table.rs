//! Its operations, one table per group of paths.

use super::{Thing, learning};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups: &[&'static [Operation<Thing>]] = &[learning::COURSES, learning::LESSONS];
    groups.iter().copied().flatten()
}
