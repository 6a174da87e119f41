//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod admin;
mod applications;
mod directory;
mod documents;
mod expert_costs;
mod hours;
mod profile;
mod reviews;
mod slots;
mod suspension;
mod uploads;
mod vetting;
mod vetting_cost;
