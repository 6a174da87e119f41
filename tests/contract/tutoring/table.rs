//! Its operations, one table per group of paths.

use super::{Thing, inbox, learning, lessons, money, people, reports};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups = [
        inbox::MESSAGES,
        inbox::NOTIFICATIONS,
        learning::COURSES,
        learning::LESSONS,
        lessons::LESSONS,
        lessons::TESTIMONIALS,
        money::MONEY,
        people::PEOPLE,
        reports::REPORTS,
    ];
    groups.into_iter().flatten()
}
