//! Its operations, one table per group of paths.

use super::{Thing, audit_log, inbox, learning, lessons, money, people, platform, reports};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let groups = [
        audit_log::AUDIT_LOG,
        inbox::MESSAGES,
        inbox::NOTIFICATIONS,
        learning::COURSES,
        learning::LESSONS,
        learning::ENROLLMENTS,
        lessons::LESSONS,
        lessons::TESTIMONIALS,
        money::MONEY,
        people::PEOPLE,
        platform::STATISTICS,
        reports::REPORTS,
    ];
    groups.into_iter().flatten()
}
