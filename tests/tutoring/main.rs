//! The stories of the tutoring façade (`spec/tutoring.md`), by subject.

mod accounts;
mod learning;
mod money;
mod paging;
mod tutors;
mod users;
