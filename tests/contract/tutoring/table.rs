//! Its operations, one table per group of paths.

use super::{Thing, audit_log, learning, lessons, money, people, platform};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups = [
        learning::COURSES,
        learning::LESSONS,
        lessons::LESSONS,
        money::MONEY,
        people::PEOPLE,
        audit_log::AUDIT_LOG,
        platform::STATISTICS,
    ];
    groups.into_iter().flatten()
}
