//! Accounts in the hands of administrators, and uploads (`tutoring.md` §4.1, §4.7).

mod suspending;
mod uploads;
