//! How ExpertConnect (`spec/expertconnect.md`) speaks, as far as several of its services do: how it says no.

mod problem;

pub use problem::{Meetings, Refused};
