//! The stories of the tutoring façade (`spec/tutoring.md`), by subject.

mod accounts;
mod paging;
mod reports;
