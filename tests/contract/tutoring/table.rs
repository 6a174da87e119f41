//! Its operations, one table per group of paths.

use super::{Thing, learning, lessons, money, people};
use crate::contract::Operation;

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let courses = [learning::COURSES, learning::LESSONS, learning::ENROLLMENTS];
    let groups = courses.into_iter().chain([lessons::LESSONS, money::MONEY, people::PEOPLE]);
    groups.flatten()
}
