//! Its operations, one table per group of paths.

use super::{Thing, learning, lessons, money, people};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups =
        [learning::COURSES, learning::LESSONS, lessons::LESSONS, lessons::TESTIMONIALS, money::MONEY, people::PEOPLE];
    groups.into_iter().flatten()
}
