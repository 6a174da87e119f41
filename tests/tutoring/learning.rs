//! Courses, lessons and those who take them (`tutoring.md` §3.1, §3.3, §4.5).

mod costs;
mod courses;
mod deleting;
mod enrolling;
mod enrollments_listed;
mod files;
mod lessons;
mod lists;
mod progress;
mod selling;
mod studying_deaths;
