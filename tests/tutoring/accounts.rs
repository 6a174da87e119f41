//! Accounts (`tutoring.md` §2, §4.1, §4.6).

mod costs;
mod deaths;
mod profiles;
mod proving;
mod registering;
mod two_factor;
