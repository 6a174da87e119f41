//! The words of the consultations façade (`spec/consultations.md`) that several of its services share: how an expert looks,
//! how its pages are asked for and shown, how it says no.

pub mod attached;
pub mod auth;
pub mod expert;
pub mod number;
pub mod page;
pub mod problem;
pub mod review;

pub use attached::{AnyAttached, Attached};
pub use auth::AsExpert;
pub use expert::{ExpertCard, Viewer};
pub use page::{Asked, Paged};
pub use problem::{Consultations, Refused};
pub use review::ReviewCard;

/// How its sockets are spoken to: as ExpertConnect's, frame by frame (`consultations.md` §11).
pub const SOCKET: &dyn edge::sockets::SocketDialect = meetings::SOCKET;
