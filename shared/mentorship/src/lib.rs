//! The words of the mentorship façade (`spec/mentorship.md`) that several of its services share: what its people are called
//! by, who may enter where, how it says no.

pub mod auth;
pub mod chat;
mod files;
pub mod ids;
pub mod notification;
pub mod page;
mod path;
pub mod people;
pub mod problem;
pub mod session;
pub mod signature;
mod socket;

pub use auth::{AsAdmin, AsMentor, AsStudent, MentorProfile, StudentProfile};
pub use files::WithFiles;
pub use page::Listing;
pub use path::PathMentor;
pub use people::{Mentor, MentorDetail, PublicMentor, Student, StudentDetail};
pub use problem::{Mentorship, Refused};
pub use session::{Session, SessionDetail, SessionView};
pub use socket::SOCKET;
