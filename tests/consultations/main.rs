//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod account;
mod accounts;
mod admin;
mod applications;
mod booking;
mod courses;
mod directory;
mod documents;
mod expert_costs;
mod hours;
mod letters;
mod lists;
mod money;
mod password_races;
mod passwords;
mod paying;
mod payment_costs;
mod payments;
mod profile;
mod races;
mod refunds;
mod reviews;
mod sessions;
mod signatures;
mod slots;
mod stripe;
mod stripe_double;
mod suspension;
mod uploads;
mod vetting;
mod vetting_cost;
mod webhooks;
