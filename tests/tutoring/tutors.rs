//! Tutors (`tutoring.md` §4.2, §8).

mod approval;
mod costs;
mod finding;
mod free;
