//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod admin;
mod applications;
mod documents;
mod suspension;
mod uploads;
mod vetting;
mod vetting_cost;
