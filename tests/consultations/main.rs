//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod booking;
mod courses;
mod letters;
mod lists;
mod money;
mod races;
