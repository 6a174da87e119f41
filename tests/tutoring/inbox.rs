//! What reaches a person (`tutoring.md` §3.3, §4.5).

mod categories;
mod conversations;
mod crashes;
mod messages;
mod notifications;
mod telling;
