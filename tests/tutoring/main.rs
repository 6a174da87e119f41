//! The stories of the tutoring façade (`spec/tutoring.md`), by subject.

mod accounts;
mod inbox;
mod paging;
