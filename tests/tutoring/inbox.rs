//! What reaches a person (`tutoring.md` §3.3, §4.5).

mod categories;
mod causes;
mod conversations;
mod crashes;
mod messages;
mod notifications;
mod telling;
