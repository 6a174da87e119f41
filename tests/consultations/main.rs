//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod account;
mod accounts;
mod password_races;
mod passwords;
mod sessions;
