//! The words of the tutoring façade (`spec/tutoring.md`) that several of its services share: how its pages are asked for and
//! shown, how it writes money, whom it lets in, how it says no.

pub mod auth;
pub mod files;
pub mod money;
pub mod page;
pub mod people;
pub mod problem;
pub mod standing;

pub use auth::AsTutor;
pub use money::decimal;
pub use page::{Listing, Paged, Pages};
pub use people::Tutor;
pub use problem::{Refused, Tutoring};

/// Its document has no sockets; what is pushed to somebody who has one open is written as ExpertConnect writes it.
pub const SOCKET: &dyn edge::sockets::SocketDialect = meetings::SOCKET;
