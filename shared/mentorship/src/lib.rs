//! The words of the mentorship façade (`spec/mentorship.md`) that several of its services share: what its people are called
//! by, who may enter where, how it says no.

pub mod auth;
pub mod ids;
pub mod problem;
mod socket;

pub use auth::{AsAdmin, AsMentor, AsStudent};
pub use problem::{Mentorship, Refused};
pub use socket::SOCKET;
