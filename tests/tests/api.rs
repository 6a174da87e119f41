//! The specification (`spec/expertconnect.md`), told section by section.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod api {
    mod access;
    mod accounts;
    mod availability;
    mod bad_input;
    mod bodies;
    mod conventions;
    mod cors;
    mod credits;
    mod idempotency;
    mod limits;
    mod me;
    mod meeting_lists;
    mod meetings;
    mod messages;
    mod moves;
    mod notifications;
    mod operations;
    mod paging;
    mod pictures;
    mod refusals;
    mod reminders;
    mod reviews;
    mod search;
    mod sessions;
    mod skills;
    mod sockets;
    mod support;
    mod transfers;
    mod transitions;
}
