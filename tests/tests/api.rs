//! The specification (`spec/expertconnect.md`), told section by section.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod api {
    mod accounts;
    mod availability;
    mod credits;
    mod me;
    mod search;
    mod sessions;
    mod skills;
    mod support;
    mod transfers;
}
