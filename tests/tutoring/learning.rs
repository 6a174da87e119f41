//! Courses and lessons (`tutoring.md` §3.1).

mod costs;
mod courses;
mod deleting;
mod files;
mod lessons;
mod lists;
