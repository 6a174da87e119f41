//! The specification `consultations.md`, told room by room.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod paying;
mod payment_costs;
mod payments;
mod refunds;
mod signatures;
mod stripe;
mod stripe_double;
mod webhooks;
