//! What students say of their tutors (`tutoring.md` §3.3, §4.5, §5.4).

mod costs;
mod deaths;
mod hiding;
mod listing;
mod races;
mod writing;
