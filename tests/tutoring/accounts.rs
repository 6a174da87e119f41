//! Accounts (`tutoring.md` §2, §4.1, §4.6).

mod two_factor;
